"""Roads of a shapefile: the columns of OSM's own exports (Geofabrik, HOT, InaSAFE) under their various names."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pinisi.city.errors import CityError
from pinisi.city.importing.fault_texts import english
from pinisi.city.importing.rows import BadRow
from pinisi.city.roads.cleaning import clean_line
from pinisi.city.roads.road import LeftOut, Road
from pinisi.city.roads.tags import tagged_road
from pinisi.city.shapefile import Shape, read_shapes

_COLUMNS: Mapping[str, Sequence[str]] = {
    "highway": ("highway", "fclass", "type", "class", "road_class"),
    "name": ("name", "nama", "road_name"),
    "ref": ("ref",),
    "oneway": ("oneway", "one_way"),
    "lanes": ("lanes",),
    "maxspeed": ("maxspeed", "max_speed"),
    "surface": ("surface",),
    "bridge": ("bridge",),
    "tunnel": ("tunnel",),
    "junction": ("junction",),
}
_IDS = ("osm_id", "osmid", "full_id", "@id")
_DIGITS = 12
"""Hexadecimal digits of the hash that names a road without a number: 18,574 roads share one in 1.6 million cases."""


def read_road_shapes(path: Path, prefix: str) -> Iterator[Road | LeftOut]:
    """Every line of a shapefile, as a road or as the reason why it is none.

    A road's key is its OSM number where the table has one; else `prefix` and a hash of its line, so that the order of
    the rows does not matter.

    Raises:
        CityError: see `read_shapes`; or no column says what kind of road a line is.
    """
    columns: dict[str, str] | None = None
    for shape in read_shapes(path):
        if isinstance(shape, BadRow):
            yield LeftOut(f"row {shape.number}", "unreadable", english(shape.code, shape.words))
            continue
        if columns is None and shape.attributes:
            columns = _columns(path, list(shape.attributes))
        yield from _roads(shape, columns or {}, prefix)


def _columns(path: Path, names: Sequence[str]) -> dict[str, str]:
    """Tag -> the column that holds it; `id` stands among the tags."""
    lower = {name.lower(): name for name in names}
    wanted = {**_COLUMNS, "id": _IDS}
    found = {tag: next((lower[name] for name in many if name in lower), "") for tag, many in wanted.items()}
    found = {tag: column for tag, column in found.items() if column}
    if "highway" not in found:
        told = f"none says the kind of road ({', '.join(_COLUMNS['highway'])}); it has {', '.join(names)}"
        raise CityError(path, "columns", told)
    return found


def _roads(shape: Shape, columns: Mapping[str, str], prefix: str) -> Iterator[Road | LeftOut]:
    row = f"row {shape.row}"
    if shape.geometry is None:
        yield LeftOut(row, "unreadable", "has no geometry")
        return
    lines = _lines(shape.geometry)
    if lines is None:
        yield LeftOut(row, "no-road", f"is a {shape.geometry['type']}, not a line")
        return
    tags = {tag: _text(shape.attributes[column]) for tag, column in columns.items() if tag != "id"}
    number = _text(shape.attributes[columns["id"]]).lstrip("w") if "id" in columns else ""
    for part, points in enumerate(lines, start=1):
        line = clean_line(row, points)
        if isinstance(line, LeftOut):
            yield line
            continue
        key = f"osm-{number}" if number.isdigit() else f"{prefix}-{_hash(line)}"
        found = tagged_road(key if len(lines) == 1 else f"{key}-{part}", tags, line)
        yield LeftOut(row, found.code, found.reason) if isinstance(found, LeftOut) else found


def _lines(geometry: Mapping[str, Any]) -> list[Any] | None:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "LineString":
        return [np.array(coordinates, np.float64)]
    if geometry["type"] == "MultiLineString":
        return [np.array(part, np.float64) for part in coordinates]
    return None


def _text(value: Any) -> str:
    """A cell as text; whole numbers without a point, nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _hash(line: Any) -> str:
    """Names a line by its points to a tenth of a metre."""
    rounded = np.rint(line * 1e6).astype("<i8")
    return hashlib.sha256(rounded.tobytes()).hexdigest()[:_DIGITS]
