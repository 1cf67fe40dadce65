"""A feed in memory: tables of text, as they stand in the files."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

Row = tuple[str, ...]


class Table(msgspec.Struct, frozen=True):
    """`rows` are as long as `header`; `numbers` are their rows in the file, where the heading is 1."""

    name: str
    header: Row
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]

    def at(self, column: str) -> int | None:
        """The place of a column, None where the file has none."""
        return self.header.index(column) if column in self.header else None

    def values(self, column: str) -> list[str]:
        """One value a row; empty where the file has no such column."""
        at = self.at(column)
        return [""] * len(self.rows) if at is None else [row[at] for row in self.rows]

    def numbered(self) -> Iterator[tuple[int, Row]]:
        return zip(self.numbers, self.rows, strict=True)

    def having(self, column: str, values: Sequence[str]) -> "Table":
        """The same rows with these values in a column, which is added at the end if it is not there."""
        at = self.at(column)
        if at is None:
            rows = tuple((*row, value) for row, value in zip(self.rows, values, strict=True))
            return Table(self.name, (*self.header, column), rows, self.numbers)
        rows = tuple(
            row if row[at] == value else (*row[:at], value, *row[at + 1 :])
            for row, value in zip(self.rows, values, strict=True)
        )
        return Table(self.name, self.header, rows, self.numbers)

    def only(self, kept: Sequence[bool]) -> "Table":
        """The rows for which `kept` says so."""
        chosen = [place for place, keep in enumerate(kept) if keep]
        return self.order(chosen)

    def order(self, places: Sequence[int]) -> "Table":
        """These rows, in this order."""
        rows = tuple(self.rows[place] for place in places)
        return Table(self.name, self.header, rows, tuple(self.numbers[place] for place in places))


class Feed(msgspec.Struct, frozen=True):
    """`tables` by file name; `other` are files that GTFS does not name or that are not tables (kept as they are)."""

    tables: Mapping[str, Table]
    other: Mapping[str, bytes] = msgspec.field(default_factory=dict[str, bytes])

    def values(self, file: str, column: str) -> list[str]:
        table = self.tables.get(file)
        return [] if table is None else table.values(column)

    def putting(self, *tables: Table) -> "Feed":
        return Feed({**self.tables, **{table.name: table for table in tables}}, self.other)
