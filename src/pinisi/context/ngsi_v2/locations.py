"""The Simple Location Format of NGSI v2 (`geo:point`, `geo:line`, `geo:box`, `geo:polygon`) and GeoJSON, both ways.

Here latitude comes first, in GeoJSON longitude.
"""

from collections.abc import Sequence
from typing import Any, cast

from pinisi.context.geometry import check_geometry
from pinisi.context.validate import refuse, shorten

GEO_JSON = "geo:json"
SIMPLE = frozenset({"geo:point", "geo:line", "geo:box", "geo:polygon"})
FORMATS = SIMPLE | {GEO_JSON}
Position = list[float]


def geometry_of(form: str, value: Any, field: str) -> dict[str, Any]:
    """GeoJSON of a location in one of the five formats.

    Raises:
        BadRequestData: names the field and what is wrong.
    """
    if form == GEO_JSON:
        return check_geometry(_bare(value, field), field)
    if form == "geo:point":
        return check_geometry({"type": "Point", "coordinates": position(value, field)}, field)
    if not isinstance(value, list):
        refuse(field, f"{shorten(value)} is no list of latitude-longitude pairs")
    pairs = cast(list[Any], value)
    return shape(form.removeprefix("geo:"), [position(pair, f"{field}[{n}]") for n, pair in enumerate(pairs)], field)


def _bare(value: Any, field: str) -> Any:
    """The geometry of a Feature, or of a FeatureCollection of one; anything else as it is ("GeoJSON")."""
    told = cast(dict[str, Any], value) if isinstance(value, dict) else {}
    if told.get("type") == "FeatureCollection":
        features = told.get("features")
        if not isinstance(features, list) or len(cast(list[Any], features)) != 1:
            refuse(f"{field}.features", "must be a list of one Feature: an attribute is one place")
        return _bare(features[0], f"{field}.features[0]")
    return told.get("geometry") if told.get("type") == "Feature" else cast(Any, value)


def shape(kind: str, places: list[Position], field: str) -> dict[str, Any]:
    """GeoJSON of a `point`, `line`, `box` or `polygon` through these positions."""
    if kind == "point" and len(places) == 1:
        geometry: dict[str, Any] = {"type": "Point", "coordinates": places[0]}
    elif kind == "line" and len(places) > 1:
        geometry = {"type": "LineString", "coordinates": places}
    elif kind == "box" and len(places) == 2:
        geometry = {"type": "Polygon", "coordinates": [_corners(*places)]}
    elif kind == "polygon" and len(places) > 3:
        geometry = {"type": "Polygon", "coordinates": [places]}
    else:
        refuse(field, f"{len(places)} pairs: a point has one, a box two, a line two or more, a polygon four or more")
    return check_geometry(geometry, field)


def position(text: Any, field: str) -> Position:
    """`latitude, longitude` as a GeoJSON position."""
    parts = text.split(",") if isinstance(text, str) else []
    try:
        latitude, longitude = (float(part) for part in parts)
    except ValueError:
        refuse(field, f"{shorten(text)} is no pair like -5.14, 119.43")
    return [longitude, latitude]


def simple_of(form: str, geometry: dict[str, Any]) -> Any:
    """A geometry in the format in which it was written; None where it no longer fits it."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if form == "geo:point" and kind == "Point":
        return _pair(cast(Sequence[float], coordinates))
    if form == "geo:line" and kind == "LineString":
        return [_pair(place) for place in cast(list[Sequence[float]], coordinates)]
    rings = cast(list[list[Sequence[float]]], coordinates)
    if form == "geo:polygon" and kind == "Polygon" and len(rings) == 1:
        return [_pair(place) for place in rings[0]]
    if form == "geo:box" and kind == "Polygon" and len(rings) == 1:
        low = [min(place[axis] for place in rings[0]) for axis in (0, 1)]
        high = [max(place[axis] for place in rings[0]) for axis in (0, 1)]
        return [_pair(low), _pair(high)]
    return None


def _pair(place: Sequence[float]) -> str:
    return f"{place[1]:.12g}, {place[0]:.12g}"


def _corners(one: Position, other: Position) -> list[Position]:
    west, east = sorted((one[0], other[0]))
    south, north = sorted((one[1], other[1]))
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
