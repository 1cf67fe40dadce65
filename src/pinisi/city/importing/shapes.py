"""Shapefiles as sheets: one on the disk, or all its parts in one zip."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

from pinisi.city.importing.content import MOST_BYTES
from pinisi.city.importing.rows import BadRow, NotReadable, Read, Row, Sheet, cell_text
from pinisi.city.shapefile import PARTS, Shapefile, shapefile_at

_ERRORS = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, OSError, struct.error, EOFError)


def shapefile_sheet(path: Path) -> Sheet:
    """A shapefile on the disk.

    Raises:
        NotReadable: see `shapefile_at`.
    """
    return _sheet(path.name, shapefile_at(path))


def zipped_sheet(name: str, content: bytes) -> Sheet:
    """The one shapefile of a zip.

    Raises:
        NotReadable: see `Shapefile`; or the zip holds none or several.
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
    return _sheet(name, Shapefile(name, parts))


def _sheet(name: str, opened: Shapefile) -> Sheet:
    def rows() -> Read:
        for shape in opened.shapes():
            if isinstance(shape, BadRow):
                yield shape
            else:
                cells = {column: _cell(value) for column, value in shape.attributes.items()}
                yield Row(shape.row, cells, shape.geometry)

    return Sheet(name, "shapefile", opened.columns, rows, opened.size)


def _cell(value: Any) -> str:
    if value is not None and hasattr(value, "isoformat"):
        return str(value.isoformat())
    return cell_text(value).strip()
