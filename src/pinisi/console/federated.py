"""What every operation that reaches other context sources has in common: when it does, and how it tells (6.3.17)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from pinisi.console.heard_first import hear
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply, Route
from pinisi.console.ngsi_ld_identity import alias_of
from pinisi.console.ngsi_ld_request import flag
from pinisi.console.refusals import refusal_of
from pinisi.context.federation.answer import WARNING_HEADER, Answer, read_warnings, warning, warning_header, warning_of
from pinisi.context.federation.sources import Asker
from pinisi.context.registration import PROXIED, Registration
from pinisi.context.registration_matching import Match, Wanted
from pinisi.context.term_table import TermTable
from pinisi.store.change import Refused
from pinisi.store.record import Family, Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.entity import Entity, encode_entity
from pinisi.vocabulary.terms import LOCATION

T = TypeVar("T")
Distributed = Callable[[House, Call, Endpoint], Awaitable[Reply]]
"""The way of an operation that other sources may take part in; the endpoint does the part that is done here."""

_LOOKING = ("/ngsi-ld/v1/entities", "/ngsi-ld/v1/entityOperations")
"""Whoever reads here has heard of the whole log when he is answered, also of the first registration of a tenant."""
AT_ONCE = 16
"""Requests of one operation that are under way at the same time."""


def with_sources(routes: Iterable[Route], ways: dict[tuple[str, str], Distributed]) -> tuple[Route, ...]:
    """The routes, those with a distributed way going it where a tenant has registrations (NGSI-LD 4.3.6)."""
    return tuple(
        route if (way := ways.get((route.method, route.path))) is None else _with_way(route, way) for route in routes
    )


def _with_way(route: Route, way: Distributed) -> Route:
    local = route.endpoint
    looks, reads = route.path.startswith(_LOOKING), route.method == "GET" or route.path.endswith("/query")

    def endpoint(house: House, call: Call) -> Awaitable[Reply]:
        if reads or call.query_string or house.registrations.any(call.tenant):
            return perhaps_distributed(house, call)
        return local(house, call)

    async def perhaps_distributed(house: House, call: Call) -> Reply:
        if call.query_string and flag(call, "local"):
            return await local(house, call)
        if house.registrations.any(call.tenant) or (reads and not looks):
            await hear(house, call)
        if house.registrations.any(call.tenant):
            return await way(house, call, local)
        if not reads:
            return await local(house, call)
        try:
            reply = await local(house, call)
        except Refused:
            if not house.registrations.any(call.tenant):
                raise
        else:
            if not house.registrations.any(call.tenant):
                return reply
        return await way(house, call, local)

    parameters = route.parameters if "local" in route.parameters else (*route.parameters, "local")
    return msgspec.structs.replace(route, endpoint=endpoint, parameters=parameters)


def asker_of(house: House, call: Call, table: TermTable) -> Asker:
    """Who asks, for requests to sources.

    Raises:
        BadRequestData: the request came over too many sources.
    """
    asker = Asker(call.tenant, alias_of(house, call.tenant), call.header(b"via"), call.headers, table)
    _ = asker.came_over
    return asker


class Warnings:
    """What a reader must know of sources that did not answer as they should."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self.told: list[str] = []

    def hear(self, registration: Registration, answer: Answer) -> None:
        """Take note of an answer, and of what its source itself warned of."""
        own = warning_of(self._asker.alias, registration.id, answer)
        self.told += (own, *answer.warnings) if own is not None else answer.warnings

    def say(self, text: str) -> None:
        """A warning of our own (199)."""
        self.told.append(warning(199, self._asker.alias, text))

    def on(self, reply: Reply) -> Reply:
        """The reply with the header NGSILD-Warning, where there is anything to warn of."""
        said = [value.decode("latin-1") for name, value in reply.headers if name == WARNING_HEADER]
        header = warning_header([*(one for text in said for one in read_warnings(text)), *self.told])
        kept = tuple(pair for pair in reply.headers if pair[0] != WARNING_HEADER)
        return msgspec.structs.replace(reply, headers=(*kept, *header)) if header else reply

    async def on_any(self, answer: Awaitable[Reply]) -> Reply:
        """The same for a reply still to be made; a refusal carries the warnings too."""
        try:
            return self.on(await answer)
        except Refused as error:
            if not self.told:
                raise
            return self.on(refusal_of(error))


