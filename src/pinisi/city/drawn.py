"""`shapes.toml`: areas, things and roads that stand drawn in a GeoJSON file or a shapefile, and how they are named.

Rows that give the same area code are one area: so kecamatan come out of the kelurahan that name them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.areas import Area, Level, as_multi
from pinisi.city.errors import CityError
from pinisi.city.facts import Entity, Origin, fact, place
from pinisi.city.importing.fault_texts import english
from pinisi.city.importing.rows import BadRow
from pinisi.city.period import period_start
from pinisi.city.reading import read_text, read_toml
from pinisi.city.shapefile import is_shapefile, read_shapes

FILE = "shapes.toml"
DECIMALS = 7
Row = tuple[int, Mapping[str, str], dict[str, Any]]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of a column, for the texts: `pattern` is a regular expression with one group."""

    column: str
    pattern: str


class DrawnAreas(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Areas of one level. `code`, `name`, `parent` are texts with `{column}` and `{part}` places.

    `inside`: the level whose area holds it is the one above, where no column names that.
    """

    file: str
    level: Level
    code: str
    name: str
    parent: str | None = None
    inside: Level | None = None
    parts: dict[str, Part] = {}


class DrawnThings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Entities of one type, a row each; `entity` and `attributes` are texts with `{column}` and `{part}` places."""

    file: str
    entity: str
    type: str
    source: str
    period: str
    attributes: dict[str, str] = {}
    parts: dict[str, Part] = {}


class DrawnRoads(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The roads of the city; `credit` is what the map has to write beside them."""

    file: str
    source: str
    period: str
    credit: str = ""


class Shapes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`shapes.toml`. `credit` is what the map has to write beside the areas."""

    credit: str = ""
    areas: tuple[DrawnAreas, ...] = ()
    things: tuple[DrawnThings, ...] = ()
    roads: DrawnRoads | None = None


def read_shapes_file(folder: Path) -> Shapes:
    """What a city folder says of drawn files; nothing where it has no such file.

    Raises:
        CityError: naming the field.
    """
    path = folder / FILE
    return read_toml(path, Shapes) if path.is_file() else Shapes()


def drawn_areas(shapes: Shapes, place: Path) -> list[Area]:
    """The areas in the order of the file `shapes.toml`.

    Raises:
        CityError: naming file and row.
    """
    areas: list[Area] = []
    for drawn in shapes.areas:
        areas += _areas(drawn, place, areas)
    return areas


def _areas(drawn: DrawnAreas, folder: Path, above: list[Area]) -> list[Area]:
    pieces: dict[str, list[BaseGeometry]] = {}
    named: dict[str, tuple[str, str | None]] = {}
    path = folder / drawn.file
    for row, words, geometry in _rows(path, drawn.parts):
        code = _id(path, row, drawn.code, words)
        parent = None if drawn.parent is None else _id(path, row, drawn.parent, words)
        pieces.setdefault(code, []).append(_polygons(path, row, geometry))
        named.setdefault(code, (_filled(path, row, drawn.name, words) or code, parent))
    holders = [area for area in above if area.level == drawn.inside]
    grounds = [shape(area.geojson) for area in holders]
    tree = shapely.STRtree(grounds)
    made: list[Area] = []
    for code, some in pieces.items():
        whole = some[0] if len(some) == 1 else shapely.union_all(some)
        name, parent = named[code]
        if drawn.inside is not None:
            parent = _holder(whole, holders, grounds, tree)
        geojson = as_multi(_trimmed(whole))
        made.append(Area(code=code, name=name, level=drawn.level, parent=parent, geojson=geojson))
    return made


def _holder(
    ground: BaseGeometry, holders: list[Area], grounds: list[BaseGeometry], tree: shapely.STRtree
) -> str | None:
    """The area that holds a point in the middle of the ground, else the one on which most of it lies."""
    middle = ground.representative_point()
    near = [int(number) for number in tree.query(ground)]
    around = next((number for number in near if grounds[number].contains(middle)), None)
    if around is not None:
        return holders[around].code
    share, best = max(((float(ground.intersection(grounds[number]).area), number) for number in near), default=(0.0, 0))
    return holders[best].code if share > 0 else None


def drawn_things(shapes: Shapes, folder: Path, zone: ZoneInfo) -> Iterator[Entity]:
    """Entities of the drawn things. Their names and places hold from the beginning of the period on.

    Raises:
        CityError: naming file and row.
    """
    for drawn in shapes.things:
        origin = Origin(source=drawn.source, observed_at=period_start(drawn.period, zone), period=drawn.period)
        path = folder / drawn.file
        for row, words, geometry in _rows(path, drawn.parts):
            entity: Entity = {"id": _id(path, row, drawn.entity, words), "type": drawn.type}
            told = {name: _filled(path, row, text, words) for name, text in drawn.attributes.items()}
            entity |= {name: fact(text, origin) for name, text in told.items() if text}
            entity["location"] = place(_trimmed(_read(path, row, geometry)), origin)
            yield entity


def _rows(path: Path, parts: Mapping[str, Part]) -> Iterator[Row]:
    """Number, columns and parts as texts, geometry of every row."""
    for row, attributes, geometry in _shapefile_rows(path) if is_shapefile(path) else _geojson_rows(path):
        words = {name: "" if value is None else str(value).strip() for name, value in attributes.items()}
        for name, part in parts.items():
            found = re.search(part.pattern, words.get(part.column, ""))
            if found is None:
                reason = f"{words.get(part.column)!r} has nothing of the form {part.pattern!r}"
                raise CityError(path, f"row {row}, {part.column}", reason)
            words[name] = found.group(1)
        yield row, words, geometry


def _shapefile_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any], dict[str, Any]]]:
    for found in read_shapes(path):
        if isinstance(found, BadRow):
            raise CityError(path, f"row {found.number}", english(found.code, found.words))
        if found.geometry is None:
            raise CityError(path, f"row {found.row}", "has no geometry")
        yield found.row, found.attributes, found.geometry


