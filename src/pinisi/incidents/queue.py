"""The queue as people read it: one incident with its record and story, or all that fit a selection."""

from collections.abc import Sequence

import msgspec

from pinisi.incidents.acts import Act, decoded_act
from pinisi.incidents.incident import (
    ACTS,
    CATEGORY,
    CHANNEL,
    CLOSED_AT,
    LEAD_AGENCY,
    OWNED,
    PRIORITY,
    STATE,
    SUPPORTING_AGENCIES,
    word_of,
)
from pinisi.incidents.life_cycle import retold
from pinisi.incidents.record import Record
from pinisi.incidents.states import OPEN, State
from pinisi.incidents.statistics import Lived
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.store.query import AllOf, AnyOf, Compare, DateTime, EntityQuery, Filter, Path, TypeIs
from pinisi.store.reading import every, newest
from pinisi.store.record import Record as EntityRecord
from pinisi.store.seen import areas_seen, projection_of, seen
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import Grants, Projection
from pinisi.vocabulary.terms import INCIDENT

RECORD_KIND = "incident"
MOST = 100_000
_PAGE = 500
_record = msgspec.json.Decoder(Record).decode


class NoSuchIncident(LookupError):
    """There is no such incident, or the reader may not know of it."""


class Case(msgspec.Struct, frozen=True):
    """An incident with its record, as committed. `version` is that of the record's document."""

    entity: Entity
    areas: tuple[str, ...]
    record: Record
    position: Position
    version: Position = 0


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which incidents: of these states, and of each other choice that is made, any of its values.

    `owner` is a person's id; `owned` False those of nobody. `areas` are codes: incidents that lie in one of them.
    """

    states: tuple[State, ...] = OPEN
    categories: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    agencies: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    areas: frozenset[str] = frozenset()
    owner: str = ""
    owned: bool | None = None

    @property
    def filter(self) -> Filter:
        """What of it the store can answer by itself."""
        terms: list[Filter] = [_any(STATE, self.states)]
        for attribute, values in ((CATEGORY, self.categories), (PRIORITY, self.priorities), (CHANNEL, self.channels)):
            if values:
                terms.append(_any(attribute, values))
        if self.agencies:
            terms.append(AnyOf((_any(LEAD_AGENCY, self.agencies), _any(SUPPORTING_AGENCIES, self.agencies))))
        if self.owned is not None:
            terms.append(Compare(Path(OWNED), "==", (self.owned,)))
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    @property
    def looks_closer(self) -> bool:
        """Whether records or areas have to be looked at."""
        return bool(self.owner or self.areas)

    def has(self, case: Case) -> bool:
        mine = not self.owner or case.record.owner == self.owner
        return mine and (not self.areas or not self.areas.isdisjoint(case.areas))


class Queue:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def case(self, tenant: str, id: str, grants: Grants) -> Case:
        """One incident.

        Raises:
            NoSuchIncident: see there.
        """
        found = await self._store.entity(tenant, id, grants)
        projection = None if found is None else projection_of(found, grants)
        if found is None or projection is None or INCIDENT not in found.family.types:
            raise NoSuchIncident(id)
        return await self._join(tenant, found, projection)

    async def acts(self, tenant: str, id: str) -> Sequence[Act]:
        """The incident's story, oldest first."""
        return [decoded_act(body) for _, _, body in await self._store.documents(tenant, acts_kind(id))]

    async def cases(
        self, tenant: str, wanted: Wanted, grants: Grants, *, limit: int, offset: int = 0
    ) -> tuple[Sequence[Case], int]:
        """Incidents that are wanted, newest first, and how many there are."""
        if wanted.looks_closer:
            all = await self.all(tenant, wanted, grants)
            return all[offset : offset + limit], len(all)
        query = EntityQuery(types=TypeIs(INCIDENT), filter=wanted.filter)
        records, total = await newest(self._store, tenant, query, grants, limit=limit, offset=offset)
        if not records:
            return (), total
        return await self._joined(tenant, list(reversed(records)), grants), total

    async def all(self, tenant: str, wanted: Wanted, grants: Grants) -> Sequence[Case]:
        """All that are wanted, newest first."""
        return [case for case in await self._every(tenant, wanted.filter, grants) if wanted.has(case)]

    async def lived(self, tenant: str, since: Instant, grants: Grants) -> Sequence[Lived]:
        """The stories of all that is open, and of what was closed since then."""
        ended = Compare(Path(CLOSED_AT), ">=", (DateTime(format_instant(since), since),))
        filters = (Wanted().filter, AllOf((Wanted(states=("closed",)).filter, ended)))
        cases = [case for each in filters for case in await self._every(tenant, each, grants)]
        return [Lived(unrecorded(case.entity), await self.acts(tenant, case.entity.id)) for case in cases]

    async def lately(self, tenant: str, id: str, number: int, grants: Grants) -> Sequence[Case]:
        """The incident as it was after each of its newest acts, oldest first; the last is how it is now.

        Raises:
            NoSuchIncident: see there.
        """
        now = await self.case(tenant, id, grants)
        if number == 1:
            return (now,)
        story = await self.acts(tenant, id)
        records = retold(unrecorded(now.entity), story[: now.record.acts])
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
                kept = retold(unrecorded(entity), story)
                known = kept[-1] if kept else unrecorded(entity)
                cases.append(Case(seen(record, projection), areas_seen(record, projection), known, record.position))
        return cases

    async def _every(self, tenant: str, wanted: Filter, grants: Grants) -> list[Case]:
        query = EntityQuery(types=TypeIs(INCIDENT), filter=wanted)
        found: list[EntityRecord] = []
        async for records in every(self._store, tenant, query, grants, at_once=_PAGE):
            found += records
            if len(found) >= MOST:
                break
        return await self._joined(tenant, found[::-1], grants)

    async def _joined(self, tenant: str, found: Sequence[EntityRecord], grants: Grants) -> list[Case]:
        shown = [(record, projection_of(record, grants)) for record in found]
        return [await self._join(tenant, record, projection) for record, projection in shown if projection]

    async def _join(self, tenant: str, found: EntityRecord, projection: Projection) -> Case:
        kept = await self._store.document(tenant, RECORD_KIND, found.id)
        entity, areas = seen(found, projection), areas_seen(found, projection)
        if kept is None:
            return Case(entity, areas, unrecorded(found.entity), found.position)
        return Case(entity, areas, _record(kept[1]), max(found.position, kept[0]), kept[0])


def acts_kind(id: str) -> str:
    """Kind of the documents that are the lines of an incident's story."""
    return f"incident-acts {id}"


def unrecorded(entity: Entity) -> Record:
    """An incident that came as an entity from outside: nobody owns it yet."""
    return Record("unacknowledged", entity.created_at, "", since=entity.created_at)


def _any(attribute: str, values: Sequence[str | int]) -> Filter:
    if len(values) == 1:
        return Compare(Path(attribute), "==", (values[0],))
    return AnyOf(tuple(Compare(Path(attribute), "==", (value,)) for value in values))
