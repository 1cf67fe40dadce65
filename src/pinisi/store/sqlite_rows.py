"""Rows out of SQLite, typed as what they are: anything."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import apsw

Row = tuple[Any, ...]


def rows(connection: apsw.Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
    """All rows; nothing of the statement stays open."""
    return cast(list[Row], connection.execute(sql, values).fetchall())


def first(connection: apsw.Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
    """The first row, if there is one."""
    return connection.execute(sql, values).fetchone()


def write_all(connection: apsw.Connection, sql: str, values: Iterable[Row]) -> None:
    """Run the statement once for each row."""
    connection.executemany(sql, values)
