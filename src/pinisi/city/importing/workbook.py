"""Workbooks (XLSX): the first sheet that has rows, or the one that is asked for."""

import importlib
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from pinisi.city.importing.content import MOST_BYTES
from pinisi.city.importing.rows import MOST_COLUMNS, BadRow, NotReadable, Read, Row, Sheet, cell_text, shown

_HEADING_WITHIN = 20
"""Rows above the heading (a title, a date) that are passed over."""


def workbook_sheet(name: str, content: bytes, sheet: str = "") -> Sheet:
    """A sheet of a workbook; its heading is the first row that is filled as widely as the rows below it.

    Raises:
        NotReadable: the workbook is damaged or too large, or has no such sheet or no rows.
    """
    _check_size(name, content)
    try:
        title, first, columns = _find(name, content, sheet)
    except NotReadable:
        raise
    except Exception as error:  # what a damaged workbook raises in there is not foreseeable
        raise NotReadable(name, "damaged", reason=shown(str(error) or type(error).__name__, 200)) from None

    def rows() -> Read:
        return _rows(content, title, first, columns)

    return Sheet(name, "xlsx", tuple(column for column in columns if column), rows, len(content))


def _check_size(name: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NotReadable(name, "damaged", reason=str(error)) from None
    if size > MOST_BYTES:
        raise NotReadable(name, "too-large", most=MOST_BYTES >> 20)


def _open(content: bytes) -> Any:
    opened = importlib.import_module("openpyxl").load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for each in opened.worksheets:
        each.reset_dimensions()
    return opened


def _find(name: str, content: bytes, wanted: str) -> tuple[str, int, list[str]]:
    """Title of the sheet, number of its heading's row, and its columns."""
    book = _open(content)
    titles = [each.title for each in book.worksheets]
    if wanted and wanted not in titles:
        raise NotReadable(name, "no-sheet", sheet=shown(wanted, 80), known=", ".join(titles)[:200])
    for title in [wanted] if wanted else titles:
        head = [list(cells) for _, cells in zip(range(_HEADING_WITHIN + 5), _values(book[title]), strict=False)]
        widths = [sum(cell not in (None, "") for cell in cells) for cells in head]
        if widths and max(widths):
            first = next(number for number, width in enumerate(widths) if 2 * width > max(widths))
            return title, first + 1, _columns(name, head[first])
    raise NotReadable(name, "no-heading")


def _columns(name: str, cells: list[Any]) -> list[str]:
    columns = [_cell(cell).strip() for cell in cells]
    if len(columns) > MOST_COLUMNS:
        raise NotReadable(name, "too-many-columns", count=len(columns), most=MOST_COLUMNS)
    named = [column for column in columns if column]
    for column in named:
        if named.count(column) > 1:
            raise NotReadable(name, "column-twice", column=shown(column, 80))
    return columns


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    yield from sheet.iter_rows(values_only=True)


def _rows(content: bytes, title: str, first: int, columns: list[str]) -> Read:
    number = first
    try:
        book = _open(content)
        for number, cells in enumerate(_values(book[title]), start=1):
            if number <= first or not any(cell not in (None, "") for cell in cells):
                continue
            texts = [_cell(cell) for cell in cells[: len(columns)]]
            texts += [""] * (len(columns) - len(texts))
            yield Row(number, {column: text for column, text in zip(columns, texts, strict=True) if column})
    except Exception as error:  # a damaged workbook ends here: what follows cannot be found
        yield BadRow(number + 1, "cut-short", {"reason": shown(str(error) or type(error).__name__, 200)})


def _cell(value: Any) -> str:
    if value is not None and hasattr(value, "isoformat"):
        return str(value.isoformat())
    return cell_text(value)