class _Feature(msgspec.Struct):
    properties: dict[str, Any]
    geometry: dict[str, Any]


class _Collection(msgspec.Struct):
    type: Literal["FeatureCollection"]
    features: list[_Feature]


def _geojson_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any], dict[str, Any]]]:
    try:
        document = msgspec.convert(json.loads(read_text(path)), _Collection)
    except (ValueError, msgspec.ValidationError) as error:
        raise CityError(path, "", f"is no GeoJSON feature collection: {error}") from None
    for row, feature in enumerate(document.features, start=1):
        yield row, feature.properties, feature.geometry


def _filled(path: Path, row: int, text: str, words: Mapping[str, str]) -> str:
    try:
        return text.format_map(words)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise CityError(path, f"row {row}", f"{text!r} cannot be filled: {error}") from None


def _id(path: Path, row: int, text: str, words: Mapping[str, str]) -> str:
    """A code or an id: spaces, which no URI may have, become dashes."""
    return "-".join(_filled(path, row, text, words).split())


def _polygons(path: Path, row: int, geometry: Mapping[str, Any]) -> BaseGeometry:
    """The ground of a row; lines that cross themselves are untangled (each part stays ground)."""
    ground = _only_polygons(shapely.make_valid(_read(path, row, geometry)))
    if ground.is_empty:
        raise CityError(path, f"row {row}", f"a {geometry.get('type')} is no area")
    return ground


def _only_polygons(ground: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(ground) if isinstance(part, shapely.Polygon)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _read(path: Path, row: int, geometry: Mapping[str, Any]) -> BaseGeometry:
    try:
        drawn = shape(dict(geometry))
        west, south, east, north = drawn.bounds
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise CityError(path, f"row {row}", f"its geometry cannot be read: {error}") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise CityError(path, f"row {row}", f"lies off the Earth: {west}, {south}, {east}, {north}")
    return drawn


def _trimmed(drawn: BaseGeometry) -> dict[str, Any]:
    """GeoJSON with coordinates to the centimetre, in which no ring crosses itself by rounding."""
    rounded = shapely.set_precision(drawn, 10**-DECIMALS)
    return json.loads(shapely.to_geojson(rounded if "Polygon" not in rounded.geom_type else _only_polygons(rounded)))
