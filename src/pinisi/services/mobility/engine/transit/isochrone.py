"""How far one comes by public transport and on foot within a time, as ground."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from pinisi.services.mobility.engine.transit.day_network import DayNetwork
from pinisi.services.mobility.engine.transit.journey import MOST_RIDES, LonLat, on_foot
from pinisi.services.mobility.engine.transit.on_foot import metres_of, seconds_of
from pinisi.services.mobility.engine.transit.rounds import NEVER, Search, search
from pinisi.services.mobility.engine.transit.timetable import Places

_CORNERS = 6
"""Corners of a quarter of a circle: its ground is 1 % too small."""
_NEARLY = 15.0
"""Metres by which the edge may lie beside the true one."""


class Isochrone(msgspec.Struct, frozen=True):
    """`stops` are reached within `minutes`; `ground` is a GeoJSON Polygon or MultiPolygon in degrees."""

    minutes: int
    stops: int
    ground: Any


def seconds_to_stops(day: DayNetwork, place: LonLat, at: int, walk: float, longest: int, *, arrive: bool) -> Places:
    """To each stop from the place, or from each stop to it (`arrive`); NEVER where it takes longer."""
    network, turn = (day.backwards, -1) if arrive else (day.forwards, 1)
    origin = on_foot(day, place, walk)
    wanted = Search(at * turn, origin, None, MOST_RIDES, longest, seconds_of(walk))
    arrived = search(network, wanted)[-1].arrive - at * turn
    return np.where(arrived <= longest, np.minimum(arrived, origin), np.where(origin <= longest, origin, NEVER))


def isochrones(
    day: DayNetwork, place: LonLat, at: int, minutes: Sequence[int], walk: float, *, arrive: bool = False
) -> tuple[Isochrone, ...]:
    """One for each of `minutes`: straight circles around the place and each stop for what time is left to walk."""
    reached = seconds_to_stops(day, place, at, walk, max(minutes) * 60, arrive=arrive)
    return tuple(_isochrone(day, place, reached, each, walk) for each in minutes)


def _isochrone(day: DayNetwork, place: LonLat, reached: Places, minutes: int, walk: float) -> Isochrone:
    from shapely import buffer, points, simplify, transform, union_all
    from shapely.geometry import mapping

    near = np.flatnonzero(reached <= minutes * 60)
    ground = day.ground
    x, y = ground.flat(*place)
    spots = points(np.append(ground.x[near], x), np.append(ground.y[near], y))
    left = np.append(minutes * 60 - reached[near], minutes * 60)
    radii = np.minimum(walk, metres_of(left))
    whole = union_all(buffer(spots, np.maximum(radii, 1.0), quad_segs=_CORNERS))
    degrees = transform(simplify(whole, _NEARLY), ground.degrees)
    return Isochrone(minutes, len(near), mapping(degrees))