class ReadLeg(msgspec.Struct, frozen=True):
    """A source that takes part in a read, and the operation by which it is asked."""

    match: Match
    operation: str

    @property
    def registration(self) -> Registration:
        return self.match.registration


def read_legs(
    house: House, asker: Asker, warnings: Warnings, wanted: Wanted, operations: Sequence[str], *, temporal: bool = False
) -> list[ReadLeg]:
    """The sources of a read, each with the first of the operations that it offers.

    A request that was here before reaches nobody further: it is told so (199), and answered by what is held here.
    """
    found: dict[str, ReadLeg] = {}
    for operation in operations:
        for match in house.registrations.matching(asker.tenant, wanted, operation, temporal=temporal):
            found.setdefault(match.registration.id, ReadLeg(match, operation))
    if found and asker.loops:
        warnings.say("a registration loop was found: answered from what is held here")
        return []
    return list(found.values())


def write_matches(house: House, asker: Asker, wanted: Wanted, *, temporal: bool = False) -> list[Match]:
    """The registrations that may take part in a write, whatever they offer; those it came over only if they proxy."""
    matches = house.registrations.matching(asker.tenant, wanted, None, temporal=temporal)
    way = frozenset(asker.came_over)
    return [
        match
        for match in matches
        if match.registration.mode != "auxiliary"
        and (match.registration.mode in PROXIED or not (asker.loops or match.registration.alias in way))
    ]


async def all_of(work: Sequence[Awaitable[T]], at_once: int = AT_ONCE) -> list[T]:
    """The results of work done together, not too much of it at a time, in its order."""
    if len(work) <= 1:
        return [await one for one in work]
    slots = asyncio.Semaphore(at_once)

    async def guarded(one: Awaitable[T]) -> T:
        async with slots:
            return await one

    return list(await asyncio.gather(*map(guarded, work)))


class SeenPart(msgspec.Struct, frozen=True):
    """What a reader may see of what one source knows of an entity, and the areas that it lies in."""

    entity: Entity
    areas: tuple[str, ...]


def part_of(record: Record, call: Call) -> SeenPart | None:
    """The part that is held here."""
    projection = projection_of(record, call.grants)
    return None if projection is None else SeenPart(seen(record, projection), record.family.areas)


async def parts_seen(house: House, call: Call, entities: Sequence[Entity]) -> list[SeenPart | None]:
    """What a reader may see of entities that a source answered: his grants hold for them as for ours."""
    if call.grants.sees_all:
        return [SeenPart(entity, ()) for entity in entities]
    points = [_point(entity) for entity in entities]
    known = await house.store.areas_at(call.tenant, [point for point in points if point is not None])
    places = iter(known)
    parts: list[SeenPart | None] = []
    for entity, point in zip(entities, points, strict=True):
        areas = tuple(next(places)) if point is not None else ()
        projection = call.grants.projection(entity.types, areas)
        if projection is None:
            parts.append(None)
            continue
        shown = projection.attributes
        kept = entity.attributes
        if shown is not None:
            kept = {name: found for name, found in kept.items() if name in shown}
        parts.append(SeenPart(msgspec.structs.replace(entity, attributes=kept), areas))
    return parts


def _point(entity: Entity) -> tuple[float, float] | None:
    for instance in entity.attributes.get(LOCATION, ()):
        value = instance.value
        if isinstance(value, dict) and value.get("type") == "Point":  # pyright: ignore[reportUnknownMemberType]
            longitude, latitude, *_ = value["coordinates"]  # pyright: ignore[reportUnknownVariableType]
            return float(longitude), float(latitude)  # pyright: ignore[reportUnknownArgumentType]
    return None


def record_of(entity: Entity, areas: Iterable[str]) -> Record:
    """An entity that lies in no store as a record, so that it is shown like any other; it is kept by nobody."""
    return Record(0, entity.id, 0, Family(0, tuple(entity.types), tuple(areas)), encode_entity(entity))
