"""From the bytes of the files to tables; what stands in the way is named, and read as well as it can be."""

import csv
from collections.abc import Iterator, Mapping, Sequence

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS
from pinisi.services.mobility.engine.gtfs.table import Feed, Row, Table

MOST_ROWS = 5_000_000
"""Rows of one file; the rest is left out, and said."""
_BYTE_ORDER = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_feed(files: Mapping[str, bytes]) -> tuple[Feed, list[Notice]]:
    """The feed and what was wrong with the files themselves. Never raises: a file that is no table is left out."""
    notices: list[Notice] = []
    tables: dict[str, Table] = {}
    other: dict[str, bytes] = {}
    for name, body in _placed(files, notices).items():
        if name not in LAYOUTS:
            other[name] = body
            notices.append(notice("unknown_file", name, reason="is not checked; it is kept as it is"))
            continue
        table = _table(name, body, notices)
        if table is not None:
            tables[name] = table
    return Feed(tables, other), notices


def _placed(files: Mapping[str, bytes], notices: list[Notice]) -> dict[str, bytes]:
    """The files without a folder that all of them lie in."""
    wanted = [path for path in files if not path.startswith("__MACOSX/")]
    folders = {path.rpartition("/")[0] for path in wanted}
    inside = folders.pop() if len(folders) == 1 else ""
    if inside:
        reason = f"all files lie in the folder {inside}; GTFS wants them at the top of the zip"
        notices.append(notice("invalid_input_files_in_subfolder", inside, reason=reason))
    return {path.removeprefix(f"{inside}/"): files[path] for path in wanted}


def _table(name: str, body: bytes, notices: list[Notice]) -> Table | None:
    text = _text(name, body, notices)
    lines = _lines(name, text, notices)
    header = next(lines, None)
    if header is None or not any(header):
        notices.append(notice("empty_file", name, reason="has no heading"))
        return None
    names = _heading(name, header, notices)
    rows, numbers = _rows(name, len(names), lines, notices)
    return _without_unnamed(Table(name, names, rows, numbers))


def _text(name: str, body: bytes, notices: list[Notice]) -> str:
    """UTF-8; else what the byte order mark says; else the letters of Windows-1252."""
    encoding = _BYTE_ORDER.get(body[:2], "utf-8-sig")
    try:
        text = body.decode(encoding)
        if encoding == "utf-8-sig":
            return text
    except UnicodeDecodeError as error:
        encoding = "cp1252"
        row = body.count(b"\n", 0, error.start) + 1
        reason = f"byte {error.start} is no UTF-8; read as Windows-1252"
        notices.append(notice("invalid_character", name, row, "", repr(body[error.start : error.start + 1]), reason))
        return body.decode("cp1252", "replace")
    notices.append(notice("invalid_character", name, reason=f"is {encoding}, not UTF-8; read as that"))
    return text


def _lines(name: str, text: str, notices: list[Notice]) -> Iterator[list[str]]:
    """The rows of the CSV; an unreadable end is named and left out."""
    reader = csv.reader(line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    try:
        yield from (row for row in reader)
    except csv.Error as error:
        reason = f"cannot be read from line {reader.line_num} on: {error}"
        notices.append(notice("csv_parsing_failed", name, reader.line_num, reason=reason))


def _heading(name: str, header: Sequence[str], notices: list[Notice]) -> Row:
    """The names of the columns; an unnamed or repeated one gets an empty name."""
    names: list[str] = []
    known = LAYOUTS[name]
    for cell in header:
        column = cell.strip()
        if column in names and column:
            notices.append(notice("duplicated_column", name, 1, column, reason="stands twice; the first counts"))
            column = ""
        elif not column:
            notices.append(notice("empty_column_name", name, 1, reason="a column has no name; it is left out"))
        elif known.column(column) is None:
            notices.append(notice("unknown_column", name, 1, column, reason="GTFS does not know it here; it is kept"))
        names.append(column)
    return tuple(names)


def _rows(
    name: str, width: int, lines: Iterator[list[str]], notices: list[Notice]
) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    rows: list[Row] = []
    numbers: list[int] = []
    for number, row in enumerate(lines, start=2):
        if not any(row):
            continue
        if len(rows) == MOST_ROWS:
            notices.append(notice("too_many_rows", name, number, reason=f"only {MOST_ROWS:,} rows are read"))
            break
        if len(row) != width:
            reason = f"has {len(row)} cells under a heading of {width}"
            notices.append(notice("invalid_row_length", name, number, value=",".join(row), reason=reason))
            row = [*row[:width], *[""] * (width - len(row))]
        rows.append(tuple(row))
        numbers.append(number)
    return tuple(rows), tuple(numbers)


def _without_unnamed(table: Table) -> Table:
    kept = [place for place, column in enumerate(table.header) if column]
    if len(kept) == len(table.header):
        return table
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return Table(table.name, tuple(table.header[place] for place in kept), rows, table.numbers)
