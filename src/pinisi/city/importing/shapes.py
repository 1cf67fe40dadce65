"""Shapefiles: `.shp` with `.dbf` and `.prj` beside it, or all of them in one zip. WGS 84 only."""

import importlib
import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pinisi.city.importing.content import MOST_BYTES
from pinisi.city.importing.rows import BadRow, NotReadable, Read, Row, Sheet, cell_text, shown

PARTS = (".shp", ".dbf", ".prj", ".shx", ".cpg")
_GEOGRAPHIC = ("GEOGCS[", "GEOGCRS[")
_PROJECTED = ("PROJCS[", "PROJCRS[", "Projection    UTM", "Projection UTM")
_ERRORS = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, OSError, struct.error, EOFError)


def shapefile_sheet(path: Path) -> Sheet:
    """A shapefile on the disk.

    Raises:
        NotReadable: a part is missing or damaged, or its coordinates are not longitude and latitude.
    """
    try:
        beside = {each.suffix.lower(): each for each in path.parent.iterdir() if each.stem == path.stem}
        parts = {suffix: beside[suffix].read_bytes() for suffix in PARTS if suffix in beside}
    except OSError as error:
        raise NotReadable(path.name, "no-file", reason=error.strerror or str(error)) from None
    return _sheet(path.name, parts)


def zipped_sheet(name: str, content: bytes) -> Sheet:
    """The one shapefile of a zip.

    Raises:
        NotReadable: as above, or it holds none or several.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if Path(info.filename).suffix.lower() in PARTS]
            if sum(info.file_size for info in infos) > MOST_BYTES:
                raise NotReadable(name, "too-large", most=MOST_BYTES >> 20)
            stems = {Path(info.filename).stem for info in infos if info.filename.lower().endswith(".shp")}
            if len(stems) != 1:
                raise NotReadable(name, "shapefiles-in-zip", count=len(stems))
            wanted = [info for info in infos if Path(info.filename).stem in stems]
            parts = {Path(info.filename).suffix.lower(): archive.read(info) for info in wanted}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *_ERRORS) as error:
        raise NotReadable(name, "damaged", reason=str(error)) from None
    return _sheet(name, parts)


def _sheet(name: str, parts: Mapping[str, bytes]) -> Sheet:
    for suffix in (".shp", ".dbf"):
        if suffix not in parts:
            raise NotReadable(name, "part-missing", part=suffix)
    refuse_projection(name, parts.get(".prj", b"").decode("utf-8", "replace"))
    encoding = _encoding(parts)

    def reader() -> Any:
        members = {
            suffix.lstrip("."): io.BytesIO(parts[suffix]) for suffix in (".shp", ".dbf", ".shx") if suffix in parts
        }
        return importlib.import_module("shapefile").Reader(**members, encoding=encoding, encodingErrors="replace")

    def rows() -> Read:
        return _rows(name, reader)

    try:
        columns = tuple(str(field[0]) for field in reader().fields[1:])
    except Exception as error:  # what a damaged file raises in there is not foreseeable
        raise NotReadable(name, "damaged", reason=str(error) or type(error).__name__) from None
    return Sheet(name, "shapefile", columns, rows, sum(map(len, parts.values())))


def refuse_projection(name: str, prj: str) -> None:
    """Raises `NotReadable` for coordinates in metres; without a `.prj` the coordinates themselves must tell."""
    if any(prj.lstrip().startswith(word) for word in _PROJECTED):
        raise NotReadable(name, "projected", crs=prj.partition('"')[2].partition('"')[0] or shown(prj, 80))


def _encoding(parts: Mapping[str, bytes]) -> str:
    """What `.cpg` names, where Python knows it."""
    named = parts.get(".cpg", b"").decode("ascii", "replace").strip().lower()
    try:
        "".encode(named or "utf-8")
    except LookupError:
        return "cp1252"
    return named or "utf-8"


def _rows(name: str, reader: Any) -> Read:
    number = 0
    try:
        opened = reader()
        for number, item in enumerate(opened.iterShapeRecords(), start=1):
            yield _row(number, item)
    except Exception as error:  # a damaged record ends the file: what follows it cannot be found
        yield BadRow(number + 1, "cut-short", {"reason": shown(str(error) or type(error).__name__, 200)})


def _row(number: int, item: Any) -> Row | BadRow:
    try:
        geometry: dict[str, Any] | None = item.shape.__geo_interface__ if item.shape.shapeType else None
        cells = {str(name): _cell(value) for name, value in item.record.as_dict().items()}
    except Exception as error:
        return BadRow(number, "unreadable-row", {"reason": shown(str(error) or type(error).__name__, 200)})
    return Row(number, cells, geometry)


def _cell(value: Any) -> str:
    if value is not None and hasattr(value, "isoformat"):
        return str(value.isoformat())
    return cell_text(value).strip()
