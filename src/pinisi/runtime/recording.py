"""What a recording is: rows of the past, each with the moment at which it arrived, and the function that reads them.

A service, or the kernel, offers kinds of streams; a city's `recordings.toml` says which files they are cut from.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from pinisi.city.profile import City
from pinisi.city.text import Text
from pinisi.runtime.source import Card, Read
from pinisi.vocabulary.instant import Instant

REPLAY = "replay-"
"""What the names of the tenants begin with in which something of the past is replayed."""


class Row(msgspec.Struct, frozen=True):
    """One event as it was recorded.

    `at` is when it arrived on its day; None where the row does not tell: then it stands at the beginning, and whoever
    reads it says what is wrong with it. `origin` is file and row, `body` the row's bytes.
    """

    at: Instant | None
    origin: str
    body: bytes


class Frame(msgspec.Struct, frozen=True):
    """How rows become one message: `head`, the rows with `glue` between, `tail`. Without `glue` each stands alone."""

    head: bytes = b""
    glue: bytes | None = None
    tail: bytes = b""
    media: str = ""

    def message(self, bodies: Sequence[bytes]) -> bytes:
        return self.head + (self.glue or b"").join(bodies) + self.tail


LINES = Frame(glue=b"\n", media="application/jsonl")
FEATURES = Frame(b'{"type":"FeatureCollection","features":[', b",", b"]}", "application/geo+json")
ALONE = Frame()


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """How one stream is cut from files and read.

    `cut` gives a file's rows in any order, holding no more of it in memory than it must; it raises `Unreadable` for a
    file that is not what it should be. `read` is the function of a live source: pure, a message to a reading.
    """

    cut: Callable[[Path], Iterator[Row]]
    read: Read
    frame: Frame = ALONE


Options = TypeVar("Options", bound=msgspec.Struct)


class StreamKind(msgspec.Struct, Generic[Options], frozen=True, kw_only=True):
    """A kind of recorded stream; `make` raises `ValueError` with the field's name for options that do not fit."""

    name: str
    title: Text
    options: type[Options]
    make: Callable[[Options, City], Recorded]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One source of a recording. `every` is its own period in seconds of that day, as of a live source."""

    id: str
    title: Text
    card: Card
    service: str
    every: float
    recorded: Recorded
    rows: Callable[[], Iterator[Row]]
    """Every row of all its files, in any order; blocks, so it runs in a thread."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """Streams that happened together, from `begin` until `until`, in the city whose folder is `city`.

    `data` is where that city finds the files that it reads from elsewhere.
    """

    id: str
    title: Text
    note: Text
    city: Path
    data: Path | None = None
    begin: Instant
    until: Instant
    streams: tuple[Stream, ...]
