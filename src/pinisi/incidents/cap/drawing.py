"""Ground as CAP can say it: outlines without holes, of few enough points for a phone.

Where the ground is made simpler it only grows: whoever was warned is warned still.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.areas import Area as CityArea
from pinisi.incidents.cap.model import Area, Circle, Pair, Ring

MOST_POINTS = 500
FIRST_STEP = 0.00005
"""Degrees, some five metres."""
STEPS = 12
CODES = "kemendagri"
STATISTICS = "bps"


class NoGround(ValueError):
    """The geometry holds no ground to warn of."""


def area_of_geometry(description: str, geojson: Mapping[str, Any], radius_km: float = 1.0) -> Area:
    """A drawn polygon or several; a point becomes a circle of that radius.

    Raises:
        NoGround: it is no point and no polygon.
    """
    try:
        drawn = shape(dict(geojson))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise NoGround(f"no geometry: {error}") from None
    if isinstance(drawn, shapely.Point) and not drawn.is_empty:
        centre = (round(drawn.x, 6), round(drawn.y, 6))
        return Area(description=description, circles=(Circle(centre, radius_km),))
    return Area(description=description, polygons=tuple(_rings(drawn)))


def area_of_places(areas: Sequence[CityArea]) -> Area:
    """Kelurahan and other areas of the city, with their official codes.

    Raises:
        NoGround: none is named.
    """
    if not areas:
        raise NoGround("no area is named")
    codes = [Pair(CODES, area.code) for area in areas]
    codes += [Pair(STATISTICS, area.bps) for area in areas if area.bps]
    ground = shapely.union_all([shapely.make_valid(shape(area.geojson)) for area in areas])
    return Area(
        description=", ".join(area.name for area in areas), polygons=tuple(_rings(ground)), geocodes=tuple(codes)
    )


def _rings(drawn: BaseGeometry) -> Iterator[Ring]:
    """Outlines, latitude and longitude to a decimetre.

    Holes are warned of too: CAP knows none (clause 3.2.4), and more is safer than less.
    """
    ground = _polygons(shapely.make_valid(drawn))
    if not ground:
        raise NoGround(f"a {drawn.geom_type} holds no ground")
    for polygon in _simple_enough(ground):
        yield tuple((round(x, 6), round(y, 6)) for x, y in polygon.exterior.coords)


def _polygons(drawn: BaseGeometry) -> list[shapely.Polygon]:
    parts: list[BaseGeometry] = shapely.get_parts(drawn).tolist()
    found = [part for part in parts if isinstance(part, shapely.Polygon)]
    for part in parts:
        if isinstance(part, shapely.MultiPolygon):
            found.extend(_polygons(part))
    return [shapely.Polygon(polygon.exterior) for polygon in found if polygon.area > 0]


def _simple_enough(ground: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """With few enough points, and over all of the ground; where nothing else is, the box around it."""
    whole = shapely.union_all(ground)
    if _count(ground) <= MOST_POINTS:
        return ground
    for doubled in range(STEPS):
        step = FIRST_STEP * 2**doubled
        simple = _grown(ground, step)
        if _count(simple) <= MOST_POINTS and shapely.union_all(simple).covers(whole):
            return simple
    return [shapely.box(*whole.bounds)]


def _grown(ground: list[shapely.Polygon], step: float) -> list[shapely.Polygon]:
    grown = shapely.union_all([polygon.buffer(step, quad_segs=2) for polygon in ground])
    return _polygons(grown.simplify(step * 0.9).buffer(step * 0.2, join_style="mitre"))


def _count(ground: list[shapely.Polygon]) -> int:
    return sum(len(polygon.exterior.coords) for polygon in ground)
