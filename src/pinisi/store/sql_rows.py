"""Rows out of SQL, typed as what they are: anything.

What reads or works through a `Connection` knows no store: SQLite's own connection is one, and the PostgreSQL store has
one that is used in a thread (`postgres_thread`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]
SqlValues = Sequence[Any] | Mapping[str, Any]


class Answer(Protocol):
    """Rows of a statement, read as they come."""

    def __iter__(self) -> Iterator[Any]: ...
    def fetchall(self) -> list[Any]: ...
    def fetchone(self) -> Any: ...


class Connection(Protocol):
    """Runs statements one after the other. Parameters are written as SQLite has them: `?`, `?1`, `:name`."""

    def execute(self, statements: str, bindings: Any = None, /) -> Answer: ...
    def executemany(self, statements: str, sequenceofbindings: Iterable[Any], /) -> Answer: ...
    def changes(self) -> int:
        """How many rows the last statement touched."""
        ...


def rows(connection: Connection, sql: str, values: SqlValues = ()) -> list[Row]:
    """All rows; nothing of the statement stays open."""
    return connection.execute(sql, values).fetchall()


def first(connection: Connection, sql: str, values: SqlValues = ()) -> Row | None:
    """The first row, if there is one."""
    return connection.execute(sql, values).fetchone()


def write_all(connection: Connection, sql: str, values: Iterable[Row]) -> None:
    """Run the statement once for each row."""
    connection.executemany(sql, values)
