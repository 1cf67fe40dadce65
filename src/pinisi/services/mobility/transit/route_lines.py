"""The ways of a route, of the GeoJSON that its entity has."""

from typing import Any, cast

LonLat = tuple[float, float]


def lines_of(ground: Any) -> list[list[LonLat]]:
    """None of what is no line; a line with a point that is none is left out."""
    told = cast("dict[str, Any]", ground) if isinstance(ground, dict) else {}
    kind, coordinates = told.get("type"), told.get("coordinates")
    several = cast("list[Any]", coordinates) if isinstance(coordinates, list) else []
    lines = [several] if kind == "LineString" else several if kind == "MultiLineString" else []
    found: list[list[LonLat]] = []
    for line in lines:
        try:
            found.append([(float(point[0]), float(point[1])) for point in line])
        except (ValueError, TypeError, IndexError):
            continue
    return found
