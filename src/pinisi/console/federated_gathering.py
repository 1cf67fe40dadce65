"""What this house and its sources hold of a query, put together (NGSI-LD 5.7.2.4, 4.3.6.7).

Where every source holds whole entities, filters go along with the questions; the order of the answer is: what is held
here in the order of its creation, then what each source adds, in its own order. So a page needs no more of a source
than its end, and the parts of its entities that lie further behind are asked for by id.
With `splitEntities` an entity may lie in pieces: all of the types asked for is put together first, then filtered.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from pinisi.console.entity_map_pages import MapWish, asked_about, make_map, turned, within
from pinisi.console.entity_maps import change_face, change_places
from pinisi.console.federated import SeenPart, Warnings, all_of, parts_seen
from pinisi.console.federated_map_links import NO_MAPS, MapsThere, makers
from pinisi.console.federated_parts import Heard, assembled, entities_of
from pinisi.console.federated_providers import Part, ask_together
from pinisi.console.federated_questions import (
    Question,
    by_query,
    filters_of,
    sees_every_attribute,
    speaks_alike,
    wider,
)
from pinisi.console.federated_search import CREATING, Search
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_consumption import find
from pinisi.console.ngsi_ld_request import Paging
from pinisi.context.entity_map import LOCAL, PLACES_MOST, EntityMap, Place, without
from pinisi.context.federation.sources import Asker
from pinisi.store.match import Predicate, compile_query
from pinisi.store.pattern import compile_pattern
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity

PAGE = 1_000
MOST = 10_000
"""Entities of one source that are looked at for one answer."""


class Union(msgspec.Struct, frozen=True):
    """One page. `sources`: for each entity the registrations that know of it, `@none` for what is held here."""

    records: list[Record]
    more: bool
    count: int | None
    sources: Mapping[str, tuple[str, ...]]


async def union_of(
    house: House, call: Call, asker: Asker, warnings: Warnings, search: Search, asked_for: Sequence[Question]
) -> Union:
    """One page of what is held here and at sources."""
    return await Gathering(house, call, asker, warnings, search).page(asked_for)


class Walk:
    """What one source has answered to one question so far.

    `named`: ids that it was registered for, of which it is asked where they are on the page. `adds`: it only adds to
    entities that are found otherwise.
    """

    def __init__(
        self, question: Question, filters: dict[str, str], test: Callable[[Entity], bool] | None,
        *, named: tuple[str, ...] = (), adds: bool = False,
    ) -> None:  # fmt: skip
        self.question = question
        self.filters = filters
        self.test = test
        self.named = named
        self.adds = adds
        self.heard: dict[str, Heard] = {}
        self.ended = False

    def hear(self, part: SeenPart | None) -> None:
        """Take in what the source told of one entity, of what the reader sees and the filters leave."""
        if part is not None and (self.test is None or self.test(part.entity)):
            self.heard.setdefault(part.entity.id, Heard(self.question.leg, part))


class Gathering:
    """The work of one search."""

    def __init__(self, house: House, call: Call, asker: Asker, warnings: Warnings, search: Search) -> None:
        self._house = house
        self._call = call
        self._asker = asker
        self._warnings = warnings
        self._search = search
        self._maps = NO_MAPS

    def walk_of(self, question: Question) -> Walk:
        """A question with the filters that can go along; others are applied to what comes back of it.

        Filters stay here where the source is spoken to in other terms, and where a reader sees some attributes only:
        what he may not see must not decide which entities he is told of.
        """
        search, registration = self._search, question.leg.registration
        if registration.provider is not None:
            return self._at_provider(question)
        tongue = self._house.sources.tongue(self._asker, registration)
        filters = {} if search.split else filters_of(search.told)
        if search.split or not (search.unsaid or filters) or tongue is None:
            return Walk(question, filters, None)
        sayable = speaks_alike(tongue, self._asker) and sees_every_attribute(self._call.grants)
        if sayable and not search.unsaid:
            return Walk(question, filters, None)
        left = [msgspec.structs.replace(query, geo=None, scopes=None) if sayable else query for query in search.queries]
        tests = [compile_query(query) for query in left]
        filters = filters if sayable else {}
        return Walk(wider(question, search.asked_of), filters, lambda entity: _fits(entity, tests))

    def _at_provider(self, question: Question) -> Walk:
        """A provider of NGSI v2 is not searched, it holds parts: with a filter it adds to what is found without it.

        Thousands of devices may be registered one by one: of those, it is asked for the page alone.
        """
        inquiry, filters = question.inquiry, self._search.filters
        fits = compile_pattern(inquiry.id_pattern) if inquiry.id_pattern is not None else None
        named = [id for id in inquiry.ids or () if fits is None or fits(id)]
        return Walk(question, {}, None, named=() if filters else tuple(named), adds=filters or inquiry.ids is not None)

    async def page(self, asked_for: Sequence[Question]) -> Union:
        """One page of the union."""
        walks = [self.walk_of(question) for question in asked_for]
        return await (self.of_pieces(walks) if self._search.split else self.of_wholes(walks))

    async def new_map(self, asked_for: Sequence[Question], wish: MapWish) -> tuple[Union, EntityMap]:
        """A map of all that the query finds, and its first page (5.7.2.4)."""
        page = self._search.page
        self._search = msgspec.structs.replace(self._search, page=Paging(PLACES_MOST, 0, False))
        self._maps = MapsThere(makers=makers(asked_for, CREATING), lifetime=wish.lifetime)
        whole = await self.page(asked_for)
        places = [Place(record.id, whole.sources[record.id]) for record in whole.records]
        made = await make_map(self._house, self._call, places, wish, self._maps.linked)
        end = page.offset + page.limit
        count = len(places) if page.count else None
        return Union(whole.records[page.offset : end], len(places) > end, count, whole.sources), made

    async def page_of(self, kept: EntityMap, asked_for: Sequence[Question]) -> tuple[Union, int | None]:
        """A page of a map: only its entities, asked only of the sources that it names, filters asked anew (5.5.9.3).

        The second is the place where the next page begins.
        """
        self._maps = MapsThere(kept.face.linked)

        async def fitting(some: Sequence[Place]) -> dict[str, Record]:
            asked = asked_about(some, self._search.queries)
            return await self._of_places([place for place in some if place.id in asked], asked_for)

        page = self._search.page
        turn = await turned(kept.places, page, fitting)
        gone = turn.silent & asked_about(kept.places, self._search.queries)
        if gone and not self._warnings.told:
            await change_places(self._house, self._call, without(kept, gone))
        face = self._maps.on_face(kept.face)
        if face is not kept.face:
            await change_face(self._house, self._call, kept, face)
        return Union(turn.found, turn.following is not None, turn.count, kept.sources()), turn.following

    async def _of_places(self, places: Sequence[Place], asked_for: Sequence[Question]) -> dict[str, Record]:
        """Those entities of a map that still fit."""
        ids = [place.id for place in places if place.sources]
        here = [place.id for place in places if LOCAL in place.sources]
        queries = self._search.wide if self._search.split else self._search.queries
        own = await find(self._house, self._call, tuple(within(queries, here)), len(here), 0, False)
        walks = [self.walk_of(question) for question in asked_for]
        await all_of(
            [
                self._ask_ids(walk, [one.id for one in places if walk.question.leg.registration.id in one.sources])
                for walk in walks
            ]
        )
        held = {record.id: record for record in own.records}
        union = self._union(ids, held, walks, False, None)
        tests = [compile_query(query) for query in self._search.queries] if self._search.split else []
        return {record.id: record for record in union.records if not tests or _fits(record.entity, tests)}

    async def of_wholes(self, walks: Sequence[Walk]) -> Union:
        page, search = self._search.page, self._search
        need = page.offset + page.limit + 1
        own = await find(self._house, self._call, search.queries, need, 0, page.count)
        await all_of([self._go(walk, None if page.count else need) for walk in walks if not walk.adds])
        ids = [record.id for record in own.records]
        if not own.more:
            ids = list(dict.fromkeys((*ids, *(id for walk in walks for id in (*walk.heard, *walk.named)))))
        more = own.more or len(ids) > page.offset + page.limit
        chosen = ids[page.offset : page.offset + page.limit]
        providers = [walk for walk in walks if walk.question.leg.registration.provider is not None]
        others = [walk for walk in walks if walk.question.leg.registration.provider is None]
        asking = [self._ask_ids(walk, chosen) for walk in others]
        await all_of([*asking, self._ask_providers(providers, chosen)] if providers else asking)
        count = await self._count(own.count, walks) if page.count else None
        return self._union(chosen, {record.id: record for record in own.records}, walks, more, count)

    async def of_pieces(self, walks: Sequence[Walk]) -> Union:
        """Put everything together, then filter: 5.7.2.4 for split entities."""
        page, search = self._search.page, self._search
        own = await find(self._house, self._call, search.wide, MOST, 0, False)
        if own.more:
            self._warnings.say(f"more than {MOST} entities would have to be put together: the rest is missing")
        await all_of([self._go(walk, None) for walk in walks])
        held = {record.id: record for record in own.records}
        ids = list(dict.fromkeys((*held, *(id for walk in walks for id in walk.heard))))
        tests = [compile_query(query) for query in search.queries]
        whole = self._union(ids, held, walks, False, None)
        fitting = [record for record in whole.records if _fits(record.entity, tests)]
        end = page.offset + page.limit
        kept = fitting[page.offset : end]
        sources = {record.id: whole.sources[record.id] for record in kept}
        return Union(kept, len(fitting) > end, len(fitting) if page.count else None, sources)

    async def _go(self, walk: Walk, need: int | None) -> None:
        """Ask page by page until enough is known (`need`), or all; a page without anything new is the last."""
        offset, known = 0, set[str]()
        while not walk.ended and offset < MOST and (need is None or len(walk.heard) < need):
            limit = PAGE if need is None or walk.test is not None else min(PAGE, need - len(walk.heard))
            said, more = await self._ask(walk, None, limit, offset)
            walk.ended = known.issuperset(said) or (len(said) < limit and not more)
            offset += len(said)
            known.update(said)
        if not walk.ended and offset >= MOST:
            id = walk.question.leg.registration.id
            self._warnings.say(f"{id}: more than {MOST} entities: the rest is missing")

    async def _ask_ids(self, walk: Walk, ids: Sequence[str]) -> None:
        """What the source knows of these entities, where they lie behind what it was asked for."""
        missing = _missing(walk, ids)
        if missing:
            await self._ask(walk, missing, len(missing), 0)

    async def _ask_providers(self, walks: Sequence[Walk], ids: Sequence[str]) -> None:
        """The same of providers of NGSI v2, of which there may be one for each entity."""
        asked = [(walk, Part(walk.question, missing)) for walk in walks if (missing := _missing(walk, ids))]
        parts = [part for _, part in asked]
        told = await ask_together(self._house, self._asker, self._warnings, parts, self._search.view)
        entities = [(walk, entity) for (walk, _), known in zip(asked, told, strict=True) for entity in known]
        seen = await parts_seen(self._house, self._call, [entity for _, entity in entities])
        for (walk, _), part in zip(entities, seen, strict=True):
            walk.hear(part)

    async def _ask(self, walk: Walk, ids: tuple[str, ...] | None, limit: int, offset: int) -> tuple[list[str], bool]:
        """One request; gives the ids of the entities that the source said, and whether it says that more follow."""
        question = walk.question
        if ids is not None:
            inquiry = msgspec.structs.replace(question.inquiry, ids=ids, id_pattern=None)
            question = msgspec.structs.replace(question, inquiry=inquiry)
        tongue = self._house.sources.tongue(self._asker, question.leg.registration)
        view = self._search.view
        errand = None if tongue is None else by_query(question, tongue, view, walk.filters, limit, offset)
        answer, entities = await entities_of(
            self._house, self._asker, self._warnings, question, tongue, errand, self._maps
        )
        for part in await parts_seen(self._house, self._call, entities):
            walk.hear(part)
        return ([entity.id for entity in entities], answer.more) if answer.taken else ([], False)

    def _union(
        self, ids: Sequence[str], held: Mapping[str, Record], walks: Sequence[Walk], more: bool, count: int | None
    ) -> Union:
        records: list[Record] = []
        sources: dict[str, tuple[str, ...]] = {}
        for id in ids:
            heard = [walk.heard[id] for walk in walks if id in walk.heard]
            record = assembled(self._house, self._call, held.get(id), heard)
            if record is not None:
                records.append(record)
                here = (LOCAL,) if id in held else ()
                sources[id] = (*here, *dict.fromkeys(one.leg.registration.id for one in heard))
        return Union(records, more, count, sources)

    async def _count(self, own: int | None, walks: Sequence[Walk]) -> int:
        """How many there are, each once: those held here and those that only sources know."""
        remote = list(dict.fromkeys(id for walk in walks for id in (*walk.heard, *walk.named)))
        here: set[str] = set()
        for start in range(0, len(remote), PAGE):
            part = tuple(remote[start : start + PAGE])
            queries = tuple(
                msgspec.structs.replace(query, ids=part if query.ids is None else _both(query.ids, part))
                for query in self._search.queries
            )
            found = await find(self._house, self._call, queries, len(part), 0, False)
            here.update(record.id for record in found.records)
        return (own or 0) + len(remote) - len(here)


def _missing(walk: Walk, ids: Sequence[str]) -> tuple[str, ...]:
    """Those of the ids that the source may know, and has not told."""
    if walk.ended:
        return ()
    entities = walk.question.inquiry.entities
    return tuple(
        id for id in ids if id not in walk.heard and (not entities or any(one.covers_id(id) for one in entities))
    )


def _both(ids: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    known = frozenset(others)
    return tuple(id for id in ids if id in known)


def _fits(entity: Entity, tests: Sequence[Predicate]) -> bool:
    return any(test(entity, None) for test in tests)
