"""The city as it was known at a moment, for running a reaction again.

Of the subjects everything is laid out in memory, so that going through the moments costs no question each; of whatever
else a reaction needs, a picture of that moment is asked for.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Literal

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Known, Said, said_of
from pinisi.runtime.reaction import Past
from pinisi.runtime.sight import Windows
from pinisi.store.history import HistoryQuery, Moment, PictureQuery
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Attributes, Entity
from pinisi.vocabulary.instant import HOUR, Instant
from pinisi.vocabulary.principal import EVERYTHING

KnownBy = Literal["received", "observed"]
"""What counts as known at a moment: what had been received by then; or, of a history that was imported later, what had
been observed by then."""
EVERY_VALUE = 1_000_000


class PastSubject:
    """What is known of one entity, laid out for going through it moment by moment.

    `before`: what was known of it when its `moments` begin; None where it was not there yet.
    """

    def __init__(
        self, entity: Entity, before: Entity | None, moments: Sequence[Moment], table: TermTable, known_by: KnownBy
    ) -> None:
        self._entity = entity
        self._there = before is not None
        self._before: Attributes = _undated(entity, known_by) if before is None else before.attributes
        self._table = table
        self._by_received = known_by == "received"
        each_one: dict[tuple[str, str | None], list[Moment]] = {}
        for moment in sorted(moments, key=_coming if self._by_received else _coming_true):
            each_one.setdefault((moment.attribute, moment.dataset), []).append(moment)
        self._known_at = {key: [self._since(moment) for moment in many] for key, many in each_one.items()}
        self._newest = {key: list(accumulate(many, _newer)) for key, many in each_one.items()}
        self._moments = each_one
        self._said: dict[str, list[Said]] = {}

    def _since(self, moment: Moment) -> Instant:
        return moment.received if self._by_received else moment.observed

    def all(self, attribute: str) -> Sequence[Said]:
        """Every value of an attribute, in the order of coming."""
        if attribute not in self._said:
            moments = self._moments.get((self._table.expand_term(attribute), None), [])
            self._said[attribute] = [_said(each, self._table) for each in moments if each.instance is not None]
        return self._said[attribute]

    def said(self, attribute: str, since: Instant, until: Instant) -> list[Said]:
        """Values true in that time and known at its end, in the order of coming."""
        many = self.all(attribute)
        known = bisect_right(many, until, key=_received if self._by_received else _observed)
        begin = next((place for place in range(known) if many[place].observed >= since), known)
        return [each for each in many[begin:known] if since <= each.observed <= until]

    def then(self, at: Instant) -> Known | None:
        """The entity as it was known at a moment; None before anything was."""
        attributes: Attributes = dict(self._before)
        there = self._there
        for (name, dataset), newest in self._newest.items():
            known = bisect_right(self._known_at[name, dataset], at)
            if known:
                there = True
                instance = newest[known - 1].instance
                others = [each for each in attributes.get(name, ()) if each.dataset_id != dataset]
                attributes[name] = others if instance is None else [instance, *others]
        held = {name: many for name, many in attributes.items() if many}
        return Known(msgspec.structs.replace(self._entity, attributes=held), self._table) if there and held else None


def _undated(entity: Entity, known_by: KnownBy) -> Attributes:
    """What tells no time of its own (a name, a place): by the time observed it holds as far back as anything is."""
    if known_by == "received":
        return {}
    told = {name: [each for each in many if each.observed_at is None] for name, many in entity.attributes.items()}
    return {name: many for name, many in told.items() if many}


def _coming(moment: Moment) -> tuple[Instant, int]:
    return moment.received, moment.position


def _coming_true(moment: Moment) -> tuple[Instant, int]:
    return moment.observed, moment.position


def _newer(one: Moment, other: Moment) -> Moment:
    return max(one, other, key=_coming_true)


def _received(said: Said) -> Instant:
    return said.received


def _observed(said: Said) -> Instant:
    return said.observed


def _said(moment: Moment, table: TermTable) -> Said:
    assert moment.instance is not None
    return said_of(moment.instance, table, observed=moment.observed, received=moment.received, position=moment.position)


def _read(subjects: Sequence[PastSubject], attributes: Sequence[str]) -> None:
    for subject in subjects:
        for attribute in attributes:
            subject.all(attribute)


class PastSight:
    """The city as it was known `at` a moment, which moves on."""

    def __init__(self, store: Store, tenant: str, table: TermTable, known_by: KnownBy) -> None:
        self.at: Instant = 0
        self._subjects: Mapping[str, PastSubject] = {}
        self._store = store
        self._tenant = tenant
        self._table = table
        self._known_by: KnownBy = known_by

    async def lay_out(self, entities: Sequence[Entity], begin: Instant, attributes: Sequence[str]) -> None:
        """Subjects with all that is known of them since a moment; those of before are forgotten."""
        self._subjects = {}
        laid = await self._laid(entities, begin)
        await asyncio.to_thread(_read, list(laid.values()), attributes)
        self._subjects = laid

    async def story(self, id: str, begin: Instant) -> PastSubject:
        """All that is known of one entity since a moment, a subject or not."""
        if id in self._subjects:
            return self._subjects[id]
        found = await self._store.entity(self._tenant, id, EVERYTHING)
        return (await self._laid([Entity(id, []) if found is None else found.entity], begin))[id]

    async def _laid(self, entities: Sequence[Entity], begin: Instant) -> dict[str, PastSubject]:
        if not entities:
            return {}
        ids = [entity.id for entity in entities]
        before = {record.id: record.entity for record in await self._picture(EntityQuery(ids=tuple(ids)), begin)}
        query = HistoryQuery(by=self._known_by, since=begin, limit=EVERY_VALUE, each=True)
        told = {story.id: story.moments for story in await self._store.stories(self._tenant, ids, query, EVERYTHING)}
        return {
            each.id: PastSubject(each, before.get(each.id), told.get(each.id, ()), self._table, self._known_by)
            for each in entities
        }

    async def entity(self, id: str) -> Known | None:
        if id in self._subjects:
            return self._subjects[id].then(self.at)
        found = await self._picture(EntityQuery(ids=(id,)), self.at)
        return Known(found[0].entity, self._table) if found else None

    async def find(self, query: EntityQuery, most: int) -> Sequence[Record]:
        return await self._picture(query, self.at, most)

    async def newest(self, query: EntityQuery, most: int) -> Sequence[Record]:
        return (await self._picture(query, self.at, EVERY_VALUE))[-most:]

    async def _picture(self, query: EntityQuery, at: Instant, most: int = 1_000) -> Sequence[Record]:
        known = at if self._known_by == "received" else None
        asked = PictureQuery(entities=query, at=at, known=known, limit=most)
        return (await self._store.picture(self._tenant, asked, EVERYTHING)).records

    async def windows(self, past: Past, subjects: Sequence[tuple[Instant, Known]]) -> Mapping[str, Windows]:
        return {subject.id: self._window(past, moment, subject.id) for moment, subject in subjects}

    def _window(self, past: Past, moment: Instant, id: str) -> Windows:
        since = moment - round(past.hours * HOUR)
        return {name: self._subjects[id].said(name, since, moment)[-past.most :] for name in past.attributes}
