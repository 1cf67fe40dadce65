"""The share of residents who live within walking distance of a stop.

SDG indicator 11.2.1 asks for the people with convenient access to public transport (500 m to a bus stop); Makassar has
300 m. Distances are straight lines. Where people live within an area is not known: they are taken to be spread evenly
over it, so a figure of large areas is rougher than one of small ones.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

METRES_A_DEGREE = 111_195.0
"""Of latitude, on a sphere of 6,371,008.8 m."""
_CORNERS = 16
"""Corners of a quarter of the circle round a stop: its ground is 0.2 % too small at most."""


class Area(msgspec.Struct, frozen=True):
    """`ground` is a GeoJSON Polygon or MultiPolygon in degrees; `people` live there."""

    id: str
    ground: Any
    people: float


class Reached(msgspec.Struct, frozen=True):
    """Of one area: how many of its `people` live near a stop; `share` of its ground (0 to 1) is near one."""

    id: str
    people: float
    near: float
    share: float


class Reach(msgspec.Struct, frozen=True):
    """Of all areas together. `share` is in percent of `people`; None where nobody lives. `left_out`: areas without
    people or with ground that cannot be."""

    metres: float
    people: float
    near: float
    share: float | None
    areas: tuple[Reached, ...]
    left_out: tuple[str, ...]


def within(
    areas: Sequence[Area],
    stops: Sequence[tuple[float, float]],
    metres: float = 300.0,
    lines: Sequence[Sequence[tuple[float, float]]] = (),
) -> Reach:
    """`stops` are longitudes and latitudes, `lines` ways of them; `metres` the straight distance to the nearest one.

    Raises:
        ValueError: the distance is not above zero.
    """
    from shapely import GEOSException, STRtree, union_all
    from shapely.affinity import scale
    from shapely.geometry import LineString, MultiPoint, Polygon, shape

    if not metres > 0:
        raise ValueError("metres: is not above zero")
    east = _stretch([*stops, *(point for line in lines for point in line)])
    points = MultiPoint(_flat(stops, east)).geoms if stops else ()
    circles: list[Polygon] = [point.buffer(metres, quad_segs=_CORNERS) for point in points]
    ways = [LineString(_flat(line, east)) for line in lines if len(set(line)) > 1]
    circles += [way.buffer(metres, quad_segs=_CORNERS) for way in ways]
    tree = STRtree(circles)
    reached: list[Reached] = []
    left_out: list[str] = []
    for area in areas:
        try:
            ground = scale(shape(area.ground), east, METRES_A_DEGREE, origin=(0, 0))
            if not (area.people >= 0 and ground.is_valid and ground.area > 0):
                raise ValueError(area.id)
            close = union_all([circles[int(place)] for place in tree.query(ground, predicate="intersects")])
            share = min(1.0, ground.intersection(close).area / ground.area)
        except (GEOSException, ValueError, TypeError, KeyError, AttributeError, IndexError):
            left_out.append(area.id)
            continue
        reached.append(Reached(area.id, area.people, area.people * share, share))
    people, near = sum(each.people for each in reached), sum(each.near for each in reached)
    return Reach(metres, people, near, near / people * 100 if people else None, tuple(reached), tuple(left_out))


def _stretch(stops: Sequence[tuple[float, float]]) -> float:
    """Metres of a degree of longitude at the middle of the stops."""
    from math import cos, radians

    middle = sum(lat for _, lat in stops) / len(stops) if stops else 0.0
    return METRES_A_DEGREE * cos(radians(middle))


def _flat(stops: Sequence[tuple[float, float]], east: float) -> list[tuple[float, float]]:
    return [(lon * east, lat * METRES_A_DEGREE) for lon, lat in stops]
