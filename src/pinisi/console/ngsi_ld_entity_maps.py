"""The resources of entity maps: made for a query, retrieved, updated, deleted (NGSI-LD 5.14; 6.32, 6.34, 6.35)."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.console.entity_map_pages import MAPS, MapWish, make_map, map_header
from pinisi.console.entity_maps import change_face, delete_map, map_of, now_of
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_consumption import QUERY_WORDS, all_found
from pinisi.console.ngsi_ld_linked_query import links_resolved
from pinisi.console.ngsi_ld_query import join_of, ordering_of, posted_query, query_of
from pinisi.console.ngsi_ld_request import MEDIA, Asked, accepted, asked, sent
from pinisi.console.ngsi_ld_show import document_reply, posted_words, view_of, view_of_words
from pinisi.console.ngsi_ld_temporal import TEMPORAL_QUERY_WORDS, asked_histories, posted_histories
from pinisi.context.entity_map import (
    LOCAL,
    EntityMap,
    Place,
    check_map_id,
    ends,
    map_document,
    read_lifetime,
    read_map_fragment,
)
from pinisi.context.problems import ResourceNotFound
from pinisi.context.render import encode, with_context
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.instant import Instant


async def create_map(house: House, call: Call) -> Reply:
    """5.14.4 by GET: the parameters of a query; those that shape its answer are checked, and then not needed."""
    how = asked(house.contexts, call)
    query = query_of(call.query, how.table)
    join_of(call.query, view_of(call, how.table))
    return await _created(house, call, how, (query,), call.query)


async def post_map(house: House, call: Call) -> Reply:
    """5.14.4 by POST: a Query in the body."""
    body = sent(house.contexts, call)
    how = Asked(body.table, accepted(call.headers.get(b"accept"), False))
    posted = posted_query(body.document, body.table, local=call.query.get("local"))
    join_of(posted.told, view_of_words(call, how.table, posted_words(posted.told)))
    return await _created(house, call, how, posted.queries, posted.told)


async def _created(
    house: House, call: Call, how: Asked, queries: tuple[EntityQuery, ...], told: Mapping[str, Any]
) -> Reply:
    lifetime = read_lifetime(told.get("entityMapLifetime"))
    queries = await links_resolved(house, call, queries)
    records = await all_found(house, call, queries, ordering_of(told, how.table))
    return await _made(house, call, how, [record.id for record in records], lifetime)


async def create_temporal_map(house: House, call: Call) -> Reply:
    """5.14.5 by GET."""
    lifetime = read_lifetime(call.query.get("entityMapLifetime"))
    how, ids = await asked_histories(house, call)
    return await _made(house, call, how, ids, lifetime)


async def post_temporal_map(house: House, call: Call) -> Reply:
    """5.14.5 by POST."""
    how, ids, told = await posted_histories(house, call)
    return await _made(house, call, how, ids, read_lifetime(told.get("entityMapLifetime")))


async def _made(house: House, call: Call, how: Asked, ids: Sequence[str], lifetime: Instant) -> Reply:
    places = [Place(id, house.holders_of_past(id)) for id in ids]
    made = await make_map(house, call, places, MapWish(lifetime=lifetime))
    return map_reply(made, how, 201)


def map_reply(kept: EntityMap, how: Asked, status: int) -> Reply:
    """The map itself, and the header that says where it is (6.34.3)."""
    body = encode(map_document(kept))
    if how.media == "ld":
        body = with_context(body, how.table)
    return Reply(status, body, MEDIA[how.media], (*how.headers, *map_header(kept)))


async def retrieve_map(house: House, call: Call) -> Reply:
    """5.14.1. Entities that the reader sees no more are left out, whatever the map says."""
    how = asked(house.contexts, call)
    kept = await _must(house, call)
    document = map_document(kept)
    seen = await _seen(house, call, kept)
    document["entityMap"] = {id: where for id, where in kept.sources().items() if where != (LOCAL,) or id in seen}
    return document_reply(document, how)


async def _seen(house: House, call: Call, kept: EntityMap) -> frozenset[str]:
    ids = tuple(kept.sources())
    if not ids:
        return frozenset()
    page = await house.store.find(call.tenant, EntityQuery(ids=ids), call.grants, limit=len(ids))
    gone = await house.store.gone(call.tenant, EntityQuery(ids=ids), call.grants, since=0, limit=len(ids))
    return frozenset((*(record.id for record in page.records), *gone))


async def update_map(house: House, call: Call) -> Reply:
    """5.14.2: its end can be changed, within the longest lifetime; what only the system writes is ignored."""
    kept = await _must(house, call)
    end = read_map_fragment(sent(house.contexts, call, merge_patch=True).document)
    if end is not None:
        await change_face(house, call, kept, ends(kept.face, end, now_of(house, call)))
    return Reply(204)


async def remove_map(house: House, call: Call) -> Reply:
    """5.14.3."""
    kept = await _must(house, call)
    await delete_map(house, call, kept.id)
    return Reply(204)


async def _must(house: House, call: Call) -> EntityMap:
    id = check_map_id(call.params["id"])
    kept = await map_of(house, call, id)
    if kept is None:
        raise ResourceNotFound(f"there is no entity map {id[:200]}")
    return kept


_READ = "context.read"
_TEMPORAL_MAPS = "/ngsi-ld/v1/temporal/entityMaps"

ENTITY_MAP_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=MAPS,
        permission=_READ,
        endpoint=create_map,
        summary="Make an entity map of a query (5.14.4)",
        parameters=QUERY_WORDS,
        answers=(201, 400),
    ),
    Route(
        method="POST",
        path=MAPS,
        permission=_READ,
        endpoint=post_map,
        summary="Make an entity map of a query in the body (5.14.4)",
        body="Query",
        parameters=("options", "format", "limit", "offset", "count", "local"),
        answers=(201, 400),
    ),
    Route(
        method="GET",
        path=_TEMPORAL_MAPS,
        permission=_READ,
        endpoint=create_temporal_map,
        summary="Make an entity map of a query of history (5.14.5)",
        parameters=TEMPORAL_QUERY_WORDS,
        answers=(201, 400),
    ),
    Route(
        method="POST",
        path=_TEMPORAL_MAPS,
        permission=_READ,
        endpoint=post_temporal_map,
        summary="Make an entity map of a query of history in the body (5.14.5)",
        body="Query",
        parameters=("options", "format", "limit", "offset", "count", "local"),
        answers=(201, 400),
    ),
    Route(
        method="GET",
        path=MAPS + "/{id}",
        permission=_READ,
        endpoint=retrieve_map,
        summary="Retrieve an entity map (5.14.1)",
        answers=(200, 400, 404),
    ),
    Route(
        method="PATCH",
        path=MAPS + "/{id}",
        permission=_READ,
        endpoint=update_map,
        summary="Change the end of an entity map (5.14.2)",
        body="EntityMapFragment",
        answers=(204, 400, 404),
    ),
    Route(
        method="DELETE",
        path=MAPS + "/{id}",
        permission=_READ,
        endpoint=remove_map,
        summary="Delete an entity map (5.14.3)",
        answers=(204, 400, 404),
    ),
)
