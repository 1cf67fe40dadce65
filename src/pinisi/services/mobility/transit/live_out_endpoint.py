"""The city's own GTFS-Realtime over HTTP, for the timetable of one name."""

import asyncio
from collections.abc import Callable
from typing import Any

from pinisi.runtime.endpoint import Endpoint, Raw
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import Conflict, NotThere, Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.models.roads import CLOSURE
from pinisi.services.mobility.models.transit import LIVE_TYPES
from pinisi.services.mobility.transit.shelf import SHELF

TEXTS = texts_of("pinisi.services.mobility")
VEHICLE, ARRIVAL, _ = LIVE_TYPES
KINDS = ("vehicle-positions", "trip-updates", "alerts")
MOST = 20_000


async def live_out(visit: Visit[None, None]) -> Raw:
    feed, kind = visit.params["feed"], visit.params["kind"]
    if kind not in KINDS:
        raise NotThere(f"{kind[:60]}: there are {', '.join(KINDS)}")
    if visit.exercise:
        raise Conflict("this is an exercise: what happens in it is not told to the world")
    book = await asyncio.to_thread(SHELF.book, feed)
    if book is None:
        raise NotThere(f"there is no timetable {feed[:80]}")
    made = await _feed_of(visit, feed, kind, book)
    return Raw(await asyncio.to_thread(made))


async def _feed_of(visit: Visit[Any, Any], feed: str, kind: str, book: Any) -> Callable[[], bytes]:
    from pinisi.services.mobility.engine.gtfs_rt.writing import write_realtime
    from pinisi.services.mobility.transit.live_out import Names, alerts_feed, arrivals_feed, positions_feed

    now = visit.now
    if kind == "alerts":
        routes, closures = await known_of(visit, "GtfsRoute", MOST), await known_of(visit, CLOSURE, MOST)
        own = [each for each in routes if f":{feed}:" in each.id]
        return lambda: write_realtime(alerts_feed(own, closures, Names(feed, book), now))
    make, type = (arrivals_feed, ARRIVAL) if kind == "trip-updates" else (positions_feed, VEHICLE)
    known = [each for each in await known_of(visit, type, MOST) if f":{feed}:" in each.id]
    return lambda: write_realtime(make(known, Names(feed, book), now))


LIVE_OUT = Endpoint(
    method="GET",
    path="/gtfs-realtime/{feed}/{kind}",
    title=TEXTS["live-out"],
    permission="context.read",
    answer=Raw,
    media="application/x-protobuf",
    handle=live_out,
    seconds=20,
)
