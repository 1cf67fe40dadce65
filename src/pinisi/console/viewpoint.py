"""From when one looks: at the present, or at a moment of the past, as it was known then or as it is known now."""

from collections.abc import Sequence

from pinisi.store.history import PictureQuery
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.record import Record
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import Grants


class Viewpoint:
    """Finds entities for one reader. `at` None: the present. `known` hides all that was received after it.

    `now` is the moment that ages are counted from. `condensed`: what was found lies beyond raw retention.
    """

    def __init__(
        self,
        store: Store,
        tenant: str,
        grants: Grants,
        now: Instant,
        at: Instant | None = None,
        known: Instant | None = None,
    ) -> None:
        self.store = store
        self.tenant = tenant
        self.grants = grants
        self.now = now if at is None else at
        self.at = at
        self.known = known
        self.condensed = False

    @property
    def until(self) -> Instant | None:
        """The first moment that is not seen."""
        return None if self.at is None else self.at + 1

    async def find(
        self, query: EntityQuery, *, limit: int, attributes: tuple[str, ...] | None = None
    ) -> Sequence[Record]:
        """Entities in order of first creation. Of the past only these attributes are read, and the location."""
        if self.at is None:
            return (await self.store.find(self.tenant, query, self.grants, limit=limit)).records
        asked = PictureQuery(entities=query, at=self.at, known=self.known, attributes=attributes, limit=limit)
        picture = await self.store.picture(self.tenant, asked, self.grants)
        self.condensed |= picture.condensed
        return picture.records

    async def entity(self, id: str) -> Record | None:
        if self.at is None:
            return await self.store.entity(self.tenant, id, self.grants)
        return next(iter(await self.find(EntityQuery(ids=(id,)), limit=1)), None)

    def told(self) -> dict[str, object]:
        """What an answer says of the moment that it shows; nothing of the present."""
        if self.at is None:
            return {}
        known = "now" if self.known is None else "then"
        return {"at": format_instant(self.at), "known": known, "condensed": self.condensed}
