"""Histories as this house and its sources know them together (NGSI-LD 5.7.3, 5.7.4).

Sources are asked first, for the time and the attributes in question. The endpoint that answers from here is then given
a store in which their histories stand beside ours: pages, forms, aggregation and maps are made of both alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.console.entity_map_pages import map_wish
from pinisi.console.entity_maps import change_face
from pinisi.console.federated import Warnings, all_of, asker_of, read_legs, record_of
from pinisi.console.federated_map_links import NO_MAPS, MapsThere, ask_with_map, makers
from pinisi.console.federated_questions import (
    Question,
    asked_of,
    datasets_of,
    filters_of,
    questions,
    said_nothing,
    sees_every_attribute,
    speaks_alike,
    type_text,
    wanted_of,
    wider,
)
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_query import posted_query, query_of
from pinisi.console.ngsi_ld_request import Asked, asked, sent
from pinisi.console.ngsi_ld_show import make_view, posted_words
from pinisi.context.entity_map import LOCAL, EntityMap
from pinisi.context.federation.answer import invalid
from pinisi.context.federation.histories import joined, read_histories
from pinisi.context.federation.outgoing import sayable
from pinisi.context.federation.reading import Unreadable, read_body
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.q_language import parse_q
from pinisi.context.registration import Registration
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.context.temporal_query import TemporalQuery, parse_temporal_query
from pinisi.context.term_table import TermTable
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import check_entity_id
from pinisi.store.history import HistoryQuery, Story
from pinisi.store.match import compile_query
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.record import Page
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grants
from pinisi.vocabulary.terms import SCOPE

OPERATIONS = ("queryTemporal",)
CREATING = "createEntityMapQueryTemporal"
PAGE = 100
IDS_MOST = 50
"""Entities of a map that one request names; of a longer map the source is asked what it was asked first."""
MOST = 10_000
"""Histories of one source that are looked at for one answer."""
_TIME = ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN")


async def retrieve(house: House, call: Call, local: Endpoint) -> Reply:
    how = asked(house.contexts, call)
    id = check_entity_id(call.params["id"])
    types = call.query.get("type")
    selection = None if types is None else parse_type_selection(types, how.table.expand_term)
    search = HistorySearch(house, call, how, call.query, parse_temporal_query(call.query))
    return await search.run(local, (EntityQuery(ids=(id,), types=selection),), ("retrieveTemporal", "queryTemporal"))


async def query(house: House, call: Call, local: Endpoint) -> Reply:
    search, queries = searched(house, call)
    return await search.run(local, queries, OPERATIONS)


async def query_posted(house: House, call: Call, local: Endpoint) -> Reply:
    found = searched_posted(house, call)
    if found is None:
        return await local(house, call)
    search, queries = found
    return await search.run(local, queries, OPERATIONS)


def searched(house: House, call: Call) -> "tuple[HistorySearch, tuple[EntityQuery, ...]]":
    """What a GET asks for."""
    how = asked(house.contexts, call)
    search = HistorySearch(house, call, how, call.query, parse_temporal_query(call.query, required=True))
    return search, (query_of(call.query, how.table),)


def searched_posted(house: House, call: Call) -> "tuple[HistorySearch, tuple[EntityQuery, ...]] | None":
    """What a body asks for; None where only what is held here is."""
    body = sent(house.contexts, call)
    posted = posted_query(body.document, body.table, temporal=True, local=call.query.get("local"))
    if posted.local:
        return None
    part = posted.told.get("temporalQ")
    time: dict[str, Any] = cast(dict[str, Any], part) if isinstance(part, dict) else {}
    told = {**posted.told, **posted_words(posted.told), **{name: time[name] for name in _TIME if name in time}}
    search = HistorySearch(house, call, Asked(body.table, "json"), told, parse_temporal_query(time, required=True))
    return search, posted.queries


class HistorySearch:
    """The work of one request."""

    def __init__(self, house: House, call: Call, how: Asked, told: Mapping[str, Any], time: TemporalQuery) -> None:
        self._house = house
        self._call = call
        self.told = told
        self._time = time
        self.asker: Asker = asker_of(house, call, how.table)
        self.warnings = Warnings(self.asker)
        words = [told.get(name) for name in ("attrs", "pick", "omit", "lang", "datasetId")]
        self._view: View = make_view(how.table, "normalized", False, *words)  # pyright: ignore[reportArgumentType]
        csf = told.get("csf")
        self._maps = NO_MAPS
        self._csf = parse_q(csf, how.table.expand_term) if isinstance(csf, str) and csf else None

    async def run(self, local: Endpoint, queries: Sequence[EntityQuery], operations: Sequence[str]) -> Reply:
        asked_for = self.questions(queries, operations)
        maps = await map_wish(self._house, self._call, self.told)
        if maps is not None and maps.found is not None:
            asked_for = _of_map(asked_for, maps.found)
            self._maps = MapsThere(maps.found.face.linked)
        elif maps is not None:
            self._maps = MapsThere(makers=makers(asked_for, CREATING), lifetime=maps.lifetime)
        if not asked_for:
            return await self.warnings.on_any(local(self._house, self._call))
        beside = await self.beside(asked_for)
        reply = await self.warnings.on_any(local(beside, self._call))
        if maps is not None and maps.found is not None:
            face = self._maps.on_face(maps.found.face)
            if face is not maps.found.face:
                await change_face(self._house, self._call, maps.found, face)
        return reply

    async def beside(self, asked_for: Sequence[Question]) -> House:
        """The house as it is with what sources answer to these questions."""
        found = await all_of([self._ask(question) for question in asked_for])
        stories: dict[str, list[Story]] = {}
        holders: dict[str, list[str]] = {}
        for question, some in zip(asked_for, found, strict=True):
            for story in self._seen(some):
                stories.setdefault(story.id, []).append(story)
                holders.setdefault(story.id, []).append(question.leg.registration.id)
        return _beside(self._house, stories, holders, self._maps)

    def questions(self, queries: Sequence[EntityQuery], operations: Sequence[str]) -> list[Question]:
        """Every question of these queries, to sources that may know anything of the time."""
        return [question for query in queries for question in self._questions(query, operations)]

    @property
    def split(self) -> bool:
        """Whether a history may lie in pieces: filters stay here then (5.7.4.4)."""
        return str(self.told.get("splitEntities", "false")).lower() == "true"

    def sees_alike(self, question: Question) -> bool:
        """Whether the filters can be said to the source, and may decide there."""
        tongue = self._house.sources.tongue(self.asker, question.leg.registration)
        return tongue is not None and speaks_alike(tongue, self.asker) and sees_every_attribute(self._call.grants)

    def _questions(self, query: EntityQuery, operations: Sequence[str]) -> list[Question]:
        wanted = Wanted(
            ids=query.ids, id_pattern=query.id_pattern, types=query.types,
            attributes=None if self.split else wanted_of(self._view), datasets=self._view.datasets,
        )  # fmt: skip
        legs = read_legs(self._house, self.asker, self.warnings, wanted, operations, temporal=True)
        told = questions([leg for leg in legs if self._admitted(leg.registration)], wanted)
        return [wider(question, asked_of((query,))) for question in told]

    def _admitted(self, registration: Registration) -> bool:
        """Whether the source may know anything of that time (5.2.9), and is not filtered out."""
        if self._csf is not None and not registration.matches_csf(self._csf):
            return False
        time = self._time
        interval = registration.observation if time.timeproperty == "observedAt" else registration.management
        return interval is None or interval.meets(time.since, time.until)

    async def _ask(self, question: Question) -> list[Story]:
        """Everything that a source has to say to one question, page by page, to one that has nothing new."""
        stories: list[Story] = []
        known: set[str] = set()
        while len(stories) < MOST:
            said, more = await self._page(question, len(stories))
            ids = {story.id for story in said}
            if ids <= known:
                return stories
            stories += said
            known |= ids
            if len(said) < PAGE and not more:
                return stories
        id = question.leg.registration.id
        self.warnings.say(f"{id}: more than {MOST} histories: the rest is missing")
        return stories

    async def _page(self, question: Question, offset: int) -> tuple[list[Story], bool]:
        registration = question.leg.registration
        tongue = self._house.sources.tongue(self.asker, registration)
        errand = Errand(method="GET", path=("temporal", "entities"))
        if tongue is not None:
            errand = self.errand(question, sayable(tongue), offset)
        answer = await ask_with_map(self._house, self.asker, registration, errand, self._maps)
        stories: list[Story] = []
        if answer.taken and not said_nothing(answer) and tongue is not None:
            try:
                body = read_body(answer.body)
                stories = read_histories(body, self._house.contexts, tongue.table, registration.id)
            except Unreadable as error:
                answer = invalid(answer, str(error))
                self._house.sources.spoiled(self.asker, registration, answer)
        self.warnings.hear(registration, answer)
        if answer.status == 206:
            self.warnings.say(f"{registration.id}: told a part of the time only")
        one = question.leg.operation == "retrieveTemporal"
        inquiry = question.inquiry
        kept = [_only(story, inquiry.allowed) for story in stories if inquiry.covers(story.id, story.types)]
        return kept, answer.more and not one

    def errand(self, question: Question, table: TermTable, offset: int) -> Errand:
        """The request for a page of what the source has to say."""
        inquiry, told = question.inquiry, self.told
        query = {name: str(told[name]) for name in _TIME if told.get(name) is not None}
        if inquiry.attributes is not None:
            query["attrs"] = ",".join(sorted(map(table.compact_iri, inquiry.attributes)))
        datasets = datasets_of(question, self._view)
        if datasets is not None:
            query["datasetId"] = ",".join(datasets)
        query["options"] = "sysAttrs"
        if question.leg.operation == "retrieveTemporal" and inquiry.ids is not None:
            return Errand(method="GET", path=("temporal", "entities", inquiry.ids[0]), query=query)
        if inquiry.types is not None:
            query["type"] = type_text(inquiry.types, table)
        if inquiry.ids is not None:
            query["id"] = ",".join(inquiry.ids)
        if inquiry.id_pattern is not None:
            query["idPattern"] = inquiry.id_pattern
        if not self.split and self.sees_alike(question):
            query |= filters_of(told)
        if not query.keys() & {"type", "attrs", "q", "georel"}:
            query["type"] = "*"
        query |= {"limit": str(PAGE)} | ({"offset": str(offset)} if offset else {})
        return Errand(method="GET", path=("temporal", "entities"), query=query)

    def _seen(self, stories: Sequence[Story]) -> list[Story]:
        """What the reader's grants let him see of them."""
        grants = self._call.grants
        if grants.sees_all:
            return list(stories)
        found: list[Story] = []
        for story in stories:
            projection = grants.projection(story.types, ())
            if projection is not None:
                found.append(_only(story, projection.attributes))
        return found


