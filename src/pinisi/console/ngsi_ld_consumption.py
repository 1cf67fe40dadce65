"""Entities read: one by id, many by query (NGSI-LD 5.7.1, 5.7.2; 6.23 for the POSTed query)."""

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_query import posted_query, query_of
from pinisi.console.ngsi_ld_request import Asked, accepted, asked, paging, paging_headers, sent
from pinisi.console.ngsi_ld_show import many, one, posted_words, view_of, view_of_words
from pinisi.context.problems import ResourceNotFound
from pinisi.context.validate import check_entity_id
from pinisi.store.protocol import Page, Record
from pinisi.store.query import EntityQuery

ENTITIES = "/ngsi-ld/v1/entities"


async def retrieve_entity(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call, geo=True)
    view = view_of(call, how.table)
    record = await house.store.entity(call.tenant, call.params["id"], call.grants)
    if record is None:
        check_entity_id(call.params["id"])
        raise ResourceNotFound(f"{call.params['id'][:200]} does not exist")
    if view.attributes is not None and not any(name in record.entity.attributes for name in view.attributes):
        raise ResourceNotFound(f"{record.id} has none of the attributes asked for")
    return one(record, how, view, call)


async def query_entities(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call, geo=True)
    page = paging(call)
    query = query_of(call.query, how.table)
    view = view_of(call, how.table)
    found = await find(house, call, (query,), page.limit, page.offset, page.count)
    headers = paging_headers(call, page, found.more, found.count)
    return many(found.records, how, view, call, headers)


async def post_query(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    how = Asked(body.table, accepted(call.headers.get(b"accept"), True))
    page = paging(call)
    posted = posted_query(body.document, body.table)
    view = view_of_words(call, how.table, posted_words(posted.told))
    found = await find(house, call, posted.queries, page.limit, page.offset, page.count)
    headers = paging_headers(call, page, found.more, found.count)
    return many(found.records, how, view, call, headers)


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
_SHOW = ("options", "format", "attrs", "pick", "omit", "lang", "datasetId", "geometryProperty")
_QUERY = ("id", "type", "idPattern", "q", "scopeQ", "georel", "geometry", "coordinates", "geoproperty", "expandValues")

CONSUMPTION_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=ENTITIES + "/{id}",
        permission=_READ,
        endpoint=retrieve_entity,
        summary="Retrieve an entity (5.7.1)",
        parameters=_SHOW,
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=ENTITIES,
        permission=_READ,
        endpoint=query_entities,
        summary="Query entities (5.7.2)",
        parameters=(*_QUERY, *_SHOW, "limit", "offset", "count", "local"),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path="/ngsi-ld/v1/entityOperations/query",
        permission=_READ,
        endpoint=post_query,
        summary="Query entities, the query in the body (6.23)",
        body="Query",
        parameters=("options", "format", "limit", "offset", "count"),
        answers=(200, 400),
    ),
)
