"""Queries that make an entity map, or go on with one (NGSI-LD 5.5.9.3, 5.5.14, 5.7.2.4).

The seam for other sources: `map_wish` says what a request asks of maps, `EntityMap.sources` where each entity is held,
`keep_map` keeps one whose places name registrations beside `@none`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from pinisi.console.entity_maps import change_places, keep_map, map_of, now_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_request import Paging
from pinisi.context.entity_map import (
    LIFETIME,
    LOCAL,
    PLACES_MOST,
    EntityMap,
    Place,
    map_referred_to,
    new_map,
    read_lifetime,
    without,
)
from pinisi.context.problems import BadRequestData, ResourceNotFound, TooManyResults
from pinisi.store.query import EntityQuery
from pinisi.store.record import Record
from pinisi.vocabulary.instant import Instant

MAPS = "/ngsi-ld/v1/entityMaps"
MAP_HEADER = b"ngsild-entitymap"
_SLICE = 50
_ASKING = frozenset(("entityMap", "entityMapLifetime", "splitEntities"))
Headers = tuple[tuple[bytes, bytes], ...]


class MapWish(msgspec.Struct, frozen=True):
    """What a request asks of entity maps: to go on with `found`, or else that one is made, which lives so long."""

    found: EntityMap | None = None
    reference: bytes = b""
    lifetime: Instant = LIFETIME

    @property
    def echo(self) -> Headers:
        """The header that names the map that is used, as the request named it."""
        return ((MAP_HEADER, self.reference),)


async def map_wish(house: House, call: Call, told: Mapping[str, Any]) -> MapWish | None:
    """None for the many requests that ask nothing of maps. `told`: parameters of a GET, or members of a Query.

    Raises:
        BadRequestData: names the parameter.
    """
    reference = call.headers.get(MAP_HEADER)
    if reference is None and _ASKING.isdisjoint(told):
        return None
    flags = [_flag(told, name) for name in ("entityMap", "splitEntities")]
    lifetime = read_lifetime(told.get("entityMapLifetime"))
    if reference is not None:
        found = await map_of(house, call, map_referred_to(reference.decode("latin-1")))
        return MapWish(found, reference, lifetime)
    return MapWish(lifetime=lifetime) if flags[0] else None


async def map_named(house: House, call: Call) -> EntityMap | None:
    """The map that a purge keeps to (table 6.4.3.3-2); None where it names none.

    Raises:
        ResourceNotFound: it is unknown, or its time is over: nobody can have meant all the others.
    """
    reference = call.headers.get(MAP_HEADER)
    if reference is None:
        return None
    id = map_referred_to(reference.decode("latin-1"))
    found = await map_of(house, call, id)
    if found is None:
        raise ResourceNotFound(f"there is no entity map {id[:200]}")
    return found


def within_map(query: EntityQuery, kept: EntityMap) -> EntityQuery:
    """The query, for the entities of a map only."""
    ids = kept.sources()
    return msgspec.structs.replace(
        query, ids=tuple(ids if query.ids is None else (id for id in query.ids if id in ids))
    )


def _flag(told: Mapping[str, Any], name: str) -> bool:
    value = told.get(name, False)
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in ("true", "false"):
        raise BadRequestData("true or false", name)
    return value.lower() == "true"


def map_header(kept: EntityMap) -> Headers:
    """Where the map can be had."""
    return ((MAP_HEADER, f"{MAPS}/{kept.id}".encode()),)


async def make_map(
    house: House, call: Call, places: Sequence[Place], wish: MapWish, linked: Mapping[str, str] | None = None
) -> EntityMap:
    """Make a map of these places and keep it. `linked`: registration -> the map that its source made.

    Raises:
        TooManyResults: there are too many.
    """
    if len(places) > PLACES_MOST:
        raise TooManyResults(f"an entity map holds at most {PLACES_MOST} entities: narrow the query", "entityMap")
    made = new_map(call.principal.id, places, now_of(house, call), wish.lifetime, linked)
    await keep_map(house, call, made)
    return made


async def map_of_one(house: House, call: Call, id: str) -> Headers | None:
    """The header that names the map of a retrieval: the one it goes on with, or one that is made (5.7.1.4)."""
    wish = await map_wish(house, call, call.query)
    if wish is None or wish.found is not None:
        return None if wish is None else wish.echo
    made = await make_map(house, call, [Place(id, house.holders_of_past(id))], wish, house.maps_of_past())
    return map_header(made)


def within(queries: Sequence[EntityQuery], ids: Collection[str]) -> list[EntityQuery]:
    """The queries, about no other entities than these."""
    return [
        msgspec.structs.replace(query, ids=tuple(ids if query.ids is None else (id for id in query.ids if id in ids)))
        for query in queries
    ]


T = TypeVar("T")
Fitting = Callable[[Sequence[Place]], Awaitable[Mapping[str, T]]]
"""Places -> those of their entities that still fit, by id."""


class Turned(msgspec.Struct, Generic[T], frozen=True):
    """One page of a map. `silent`: entities of the map that were looked at and do not fit (or their sources failed)."""

    found: list[T]
    following: int | None
    count: int | None
    silent: frozenset[str]


class MapPage(msgspec.Struct, frozen=True):
    """One page of a map: what fits of it from a place on, the place where the next page begins, how many fit in all."""

    records: Sequence[Record]
    following: int | None
    count: int | None


async def turned(places: Sequence[Place], page: Paging, fitting: Fitting[T], size: int = _SLICE) -> Turned[T]:
    """A page of a map, filled as long as there are entities that still fit (5.5.9.3)."""
    found: list[T] = []
    following: int | None = None
    silent: set[str] = set()
    count = 0
    for start in range(0 if page.count else page.offset, len(places), size):
        some = places[start : start + size]
        held = await fitting(some)
        silent |= {place.id for place in some if place.sources and place.id not in held}
        for at, place in enumerate(some, start):
            if place.id not in held:
                continue
            count += 1
            if at < page.offset or following is not None:
                continue
            if len(found) < page.limit:
                found.append(held[place.id])
            elif page.limit:
                following = at
        if following is not None and not page.count:
            break
    return Turned(found, following, count if page.count else None, frozenset(silent))


async def walk(house: House, call: Call, kept: EntityMap, queries: Sequence[EntityQuery], page: Paging) -> MapPage:
    """A page of a map of what is held here; entities that fit no more leave the map."""

    async def fitting(some: Sequence[Place]) -> dict[str, Record]:
        return await _fitting(house, call, [place.id for place in some if LOCAL in place.sources], queries)

    turn = await turned(kept.places, page, fitting)
    held = frozenset(place.id for place in kept.places if place.sources == (LOCAL,))
    gone = turn.silent & held & asked_about(kept.places, queries)
    if gone:
        await change_places(house, call, without(kept, gone))
    return MapPage(turn.found, turn.following, turn.count)


async def _fitting(house: House, call: Call, ids: Sequence[str], queries: Sequence[EntityQuery]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for query in queries:
        asked = tuple(ids) if query.ids is None else tuple(id for id in ids if id in query.ids)
        if asked:
            narrowed = msgspec.structs.replace(query, ids=asked)
            page = await house.store.find(call.tenant, narrowed, call.grants, limit=len(asked), heat=False)
            found |= {record.id: record for record in page.records}
    return found


def asked_about(places: Sequence[Place], queries: Sequence[EntityQuery]) -> set[str]:
    """Ids among these that the queries are about: others may fit another time."""
    return {place.id for place in places if any(query.ids is None or place.id in query.ids for query in queries)}