def _only(story: Story, attributes: frozenset[str] | None) -> Story:
    if attributes is None:
        return story
    kept = [moment for moment in story.moments if moment.attribute in attributes or moment.attribute == SCOPE]
    return msgspec.structs.replace(story, moments=kept)


class _Beside:
    """A house, or a store, in which some things are otherwise for the time of one request."""

    def __init__(self, inner: Any, **other: Any) -> None:
        self._inner = inner
        self.__dict__.update(other)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _of_map(asked_for: Sequence[Question], kept: EntityMap) -> list[Question]:
    """The questions to sources that a map names, about its entities where they fit into one request (5.7.4.4)."""
    found: list[Question] = []
    for question in asked_for:
        ids = [place.id for place in kept.places if question.leg.registration.id in place.sources]
        inquiry = question.inquiry
        if ids and inquiry.ids is None and len(ids) <= IDS_MOST:
            inquiry = msgspec.structs.replace(inquiry, ids=tuple(ids), id_pattern=None)
        if ids:
            found.append(Question(question.leg, inquiry))
    return found


def _beside(
    house: House, stories: Mapping[str, Sequence[Story]], holders: Mapping[str, Sequence[str]], maps: MapsThere
) -> House:
    """The house with histories of sources beside those of its store. Nothing of them is written anywhere."""
    overlay = _Histories(house.store, stories, holders)
    store = _Beside(house.store, find=overlay.find, gone=overlay.gone, stories=overlay.stories)
    others = {"store": store, "holders_of_past": overlay.holders_of, "maps_of_past": lambda: maps.linked}
    return cast(House, _Beside(house, **others))


