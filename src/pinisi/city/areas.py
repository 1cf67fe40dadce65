"""Administrative areas: the city, its kecamatan and kelurahan, as entities and as an index of places."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
import shapely
from rapidfuzz import fuzz
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.ellipsoid import area_m2, distance_to_m
from pinisi.city.errors import CityError
from pinisi.city.facts import Entity, Origin, area_id, fact, link, place, words
from pinisi.city.reading import read_text
from pinisi.city.text import Text

Level = Literal["city", "kecamatan", "kelurahan"]
SAME_NAME = 80
"""Two spellings of an area's name agree from this ratio on (Paccerakang, Paccerakkang)."""
AREA_RULE = Text(
    id="luas batas wilayah di atas elipsoid WGS 84",
    en="area of the boundary on the WGS 84 ellipsoid",
    ja="境界線から WGS 84 楕円体上で計算した面積",
)


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """One area: `code` and `parent` are official codes, `bps` the statistics agency's, `geojson` its polygon.

    `bps_overlap` is the share of the smaller polygon on which the layers of both code systems agree.
    """

    code: str
    name: str
    level: Level
    parent: str | None = None
    bps: str | None = None
    bps_overlap: float | None = None
    geojson: dict[str, Any]


def read_areas(path: Path) -> list[Area]:
    """The areas of a GeoJSON file, as they stand in it.

    Raises:
        CityError: naming the feature that has no code, an unknown level or parent, or coordinates off the Earth.
    """
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise CityError(path, "", f"is not valid JSON: {error}") from None
    features: object = document.get("features") if isinstance(document, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(features, list):
        raise CityError(path, "features", "is no GeoJSON feature collection")
    listed = cast("list[object]", features)
    areas = [_read_area(path, number, feature) for number, feature in enumerate(listed)]
    _check_tree(path, areas)
    return areas


def _read_area(path: Path, number: int, feature: object) -> Area:
    where = f"features[{number}]"
    try:
        read = msgspec.convert(feature, _Feature)
    except msgspec.ValidationError as error:
        raise CityError(path, where, str(error)) from None
    _check_geometry(path, f"{where} ({read.properties.code})", read.geometry)
    properties = msgspec.structs.asdict(read.properties)
    return Area(**properties, geojson=read.geometry)


class _Properties(msgspec.Struct, rename={"bps_overlap": "bpsOverlap"}, kw_only=True):
    code: str
    name: str
    level: Level
    parent: str | None = None
    bps: str | None = None
    bps_overlap: float | None = None


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: dict[str, Any]


def _check_geometry(path: Path, where: str, geometry: dict[str, Any]) -> None:
    if geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise CityError(path, f"{where}.geometry", f"{geometry.get('type')!r} is no Polygon or MultiPolygon")
    try:
        polygon = shape(geometry)
        west, south, east, north = polygon.bounds
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise CityError(path, f"{where}.geometry", f"cannot be read: {error}") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise CityError(path, f"{where}.geometry", f"lies off the Earth: {west}, {south}, {east}, {north}")
    if not polygon.is_valid:
        raise CityError(path, f"{where}.geometry", shapely.is_valid_reason(polygon))


def _check_tree(path: Path, areas: Sequence[Area]) -> None:
    codes = {area.code for area in areas}
    if len(codes) < len(areas):
        raise CityError(path, "features", "a code occurs twice")
    for area in areas:
        if area.parent is not None and area.parent not in codes:
            raise CityError(path, area.code, f"its parent {area.parent!r} is not among the areas")


def area_entities(areas: Sequence[Area], drawn: Origin, coded: Origin | None = None) -> Iterator[Entity]:
    """Entities of type AdministrativeArea; `drawn` is where the boundaries come from, `coded` the second codes."""
    for area in areas:
        entity: Entity = {"id": area_id(area.code), "type": "AdministrativeArea"}
        entity |= {name: fact(getattr(area, name), drawn) for name in ("name", "code", "level")}
        if area.bps is not None and coded is not None:
            entity["bpsCode"] = fact(area.bps, coded)
        if area.parent is not None:
            entity["partOf"] = link(area_id(area.parent), drawn)
        entity["location"] = place(as_multi(area.geojson), drawn)
        entity["area"] = _area_fact(area, drawn)
        yield entity


def as_multi(geojson: Mapping[str, Any]) -> dict[str, Any]:
    if geojson["type"] == "MultiPolygon":
        return dict(geojson)
    return {"type": "MultiPolygon", "coordinates": [geojson["coordinates"]]}


def _area_fact(area: Area, drawn: Origin) -> dict[str, Any]:
    square_kilometres = round(area_m2(shape(area.geojson)) / 1e6, 3)
    modelled = msgspec.structs.replace(drawn, method="modelled")
    return fact(square_kilometres, modelled, "KMK") | {"derived": words(AREA_RULE)}


class AreaIndex:
    """Finds the areas that hold a position, and areas by a name that may be spelt otherwise."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.areas = {area.code: area for area in areas}
        self._shapes: dict[str, BaseGeometry] = {area.code: shape(area.geojson) for area in areas}
        for polygon in self._shapes.values():
            shapely.prepare(polygon)
        self._codes = list(self._shapes)
        self._tree = shapely.STRtree(list(self._shapes.values()))

    def at(self, lon: float, lat: float) -> list[Area]:
        """Areas that hold the position, widest level first."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        order = {"city": 0, "kecamatan": 1, "kelurahan": 2}
        found = [self.areas[self._codes[int(hit)]] for hit in hits]
        return sorted(found, key=lambda area: (order[area.level], area.code))

    def nearest(self, lon: float, lat: float, level: Level) -> tuple[Area, float] | None:
        """The nearest area of a level and its distance in metres."""
        distances = [(self.distance(area.code, lon, lat), area.code) for area in self.of_level(level)]
        if not distances:
            return None
        metres, code = min(distances)
        return self.areas[code], metres

    def distance(self, code: str, lon: float, lat: float) -> float:
        """Metres from the position to the area; 0 inside."""
        return distance_to_m(self._shapes[code], lon, lat)

    def of_level(self, level: Level) -> list[Area]:
        return [area for area in self.areas.values() if area.level == level]

    def named(self, name: str, level: Level) -> Area | None:
        """The area whose name is nearest to `name`, when it is near enough."""
        scored = [(fuzz.ratio(plain(name), plain(area.name)), area.code) for area in self.of_level(level)]
        best = max(scored, default=(0.0, ""))
        return self.areas[best[1]] if best[0] >= SAME_NAME else None


def plain(name: str) -> str:
    """Letters and digits only, lower case."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
