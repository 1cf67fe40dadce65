"""From the ground of a closure (GeoJSON) to what a question to the roads leaves out."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import Polygon

from pinisi.services.mobility.routing.answers import Closed, LonLat

LARGEST_DEGREES = 1.0
"""An area that is wider or higher closes no road but a region: it is taken for a mistake. A default of Pinisi."""


class NotUsable(ValueError):
    """The ground is none that could be closed."""


def closed_by(ground: dict[str, Any]) -> Closed:
    """Of a line the middle of each piece, of a point itself, of an area its outline.

    Raises:
        NotUsable: no such geometry, one that crosses itself, or larger than a region.
    """
    try:
        found = shape(ground)
        usable = not found.is_empty and found.is_valid
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise NotUsable("its ground cannot be read") from None
    if not usable:
        raise NotUsable("its ground is empty or crosses itself")
    west, south, east, north = found.bounds
    if max(east - west, north - south) > LARGEST_DEGREES or max(-west, east) > 180 or abs(south) > 90:
        raise NotUsable("its ground is larger than a region, or not on the Earth")
    return together(_of(part) for part in _parts(found))


def together(many: Iterable[Closed]) -> Closed:
    """All that is closed, each once."""
    all = list(many)
    places = dict.fromkeys(place for each in all for place in each.places)
    areas = dict.fromkeys(area for each in all for area in each.areas)
    return Closed(tuple(places), tuple(areas))


def _parts(found: BaseGeometry) -> list[BaseGeometry]:
    return list(getattr(found, "geoms", [found]))


def _of(part: BaseGeometry) -> Closed:
    if isinstance(part, Polygon):
        return Closed(areas=(_points(part.exterior.coords),))
    points = _points(part.coords)
    if len(points) == 1:
        return Closed(places=points)
    return Closed(places=tuple(_between(one, other) for one, other in pairwise(points)))


def _points(coordinates: Iterable[tuple[float, ...]]) -> tuple[LonLat, ...]:
    return tuple((float(point[0]), float(point[1])) for point in coordinates)


def _between(one: LonLat, other: LonLat) -> LonLat:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
