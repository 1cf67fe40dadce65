"""Tables of text: CSV with comma, semicolon, tab or bar, in UTF-8, UTF-16 or the code page of older spreadsheets."""

import csv
import io
from collections.abc import Iterator

from pinisi.city.importing.content import encoding_of
from pinisi.city.importing.rows import MOST_CELL, MOST_COLUMNS, BadRow, NotReadable, Read, Row, Sheet, shown

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 50


def delimited_sheet(name: str, content: bytes, delimiter: str = "", encoding: str = "") -> Sheet:
    """A table with its heading in the first line.

    Raises:
        NotReadable: there is no heading, a column has no name or occurs twice, or the file is no text.
    """
    encoding = encoding or encoding_of(content)
    if b"\0" in content[:4096] and encoding != "utf-16":
        raise NotReadable(name, "no-text")
    delimiter = delimiter if delimiter in DELIMITERS else delimiter_of(_head(content, encoding))
    heading = next(_lines(content, encoding, delimiter), None)
    columns = _checked(name, [cell.strip() for cell in heading[0]] if heading else [])

    def rows() -> Read:
        return _rows(content, encoding, delimiter, columns)

    return Sheet(name, "csv", columns, rows, len(content))


def delimiter_of(lines: list[str]) -> str:
    """The delimiter that cuts most lines into equally many cells, at least two."""

    def fit(delimiter: str) -> tuple[float, int]:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
        if not widths or widths[0] < 2:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    try:
        return max(DELIMITERS, key=fit)
    except csv.Error:
        return ","


def _head(content: bytes, encoding: str) -> list[str]:
    """The first whole lines, for a look at their form."""
    text = content[: 64 << 10].decode(encoding, "replace")
    lines = text.splitlines()[: _SAMPLE_LINES + 1]
    return lines[:-1] if len(lines) > _SAMPLE_LINES else lines


def _checked(name: str, heading: list[str]) -> tuple[str, ...]:
    while heading and not heading[-1]:
        heading.pop()
    if not heading:
        raise NotReadable(name, "no-heading")
    if len(heading) > MOST_COLUMNS:
        raise NotReadable(name, "too-many-columns", count=len(heading), most=MOST_COLUMNS)
    seen: set[str] = set()
    for number, column in enumerate(heading, start=1):
        if not column:
            heading[number - 1] = column = f"column {number}"
        if column in seen:
            raise NotReadable(name, "column-twice", column=shown(column, 80))
        seen.add(column)
    return tuple(heading)


def _lines(content: bytes, encoding: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Cells and the line in which the row begins."""
    csv.field_size_limit(MOST_CELL)
    source = io.TextIOWrapper(io.BytesIO(content), encoding, "replace", newline="")
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield [f"\0{error}"], begins
            continue
        if cells:
            yield cells, begins


def _rows(content: bytes, encoding: str, delimiter: str, columns: tuple[str, ...]) -> Read:
    lines = _lines(content, encoding, delimiter)
    next(lines, None)
    width = len(columns)
    for cells, number in lines:
        if cells[0].startswith("\0"):
            yield BadRow(number, "unreadable-row", {"reason": cells[0][1:]})
            continue
        surplus = cells[width:]
        if len(cells) < width or any(surplus):
            raw = shown(delimiter.join(cells))
            yield BadRow(number, "cell-count", {"count": len(cells), "wanted": width}, raw)
            continue
        yield Row(number, dict(zip(columns, cells, strict=False)))
