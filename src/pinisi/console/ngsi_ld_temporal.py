"""How entities came to be as they are: their history, one by id, many by query (NGSI-LD 5.7.3, 5.7.4; 6.24 POSTed)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.entity_map_pages import (
    Fitting,
    Headers,
    MapWish,
    make_map,
    map_header,
    map_of_one,
    map_wish,
    turned,
    within,
)
from pinisi.console.entity_maps import now_of
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_query import Told, ordering_of, posted_query, query_of
from pinisi.console.ngsi_ld_request import MEDIA, Asked, Paging, accepted, asked, options, paging, paging_headers, sent
from pinisi.console.ngsi_ld_show import make_view, posted_words
from pinisi.context.entity_map import PLACES_MOST, Place
from pinisi.context.linked_entities import parse_join
from pinisi.context.ordering import Ordering
from pinisi.context.pick import CORE_MEMBERS
from pinisi.context.problems import BadRequestData, InvalidRequest, ResourceNotFound, TooComplexQuery
from pinisi.context.render import View, join, with_context
from pinisi.context.temporal_ended import without_what_ended
from pinisi.context.temporal_page import TemporalPage, cut
from pinisi.context.temporal_query import TemporalQuery, parse_temporal_query
from pinisi.context.temporal_render import TemporalForm, render_story
from pinisi.context.temporal_scope import within_scopes
from pinisi.context.temporal_selection import StoryTest, story_test, without_content
from pinisi.context.validate import check_entity_id
from pinisi.store.history import HistoryQuery, Story
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.terms import SCOPE

TEMPORAL = "/ngsi-ld/v1/temporal/entities"
SLICE = 100
NORMALIZED: TemporalForm = "normalized"
AGGREGATED: TemporalForm = "aggregatedValues"
SCAN_MOST = 20_000
AGGREGATED_MOST = 1_000_000
_FORMS: dict[str, TemporalForm] = {
    "temporalValues": "temporalValues",
    "simplified": "temporalValues",
    "aggregatedValues": "aggregatedValues",
    "normalized": "normalized",
}
_OPTIONS = frozenset({"sysAttrs", "count", "audit"})


class _Wish(msgspec.Struct, frozen=True):
    """How a history is asked for and shown."""

    how: Asked
    time: TemporalQuery
    view: View
    form: TemporalForm

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes asked for, where the request names them."""
        if self.view.attributes is not None:
            return self.view.attributes
        pick = self.view.pick
        return None if pick is None or not pick.members.isdisjoint(CORE_MEMBERS) else pick.members

    @property
    def reading(self) -> tuple[str, ...] | None:
        """The attributes to read."""
        return None if self.attributes is None else (*self.attributes, SCOPE)


async def retrieve_history(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call)
    wish = _wish(call, how, parse_temporal_query(call.query), call.query)
    id = check_entity_id(call.params["id"])
    stories = await _stories(house, call, [id], wish)
    if not stories or not _is_known(stories[0]):
        raise ResourceNotFound(f"{id[:200]} has no history")
    _must_have_one(stories[0], wish)
    page = _page(house, stories, wish)
    body = render_story(page.stories[0], how.table, wish.time, wish.form, wish.view, page.silent_of(0))
    if body == b"{}":
        raise ResourceNotFound(f"{id} has none of the members asked for")
    maps = await map_of_one(house, call, id)
    return _answer(with_context(body, how.table) if how.media == "ld" else body, page, how, maps or ())


async def query_histories(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call)
    time = parse_temporal_query(call.query, required=True)
    wish = _wish(call, how, time, call.query)
    order = ordering_of(call.query, how.table)
    return await _answer_many(house, call, (query_of(call.query, how.table),), wish, order, call.query)


