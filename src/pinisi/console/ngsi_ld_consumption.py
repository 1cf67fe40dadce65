"""Entities read: one by id, many by query (NGSI-LD 5.7.1, 5.7.2; 6.23 for the POSTed query)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.entity_map_pages import (
    MAP_HEADER,
    Headers,
    MapWish,
    make_map,
    map_header,
    map_of_one,
    map_wish,
    walk,
)
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_join import joined
from pinisi.console.ngsi_ld_linked_query import links_resolved
from pinisi.console.ngsi_ld_query import join_of, ordering_of, posted_query, query_of
from pinisi.console.ngsi_ld_request import Asked, Paging, accepted, asked, paging, paging_headers, sent
from pinisi.console.ngsi_ld_show import many, one, page_of, posted_words, shows_any, view_of, view_of_words
from pinisi.console.query_plan import Plan, plan_of
from pinisi.console.query_shape import Shape
from pinisi.context.entity_map import PLACES_MOST, Place
from pinisi.context.linked_entities import Join
from pinisi.context.ordering import Ordering
from pinisi.context.problems import BadRequestData, ResourceNotFound, TooComplexQuery
from pinisi.context.render import View
from pinisi.context.term_table import TermTable
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import check_entity_id
from pinisi.store.match import compile_query
from pinisi.store.query import EntityQuery
from pinisi.store.record import Page, Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.principal import WHOLE, Grants

ENTITIES = "/ngsi-ld/v1/entities"
ORDERED_MOST = 10_000


async def retrieve_entity(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call, geo=True)
    view = view_of(call, how.table)
    wish = None
    types = None
    if call.query_string:
        wish = join_of(call.query, view)
        types = call.query.get("type")
        check_geometry_property(call, how)
    record = await house.store.entity(call.tenant, call.params["id"], call.grants)
    if record is None:
        check_entity_id(call.params["id"])
        raise ResourceNotFound(f"{call.params['id'][:200]} does not exist")
    check_fits(record, types, view, how.table, call.grants)
    maps = await map_of_one(house, call, record.id)
    if wish is not None and how.media != "geo":
        reply = await joined(house, call, (record,), how, view, wish, (), single=True)
    else:
        reply = one(record, how, view, call)
    return reply if maps is None else msgspec.structs.replace(reply, headers=(*reply.headers, *maps))


def check_fits(record: Record, types: str | None, view: View, table: TermTable, grants: Grants) -> None:
    """Raises `ResourceNotFound` for an entity of which the reader sees nothing that is asked for (5.7.1.4)."""
    if types is not None and not of_type(record, types, table):
        raise ResourceNotFound(f"{record.id} is not of the type asked for")
    if view.attributes is None and view.pick is None and view.omit is None:
        return
    entity = seen(record, projection_of(record, grants) or WHOLE)
    if view.attributes is not None and not any(name in entity.attributes for name in view.attributes):
        raise ResourceNotFound(f"{record.id} has none of the attributes asked for")
    if (view.pick is not None or view.omit is not None) and not shows_any(entity, view):
        raise ResourceNotFound(f"{record.id} has none of the members asked for")


def of_type(record: Record, text: str, table: TermTable) -> bool:
    selection = parse_type_selection(text, table.expand_term)
    return selection is None or compile_query(EntityQuery(types=selection))(record.entity, None)


def check_geometry_property(call: Call, how: Asked) -> None:
    """Raises `BadRequestData` where a geometry is chosen for an answer that has none (5.7.1.4)."""
    if "geometryProperty" in call.query and how.media != "geo":
        raise BadRequestData("goes with answers in application/geo+json only", "geometryProperty")


async def query_entities(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call, geo=True)
    shape = call.shape
    plan = None if MAP_HEADER in call.headers else plan_of(how, shape)
    if plan is not None and shape is not None:
        return await _answer_by_plan(house, call, plan, shape)
    page = paging(call)
    check_geometry_property(call, how)
    query = query_of(call.query, how.table)
    view = view_of(call, how.table)
    return await _answer(house, call, (query,), page, how, view, call.query)


async def _answer_by_plan(house: House, call: Call, plan: Plan, shape: Shape) -> Reply:
    offset = int(shape.offset or 0)
    shown = await house.store.shown(
        call.tenant,
        plan.query_with(shape.q),
        call.grants,
        plan.showing,
        limit=plan.limit,
        offset=offset,
        count=plan.count,
        heat=call.principal.kind != "anonymous",
    )
    headers = plan.headers(call, shape, shown.more, shown.count) if shown.more or offset or plan.count else ()
    return page_of(shown.bodies, plan.how, call, headers)


async def post_query(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    how = Asked(body.table, accepted(call.headers.get(b"accept"), True))
    page = paging(call)
    posted = posted_query(body.document, body.table, local=call.query.get("local"))
    view = view_of_words(call, how.table, posted_words(posted.told))
    return await _answer(house, call, posted.queries, page, how, view, posted.told)


async def _answer(
    house: House,
    call: Call,
    queries: tuple[EntityQuery, ...],
    page: Paging,
    how: Asked,
    view: View,
    told: Mapping[str, Any],
) -> Reply:
    """The answer to a query, in its order and with linked entities where it asks for them."""
    wish = join_of(told, view)
    order = ordering_of(told, how.table)
    queries = await links_resolved(house, call, queries)
    maps = await map_wish(house, call, told)
    if maps is not None:
        return await _answer_by_map(house, call, queries, page, how, view, wish, order, maps)
    if order is None:
        found = await find(house, call, queries, page.limit, page.offset, page.count)
    else:
        found = await find_in_order(house, call, queries, page, order)
    headers = paging_headers(call, page, found.more, found.count)
    return await shown(house, call, found.records, how, view, wish, headers)


async def shown(
    house: House, call: Call, records: Sequence[Record], how: Asked, view: View, wish: Join | None, headers: Headers
) -> Reply:
    if wish is not None and how.media != "geo":
        return await joined(house, call, records, how, view, wish, headers)
    return many(records, how, view, call, headers)


async def _answer_by_map(
    house: House,
    call: Call,
    queries: tuple[EntityQuery, ...],
    page: Paging,
    how: Asked,
    view: View,
    wish: Join | None,
    order: Ordering | None,
    maps: MapWish,
) -> Reply:
    """A page of the map that the request goes on with; or the first of one that is made for it (201)."""
    if maps.found is not None:
        part = await walk(house, call, maps.found, queries, page)
        links = paging_headers(call, page, part.following is not None, part.count, part.following)
        return await shown(house, call, part.records, how, view, wish, (*links, *maps.echo))
    records = await all_found(house, call, queries, order)
    made = await make_map(house, call, [Place(record.id) for record in records], maps)
    end = page.offset + page.limit
    links = paging_headers(call, page, end < len(records), len(records) if page.count else None)
    headers = (*links, *map_header(made))
    reply = await shown(house, call, records[page.offset : end], how, view, wish, headers)
    return msgspec.structs.replace(reply, status=201)


async def all_found(
    house: House, call: Call, queries: tuple[EntityQuery, ...], order: Ordering | None
) -> Sequence[Record]:
    """All entities that a map may hold, and one more where there are more."""
    if order is not None:
        return (await find_in_order(house, call, queries, Paging(ORDERED_MOST, 0, False), order)).records
    return (await find(house, call, queries, PLACES_MOST + 1, 0, False)).records


async def find_in_order(
    house: House, call: Call, queries: tuple[EntityQuery, ...], page: Paging, order: Ordering
) -> "Found":
    """One page of the entities of a query in an order of the reader's own (4.23).

    Raises:
        TooComplexQuery: there are too many to put in order.
    """
    found = await find(house, call, queries, ORDERED_MOST, 0, page.count)
    if found.more:
        raise TooComplexQuery(f"more than {ORDERED_MOST} entities cannot be put in order", "orderBy")
    entities = [(record.entity, projection_of(record, call.grants) or WHOLE) for record in found.records]
    records = [found.records[place] for place in order.sorted(entities)]
    end = page.offset + page.limit
    return Found(records[page.offset : end], found.count, len(records) > end)


class Found:
    """One page of entities, and whether there are more behind it."""

    def __init__(self, records: list[Record], count: int | None, more: bool) -> None:
        self.records = records
        self.count = count
        self.more = more


async def find(
    house: House, call: Call, queries: tuple[EntityQuery, ...], limit: int, offset: int, count: bool
) -> Found:
    """The entities of one query, or of several joined, in order of first creation."""
    if len(queries) == 1:
        page = await _page(house, call, queries[0], limit + 1 if limit else 0, offset, count)
        records = list(page.records)
        total = page.count
    else:
        pages = [await _page(house, call, query, offset + limit + 1, 0, count) for query in queries]
        joined = {record.row: record for page in pages for record in page.records}
        records = [joined[row] for row in sorted(joined)][offset : offset + limit + 1]
        total = await _count(house, call, queries, pages) if count else None
    return Found(records[:limit], total, len(records) > limit)


async def _page(house: House, call: Call, query: EntityQuery, limit: int, offset: int, count: bool) -> Page:
    heat = call.principal.kind != "anonymous"
    return await house.store.find(call.tenant, query, call.grants, limit=limit, offset=offset, count=count, heat=heat)


async def _count(house: House, call: Call, queries: tuple[EntityQuery, ...], pages: list[Page]) -> int:
    """How many entities answer any of the queries; each once."""
    rows: set[int] = set()
    for query, page in zip(queries, pages, strict=True):
        whole = await _page(house, call, query, page.count or 0, 0, False)
        rows.update(record.row for record in whole.records)
    return len(rows)


_READ = "context.read"
MAP_WORDS = ("entityMap", "entityMapLifetime", "splitEntities")
_SHOW = ("options", "format", "sysAttrs", "attrs", "pick", "omit", "lang", "datasetId", "geometryProperty",
         "join", "joinLevel", "containedBy", "local", *MAP_WORDS)  # fmt: skip
_ORDER = ("orderBy", "collation", "orderFrom", "orderGeometry")
_QUERY = ("id", "type", "idPattern", "q", "scopeQ", "georel", "geometry", "coordinates", "geoproperty", "expandValues",
          "jsonKeys", "csf", *_ORDER)  # fmt: skip

QUERY_WORDS = (*_QUERY, *_SHOW, "limit", "offset", "count")

CONSUMPTION_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=ENTITIES + "/{id}",
        permission=_READ,
        endpoint=retrieve_entity,
        summary="Retrieve an entity (5.7.1)",
        parameters=(*_SHOW, "type"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=ENTITIES,
        permission=_READ,
        endpoint=query_entities,
        summary="Query entities (5.7.2)",
        parameters=QUERY_WORDS,
        answers=(200, 201, 400),
    ),
    Route(
        method="POST",
        path="/ngsi-ld/v1/entityOperations/query",
        permission=_READ,
        endpoint=post_query,
        summary="Query entities, the query in the body (6.23)",
        body="Query",
        parameters=("options", "format", "sysAttrs", "limit", "offset", "count", "local"),
        answers=(200, 201, 400),
    ),
)
