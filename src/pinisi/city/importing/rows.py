"""What every reader gives: rows of text cells as a person would type them, numbered as a person would count them."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

Cells = dict[str, str]
MOST_COLUMNS = 500
MOST_CELL = 200_000
"""Characters of one cell; a longer one is no value of a register."""


class Row(msgspec.Struct, frozen=True):
    """One row. `number` is the line of a table (its heading is 1), the feature or the entity, counted from 1.

    `geometry` is GeoJSON where the file carries one; `entity` is set where the file holds NGSI-LD.
    """

    number: int
    cells: Cells
    geometry: dict[str, Any] | None = None
    entity: dict[str, Any] | None = None


class BadRow(msgspec.Struct, frozen=True):
    """A row that cannot be read at all: `code` names the fault in `faults.toml`, `words` fill its text."""

    number: int
    code: str
    words: dict[str, str | float]
    raw: str = ""


Read = Iterator[Row | BadRow]


class Sheet(msgspec.Struct, frozen=True):
    """A file that has been opened: what it is, which columns it has, and its rows as often as they are asked for.

    `columns` of a file without a heading (GeoJSON, NGSI-LD) are those of its first rows. `notes` say what was found
    while opening (code and words of a notice in `faults.toml`).
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    rows: Callable[[], Read]
    size: int = 0
    notes: tuple[tuple[str, dict[str, str | float]], ...] = ()


class NotReadable(Exception):
    """A file that cannot be read as a whole. `code` names the reason in `faults.toml`, `words` fill it."""

    def __init__(self, name: str, code: str, **words: str | float) -> None:
        self.name = name
        self.code = code
        self.words = words
        super().__init__(f"{name}: {code} {words}")


def columns_of(rows: Read, most: int = 200) -> tuple[str, ...]:
    """The names that occur in the first rows, in the order in which they are met."""
    seen: dict[str, None] = {}
    for _, row in zip(range(most), rows, strict=False):
        if isinstance(row, Row):
            seen.update(dict.fromkeys(row.cells))
    return tuple(seen)[:MOST_COLUMNS]


def cell_text(value: Any) -> str:
    """A value of JSON as the text of a cell; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    return msgspec.json.encode(value).decode("utf-8", "replace")


def shown(raw: Any, most: int = 2000) -> str:
    """Raw content, short enough to be kept and shown."""
    text = raw if isinstance(raw, str) else cell_text(raw)
    return text if len(text) <= most else text[:most] + " …"