async def post_history_query(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    how = Asked(body.table, accepted(call.headers.get(b"accept"), False))
    posted = posted_query(body.document, body.table, temporal=True, local=call.query.get("local"))
    time = parse_temporal_query(_time_of(posted.told), required=True)
    order = ordering_of(posted.told, how.table)
    wish = _wish(call, how, time, posted_words(posted.told))
    return await _answer_many(house, call, posted.queries, wish, order, posted.told)


async def asked_histories(house: House, call: Call) -> tuple[Asked, list[str]]:
    """Ids of the entities that a query of history finds (5.14.5)."""
    how = asked(house.contexts, call)
    wish = _wish(call, how, parse_temporal_query(call.query, required=True), call.query)
    order = _by_id(ordering_of(call.query, how.table))
    return how, await _found_ids(house, call, (query_of(call.query, how.table),), wish, order)


async def posted_histories(house: House, call: Call) -> tuple[Asked, list[str], Mapping[str, Any]]:
    """The same, the query in the body; and the members of the Query."""
    body = sent(house.contexts, call)
    how = Asked(body.table, accepted(call.headers.get(b"accept"), False))
    posted = posted_query(body.document, body.table, temporal=True, local=call.query.get("local"))
    time = parse_temporal_query(_time_of(posted.told), required=True)
    wish = _wish(call, how, time, posted_words(posted.told))
    order = _by_id(ordering_of(posted.told, how.table))
    return how, await _found_ids(house, call, posted.queries, wish, order), posted.told


async def _found_ids(
    house: House, call: Call, queries: Sequence[EntityQuery], wish: _Wish, order: Ordering | None
) -> list[str]:
    """At most one more than a map holds."""
    found: list[str] = []
    async for query, ids in _candidates(house, call, queries, order, wish.time):
        found += [story.id for story in await _matching(house, call, ids, query, wish, story_test(query))]
        if len(found) > PLACES_MOST:
            break
    return found


def _by_id(order: Ordering | None) -> Ordering | None:
    """Raises `BadRequestData` for any order of histories but by id (5.7.4.4)."""
    if order is not None and not order.by_id_alone:
        raise BadRequestData("histories are put in order by id only (NGSI-LD 5.7.4.4)", "orderBy")
    return order


def _time_of(told: Any) -> dict[str, Any]:
    """The members `temporalQ` and `aggrParams` of a Query, as the parameters of a GET."""
    parts: dict[str, Any] = {}
    for name in ("temporalQ", "aggrParams"):
        part = told.get(name)
        if part is not None and not isinstance(part, dict):
            raise BadRequestData("must be an object", name)
        parts |= part or {}
    return parts


def _wish(call: Call, how: Asked, time: TemporalQuery, told: Told) -> _Wish:
    form = _form(call)
    if form == NORMALIZED and time.methods and call.method == "POST":
        form = AGGREGATED
    if form == AGGREGATED and not time.methods:
        raise BadRequestData("is missing: aggregatedValues needs to know how", "aggrMethods")
    view = make_view(
        how.table, "normalized", "sysAttrs" in options(call), told.get("attrs"), told.get("pick"), told.get("omit"),
        told.get("lang"), told.get("datasetId"),
    )  # fmt: skip
    if parse_join(None, None, view) is not None or told.get("join"):
        raise BadRequestData("histories are told without linked entities", "join")
    return _Wish(how, time, view, form)


def _form(call: Call) -> TemporalForm:
    """The representation; `format` goes before `options` (6.3.7, 6.3.12)."""
    for word in options(call):
        if word not in _FORMS and word not in _OPTIONS:
            raise InvalidRequest(f"{word[:40]!r} is no representation of history", "options")
    told = _FORMS.get(call.query.get("format", ""))
    if told is not None:
        return told
    forms: set[TemporalForm] = {_FORMS[word] for word in options(call) if word in _FORMS}
    if len(forms) > 1:
        raise BadRequestData("names several representations", "options")
    return forms.pop() if forms else NORMALIZED


async def _stories(
    house: House, call: Call, ids: Sequence[str], wish: _Wish, *, whole: bool = False
) -> Sequence[Story]:
    """Histories of these entities: of the attributes asked for, or (`whole`) of all."""
    most = AGGREGATED_MOST if wish.form == "aggregatedValues" else house.settings.temporal_page
    history = wish.time.history(None if whole else wish.reading, limit=most, each=True)
    if wish.form == AGGREGATED and not whole:
        history = msgspec.structs.replace(history, period=wish.time.even_period)
    stories = await house.store.stories(call.tenant, ids, history, call.grants)
    now = now_of(house, call)
    return [without_what_ended(story, now) for story in stories]


def _is_known(story: Story) -> bool:
    """Whether there is, or was, such an entity, as far as the reader sees it."""
    return bool(story.created_at or story.deleted_at or story.moments or story.hours)


def _must_have_one(story: Story, wish: _Wish) -> None:
    """An entity that has none of the attributes asked for is not found (5.7.3.4)."""
    if wish.attributes is not None and not _tells(story, wish):
        raise ResourceNotFound(f"{story.id} has no history of the attributes asked for")


async def _answer_many(
    house: House,
    call: Call,
    queries: Sequence[EntityQuery],
    wish: _Wish,
    order: Ordering | None,
    told: Mapping[str, Any],
) -> Reply:
    page = paging(call)
    _by_id(order)
    maps = await map_wish(house, call, told)
    if maps is not None:
        return await _answer_by_map(house, call, queries, wish, page, order, maps)
    stories, total, more = await _search(house, call, queries, wish, page, order)
    return _told(house, stories, wish, paging_headers(call, page, more, total))


async def _answer_by_map(
    house: House,
    call: Call,
    queries: Sequence[EntityQuery],
    wish: _Wish,
    page: Paging,
    order: Ordering | None,
    maps: MapWish,
) -> Reply:
    """A page of the map that the request goes on with; or the first of one that is made for it (201)."""
    if maps.found is not None:
        turn = await turned(maps.found.places, page, _stories_of(house, call, queries, wish), SLICE)
        links = paging_headers(call, page, turn.following is not None, turn.count, turn.following)
        return _told(house, turn.found, wish, (*links, *maps.echo))
    ids = await _found_ids(house, call, queries, wish, order)
    places = [Place(id, house.holders_of_past(id)) for id in ids]
    made = await make_map(house, call, places, maps, house.maps_of_past())
    end = page.offset + page.limit
    shown = within(queries, ids[page.offset : end])
    stories, _, _ = await _search(house, call, shown, wish, Paging(page.limit, 0, False), order)
    links = paging_headers(call, page, end < len(ids), len(ids) if page.count else None)
    reply = _told(house, stories, wish, (*links, *map_header(made)))
    return msgspec.structs.replace(reply, status=201) if reply.status == 200 else reply


def _stories_of(house: House, call: Call, queries: Sequence[EntityQuery], wish: _Wish) -> Fitting[Story]:
    """The histories at some places of a map that tell what is asked for. What tells nothing of one time may tell of
    another, which may be asked of the same map (5.5.14): it stays in it."""

    async def fitting(some: Sequence[Place]) -> dict[str, Story]:
        found: dict[str, Story] = {}
        for query in within(queries, [place.id for place in some if place.sources]):
            async for _, ids in _candidates(house, call, (query,), None, wish.time):
                stories = await _matching(house, call, ids, query, wish, story_test(query))
                found |= {story.id: story for story in stories}
        return found

    return fitting


def _page(house: House, stories: Sequence[Story], wish: _Wish) -> TemporalPage:
    """One answer's worth of values; statistics are of all values, and never cut."""
    if wish.form == AGGREGATED:
        return TemporalPage(stories)
    return cut(stories, wish.time, house.settings.temporal_page)


def _told(house: House, stories: list[Story], wish: _Wish, headers: Headers) -> Reply:
    fitting = _page(house, stories, wish)
    bodies = [
        render_story(story, wish.how.table, wish.time, wish.form, wish.view, fitting.silent_of(place))
        for place, story in enumerate(fitting.stories)
    ]
    if wish.how.media == "ld":
        bodies = [with_context(body, wish.how.table) for body in bodies]
    return _answer(join(bodies), fitting, wish.how, headers)


async def _search(
    house: House, call: Call, queries: Sequence[EntityQuery], wish: _Wish, page: Paging, order: Ordering | None
) -> tuple[list[Story], int | None, bool]:
    """The histories of one page, how many there are (where asked), and whether more follow."""
    found: list[Story] = []
    passed = 0
    enough = page.offset + page.limit
    async for query, ids in _candidates(house, call, queries, order, wish.time):
        if passed > enough and not page.count:
            break
        for story in await _matching(house, call, ids, query, wish, story_test(query)):
            if page.offset <= passed < enough:
                found.append(story)
            passed += 1
    return found, passed if page.count else None, passed > enough


async def _candidates(
    house: House, call: Call, queries: Sequence[EntityQuery], order: Ordering | None, time: TemporalQuery
) -> AsyncIterator[tuple[EntityQuery, list[str]]]:
    """Ids of the entities that may answer a query, in slices; each once.

    Raises:
        TooComplexQuery: too many would have to be looked at.
    """
    seen: set[str] = set()
    for query in queries:
        kept: list[str] = []
        looked = 0
        async for batch in _known(house, call, without_content(query), time):
            looked += len(batch)
            if looked > SCAN_MOST:
                raise TooComplexQuery(f"more than {SCAN_MOST} entities would have to be looked at", "q")
            ids = [id for id in batch if id not in seen]
            seen.update(ids)
            if order is None:
                yield query, ids
            else:
                kept += ids
        if order is not None:
            kept.sort(reverse=order.keys[0].direction == "desc")
        for start in range(0, len(kept), SLICE):
            yield query, kept[start : start + SLICE]


async def _known(house: House, call: Call, query: EntityQuery, time: TemporalQuery) -> AsyncIterator[list[str]]:
    """Ids of the entities that are present (5.7.4.1), in slices.

    Where the question is about deletions (4.8), or names entities, those come last that were deleted: not before the
    time that is asked for.
    """
    offset = 0
    while True:
        batch = await house.store.find(call.tenant, query, call.grants, limit=SLICE, offset=offset)
        yield [record.id for record in batch.records]
        offset += SLICE
        if len(batch.records) < SLICE:
            break
    if query.ids is None and time.timeproperty != "deletedAt":
        return
    since = time.since or 0
    offset = 0
    while True:
        gone = await house.store.gone(call.tenant, query, call.grants, since=since, limit=SLICE, offset=offset)
        yield list(gone)
        offset += SLICE
        if len(gone) < SLICE:
            break


async def _matching(
    house: House, call: Call, ids: Sequence[str], query: EntityQuery, wish: _Wish, test: StoryTest | None
) -> list[Story]:
    """The histories among these that belong to the answer: they tell something of the time asked for (5.7.4.4)."""
    stories = await _stories(house, call, ids, wish, whole=test is not None)
    if query.scopes is not None:
        history = HistoryQuery(attributes=(SCOPE,), limit=AGGREGATED_MOST)
        scopes = {story.id: story for story in await house.store.stories(call.tenant, ids, history, call.grants)}
        narrowed = [within_scopes(story, scopes.get(story.id), query.scopes, wish.time) for story in stories]
        stories = [story for story in narrowed if story is not None]
    return [story for story in stories if _tells(story, wish) and (test is None or test(story))]


def _tells(story: Story, wish: _Wish) -> bool:
    """Whether a history holds a value of an attribute (and datasetId) that is asked for."""
    wanted, datasets = wish.attributes, wish.view.datasets
    of_deletions = wish.time.timeproperty == "deletedAt"
    told = {(one.attribute, one.dataset) for one in story.moments if (one.instance is None) == of_deletions}
    told |= {(hour.attribute, hour.dataset) for hour in story.hours}
    if of_deletions and story.deleted_at and wanted is None and datasets is None:
        since, until = wish.time.since, wish.time.until
        if (since is None or since <= story.deleted_at) and (until is None or story.deleted_at < until):
            return True
    return any(
        (wanted is None or attribute in wanted) and (datasets is None or dataset in datasets)
        for attribute, dataset in told
    )


def _answer(body: bytes, page: TemporalPage, how: Asked, headers: tuple[tuple[bytes, bytes], ...]) -> Reply:
    if page.range is None:
        return Reply(200, body, MEDIA[how.media], (*how.headers, *headers))
    part = (b"content-range", page.range.encode())
    return Reply(206, body, MEDIA[how.media], (*how.headers, *headers, part))


_READ = "context.read"
_TIME = ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration")
_SHOW = ("options", "format", "sysAttrs", "attrs", "pick", "omit", "lang", "datasetId", "local")
_MAPS = ("entityMap", "entityMapLifetime", "splitEntities")
_WHICH = ("id", "type", "idPattern", "q", "scopeQ", "csf", "georel", "geometry", "coordinates", "geoproperty",
          "expandValues", "jsonKeys")  # fmt: skip

TEMPORAL_QUERY_WORDS = (*_TIME, *_WHICH, *_SHOW, *_MAPS, "limit", "offset", "count", "orderBy", "collation")

TEMPORAL_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=TEMPORAL + "/{id}",
        permission=_READ,
        endpoint=retrieve_history,
        summary="Retrieve the history of an entity (5.7.3)",
        parameters=(*_TIME, *_SHOW, *_MAPS, "type"),
        answers=(200, 206, 400, 404),
    ),
    Route(
        method="GET",
        path=TEMPORAL,
        permission=_READ,
        endpoint=query_histories,
        summary="Query the history of entities (5.7.4)",
        parameters=TEMPORAL_QUERY_WORDS,
        answers=(200, 201, 206, 400),
    ),
    Route(
        method="POST",
        path="/ngsi-ld/v1/temporal/entityOperations/query",
        permission=_READ,
        endpoint=post_history_query,
        summary="Query the history of entities, the query in the body (6.24)",
        body="Query",
        parameters=("options", "format", "sysAttrs", "limit", "offset", "count", "local"),
        answers=(200, 206, 400),
    ),
)
