"""Shapefiles (Esri, 1998) read with pyshp: each record with its attributes and its geometry as GeoJSON, or why not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.errors import CityError

_PARTS = (".shp", ".dbf", ".shx")
_LATIN = "latin-1"


class Shape(msgspec.Struct, frozen=True):
    """One record: its row from 1, its attributes as the table has them, its geometry; or the `fault` that hides it."""

    row: int
    attributes: Mapping[str, Any]
    geometry: dict[str, Any] | None
    fault: str | None = None


def is_shapefile(path: Path) -> bool:
    return path.suffix.lower() == ".shp"


def read_shapes(path: Path) -> Iterator[Shape]:
    """The records of a shapefile in degrees (WGS 84 or close to it), one at a time.

    Raises:
        CityError: a part of the file is missing or damaged, or its coordinates are projected.
    """
    import shapefile

    _check_parts(path)
    _check_degrees(path.with_suffix(".prj"))
    try:
        reader: Any = shapefile.Reader(str(path), encoding=_encoding(path), encodingErrors="replace")
        with reader:
            for row in range(len(reader)):
                yield _shape(reader, row)
    except (shapefile.ShapefileException, OSError, ValueError, UnicodeError) as error:
        raise CityError(path, "", f"cannot be read as a shapefile: {error}") from None


def _check_parts(path: Path) -> None:
    for ending in _PARTS:
        if not path.with_suffix(ending).is_file():
            raise CityError(path.with_suffix(ending), "", f"the file is not there; a shapefile is {', '.join(_PARTS)}")


def _check_degrees(path: Path) -> None:
    """A shapefile without .prj is taken as degrees; its coordinates are checked one by one anyway."""
    text = path.read_text(encoding=_LATIN).strip() if path.is_file() else ""
    if text.upper().startswith("PROJCS"):
        name = text.partition('"')[2].partition('"')[0]
        raise CityError(path, "", f"has projected coordinates ({name}); export it in degrees (WGS 84, EPSG:4326)")


def _encoding(path: Path) -> str:
    """What the .cpg says; UTF-8 where it says nothing."""
    named = path.with_suffix(".cpg")
    text = named.read_text(encoding=_LATIN).strip().lower() if named.is_file() else ""
    try:
        "".encode(text or "utf-8")
    except LookupError:
        return "utf-8"
    return text or "utf-8"


def _shape(reader: Any, row: int) -> Shape:
    import shapefile

    attributes: dict[str, Any] = {}
    try:
        attributes = reader.record(row).as_dict()
        geometry = reader.shape(row).__geo_interface__
    except (shapefile.ShapefileException, ValueError, IndexError, TypeError, KeyError, AttributeError) as error:
        return Shape(row + 1, attributes, None, f"cannot be read: {error}")
    if not geometry or not geometry.get("coordinates"):
        return Shape(row + 1, attributes, None, "has no geometry")
    return Shape(row + 1, attributes, geometry)
