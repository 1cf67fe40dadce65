"""What a job reads of the context before it computes: entities of the types that it declares, as they are then."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Known, Said
from pinisi.runtime.reaction import Past
from pinisi.runtime.road_travel import By, LonLat, TravelTable, travel_between
from pinisi.runtime.sight import PresentSight
from pinisi.store.history import HistoryQuery, Story
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, GeoQuery, TypeIs
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants
from pinisi.vocabulary.terms import LOCATION

KEPT = "job-kept"
"""Kind of the documents that jobs keep from one run to the next."""


def kept_id(service: str, job: str, name: str) -> str:
    return f"{service}.{job}/{name}"


@dataclass(frozen=True)
class _Asker:
    """For whom a job asks the way."""

    tenant: str
    now: Instant
    store: Store
    table: TermTable


class JobReading:
    """
    Attributes:
        now: the tenant's time.
        table: the terms by which what it reads is named.
        folder: the data folder, where sources of the service keep made files; None where the house has none.
    """

    def __init__(
        self,
        store: Store,
        tenant: str,
        table: TermTable,
        types: Sequence[str],
        *,
        now: Instant,
        folder: Path | None,
        of: tuple[str, str],
    ) -> None:
        """`of`: service and job."""
        self._of = of
        self.table = table
        self._store, self._tenant = store, tenant
        self._reads = Grants((Grant(types=frozenset(table.expand_term(name) for name in types)),))
        self._sight = PresentSight(store, tenant, table, self._reads)
        self.now = now
        self.folder = folder

    async def entity(self, id: str) -> Known | None:
        """None where there is none, or it is of no type that the job declares."""
        return await self._sight.entity(id)

    async def all(self, type: str, most: int = 2_000) -> Sequence[Known]:
        """Entities of a type, those that were created last where there are more than `most`."""
        records = await self._sight.newest(EntityQuery(types=TypeIs(self.table.expand_term(type))), most)
        return [Known(record.entity, self.table, record.position) for record in records]

    async def near(self, type: str, place: dict[str, Any], metres: float, most: int) -> Sequence[Known]:
        """Entities of a type within so many metres of a place (GeoJSON)."""
        geo = GeoQuery("near", place, LOCATION, max_distance=metres)
        query = EntityQuery(types=TypeIs(self.table.expand_term(type)), geo=geo)
        return [Known(each.entity, self.table, each.position) for each in await self._sight.find(query, most)]

    async def travel(self, origins: Sequence[LonLat], places: Sequence[LonLat], by: By = "car") -> TravelTable:
        """Travel times between places, a hundred on a side: by road where a service offers it, around what is closed
        now, else by straight line, which it says.

        Raises:
            ValueError: see `travel_between`.
        """
        return await travel_between(_Asker(self._tenant, self.now, self._store, self.table), origins, places, by)

    async def kept(self, name: str) -> bytes | None:
        """What the last run of this job that kept something of that name has kept (`Job.keep`)."""
        found = await self._store.document(self._tenant, KEPT, kept_id(*self._of, name))
        return None if found is None else found[1]

    async def past(self, ids: Sequence[str], query: HistoryQuery) -> Sequence[Story]:
        """What these entities said in a period; the attributes of `query` are IRIs."""
        return await self._store.stories(self._tenant, ids, query, self._reads)

    def iri(self, name: str) -> str:
        """The IRI of a type or an attribute."""
        return self.table.expand_term(name)

    async def windows(
        self, subjects: Sequence[Known], attribute: str, *, hours: float, most: int
    ) -> dict[str, Sequence[Said]]:
        """By id, the values of an attribute over the last hours, oldest first; of more than `most` the newest."""
        if not subjects:
            return {}
        window = Past(attributes=(attribute,), hours=hours, most=most)
        found = await self._sight.windows(window, [(self.now, subject) for subject in subjects])
        return {id: values.get(attribute, ()) for id, values in found.items()}
