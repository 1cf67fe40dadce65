"""Timetables of this process: their files by digest, and those that were asked for last, ready to be searched.

What lies here is made anew from the files whenever it is not there; the files lie in the data folder.
"""

import datetime
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pinisi.services.mobility.gtfs_zip import NoFeed
from pinisi.services.mobility.transit.timetable_entity import digest_of, rows_of
from pinisi.services.mobility.transit.trip_book import TripBook, book_of

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.transit.day_network import DayNetwork, Networks
    from pinisi.services.mobility.engine.transit.live_day import Applied, TripLive

MOST_TIMETABLES = 2
MOST_DAYS = 4
MOST_KEPT = 4
MOST_MADE = 32
FOLDER = "timetables"


class NotOnShelf(LookupError):
    """The file of the timetable is not here, or cannot be searched; the text says which."""


class Shelf:
    """May be asked from any thread; one timetable is read at a time."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._newest: dict[str, str] = {}
        self._books: OrderedDict[str, TripBook] = OrderedDict()
        self._ready: OrderedDict[str, Networks] = OrderedDict()
        self._days: OrderedDict[tuple[str, datetime.date, bool], DayNetwork] = OrderedDict()
        self._live: OrderedDict[tuple[str, datetime.date, bool, int], Applied] = OrderedDict()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """As after a start of the server."""
        with self._lock:
            for kept in (self._files, self._made, self._newest, self._books, self._ready, self._days, self._live):
                kept.clear()

    def offer_all(self, folder: Path) -> None:
        """The files that were kept before; the folder has the name of the feed."""
        for path in sorted(folder.glob("*.zip"), key=lambda path: path.stat().st_mtime_ns):
            self._files[path.stem] = path
            self._newest[folder.name] = path.stem

    def keep(self, folder: Path, body: bytes) -> str:
        """Write a file into the folder of its feed, which has its name; the digest. The last few before it stay."""
        digest = digest_of(rows_of(body))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{digest}.zip"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(body)
        unfinished.replace(path)
        kept = sorted(folder.glob("*.zip"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for other in kept[MOST_KEPT:]:
            self._files.pop(other.stem, None)
            other.unlink(missing_ok=True)
        self._files[digest] = path
        self._newest[folder.name] = digest
        return digest

    def book(self, feed: str) -> TripBook | None:
        """The trips of the newest timetable of a feed; None where there is none, or it cannot be read."""
        with self._lock:
            digest = self._newest.get(feed, "")
            if digest not in self._books:
                try:
                    self._books[digest] = book_of(rows_of(self.body(digest)))
                except (NoFeed, NotOnShelf):
                    return None
            self._books.move_to_end(digest)
            while len(self._books) > MOST_TIMETABLES:
                self._books.popitem(last=False)
            return self._books[digest]

    def on(self, digest: str, day: datetime.date, *, beyond: bool = False) -> "DayNetwork":
        """What runs around a day. Takes seconds the first time.

        Raises:
            NotOnShelf: see there.
        """
        with self._lock:
            key = (digest, day, beyond)
            found = self._days.get(key)
            if found is None:
                found = self._networks(digest).on(day, beyond=beyond)
            self._days[key] = found
            self._days.move_to_end(key)
            while len(self._days) > MOST_DAYS:
                self._days.popitem(last=False)
            return found

    def live(
        self, digest: str, day: datetime.date, updates: "Sequence[TripLive]", *, beyond: bool = False
    ) -> "Applied":
        """The day with what is known of its trips now. Raises `NotOnShelf`."""
        from pinisi.services.mobility.engine.transit.live_day import live_day

        planned = self.on(digest, day, beyond=beyond)
        key = (digest, day, beyond, hash(tuple(updates)))
        with self._lock:
            found = self._live.get(key)
            if found is None:
                found = live_day(planned, updates)
            self._live[key] = found
            self._live.move_to_end(key)
            while len(self._live) > MOST_DAYS:
                self._live.popitem(last=False)
            return found

    def networks(self, digest: str) -> "Networks":
        """Raises `NotOnShelf`."""
        with self._lock:
            return self._networks(digest)

    def put(self, feed: str, body: bytes, digest: str = "") -> str:
        """A file that was made and is nowhere on the disk; its digest, or the one it is known by."""
        digest = digest or digest_of(rows_of(body))
        self._made[digest] = body
        self._made.move_to_end(digest)
        while len(self._made) > MOST_MADE:
            self._made.popitem(last=False)
        self._newest[feed] = digest
        return digest

    def has(self, digest: str) -> bool:
        return digest in self._made or digest in self._files

    def body(self, digest: str) -> bytes:
        """The file itself. Raises `NotOnShelf`."""
        made = self._made.get(digest)
        if made is not None:
            return made
        path = self._files.get(digest)
        if path is None:
            raise NotOnShelf("the timetable's file is not on this machine: put it into its folder again")
        try:
            return path.read_bytes()
        except OSError as error:
            raise NotOnShelf(f"the timetable's file cannot be read: {error.strerror or error}") from None

    def _networks(self, digest: str) -> "Networks":
        found = self._ready.get(digest)
        if found is None:
            found = self._read(digest)
        self._ready[digest] = found
        self._ready.move_to_end(digest)
        while len(self._ready) > MOST_TIMETABLES:
            self._ready.popitem(last=False)
        return found

    def _read(self, digest: str) -> "Networks":
        from pinisi.services.mobility.engine.gtfs.reading import read_feed
        from pinisi.services.mobility.engine.transit.day_network import Networks
        from pinisi.services.mobility.engine.transit.timetable_build import NoTimetable, timetable_of
        from pinisi.services.mobility.gtfs_zip import unzip

        body = self.body(digest)
        try:
            feed, _ = read_feed(unzip(body, "the timetable"))
            return Networks(timetable_of(feed))
        except (NoFeed, NoTimetable) as error:
            raise NotOnShelf(str(error)) from None


SHELF = Shelf()
