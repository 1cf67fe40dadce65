"""The rows of a message as cells of text, whatever it is written in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec

from pinisi.city.importing.delimited import delimited_sheet
from pinisi.city.importing.json_files import json_sheet
from pinisi.city.importing.rows import NotReadable, Row, cell_text
from pinisi.runtime.json_body import read_any_json
from pinisi.runtime.mapping.mapping import Format, MappingFile
from pinisi.runtime.mapping.senml import resolved
from pinisi.runtime.source import Message, Unreadable

MOST_ROWS = 200_000
DEEPEST = 12


class Cells(msgspec.Struct, frozen=True):
    """One row. `fault` says why it cannot be read at all."""

    number: int
    cells: dict[str, str]
    geometry: Mapping[str, Any] | None = None
    raw: str = ""
    fault: str = ""


def rows_of(message: Message, file: MappingFile, format: Format) -> Iterator[Cells]:
    """
    Raises:
        Unreadable: the message as a whole is not what the mapping file says.
    """
    if format in ("csv", "geojson"):
        yield from _sheet(message, format)
        return
    rows = _records(message, file, format)
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise Unreadable(f"has more than {MOST_ROWS} rows")
        raw = msgspec.json.encode(row).decode("utf-8", "replace")[:4_000]
        if not isinstance(row, dict):
            yield Cells(number, {}, raw=raw, fault="is no object")
            continue
        yield Cells(number, dict(_flat(cast("dict[str, Any]", row))), raw=raw)


def _records(message: Message, file: MappingFile, format: Format) -> Iterable[Any]:
    if format == "senml":
        return resolved(message.body, message.received)
    return _listed(message, file.rows)


def _sheet(message: Message, format: str) -> Iterator[Cells]:
    opened = delimited_sheet if format == "csv" else json_sheet
    try:
        for row in opened(message.origin, message.body).rows():
            if isinstance(row, Row):
                yield Cells(row.number, row.cells, row.geometry, raw=str(row.cells)[:4_000])
            else:
                yield Cells(row.number, {}, raw=row.raw, fault=f"{row.code} {row.words}")
    except NotReadable as error:
        raise Unreadable(f"{error.code}: {error.words}") from None


def _listed(message: Message, path: str) -> list[Any]:
    """The rows at the path: a list, or one row."""
    found: Any = read_any_json(message)
    for step in path.split(".") if path else ():
        if not isinstance(found, dict) or step not in found:
            raise Unreadable(f"has nothing at {path!r} (`rows` of the mapping)")
        found = cast("dict[str, Any]", found)[step]
    return cast("list[Any]", found) if isinstance(found, list) else [found]


def _flat(row: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Paths and texts of all that stands in an object; a list is one text, and its numbers are `path.0`, `path.1`."""
    for name, value in row.items():
        path = f"{before}{name}"
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _flat(cast("dict[str, Any]", value), f"{path}.", depth + 1)
        elif isinstance(value, list) and depth < DEEPEST:
            items = cast("list[Any]", value)
            yield path, cell_text(value)
            yield from _flat({str(number): item for number, item in enumerate(items[:16])}, f"{path}.", depth + 1)
        else:
            yield path, cell_text(value)
