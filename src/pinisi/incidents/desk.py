"""The desk: where incidents are raised, taken over, noted, handed on and closed.

An act commits three things together: the incident's state (context), who owns it (record), and the line in its
story. Two people who take the same incident at once: the first has it, the second is told so.
"""

from collections.abc import Sequence

import msgspec

from pinisi.incidents.incident import ACTS, INCIDENT, STATE, Raised, after_act, incident_entity, word_of
from pinisi.incidents.life_cycle import OPEN, Act, ActDoesNotFit, ActName, Record, State, after, begun, retold
from pinisi.store.protocol import (
    DocumentChange,
    Edit,
    EntityChange,
    Position,
    Refused,
    Store,
    Transform,
    VersionConflict,
)
from pinisi.store.protocol import Record as EntityRecord
from pinisi.store.query import AnyOf, Compare, EntityQuery, Path, TypeIs
from pinisi.store.seen import areas_seen, projection_of, seen
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal, Projection

RECORD_KIND = "incident"

_encode = msgspec.json.Encoder().encode
_record = msgspec.json.Decoder(Record).decode
_act = msgspec.json.Decoder(Act).decode


class NoSuchIncident(LookupError):
    """There is no such incident, or the reader may not know of it."""


class Case(msgspec.Struct, frozen=True):
    """An incident with its record, as committed."""

    entity: Entity
    areas: tuple[str, ...]
    record: Record
    position: Position


