"""The quickest way around what is closed, and which of it made it another way than the quickest.

For motor vehicles all that is closed is known to Valhalla. For others only what lies on a way is part of the question.
A way that was found with some of the closures left out, and touches none of them, is the quickest with all of them too.
So closures are added only as ways run into them; after `ROUNDS` all are asked at once.
"""

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from pinisi.services.mobility.routing.answers import Closed, Costing, LonLat, NoWay, Route
from pinisi.services.mobility.routing.closed_pieces import CLOSED_NEAR_M
from pinisi.services.mobility.routing.closures import together
from pinisi.services.mobility.routing.router import NO_SPEEDS, Router, Speeds

ROUNDS = 5
NEAR_DEGREES = 1.2 * CLOSED_NEAR_M / 111_195
"""A place farther than this from a way closes none of its roads: 25 m with a fifth on top, as degrees of latitude; of
longitude they are more, the farther north.
"""
_LEAST_COSINE = 0.1
SAME = 2.0
"""Seconds and metres: ways that differ by less are one, begun at a place that was rounded."""


class Around(msgspec.Struct, frozen=True):
    """`open`: the way if nothing were closed; `way`: around what is closed, None where none is left.

    `on_open`: which closures (by their place in the question) lie on `open`.
    """

    open: Route
    way: Route | None
    on_open: tuple[int, ...]


class Grounds:
    """Many closures, ready to be looked for along a way."""

    def __init__(self, closed: Sequence[Closed]) -> None:
        self.closed = closed
        places = [(index, place) for index, each in enumerate(closed) for place in each.places]
        rings = [(index, ring) for index, each in enumerate(closed) for ring in each.areas]
        self._of = np.array([index for index, _ in (*places, *rings)], np.int64)
        grounds: list[Any] = [shapely.Point(place) for _, place in places]
        grounds += [shapely.Polygon(ring) for _, ring in rings]
        self._tree = shapely.STRtree(grounds)

    def on(self, route: Route) -> set[int]:
        """Which of them a way runs into, or passes near enough to."""
        line = shapely.LineString(route.line if len(route.line) > 1 else [*route.line, *route.line])
        north = math.radians(max(abs(lat) for _, lat in route.line))
        far = NEAR_DEGREES / max(_LEAST_COSINE, math.cos(north))
        near = self._tree.query(line, predicate="dwithin", distance=far)
        return {int(self._of[index]) for index in near}


def around(
    router: Router,
    origin: LonLat,
    place: LonLat,
    costing: Costing,
    closed: Sequence[Closed],
    speeds: Speeds = NO_SPEEDS,
) -> Around:
    """`speeds` are kept to by motor vehicles.

    Raises:
        NoWay: also without closures no way leads there. `RoutingFailed`: it does not answer.
    """
    grounds = Grounds(closed)
    if not router.is_live(costing):
        return _step_by_step(router, origin, place, costing, grounds)
    open = router.route(origin, place, costing, speeds=speeds)
    if not closed:
        return Around(open, open, ())
    return _told(open, _without(router, origin, place, costing, closed, speeds), grounds.on(open))


def _step_by_step(router: Router, origin: LonLat, place: LonLat, costing: Costing, grounds: Grounds) -> Around:
    closed = grounds.closed
    open = way = router.route(origin, place, costing)
    kept: set[int] = set()
    on_open = met = grounds.on(open)
    for _ in range(ROUNDS):
        if met <= kept:
            return _told(open, way, on_open)
        kept |= met
        found = _without(router, origin, place, costing, [closed[index] for index in sorted(kept)])
        if found is None:
            return _told(open, None, on_open)
        way, met = found, grounds.on(found)
    return _told(open, _without(router, origin, place, costing, closed), on_open)


def _without(
    router: Router,
    origin: LonLat,
    place: LonLat,
    costing: Costing,
    closed: Sequence[Closed],
    speeds: Speeds = NO_SPEEDS,
) -> Route | None:
    try:
        return router.route(origin, place, costing, together(closed), speeds)
    except NoWay as error:
        if error.code in ("no-route", "no-road"):
            return None
        raise


def _told(open: Route, way: Route | None, on_open: set[int]) -> Around:
    """Where the way is the open one, what lies near closes another road."""
    same = way is not None and abs(way.seconds - open.seconds) < SAME and abs(way.metres - open.metres) < SAME
    return Around(open, open if same else way, () if same else tuple(sorted(on_open)))
