"""The file of a timetable over HTTP: how sound it is, and the file itself, as it came or repaired."""

import asyncio
import datetime
from functools import lru_cache
from typing import Any

import msgspec

from pinisi.runtime.endpoint import Endpoint, Raw
from pinisi.runtime.visit import Conflict, NotThere, Visit
from pinisi.services.mobility.gtfs_zip import NoFeed
from pinisi.services.mobility.transit.asked_timetable import TEXTS
from pinisi.services.mobility.transit.feed_health import FeedHealth, health_of, repaired_zip
from pinisi.services.mobility.transit.service_day import day_of
from pinisi.services.mobility.transit.shelf import SHELF, NotOnShelf
from pinisi.services.mobility.transit.timetables import timetables_of


class FileQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`repaired`: as a repair writes it, instead of as it came."""

    repaired: bool = False


async def health(visit: Visit[None, None]) -> FeedHealth:
    feed, digest = await _file(visit)
    try:
        return await asyncio.to_thread(_health, feed, digest, day_of(visit.now, "UTC").day)
    except (NoFeed, NotOnShelf) as error:
        raise Conflict(str(error)) from None


async def file(visit: Visit[None, FileQuery]) -> Raw:
    _, digest = await _file(visit)
    try:
        body = await asyncio.to_thread(SHELF.body, digest)
        if visit.query.repaired:
            return Raw(await asyncio.to_thread(repaired_zip, body, day_of(visit.now, "UTC").day))
        return Raw(body)
    except (NoFeed, NotOnShelf) as error:
        raise Conflict(str(error)) from None


@lru_cache(maxsize=8)
def _health(feed: str, digest: str, day: datetime.date) -> FeedHealth:
    """What a digest names never changes; on another day another calendar is over."""
    return health_of(feed, digest, SHELF.body(digest), day)


async def _file(visit: Visit[Any, Any]) -> tuple[str, str]:
    """The feed and the digest of a timetable that the one who asks may see. Raises `NotThere`."""
    feed = visit.params["feed"]
    known = await timetables_of(visit)
    if feed not in known:
        raise NotThere(f"there is no timetable {feed[:80]}")
    return feed, known[feed].text("timetableDigest") or ""


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
