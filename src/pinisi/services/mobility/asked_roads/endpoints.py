"""Route, reach and travel times of the service, each a GET that whoever may read the context may ask."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from pinisi.city.entry import Unfit
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.asked_roads.answer import (
    Avoided,
    Contour,
    ContourFeature,
    RoadReachAnswer,
    RoadsFound,
    RouteAnswer,
    RouteFound,
    TimesAnswer,
    Why,
)
from pinisi.services.mobility.asked_roads.query import (
    COSTINGS,
    TEXTS,
    By,
    RoadReachQuery,
    RouteQuery,
    TimesQuery,
    minutes,
    position,
    positions,
)
from pinisi.services.mobility.asked_roads.roads_now import RoadsNow, Shut, no_way, roads_now
from pinisi.services.mobility.routing.answers import NoWay
from pinisi.services.mobility.routing.programs import RoutingFailed
from pinisi.vocabulary.instant import format_instant

if TYPE_CHECKING:
    from pinisi.services.mobility.routing.around import Around

T = TypeVar("T")
SECONDS = 60.0


async def route(visit: Visit[None, RouteQuery]) -> RouteAnswer:
    asked = visit.query
    start, end, costing = position("from", asked.from_), position("to", asked.to), COSTINGS[asked.by]
    roads, found = await _begun(visit, asked.by)
    said = msgspec.convert(msgspec.structs.asdict(found), RouteFound)
    if roads is None:
        return RouteAnswer(geometry=None, properties=said)
    from pinisi.services.mobility.routing.around import around

    grounds = [each.closed for each in roads.shut]
    told, why = await _asked(lambda: around(roads.router, start, end, costing, grounds, roads.speeds), ("from", "to"))
    if told is None:
        return RouteAnswer(geometry=None, properties=msgspec.structs.replace(said, why=why))
    return _way(told, said, [roads.shut[index] for index in told.on_open])


async def reach(visit: Visit[None, RoadReachQuery]) -> RoadReachAnswer:
    asked = visit.query
    start, within, costing = position("from", asked.from_), minutes(asked.minutes), COSTINGS[asked.by]
    roads, found = await _begun(visit, asked.by)
    if roads is None:
        return RoadReachAnswer(found=found)
    contours, why = await _asked(
        lambda: roads.router.reach(start, within, costing, roads.closed, roads.speeds), ("from",)
    )
    features = tuple(
        ContourFeature(geometry=each.geometry, properties=Contour(minutes=each.minutes))
        for each in reversed(contours or [])
    )
    return RoadReachAnswer(features=features, found=msgspec.structs.replace(found, why=why))


async def travel_times(visit: Visit[None, TimesQuery]) -> TimesAnswer:
    asked = visit.query
    starts, ends, costing = positions("from", asked.from_), positions("to", asked.to), COSTINGS[asked.by]
    roads, found = await _begun(visit, asked.by)
    if roads is None:
        return TimesAnswer(found=found)
    matrix, why = await _asked(lambda: roads.router.matrix(starts, ends, costing, roads.closed, roads.speeds), ())
    if matrix is None:
        return TimesAnswer(found=msgspec.structs.replace(found, why=why))
    return TimesAnswer(seconds=matrix.seconds, metres=matrix.metres, found=found)


async def _begun(visit: Visit[Any, Any], by: By) -> tuple[RoadsNow | None, RoadsFound]:
    """The roads, and what every answer says of them."""
    roads, at = await roads_now(visit, by), format_instant(visit.now)
    if roads is None:
        return None, RoadsFound(by=by, at=at, why=Why(code="no-graph", text=TEXTS["no-way-no-graph"]))
    return roads, RoadsFound(
        by=by,
        at=at,
        closures=len(roads.shut),
        closures_left_out=roads.left_out,
        speeds=len(roads.speeds),
        graph=roads.graph,
    )


async def _asked(ask: Callable[[], T], fields: Sequence[str]) -> tuple[T | None, Why | None]:
    """The answer, or why there is none. Raises `Unfit` where that lies in what was asked."""
    try:
        return await asyncio.to_thread(ask), None
    except NoWay as error:
        reason = no_way(error, fields)
        if isinstance(reason, Unfit):
            raise reason from None
        return None, Why(code=error.code, text=reason)
    except RoutingFailed:
        return None, Why(code="no-answer", text=TEXTS["no-way-no-answer"])


def _way(told: "Around", said: RouteFound, met: Sequence[Shut]) -> RouteAnswer:
    """`met`: the closures that made it another way than the quickest."""
    seen = tuple(_avoided(each) for each in met if each.seen)
    if met:
        said = msgspec.structs.replace(
            said,
            open_seconds=told.open.seconds,
            open_metres=round(told.open.metres, 1),
            avoided=seen,
            avoided_unseen=len(met) - len(seen),
        )
    if told.way is None:
        why = Why(code="closed", text=TEXTS["no-way-closed"])
        return RouteAnswer(geometry=None, properties=msgspec.structs.replace(said, why=why))
    line = {"type": "LineString", "coordinates": [list(each) for each in told.way.line]}
    properties = msgspec.structs.replace(said, seconds=told.way.seconds, metres=round(told.way.metres, 1))
    return RouteAnswer(geometry=line, properties=properties)


def _avoided(shut: Shut) -> Avoided:
    return Avoided(id=shut.known.id, name=shut.known.text("name"), cause=shut.known.text("closureCause"))


ROUTE = Endpoint(
    method="GET",
    path="/routes",
    title=TEXTS["asked-route"],
    permission="context.read",
    query=RouteQuery,
    answer=RouteAnswer,
    handle=route,
    seconds=SECONDS,
)
REACH = Endpoint(
    method="GET",
    path="/reach",
    title=TEXTS["asked-reach"],
    permission="context.read",
    query=RoadReachQuery,
    answer=RoadReachAnswer,
    handle=reach,
    seconds=SECONDS,
)
TIMES = Endpoint(
    method="GET",
    path="/travel-times",
    title=TEXTS["asked-times"],
    permission="context.read",
    query=TimesQuery,
    answer=TimesAnswer,
    handle=travel_times,
    seconds=SECONDS,
)
ENDPOINTS = (ROUTE, REACH, TIMES)
