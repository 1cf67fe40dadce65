"""Open any file that the import doctor reads, by its name and, where that says nothing, by its first bytes."""

from pathlib import Path

from pinisi.city.importing.content import read_content, unpacked
from pinisi.city.importing.delimited import delimited_sheet
from pinisi.city.importing.json_files import json_sheet
from pinisi.city.importing.rows import NotReadable, Sheet
from pinisi.city.importing.shapes import shapefile_sheet, zipped_sheet
from pinisi.city.importing.workbook import workbook_sheet

_JSON = (".geojson", ".json", ".jsonl", ".ndjson", ".jsonld", ".geojsonl", ".js")
_TABLE = (".csv", ".tsv", ".txt")


def open_file(path: Path, delimiter: str = "", encoding: str = "", sheet: str = "") -> Sheet:
    """A file on the disk.

    Raises:
        NotReadable: it cannot be read; says why.
    """
    if path.suffix.lower() == ".shp":
        return shapefile_sheet(path)
    return open_content(path.name, read_content(path), delimiter, encoding, sheet)


def open_content(name: str, content: bytes, delimiter: str = "", encoding: str = "", sheet: str = "") -> Sheet:
    """The content of a file that has a name; a shapefile comes as a zip of its parts.

    Raises:
        NotReadable: it cannot be read; says why.
    """
    content = unpacked(name, content)
    if not content.strip():
        raise NotReadable(name, "empty-file")
    if content.startswith(b"PK\x03\x04"):
        return workbook_sheet(name, content, sheet) if b"xl/" in content else zipped_sheet(name, content)
    plain = name.lower().removesuffix(".gz")
    suffix = Path(plain).suffix
    if suffix in _JSON or (suffix not in _TABLE and content.lstrip()[:1] in (b"{", b"[")):
        return json_sheet(name, content)
    if suffix in (".xls", ".shp", ".dbf", ".pdf"):
        raise NotReadable(name, "other-kind", kind=suffix)
    return delimited_sheet(name, content, delimiter, encoding)
