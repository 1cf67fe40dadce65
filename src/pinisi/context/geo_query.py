"""The geo-query language (NGSI-LD 4.10): georel, geometry, coordinates and geoproperty -> a `GeoQuery`."""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from pinisi.context.query_error import QueryError, TooComplexQuery
from pinisi.store.query import GeoQuery, GeoRelation
from pinisi.store.relation import NotAGeometry, read_geometry
from pinisi.vocabulary.terms import LOCATION

MAX_POSITIONS = 10_000
_NEAR = re.compile(r"near;(maxDistance|minDistance)==((?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)", re.ASCII)
_RELATIONS = frozenset({"within", "contains", "intersects", "equals", "disjoint", "overlaps"})
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""Arrays around the positions of each geometry (RFC 7946, 3.1)."""
GEOMETRIES = tuple(_DEPTH)


def parse_geo_query(
    georel: str | None,
    geometry: str | None,
    coordinates: Any,
    geoproperty: str | None,
    expand: Callable[[str], str],
) -> GeoQuery | None:
    """Read the four parts as they come in a URL (coordinates as JSON text) or in a body (as arrays).

    None without a geo-query, whatever `geoproperty` says (table 6.4.3.2-1); `location` is its default.

    Raises:
        QueryError: names the part that is wrong or missing.
        TooComplexQuery: beyond `MAX_POSITIONS` positions.
    """
    if georel is None and geometry is None and coordinates is None:
        return None
    for name, part in (("georel", georel), ("geometry", geometry), ("coordinates", coordinates)):
        if part is None:
            raise QueryError(name, "is missing: georel, geometry and coordinates go together")
    relation, low, high = _relation(georel)
    return GeoQuery(
        relation=relation,
        geometry=read_reference(geometry, coordinates),
        attribute=LOCATION if geoproperty is None else _attribute(geoproperty, expand),
        max_distance=high,
        min_distance=low,
    )


def _attribute(name: Any, expand: Callable[[str], str]) -> str:
    if not isinstance(name, str) or not name:
        raise QueryError("geoproperty", "is no name of an attribute")
    return LOCATION if name == "location" else expand(name)


def _relation(georel: Any) -> tuple[GeoRelation, float | None, float | None]:
    """The relation with the least and the greatest distance in metres."""
    if not isinstance(georel, str):
        raise QueryError("georel", "is no text")
    if georel in _RELATIONS:
        return cast(GeoRelation, georel), None, None
    found = _NEAR.fullmatch(georel)
    if found is None:
        known = ", ".join(sorted(_RELATIONS))
        raise QueryError("georel", f"{georel!r} is none of {known}, near;maxDistance==x and near;minDistance==x")
    metres = float(found[2])
    if not 0 < metres < math.inf:
        raise QueryError("georel", "the distance is no positive number of metres", found.start(2))
    return ("near", None, metres) if found[1] == "maxDistance" else ("near", metres, None)


def read_reference(kind: Any, coordinates: Any) -> dict[str, Any]:
    """The geometry of a question as GeoJSON, from its kind and its coordinates (JSON text or arrays).

    Raises:
        QueryError: names the part that is wrong.
        TooComplexQuery: beyond `MAX_POSITIONS` positions.
    """
    depth = _DEPTH.get(kind) if isinstance(kind, str) else None
    if depth is None:
        raise QueryError("geometry", f"{kind!r} is none of {', '.join(_DEPTH)}")
    places = _decoded(coordinates) if isinstance(coordinates, str) else coordinates
    for number, position in enumerate(_positions(places, depth)):
        if number == MAX_POSITIONS:
            raise TooComplexQuery("coordinates", f"more than {MAX_POSITIONS} positions")
        _check_position(position)
    _check_shape(kind, places)
    geometry = {"type": kind, "coordinates": places}
    try:
        read_geometry(geometry)
    except NotAGeometry as error:
        raise QueryError("coordinates", str(error)) from None
    return geometry


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise QueryError("coordinates", f"is no JSON array: {error}") from None


def _positions(places: Any, depth: int) -> Iterator[list[Any]]:
    if not isinstance(places, list) or not places:
        raise QueryError("coordinates", "an array is missing or empty")
    parts = cast(list[Any], places)
    if depth == 0:
        yield parts
    else:
        for part in parts:
            yield from _positions(part, depth - 1)


def _check_position(position: list[Any]) -> None:
    numbers = [number for number in position if isinstance(number, (int, float)) and not isinstance(number, bool)]
    if len(numbers) != len(position) or len(position) not in (2, 3):
        raise QueryError("coordinates", f"{_short(position)} is no position [longitude, latitude]")
    if not all(math.isfinite(number) for number in numbers[2:]):
        raise QueryError("coordinates", f"the height of {_short(position)} is no number")
    lon, lat = numbers[:2]
    if not -180 <= lon <= 180:
        raise QueryError("coordinates", f"longitude {lon} is outside -180 to 180")
    if not -90 <= lat <= 90:
        raise QueryError("coordinates", f"latitude {lat} is outside -90 to 90")


def _check_shape(kind: str, places: list[Any]) -> None:
    """Lines have two positions; rings have four and end where they begin (RFC 7946, 3.1.4 and 3.1.6)."""
    lines = [places] if kind == "LineString" else places if kind == "MultiLineString" else []
    for line in lines:
        if len(line) < 2:
            raise QueryError("coordinates", "a line needs two positions")
    polygons = [places] if kind == "Polygon" else places if kind == "MultiPolygon" else []
    for ring in (ring for polygon in polygons for ring in polygon):
        if len(ring) < 4:
            raise QueryError("coordinates", "a ring needs four positions")
        if ring[0][:2] != ring[-1][:2]:
            raise QueryError("coordinates", f"a ring begins at {_short(ring[0])} and ends at {_short(ring[-1])}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
