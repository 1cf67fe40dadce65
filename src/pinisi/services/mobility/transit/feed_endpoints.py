"""The file of a timetable over HTTP: how sound it is, and the file itself, as it came or repaired."""

import asyncio
import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from pinisi.runtime.endpoint import Endpoint, Raw
from pinisi.runtime.visit import Conflict, NotThere, Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.gtfs_zip import NoFeed
from pinisi.services.mobility.models.transit import TIMETABLE
from pinisi.services.mobility.transit.asked_timetable import TEXTS
from pinisi.services.mobility.transit.feed_health import FeedHealth, health_of, repaired_zip
from pinisi.services.mobility.transit.service_day import day_of
from pinisi.services.mobility.transit.shelf import SHELF, NotOnShelf
from pinisi.vocabulary.instant import Instant


class FileQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`repaired`: as a repair writes it, instead of as it came."""

    repaired: bool = False


async def health(visit: Visit[None, None]) -> FeedHealth:
    feed, path = await _file(visit)
    try:
        return await asyncio.to_thread(_health, feed, path, _today(visit.now))
    except NoFeed as error:
        raise Conflict(str(error)) from None


async def file(visit: Visit[None, FileQuery]) -> Raw:
    _, path = await _file(visit)
    try:
        if visit.query.repaired:
            return Raw(await asyncio.to_thread(repaired_zip, path, _today(visit.now)))
        return Raw(await asyncio.to_thread(path.read_bytes))
    except (NoFeed, OSError) as error:
        raise Conflict(f"the timetable's file cannot be read: {error}") from None


@lru_cache(maxsize=8)
def _health(feed: str, path: Path, day: datetime.date) -> FeedHealth:
    """A file never changes under its name; on another day another calendar is over."""
    return health_of(feed, path, day)


def _today(now: Instant) -> datetime.date:
    return day_of(now, "UTC").day


async def _file(visit: Visit[Any, Any]) -> tuple[str, Path]:
    """Of a timetable that the one who asks may see.

    Raises:
        NotThere, Conflict: there is none of that name; its file is not here.
    """
    feed = visit.params["feed"]
    known = {each.id.rpartition(":")[2]: each for each in await known_of(visit, TIMETABLE)}
    digest = (known[feed].text("timetableDigest") or "") if feed in known else SHELF.newest(feed)
    if not digest:
        raise NotThere(f"there is no timetable {feed[:80]}")
    try:
        return feed, SHELF.path(digest)
    except NotOnShelf as error:
        raise Conflict(f"{feed}: {error}") from None


HEALTH = Endpoint(
    method="GET",
    path="/timetables/{feed}/health",
    title=TEXTS["timetable-health"],
    permission="context.read",
    answer=FeedHealth,
    handle=health,
    seconds=60,
)
FILE = Endpoint(
    method="GET",
    path="/timetables/{feed}/file",
    title=TEXTS["timetable-file"],
    permission="context.read",
    query=FileQuery,
    answer=Raw,
    media="application/zip",
    handle=file,
    seconds=60,
)
