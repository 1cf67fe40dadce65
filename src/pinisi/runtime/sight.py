"""Where a reaction's inputs are looked up: the city as it is now; `runtime/past_sight.py` is the city as it was."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Known, Said, said_of
from pinisi.runtime.reaction import Past
from pinisi.store.history import HistoryQuery, Moment
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.reading import newest
from pinisi.store.record import Record
from pinisi.vocabulary.instant import HOUR, Instant
from pinisi.vocabulary.principal import EVERYTHING, Grants

Windows = Mapping[str, Sequence[Said]]
"""Values of the past by attribute."""


class Sight(Protocol):
    """What is known of a city at one moment."""

    async def entity(self, id: str) -> Known | None: ...

    async def find(self, query: EntityQuery, most: int) -> Sequence[Record]:
        """Entities in order of first creation."""
        ...

    async def newest(self, query: EntityQuery, most: int) -> Sequence[Record]:
        """Those that were created last, in order of first creation."""
        ...

    async def windows(self, past: Past, subjects: Sequence[tuple[Instant, Known]]) -> Mapping[str, Windows]:
        """Subject -> what it said over the hours before its moment."""
        ...


class PresentSight:
    """The city as it is."""

    def __init__(self, store: Store, tenant: str, table: TermTable, grants: Grants = EVERYTHING) -> None:
        self._store = store
        self._tenant = tenant
        self._table = table
        self._grants = grants

    async def entity(self, id: str) -> Known | None:
        record = await self._store.entity(self._tenant, id, self._grants)
        return None if record is None else Known(record.entity, self._table, record.position)

    async def find(self, query: EntityQuery, most: int) -> Sequence[Record]:
        return (await self._store.find(self._tenant, query, self._grants, limit=most)).records

    async def newest(self, query: EntityQuery, most: int) -> Sequence[Record]:
        return (await newest(self._store, self._tenant, query, self._grants, limit=most))[0]

    async def windows(self, past: Past, subjects: Sequence[tuple[Instant, Known]]) -> Mapping[str, Windows]:
        known = {subject.id: (moment, subject) for moment, subject in subjects}
        names = {self._table.expand_term(name): name for name in past.attributes}
        query = HistoryQuery(
            attributes=tuple(names),
            since=min(moment for moment, _ in subjects) - round(past.hours * HOUR),
            last=past.most,
            limit=past.most,
            each=True,
        )
        windows: dict[str, Windows] = {}
        for story in await self._store.stories(self._tenant, list(known), query, self._grants):
            moment, subject = known[story.id]
            since = moment - round(past.hours * HOUR)
            windows[story.id] = _window(story.moments, names, since, subject.position, self._table)
        return windows


def _window(
    moments: Sequence[Moment], names: Mapping[str, str], since: Instant, position: int, table: TermTable
) -> Windows:
    """Values that belong to the version of the subject, by attribute; later ones wake the reaction again."""
    found: dict[str, list[Said]] = {name: [] for name in names.values()}
    for moment in moments:
        if moment.instance is None or moment.dataset is not None:
            continue
        if since <= moment.observed and moment.position <= position:
            said = said_of(
                moment.instance, table, observed=moment.observed, received=moment.received, position=moment.position
            )
            found[names[moment.attribute]].append(said)
    return found
