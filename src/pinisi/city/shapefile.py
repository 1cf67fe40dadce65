"""Shapefiles (Esri, 1998) read with pyshp: `.shp` with `.dbf` and `.prj` beside it. Longitude and latitude only."""

import importlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.importing.fault_texts import english
from pinisi.city.importing.rows import BadRow, NotReadable, shown

PARTS = (".shp", ".dbf", ".prj", ".shx", ".cpg")
_PROJECTED = ("PROJCS[", "PROJCRS[", "Projection    UTM", "Projection UTM")
Parts = Mapping[str, bytes]
"""Ending -> content of each part."""


class Shape(msgspec.Struct, frozen=True):
    """One record: its row from 1, its attributes as the table has them, its geometry as GeoJSON where it has one."""

    row: int
    attributes: Mapping[str, Any]
    geometry: dict[str, Any] | None


class Shapefile:
    """A shapefile whose parts are at hand. Its records can be read as often as they are asked for.

    Raises:
        NotReadable: a part is missing or damaged, or the coordinates are projected.
    """

    def __init__(self, name: str, parts: Parts) -> None:
        for suffix in (".shp", ".dbf"):
            if suffix not in parts:
                raise NotReadable(name, "part-missing", part=suffix)
        _refuse_projection(name, parts.get(".prj", b"").decode("utf-8", "replace"))
        self._parts = parts
        self.size = sum(map(len, parts.values()))
        try:
            self.columns = tuple(str(field[0]) for field in self._reader().fields[1:])
        except Exception as error:  # what a damaged file raises in there is not foreseeable
            raise NotReadable(name, "damaged", reason=_words(error)) from None

    def shapes(self) -> Iterator[Shape | BadRow]:
        """The records one at a time; a damaged one ends the file: what follows it cannot be found."""
        number = 0
        try:
            for number, item in enumerate(self._reader().iterShapeRecords(), start=1):
                yield _shape(number, item)
        except Exception as error:
            yield BadRow(number + 1, "cut-short", {"reason": shown(_words(error), 200)})

    def _reader(self) -> Any:
        members = {each[1:]: io.BytesIO(self._parts[each]) for each in (".shp", ".dbf", ".shx") if each in self._parts}
        encoding = _encoding(self._parts.get(".cpg", b""))
        return importlib.import_module("shapefile").Reader(**members, encoding=encoding, encodingErrors="replace")


def is_shapefile(path: Path) -> bool:
    return path.suffix.lower() == ".shp"


def shapefile_at(path: Path) -> Shapefile:
    """A shapefile on the disk.

    Raises:
        NotReadable: see `Shapefile`; or it cannot be read.
    """
    try:
        beside = {each.suffix.lower(): each for each in path.parent.iterdir() if each.stem == path.stem}
        parts = {suffix: beside[suffix].read_bytes() for suffix in PARTS if suffix in beside}
    except OSError as error:
        raise NotReadable(path.name, "no-file", reason=error.strerror or str(error)) from None
    return Shapefile(path.name, parts)


def read_shapes(path: Path) -> Iterator[Shape | BadRow]:
    """The records of a shapefile that the city's folder names.

    Raises:
        CityError: see `shapefile_at`.
    """
    try:
        opened = shapefile_at(path)
    except NotReadable as error:
        raise CityError(path, "", english(error.code, error.words)) from None
    yield from opened.shapes()


def _refuse_projection(name: str, prj: str) -> None:
    """Without a `.prj` the coordinates themselves must tell."""
    if any(prj.lstrip().startswith(word) for word in _PROJECTED):
        raise NotReadable(name, "projected", crs=prj.partition('"')[2].partition('"')[0] or shown(prj, 80))


def _encoding(cpg: bytes) -> str:
    """What `.cpg` names, where Python knows it."""
    named = cpg.decode("ascii", "replace").strip().lower()
    try:
        "".encode(named or "utf-8")
    except LookupError:
        return "cp1252"
    return named or "utf-8"


def _shape(number: int, item: Any) -> Shape | BadRow:
    try:
        geometry: dict[str, Any] | None = item.shape.__geo_interface__ if item.shape.shapeType else None
        attributes = {str(name): value for name, value in item.record.as_dict().items()}
    except Exception as error:
        return BadRow(number, "unreadable-row", {"reason": shown(_words(error), 200)})
    return Shape(number, attributes, geometry if geometry and geometry.get("coordinates") else None)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
