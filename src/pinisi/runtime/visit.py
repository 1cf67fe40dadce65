"""What the handler of an endpoint is given, and what it may raise for the one who asks.

`BadField` and `Unfit` become 400 and name the field, `NotAllowed` 403, `NotThere` 404, `Conflict` 409; so do refusals
of the store. Anything else is a fault of the service: 500, and a line in the log without what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pinisi.city.entry import Fault, Unfit
from pinisi.context.render import View, entity_document
from pinisi.context.term_table import TermTable
from pinisi.people.errors import BadField, Conflict, NotAllowed, NotThere
from pinisi.runtime.records import RecordRoom
from pinisi.runtime.results import Mark, result_changes
from pinisi.store.change import RecordChange
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.store.seen import projection_of
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal

if TYPE_CHECKING:
    from pinisi.runtime.rooms import Room

__all__ = ["BadField", "Conflict", "Fault", "NotAllowed", "NotThere", "Unfit", "Visit"]

B = TypeVar("B")
Q = TypeVar("Q")
_DEFAULTS = View(datasets=frozenset({None}))


@dataclass(frozen=True, kw_only=True)
class Visit(Generic[B, Q]):
    """One call of an endpoint. `body` and `query` have the types that it declares (None without one).

    `principal` is the one who asks: what is read and written for him is read and written as him. `room` is the service
    as it runs in this tenant, `now` the tenant's time; `exercise`: what happens here is not happening.
    """

    body: B
    query: Q
    params: Mapping[str, str]
    principal: Principal
    tenant: str
    now: Instant
    room: "Room"
    store: Store
    table: TermTable
    exercise: bool = False

    @property
    def records(self) -> RecordRoom:
        """The tables of the service."""
        if self.room.records is None:
            raise LookupError(f"{self.room.service.name} declares no records")
        return self.room.records

    async def keep(self, records: Sequence[RecordChange] = (), facts: Sequence[Mapping[str, Any]] = ()) -> Position:
        """Write records and the facts that follow from them, together or not at all.

        Args:
            facts: entities in normalized form, with short names, of the service's own types. They name nobody. Values
                that say no `method` are `reported`.

        Raises:
            Forbidden, VersionConflict, Refused: see `Store.apply`.
        """
        service = self.room.service
        for fact in facts:
            if fact.get("type") not in service.types:
                raise ValueError(f"{service.name} publishes {fact.get('type')!r}, which is not in its manifest")
        changes = result_changes(facts, Mark("reported", "", self.exercise), self.table)
        return (await self.store.apply(self.tenant, [*records, *changes], self.principal)).position

    async def entity(self, id: str) -> Mapping[str, Any] | None:
        """An entity as the one who asks may see it, in normalized form; None where there is none for him."""
        record = await self.store.entity(self.tenant, id, self.principal.grants)
        projection = None if record is None else projection_of(record, self.principal.grants)
        if record is None or projection is None:
            return None
        return entity_document(record.entity, self.table, _DEFAULTS, projection)
