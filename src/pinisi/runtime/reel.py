"""The reel of a replay: every row of a recording in the order of its day, in one file that is written once.

So a replay needs no more memory for a year than for a minute, goes on after a restart at the very row where it
stopped, and shows the same though the files that it was cut from have gone.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import apsw
import msgspec

from pinisi.runtime.recording import Recording, Row, Stream
from pinisi.store.sql_rows import rows
from pinisi.vocabulary.instant import Instant

AT_ONCE = 250
"""Rows of one moment that one message may hold."""
_WRITTEN_AT_ONCE = 1_000
_BARS = 120
_SCHEMA = """
CREATE TABLE stream (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE loose (
  stream INTEGER NOT NULL, at INTEGER NOT NULL, nth INTEGER NOT NULL, origin TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE row (
  stream INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, origin TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (stream, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
"""
_SORTED = """
INSERT INTO row SELECT stream, row_number() OVER (PARTITION BY stream ORDER BY at, nth), at, origin, body FROM loose;
DROP TABLE loose;
CREATE INDEX row_at ON row (at);
"""


class Batch(msgspec.Struct, frozen=True):
    """Rows of one stream that came at one moment; `last` is the number of the last of them in its stream."""

    at: Instant
    last: int
    origin: str
    bodies: tuple[bytes, ...]


class Reel:
    """A written reel, opened to be read."""

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        self._numbers: dict[str, int] = {
            id: number for number, id in rows(self._connection, "SELECT number, id FROM stream")
        }
        ((self.total,),) = rows(self._connection, "SELECT count(*) FROM row")
        ((self.outside,),) = rows(self._connection, "SELECT value FROM fact WHERE name = 'outside'")

    def close(self) -> None:
        self._connection.close()

    def after(self, stream: str, n: int, most: int) -> Batch | None:
        """The next rows of a stream after its nth: those of one moment, `most` at a time; None: it is at its end."""
        number = self._numbers[stream]
        sql = "SELECT n, at, origin, body FROM row WHERE stream = ? AND n > ? ORDER BY n LIMIT ?"
        found = rows(self._connection, sql, (number, n, min(most, AT_ONCE)))
        if not found:
            return None
        _, at, origin, _ = found[0]
        same = [row for row in found if row[1] == at]
        return Batch(at, same[-1][0], origin, tuple(row[3] for row in same))

    def until(self, moment: Instant) -> int:
        """How many rows there are up to a moment, itself included."""
        return rows(self._connection, "SELECT count(*) FROM row WHERE at <= ?", (moment,))[0][0]

    def density(self, begin: Instant, until: Instant, bars: int = _BARS) -> list[int]:
        """How many rows lie in each of `bars` equal parts of a span."""
        width = max(1, -(-(until - begin) // bars))
        counts = [0] * bars
        sql = "SELECT min(?, (at - ?) / ?), count(*) FROM row WHERE at BETWEEN ? AND ? GROUP BY 1"
        for bar, n in rows(self._connection, sql, (bars - 1, begin, width, begin, until)):
            counts[bar] = n
        return counts


def write_reel(path: Path, recording: Recording) -> None:
    """Write all rows of a recording, in the order in which they came. Blocks; run it in a thread.

    What had come before `begin` stands at `begin`: it was known by then. What came after `until` is left out, counted.

    Raises:
        Unreadable: a file is not what it should be; names it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    connection = apsw.Connection(str(unfinished))
    try:
        connection.pragma("journal_mode", "off")
        connection.execute(_SCHEMA)
        with connection:
            outside = sum(
                _copy(connection, number, stream, recording) for number, stream in enumerate(recording.streams)
            )
            connection.execute("INSERT INTO fact VALUES ('outside', ?)", (outside,))
            connection.execute(_SORTED)
    finally:
        connection.close()
    unfinished.replace(path)


def _copy(connection: apsw.Connection, number: int, stream: Stream, recording: Recording) -> int:
    """Copy a stream's rows; answers how many came too late to be in it."""
    connection.execute("INSERT INTO stream VALUES (?, ?)", (number, stream.id))
    outside = 0
    numbered = enumerate(stream.rows())
    while some := list(islice(numbered, _WRITTEN_AT_ONCE)):
        inside = [(nth, row) for nth, row in some if row.at is None or row.at <= recording.until]
        outside += len(some) - len(inside)
        connection.executemany("INSERT INTO loose VALUES (?, ?, ?, ?, ?)", _values(number, inside, recording.begin))
    return outside


def _values(
    stream: int, rows: Iterable[tuple[int, Row]], begin: Instant
) -> Iterator[tuple[int, Instant, int, str, bytes]]:
    for nth, row in rows:
        yield stream, begin if row.at is None else max(begin, row.at), nth, row.origin, row.body