class Desk:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def raise_incident(
        self,
        tenant: str,
        raised: Raised,
        principal: Principal,
        now: Instant,
    ) -> bool:
        """Raise it, unless it is open already; whether it was raised.

        Raises:
            Forbidden: it lies where the principal sees no incidents.
        """
        known = await self._store.document(tenant, RECORD_KIND, raised.id)
        before = None if known is None else _record(known[1])
        if before is not None and before.state in OPEN:
            return False
        first = Act("raise", now, principal.id, principal.name)
        record = begun(first, 1 if before is None else before.acts + 1)

        def create(_old: Entity | None, at: Instant) -> Edit:
            return Edit(incident_entity(raised, record.acts, at))

        changes = [
            EntityChange(raised.id, create),
            DocumentChange(RECORD_KIND, raised.id, _encode(record), 0 if known is None else known[0]),
            DocumentChange(_acts_kind(raised.id), f"{record.acts:06}", _encode(first)),
        ]
        try:
            await self._store.apply(tenant, changes, _as_desk(principal))
        except VersionConflict:
            return False
        return True

    async def act(
        self,
        tenant: str,
        id: str,
        act: ActName,
        principal: Principal,
        now: Instant,
        *,
        note: str = "",
        to: str = "",
        to_name: str = "",
        reason: str = "",
    ) -> Case:
        """Do something with an incident.

        Raises:
            NoSuchIncident, BadAct, ActDoesNotFit: see there; also when somebody else was first.
        """
        case, version = await self._case(tenant, id, principal.grants)
        done = Act(act, now, principal.id, principal.name, note, to, to_name, reason)
        record = after(case.record, done)
        changes = [
            EntityChange(id, _after(record)),
            DocumentChange(RECORD_KIND, id, _encode(record), version),
            DocumentChange(_acts_kind(id), f"{record.acts:06}", _encode(done)),
        ]
        try:
            await self._store.apply(tenant, changes, _as_desk(principal))
        except VersionConflict:
            raise ActDoesNotFit("somebody else was a moment earlier: look at the incident again") from None
        return (await self._case(tenant, id, principal.grants))[0]

    async def case(self, tenant: str, id: str, grants: Grants) -> Case:
        return (await self._case(tenant, id, grants))[0]

    async def acts(self, tenant: str, id: str) -> Sequence[Act]:
        """The incident's story, oldest first."""
        return [_act(body) for _, _, body in await self._store.documents(tenant, _acts_kind(id))]

    async def lately(self, tenant: str, id: str, number: int, grants: Grants) -> Sequence[Case]:
        """The incident as it was after each of its newest acts, oldest first; the last is how it is now.

        Raises:
            NoSuchIncident: see there.
        """
        now = await self.case(tenant, id, grants)
        if number == 1:
            return (now,)
        story = await self.acts(tenant, id)
        records = retold(_unrecorded(now.entity), story[: now.record.acts])
        before = records[-number:-1]
        return [*(msgspec.structs.replace(now, record=record) for record in before), now]

    async def retold(self, tenant: str, past: Sequence[EntityRecord], grants: Grants) -> Sequence[Case]:
        """Incidents as they were (of a picture of the past), each with its record after the acts of that moment."""
        cases: list[Case] = []
        for record in past:
            projection = projection_of(record, grants)
            if projection is not None:
                entity = record.entity
                acts = word_of(entity, ACTS)
                story = (await self.acts(tenant, record.id))[: acts if isinstance(acts, int) else 0]
                kept = retold(_unrecorded(entity), story)
                known = kept[-1] if kept else _unrecorded(entity)
                cases.append(Case(seen(record, projection), areas_seen(record, projection), known, record.position))
        return cases

    async def cases(
        self, tenant: str, states: Sequence[State], grants: Grants, *, limit: int, offset: int = 0
    ) -> tuple[Sequence[Case], int]:
        """Incidents in these states, newest first, and how many there are."""
        wanted = AnyOf(tuple(Compare(Path(STATE), "==", (state,)) for state in states))
        query = EntityQuery(types=TypeIs(INCIDENT), filter=wanted)
        total = (await self._store.find(tenant, query, grants, limit=0, count=True)).count or 0
        start = max(0, total - offset - limit)
        wanted_here = min(limit, total - offset)
        if wanted_here <= 0:
            return (), total
        page = await self._store.find(tenant, query, grants, limit=wanted_here, offset=start)
        seen_so = [(record, projection_of(record, grants)) for record in reversed(page.records)]
        cases = [await self._join(tenant, record, projection) for record, projection in seen_so if projection]
        return [case for case, _ in cases], total

    async def _case(self, tenant: str, id: str, grants: Grants) -> tuple[Case, Position]:
        found = await self._store.entity(tenant, id, grants)
        projection = None if found is None else projection_of(found, grants)
        if found is None or projection is None or INCIDENT not in found.family.types:
            raise NoSuchIncident(id)
        return await self._join(tenant, found, projection)

    async def _join(self, tenant: str, found: EntityRecord, projection: Projection) -> tuple[Case, Position]:
        kept = await self._store.document(tenant, RECORD_KIND, found.id)
        entity, areas = seen(found, projection), areas_seen(found, projection)
        if kept is None:
            return Case(entity, areas, _unrecorded(entity), found.position), 0
        return Case(entity, areas, _record(kept[1]), max(found.position, kept[0])), kept[0]


def _as_desk(principal: Principal) -> Principal:
    """Whoever may act on incidents may change those that he sees, though he may write no other entity."""
    reaching = [grant for grant in principal.grants.grants if grant.types is None or INCIDENT in grant.types]
    grants = [Grant(types=frozenset({INCIDENT}), areas=grant.areas, write=True) for grant in reaching]
    return msgspec.structs.replace(principal, grants=Grants(tuple(grants)))


def _unrecorded(entity: Entity) -> Record:
    """An incident that came as an entity from outside: nobody owns it yet."""
    return Record("unacknowledged", entity.created_at, "", since=entity.created_at)


def _acts_kind(id: str) -> str:
    return f"incident-acts {id}"


def _after(record: Record) -> Transform:
    def transform(old: Entity | None, now: Instant) -> Edit:
        if old is None:
            raise Refused("the incident is gone")
        return Edit(after_act(old, record.state, record.acts, now))

    return transform