class _Histories:
    def __init__(
        self, store: Store, stories: Mapping[str, Sequence[Story]], holders: Mapping[str, Sequence[str]]
    ) -> None:
        self._store = store
        self._stories = stories
        self._holders = holders
        self._here: set[str] = set()
        self.told: set[EntityQuery] = set()

    def holders_of(self, id: str) -> tuple[str, ...]:
        """Registrations that told its history, after `@none` where it is held here."""
        here = (LOCAL,) if id in self._here else ()
        return (*here, *dict.fromkeys(self._holders.get(id, ())))

    async def gone(
        self, tenant: str, query: EntityQuery, grants: Grants, *, since: Instant, limit: int, offset: int = 0
    ) -> Sequence[str]:
        found = await self._store.gone(tenant, query, grants, since=since, limit=limit, offset=offset)
        self._here.update(found)
        return found

    async def find(
        self, tenant: str, query: EntityQuery, grants: Grants, *, limit: int, offset: int = 0, count: bool = False,
        heat: bool = True,
    ) -> Page:  # fmt: skip
        """What the store finds; behind its last page, once, the entities that sources know of."""
        page = await self._store.find(tenant, query, grants, limit=limit, offset=offset, count=count, heat=heat)
        self._here.update(record.id for record in page.records)
        if len(page.records) >= limit or query in self.told:
            return page
        self.told.add(query)
        matches = compile_query(query) if query != EntityQuery() else None
        entities = [Entity(id, list(some[0].types)) for id, some in self._stories.items()]
        known = {record.id for record in page.records}
        extra = [
            record_of(entity, ())
            for entity in entities
            if entity.id not in known and (matches is None or matches(entity, None))
        ]
        return msgspec.structs.replace(page, records=[*page.records, *extra])

    async def stories(self, tenant: str, ids: Sequence[str], query: HistoryQuery, grants: Grants) -> Sequence[Story]:
        here = {story.id: story for story in await self._store.stories(tenant, ids, query, grants)}
        self._here.update(here)
        found: list[Story] = []
        for id in ids:
            parts = [here[id]] if id in here else []
            others = self._stories.get(id, ())
            if others:
                found.append(joined([*parts, *others], query))
            else:
                found += parts
        return found
