"""Keys that stand twice, and references to rows that are not there."""

from collections.abc import Iterator

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS
from pinisi.services.mobility.engine.gtfs.table import Feed, Table


def check_keys(feed: Feed) -> Iterator[Notice]:
    for name, table in feed.tables.items():
        key = LAYOUTS[name].key
        if key and all(column in table.header for column in key):
            yield from _repeated(table, key)


def _repeated(table: Table, key: tuple[str, ...]) -> Iterator[Notice]:
    first: dict[tuple[str, ...], int] = {}
    for number, found in zip(table.numbers, zip(*map(table.values, key), strict=True), strict=True):
        if (before := first.setdefault(found, number)) != number:
            value = ",".join(found)
            yield notice("duplicate_key", table.name, number, ",".join(key), value, f"stands in row {before} already")


def known(feed: Feed, file: str, column: str) -> frozenset[str]:
    """What a reference may point at. Services stand in calendar.txt or in calendar_dates.txt."""
    values = set(feed.values(file, column))
    if column == "service_id":
        values.update(feed.values("calendar_dates.txt", column))
    return frozenset(values)


def check_references(feed: Feed) -> Iterator[Notice]:
    for name, table in feed.tables.items():
        for column in LAYOUTS[name].columns:
            if column.of is not None and column.name in table.header:
                yield from _dangling(feed, table, column.name, column.of)


def _dangling(feed: Feed, table: Table, column: str, of: tuple[str, str]) -> Iterator[Notice]:
    there = known(feed, *of)
    for number, value in zip(table.numbers, table.values(column), strict=True):
        if value and value not in there:
            yield notice("foreign_key_violation", table.name, number, column, value, f"is not in {of[0]}")
