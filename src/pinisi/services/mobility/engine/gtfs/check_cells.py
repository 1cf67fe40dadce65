"""What each cell holds: there where it must be, and of its kind."""

from collections.abc import Iterator

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS, Column
from pinisi.services.mobility.engine.gtfs.table import Feed, Table
from pinisi.services.mobility.engine.gtfs.values import KINDS

_PRINTED = range(32, 127)


def check_cells(feed: Feed) -> Iterator[Notice]:
    for name, table in feed.tables.items():
        layout = LAYOUTS[name]
        for column in layout.columns:
            if column.name in table.header:
                yield from _column(table, column)
            elif column.required:
                reason = "a column that must be there is not"
                yield notice("missing_required_column", name, 1, column.name, reason=reason)


def _column(table: Table, column: Column) -> Iterator[Notice]:
    """Values that repeat (most do) are judged once."""
    judged: dict[str, list[tuple[str, str]]] = {}
    for number, value in zip(table.numbers, table.values(column.name), strict=True):
        faults = judged.get(value)
        if faults is None:
            faults = judged[value] = list(faults_of(column, value))
        for code, reason in faults:
            yield notice(code, table.name, number, column.name, value, reason)


def faults_of(column: Column, value: str) -> Iterator[tuple[str, str]]:
    """The codes and reasons of what is wrong with one value of a column."""
    bare = value.strip()
    if not bare:
        if column.required:
            yield "missing_required_field", "is empty and must not be"
        return
    if bare != value:
        yield "leading_or_trailing_whitespaces", "has blanks before or behind"
    if "\n" in value or "\r" in value:
        yield "new_line_in_value", "has a line break inside"
    if column.name.endswith("_id") and any(ord(letter) not in _PRINTED for letter in bare):
        yield "non_ascii_or_non_printable_char", "an identifier with letters that some readers cannot compare"
    if "\ufffd" in value:
        yield "invalid_character", "has a letter that could not be read"
    if column.values and bare not in column.values:
        yield "unexpected_enum_value", f"is none of {', '.join(sorted(column.values))}"
    if code := KINDS[column.kind](bare):
        yield code, f"cannot be a {column.kind}"
