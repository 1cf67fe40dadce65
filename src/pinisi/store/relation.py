"""Geometric relations between an entity and the geometry of a query (NGSI-LD 4.10), compiled to closures."""

from collections.abc import Callable
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.store.geodesy import Box, box_around, distance_from, geometry_distance
from pinisi.store.query import GeoQuery

GeoTest = Callable[[Any], bool]
"""Whether a GeoJSON geometry (a dict) stands in the relation. What is no geometry stands in none."""


class NotAGeometry(ValueError):
    """The value cannot be read as a GeoJSON geometry."""


def read_geometry(value: Any) -> BaseGeometry:
    """Read GeoJSON; a polygon that crosses itself is repaired by the even-odd rule.

    Raises:
        NotAGeometry: for anything else.
    """
    try:
        geometry = shapely.force_2d(shape(value))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise NotAGeometry(f"not a GeoJSON geometry: {error}") from None
    if geometry.is_empty:
        raise NotAGeometry("the geometry is empty")
    return geometry if geometry.is_valid else shapely.make_valid(geometry)


def compile_relation(query: GeoQuery) -> GeoTest:
    """The test of one geo-query; points take the short way."""
    reference = read_geometry(query.geometry)
    if query.relation == "near":
        return _near(reference, query.min_distance, query.max_distance)
    by_point, by_geometry = _RELATIONS[query.relation]
    shapely.prepare(reference)

    def test(value: Any) -> bool:
        point = point_of(value)
        if point is not None:
            return by_point(reference, *point)
        try:
            return by_geometry(reference, read_geometry(value))
        except (NotAGeometry, shapely.errors.ShapelyError):
            return False

    return test


def point_of(value: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a GeoJSON point, or None for any other value."""
    if value.__class__ is not dict or value.get("type") != "Point":
        return None
    try:
        lon, lat = value["coordinates"][:2]
        return lon + 0.0, lat + 0.0
    except (KeyError, TypeError, ValueError):
        return None


def _near(reference: BaseGeometry, low: float | None, high: float | None) -> GeoTest:
    at_least = 0.0 if low is None else low
    at_most = float("inf") if high is None else high
    measure = distance_from(reference.x, reference.y) if isinstance(reference, shapely.Point) else None
    box = None if high is None else box_around(reference.bounds, high)

    def test(value: Any) -> bool:
        point = point_of(value)
        if point is not None and measure is not None:
            return at_least <= measure(*point) <= at_most
        try:
            geometry = read_geometry(value)
        except NotAGeometry:
            return False
        if box is not None and _apart(box, geometry.bounds):
            return False
        return at_least <= geometry_distance(reference, geometry) <= at_most

    return test


def _apart(one: Box, other: Box) -> bool:
    return one[0] > other[2] or one[2] < other[0] or one[1] > other[3] or one[3] < other[1]


def _point_within(reference: BaseGeometry, lon: float, lat: float) -> bool:
    return bool(shapely.contains_xy(reference, lon, lat))


def _point_contains(reference: BaseGeometry, lon: float, lat: float) -> bool:
    return bool(shapely.Point(lon, lat).contains(reference))


def _point_intersects(reference: BaseGeometry, lon: float, lat: float) -> bool:
    return bool(shapely.intersects_xy(reference, lon, lat))


def _point_equals(reference: BaseGeometry, lon: float, lat: float) -> bool:
    return bool(shapely.Point(lon, lat).equals(reference))


def _point_disjoint(reference: BaseGeometry, lon: float, lat: float) -> bool:
    return not shapely.intersects_xy(reference, lon, lat)


def _point_overlaps(reference: BaseGeometry, lon: float, lat: float) -> bool:
    return False


_RELATIONS: dict[
    str, tuple[Callable[[BaseGeometry, float, float], bool], Callable[[BaseGeometry, BaseGeometry], bool]]
] = {
    "within": (_point_within, lambda reference, geometry: bool(shapely.contains(reference, geometry))),
    "contains": (_point_contains, lambda reference, geometry: bool(shapely.within(reference, geometry))),
    "intersects": (_point_intersects, lambda reference, geometry: bool(shapely.intersects(reference, geometry))),
    "equals": (_point_equals, lambda reference, geometry: bool(shapely.equals(reference, geometry))),
    "disjoint": (_point_disjoint, lambda reference, geometry: bool(shapely.disjoint(reference, geometry))),
    "overlaps": (_point_overlaps, lambda reference, geometry: bool(shapely.overlaps(reference, geometry))),
}
