"""Administrative areas: the city, its kecamatan and kelurahan, as entities and as an index of places."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.ellipsoid import area_m2, distance_to_m
from pinisi.city.errors import CityError
from pinisi.city.facts import Entity, Origin, area_id, fact, link, place, words
from pinisi.city.reading import read_text
from pinisi.city.text import Text
from pinisi.vocabulary.memory import Memory

Level = Literal["city", "kecamatan", "kelurahan", "rw"]
MOST_NAMES = 50_000
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
    check_tree(path, areas)
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


def check_tree(path: Path, areas: Sequence[Area]) -> None:
    """Every code is there once, every parent is there.

    Raises:
        CityError: naming the area.
    """
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


_ORDER: dict[Level, int] = {"city": 0, "kecamatan": 1, "kelurahan": 2, "rw": 3}


MOST_STRETCHED = 2.0
"""A degree of latitude is at most so many of longitude, up to 60 degrees from the equator."""


class AreaIndex:
    """Finds the areas that hold a position, and areas by a name that may be spelt otherwise."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.areas = {area.code: area for area in areas}
        self._shapes: dict[str, BaseGeometry] = {area.code: shape(area.geojson) for area in areas}
        for polygon in self._shapes.values():
            shapely.prepare(polygon)
        self._codes = list(self._shapes)
        self._tree = shapely.STRtree(list(self._shapes.values()))
        self._second = {area.bps: area.code for area in areas if area.bps}
        self._levels: dict[Level, tuple[list[str], shapely.STRtree]] = {}
        self._meant = Memory[tuple[str, Level, str | None], Area | None](MOST_NAMES)
        self._cities = frozenset(plain(area.name) for area in areas if area.level == "city")

    def at(self, lon: float, lat: float) -> list[Area]:
        """Areas that hold the position, widest level first."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        found = [self.areas[self._codes[int(hit)]] for hit in hits]
        return sorted(found, key=lambda area: (_ORDER[area.level], area.code))

    def nearest(self, lon: float, lat: float, level: Level) -> tuple[Area, float] | None:
        """The nearest area of a level and its distance in metres."""
        codes, tree = self._level(level)
        if not codes:
            return None
        point = shapely.Point(lon, lat)
        degrees = float(tree.query_nearest(point, return_distance=True)[1][0])
        near = tree.query(point, predicate="dwithin", distance=MOST_STRETCHED * degrees)
        metres, code = min((self.distance(codes[int(each)], lon, lat), codes[int(each)]) for each in near)
        return self.areas[code], metres

    def _level(self, level: Level) -> tuple[list[str], shapely.STRtree]:
        if level not in self._levels:
            codes = [area.code for area in self.of_level(level)]
            self._levels[level] = codes, shapely.STRtree([self._shapes[code] for code in codes])
        return self._levels[level]

    def distance(self, code: str, lon: float, lat: float) -> float:
        """Metres from the position to the area; 0 inside."""
        return distance_to_m(self._shapes[code], lon, lat)

    def of_level(self, level: Level) -> list[Area]:
        return [area for area in self.areas.values() if area.level == level]

    def named(self, name: str, level: Level, within: str | None = None) -> Area | None:
        """The area whose name is nearest to `name`, when it is near enough; `within` is the code of the area above."""
        wanted = plain(name), level, within
        if wanted in self._meant:
            return self._meant[wanted]
        return self._meant.remember(wanted, self._nearest_name(*wanted))

    def _nearest_name(self, name: str, level: Level, within: str | None) -> Area | None:
        known = [area for area in self.of_level(level) if within is None or area.parent == within]
        from rapidfuzz import fuzz

        scored = [(fuzz.ratio(name, plain(area.name)), area.code) for area in known]
        best = max(scored, default=(0.0, ""))
        return self.areas[best[1]] if best[0] >= SAME_NAME else None

    def is_city(self, locality: str | None) -> bool:
        """Whether a locality is this city (Makassar, Kota Makassar); a register that names none is the city's own."""
        words = plain(locality or "")
        return locality is None or any(words == city or words in (f"kota{city}", f"kab{city}") for city in self._cities)

    def code_of(self, code: str) -> str | None:
        """The official code of an area that is named by either of its codes (`id7371101005`, `7371101005`)."""
        if code in self.areas:
            return code
        return self._second.get(code) or self._second.get(code.removeprefix("id")) or self._second.get(f"id{code}")

    def hold(self, lons: Sequence[float], lats: Sequence[float]) -> npt.NDArray[np.bool_]:
        """For each position whether an area holds it."""
        inside = np.zeros(len(lons), dtype=np.bool_)
        if len(lons) and self._codes:
            inside[self._tree.query(shapely.points(lons, lats), predicate="intersects")[0]] = True
        return inside

    def compared(self, code: str, geojson: Mapping[str, Any]) -> tuple[float, float]:
        """Of a drawing of an area: the share of the smaller polygon on which it agrees, and how many metres its
        furthest part (an island) lies from the area.
        """
        own, drawn = self._shapes[code], shape(dict(geojson))
        smaller = min(own.area, drawn.area)
        share = own.intersection(drawn).area / smaller if smaller > 0 else 0.0
        centres = [part.centroid for part in getattr(drawn, "geoms", (drawn,))]
        return share, max((distance_to_m(own, centre.x, centre.y) for centre in centres), default=0.0)


def plain(name: str) -> str:
    """Letters and digits only, lower case."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
