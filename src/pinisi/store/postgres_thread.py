"""A connection to PostgreSQL as a reading thread uses it: statements wait for the event loop, which does the talking.

So what reads through SQLite in a thread (stories, pictures, timelines, chain, retention) reads through PostgreSQL too.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from pinisi.store.sql_rows import Connection, Row, SqlValues

T = TypeVar("T")
_PARAMETER = re.compile(r"\?(\d*)|(?<![:\w]):([a-z_]+)|'[^']*'")
_CHUNK = 2_000


@lru_cache(512)
def translated(sql: str) -> tuple[str, tuple[str, ...] | None]:
    """The statement with `$n` for its parameters; the names in that order, None where they go by number."""
    names: list[str] = []
    count = 0

    def numbered(found: re.Match[str]) -> str:
        nonlocal count
        if found[0].startswith("'"):
            return found[0]
        if found[2]:
            if found[2] not in names:
                names.append(found[2])
            return f"${names.index(found[2]) + 1}"
        count += 1
        return f"${found[1] or count}"

    text = _PARAMETER.sub(numbered, sql)
    return text, tuple(names) if names else None


def arguments(names: tuple[str, ...] | None, values: SqlValues) -> Sequence[Any]:
    if isinstance(values, Mapping):
        return [values[name] for name in names or ()]
    return values


class ThreadConnection:
    """Used by one thread at a time, within a transaction that the event loop has opened."""

    def __init__(self, connection: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop
        self._touched = 0

    def execute(self, statements: str, bindings: Any = None, /) -> "_Rows":
        text, names = translated(statements)
        values = arguments(names, bindings or ())
        if statements.lstrip()[:6].upper() in ("SELECT", "WITH E", "WITH R"):
            return _Rows(self, text, values)
        status = self.wait(self._connection.execute(text, *values))
        self._touched = int(status.rpartition(" ")[2]) if status[-1:].isdigit() else 0
        return _Rows(self, "", ())

    def executemany(self, statements: str, sequenceofbindings: Iterable[Any], /) -> "_Rows":
        many = list(sequenceofbindings)
        if many:
            self.wait(self._connection.executemany(translated(statements)[0], many))
        return _Rows(self, "", ())

    def changes(self) -> int:
        return self._touched

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the event loop do it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @property
    def raw(self) -> Any:
        return self._connection


class _Rows:
    """Rows of a statement that is run when they are asked for: all at once, the first, or by a cursor."""

    def __init__(self, connection: ThreadConnection, text: str, values: Sequence[Any]) -> None:
        self._connection = connection
        self._text = text
        self._values = values

    def fetchall(self) -> list[Row]:
        found = self._connection.wait(self._connection.raw.fetch(self._text, *self._values))
        return [tuple(row) for row in found]

    def fetchone(self) -> Row | None:
        found = self._connection.wait(self._connection.raw.fetchrow(self._text, *self._values))
        return None if found is None else tuple(found)

    def __iter__(self) -> Iterator[Row]:
        wait = self._connection.wait
        cursor = wait(self._open())
        while found := wait(cursor.fetch(_CHUNK)):
            yield from map(tuple, found)
            if len(found) < _CHUNK:
                return

    async def _open(self) -> Any:
        return await self._connection.raw.cursor(self._text, *self._values)


async def in_thread(connection: Any, threads: Any, work: "Callable[[Connection], T]") -> T:
    """Run work in a thread that reads and writes through a connection whose transaction is open."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(threads, work, ThreadConnection(connection, loop))
