"""Histories as this house and its sources know them together (NGSI-LD 5.7.3, 5.7.4).

Sources are asked first, for the time and the attributes in question. The endpoint that answers from here is then given
a store in which their histories stand beside ours: pages, forms, aggregation and maps are made of both alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.console.entity_map_pages import map_wish
from pinisi.console.federated import Warnings, all_of, asker_of, read_legs, record_of
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
    search = _Search(house, call, how, call.query, parse_temporal_query(call.query))
    return await search.run(local, (EntityQuery(ids=(id,), types=selection),), ("retrieveTemporal", "queryTemporal"))


async def query(house: House, call: Call, local: Endpoint) -> Reply:
    how = asked(house.contexts, call)
    search = _Search(house, call, how, call.query, parse_temporal_query(call.query, required=True))
    return await search.run(local, (query_of(call.query, how.table),), ("queryTemporal",))


async def query_posted(house: House, call: Call, local: Endpoint) -> Reply:
    body = sent(house.contexts, call)
    posted = posted_query(body.document, body.table, temporal=True)
    if posted.local:
        return await local(house, call)
    part = posted.told.get("temporalQ")
    time: dict[str, Any] = cast(dict[str, Any], part) if isinstance(part, dict) else {}
    told = {**posted.told, **posted_words(posted.told), **{name: time[name] for name in _TIME if name in time}}
    search = _Search(house, call, Asked(body.table, "json"), told, parse_temporal_query(time, required=True))
    return await search.run(local, posted.queries, ("queryTemporal",))


class _Search:
    """The work of one request."""

    def __init__(self, house: House, call: Call, how: Asked, told: Mapping[str, Any], time: TemporalQuery) -> None:
        self._house = house
        self._call = call
        self._told = told
        self._time = time
        self._asker: Asker = asker_of(house, call, how.table)
        self._warnings = Warnings(self._asker)
        words = [told.get(name) for name in ("attrs", "pick", "omit", "lang", "datasetId")]
        self._view: View = make_view(how.table, "normalized", False, *words)  # pyright: ignore[reportArgumentType]
        csf = told.get("csf")
        self._csf = parse_q(csf, how.table.expand_term) if isinstance(csf, str) and csf else None

    async def run(self, local: Endpoint, queries: Sequence[EntityQuery], operations: Sequence[str]) -> Reply:
        asked_for = [question for query in queries for question in self._questions(query, operations)]
        maps = await map_wish(self._house, self._call, self._told)
        if maps is not None and maps.found is not None:
            asked_for = _of_map(asked_for, maps.found)
        if not asked_for:
            return await self._warnings.on_any(local(self._house, self._call))
        found = await all_of([self._ask(question) for question in asked_for])
        stories: dict[str, list[Story]] = {}
        holders: dict[str, list[str]] = {}
        for question, some in zip(asked_for, found, strict=True):
            for story in self._seen(some):
                stories.setdefault(story.id, []).append(story)
                holders.setdefault(story.id, []).append(question.leg.registration.id)
        return await self._warnings.on_any(local(_beside(self._house, stories, holders), self._call))

    def _questions(self, query: EntityQuery, operations: Sequence[str]) -> list[Question]:
        wanted = Wanted(
            ids=query.ids, id_pattern=query.id_pattern, types=query.types, attributes=wanted_of(self._view),
            datasets=self._view.datasets,
        )  # fmt: skip
        legs = read_legs(self._house, self._asker, self._warnings, wanted, operations, temporal=True)
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
        """Everything that a source has to say to one question, page by page."""
        stories: list[Story] = []
        while len(stories) < MOST:
            said, more = await self._page(question, len(stories))
            stories += said
            if not said or (len(said) < PAGE and not more):
                return stories
        id = question.leg.registration.id
        self._warnings.say(f"{id}: more than {MOST} histories: the rest is missing")
        return stories

    async def _page(self, question: Question, offset: int) -> tuple[list[Story], bool]:
        registration = question.leg.registration
        tongue = self._house.sources.tongue(self._asker, registration)
        errand = Errand(method="GET", path=("temporal", "entities"))
        if tongue is not None:
            alike = speaks_alike(tongue, self._asker) and sees_every_attribute(self._call.grants)
            errand = self._errand(question, sayable(tongue), alike, offset)
        answer = await self._house.sources.ask(self._asker, registration, errand)
        stories: list[Story] = []
        if answer.taken and not said_nothing(answer) and tongue is not None:
            try:
                body = read_body(answer.body)
                stories = read_histories(body, self._house.contexts, tongue.table, registration.id)
            except Unreadable as error:
                answer = invalid(answer, str(error))
                self._house.sources.spoiled(self._asker, registration, answer)
        self._warnings.hear(registration, answer)
        if answer.status == 206:
            self._warnings.say(f"{registration.id}: told a part of the time only")
        one = question.leg.operation == "retrieveTemporal"
        inquiry = question.inquiry
        kept = [_only(story, inquiry.allowed) for story in stories if inquiry.covers(story.id, story.types)]
        return kept, answer.more and not one

    def _errand(self, question: Question, table: TermTable, alike: bool, offset: int) -> Errand:
        inquiry, told = question.inquiry, self._told
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
        if alike:
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


def _beside(house: House, stories: Mapping[str, Sequence[Story]], holders: Mapping[str, Sequence[str]]) -> House:
    """The house with histories of sources beside those of its store. Nothing of them is written anywhere."""
    overlay = _Histories(house.store, stories, holders)
    store = _Beside(house.store, find=overlay.find, gone=overlay.gone, stories=overlay.stories)
    return cast(House, _Beside(house, store=store, holders_of_past=overlay.holders_of))


class _Histories:
    def __init__(
        self, store: Store, stories: Mapping[str, Sequence[Story]], holders: Mapping[str, Sequence[str]]
    ) -> None:
        self._store = store
        self._stories = stories
        self._holders = holders
        self._here: set[str] = set()
        self._told: set[EntityQuery] = set()

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
        if len(page.records) >= limit or query in self._told:
            return page
        self._told.add(query)
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
