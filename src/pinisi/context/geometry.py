"""GeoJSON geometries as values (RFC 7946; NGSI-LD 4.7): what is wrong is said with its place."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import shapely

from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.validate import refuse, shorten
from pinisi.vocabulary.entity import GEO, Entity

GEOMETRY_TYPES = frozenset(("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"))
"""The geometries that NGSI-LD knows: all of GeoJSON but GeometryCollection (4.6.3)."""


def is_geometry(value: Any) -> bool:
    """Whether a value looks like a geometry: enough to take it for a GeoProperty (NGSI-LD 4.5.2.3)."""
    return (
        is_object(value)
        and isinstance(kind := value.get("type"), str)
        and kind in GEOMETRY_TYPES
        and "coordinates" in value
    )


def is_point(value: dict[str, Any]) -> bool:
    """Whether it is a right Point and nothing beside it: most locations are, and need no closer look."""
    position = value.get("coordinates")
    if len(value) != 2 or value.get("type") != "Point" or not is_list(position) or len(position) != 2:
        return False
    lon, lat = position
    if (lon.__class__ is not float and lon.__class__ is not int) or (
        lat.__class__ is not float and lat.__class__ is not int
    ):
        return False
    return -180 <= lon <= 180 and -90 <= lat <= 90


def check_geometry(value: Any, field: str) -> dict[str, Any]:
    """The geometry itself, proved: longitudes within 180 and latitudes within 90 degrees, rings closed.

    A ring may cross itself: neither RFC 7946 nor NGSI-LD forbids it. Geo-queries take what lies inside by the even-odd
    rule (`store.relation`). For what people and sources bring in there is `check_simple`.

    Raises:
        BadRequestData: with the path of the coordinate.
    """
    if not is_object(value):
        refuse(field, f"{shorten(value)} is no GeoJSON geometry")
    kind = value.get("type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        refuse(f"{field}.type", f"{shorten(kind)} is none of {', '.join(sorted(GEOMETRY_TYPES))}")
    check(value.get("coordinates"), f"{field}.coordinates")
    return value


def check_simple(entity: Entity) -> Entity:
    """The entity itself, if no polygon of it crosses itself: of such a shape nobody can say what lies inside.

    Raises:
        BadRequestData: names the attribute and the place where it crosses.
    """
    for name, instances in entity.attributes.items():
        for instance in instances:
            if instance.kind == GEO and instance.value.get("type") in ("Polygon", "MultiPolygon"):
                shape = shapely.from_geojson(msgspec.json.encode(instance.value))
                if not shapely.is_valid(shape):
                    refuse(_SEPARATORS.split(name)[-1], f"the polygon is not simple: {shapely.is_valid_reason(shape)}")
    return entity


_SEPARATORS = re.compile(r"[/#:]")


def _position(value: Any, field: str) -> None:
    if not is_list(value) or not 2 <= len(value) <= 3:
        refuse(field, f"{shorten(value)} is no position [longitude, latitude]")
    for number in value:
        if type(number) is not float and type(number) is not int:
            refuse(field, f"{shorten(number)} is not a number")
    if not -180 <= value[0] <= 180:
        refuse(f"{field}[0]", f"longitude {shorten(value[0])} is not within -180 and 180 degrees")
    if not -90 <= value[1] <= 90:
        refuse(f"{field}[1]", f"latitude {shorten(value[1])} is not within -90 and 90 degrees")


def _positions(value: Any, field: str, least: int) -> None:
    if not is_list(value) or len(value) < least:
        refuse(field, f"needs a list of at least {least} positions")
    for index, position in enumerate(value):
        _position(position, f"{field}[{index}]")


def _line(value: Any, field: str) -> None:
    _positions(value, field, 2)


def _points(value: Any, field: str) -> None:
    _positions(value, field, 1)


def _rings(value: Any, field: str) -> list[Any]:
    if not is_list(value) or not value:
        refuse(field, "a polygon needs a list of rings")
    for index, ring in enumerate(value):
        place = f"{field}[{index}]"
        _positions(ring, place, 4)
        if ring[0] != ring[-1]:
            refuse(place, f"the ring is not closed: it begins at {ring[0]} and ends at {ring[-1]}")
    return value


def _polygon(value: Any, field: str) -> None:
    _rings(value, field)


def _multi_polygon(value: Any, field: str) -> None:
    for index, polygon in enumerate(_several(value, field)):
        _rings(polygon, f"{field}[{index}]")


def _multi_line(value: Any, field: str) -> None:
    for index, line in enumerate(_several(value, field)):
        _line(line, f"{field}[{index}]")


def _several(value: Any, field: str) -> list[Any]:
    if not is_list(value) or not value:
        refuse(field, "needs a list of coordinates")
    return value


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "Point": _position,
    "MultiPoint": _points,
    "LineString": _line,
    "MultiLineString": _multi_line,
    "Polygon": _polygon,
    "MultiPolygon": _multi_polygon,
}
