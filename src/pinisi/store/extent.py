"""The box around a location, for the geometry index."""

from collections.abc import Iterable
from typing import Any, cast

from pinisi.vocabulary.entity import Instance

Extent = tuple[float, float, float, float]
"""Least and greatest longitude, least and greatest latitude."""


def extent(instances: Iterable[Instance] | None) -> Extent | None:
    """The box over all instances of a location; None where there is no position in it."""
    many = list(instances or ())
    if len(many) == 1 and (point := _point(many[0].value)) is not None:
        return point
    lons: list[float] = []
    lats: list[float] = []
    for instance in many:
        _collect(instance.value, lons, lats)
    return (min(lons), max(lons), min(lats), max(lats)) if lons else None


def _point(geojson: Any) -> Extent | None:
    """The box of a plain point, as most locations are; None for what is looked at more closely."""
    if not isinstance(geojson, dict):
        return None
    members = cast(dict[str, Any], geojson)
    if members.get("type") != "Point" or not isinstance(members.get("coordinates"), list) or "geometries" in members:
        return None
    position = cast(list[Any], members["coordinates"])
    if len(position) < 2 or not all(isinstance(part, (int, float)) for part in position[:2]):
        return None
    lon, lat = position[:2]
    return float(lon), float(lon), float(lat), float(lat)


def _collect(geojson: Any, lons: list[float], lats: list[float]) -> None:
    if not isinstance(geojson, dict):
        return
    members = cast(dict[str, Any], geojson)
    for part in members.get("geometries", ()):
        _collect(part, lons, lats)
    _collect_positions(members.get("coordinates"), lons, lats)


def _collect_positions(coordinates: Any, lons: list[float], lats: list[float]) -> None:
    if not isinstance(coordinates, list) or not coordinates:
        return
    parts = cast(list[Any], coordinates)
    if isinstance(parts[0], (int, float)):
        if len(parts) > 1:
            lons.append(float(parts[0]))
            lats.append(float(parts[1]))
        return
    for part in parts:
        _collect_positions(part, lons, lats)
