"""Timetables of this process: their files by digest, and those that were asked for last, ready to be searched.

What lies here is made anew from the files whenever it is not there; the files lie in the data folder.
"""

import datetime
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from pinisi.services.mobility.transit.timetable_entity import digest_of, rows_of

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.transit.day_network import DayNetwork, Networks

MOST_TIMETABLES = 2
MOST_DAYS = 4
FOLDER = "timetables"


class NotOnShelf(LookupError):
    """The file of the timetable is not here, or cannot be searched; the text says which."""


class Shelf:
    """May be asked from any thread; one timetable is read at a time."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}
        self._ready: OrderedDict[str, Networks] = OrderedDict()
        self._days: OrderedDict[tuple[str, datetime.date, bool], DayNetwork] = OrderedDict()
        self._lock = threading.Lock()

    def offer_all(self, folder: Path) -> None:
        """The files that were kept before."""
        for path in sorted(folder.glob("*.zip")):
            self._files[path.stem] = path

    def keep(self, folder: Path, body: bytes) -> str:
        """Write a file into the folder of its feed, in the place of the one before; its digest."""
        digest = digest_of(rows_of(body))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{digest}.zip"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(body)
        unfinished.replace(path)
        for other in folder.glob("*.zip"):
            if other != path:
                self._files.pop(other.stem, None)
                other.unlink(missing_ok=True)
        self._files[digest] = path
        return digest

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

    def networks(self, digest: str) -> "Networks":
        """Raises `NotOnShelf`."""
        with self._lock:
            return self._networks(digest)

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
        from pinisi.services.mobility.gtfs_zip import NoFeed, read_zip

        path = self._files.get(digest)
        if path is None:
            raise NotOnShelf("the timetable's file is not on this machine: put it into its folder again")
        try:
            feed, _ = read_feed(read_zip(path))
            return Networks(timetable_of(feed))
        except (NoFeed, NoTimetable) as error:
            raise NotOnShelf(str(error)) from None


SHELF = Shelf()
