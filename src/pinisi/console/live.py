"""The live stream: what changed, as server-sent events that resume where they were cut.

Entities are conflated: at most four times a second, the latest of each. Incidents are told at once and act by act.
A reader who is slower than the city is cut to `reset`, so that what waits for him stays bounded. Who may no longer
read is told nothing more: the stream ends, and the browser has to come in by the door again.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection
from typing import Any

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.incident_endpoints import incident_json
from pinisi.console.pending import Pending, Touched
from pinisi.console.town import clock_json
from pinisi.incidents.desk import NoSuchIncident
from pinisi.store.seen import projection_of

BEAT_SECONDS = 5.0
SCREEN_SECONDS = 0.25

_encode = msgspec.json.Encoder().encode


async def stream(house: House, call: Call) -> Reply:
    """Open the stream at `Last-Event-ID`, else `after`, else now; a place that the log never had is a reset."""
    told = call.header(b"last-event-id") or call.query.get("after") or ""
    now = await house.store.position(call.tenant)
    place = int(told) if told.isascii() and told.isdigit() and len(told) < 16 else now
    pending = Pending(min(place, now), reset=place > now)
    wanted = call.query.get("layers")
    layers = frozenset(house.town(call.tenant).layers.ids() if wanted is None else wanted.split(","))
    headers = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
    events = _events(house, call, pending, layers, everything=wanted is None)
    return Reply(200, media=b"text/event-stream", headers=headers, stream=events)


async def _events(
    house: House, call: Call, pending: Pending, layers: frozenset[str], *, everything: bool
) -> AsyncGenerator[bytes]:
    follower = asyncio.create_task(_follow(house, call, pending))
    follower.add_done_callback(lambda _: pending.wake())
    house.farewells.add(pending.wake)
    try:
        yield _event("hello", pending.told, {"position": pending.told})
        while True:
            stirred = await pending.stirred(BEAT_SECONDS)
            if not await _holds(house, call, follower):
                return
            if not stirred:
                beat = {**clock_json(house.town(call.tenant).clock), "position": pending.settled}
                yield _event("beat", pending.settled, beat)
            elif telling := await _telling(house, call, pending, layers, everything):
                yield telling
                await pending.rest(SCREEN_SECONDS)
    finally:
        house.farewells.discard(pending.wake)
        follower.cancel()


async def _holds(house: House, call: Call, follower: "asyncio.Task[None]") -> bool:
    """Whether the stream may go on: the house is open, and the reader still is who he was when he came in."""
    if house.closing or follower.done():
        return False
    return await house.admit(dict(call.headers), call.address, call.tenant) == call.principal


async def _follow(house: House, call: Call, pending: Pending) -> None:
    async for piece in house.feed.follow(call.tenant, pending.told, call.grants):
        pending.note(piece, incidents="incidents.read" in call.principal.permissions)


async def _telling(house: House, call: Call, pending: Pending, layers: Collection[str], everything: bool) -> bytes:
    """All that is not told yet, in one piece. Only its last event carries the new place to resume from."""
    before, news = pending.told, pending.take()
    if news.reset:
        return _event("reset", news.position, {"position": news.position})
    incidents = await _incidents(house, call, news.incidents)
    found = [await _change(house, call, id, touched, layers, everything) for id, touched in news.changed.items()]
    changes = [change for change in found if change is not None]
    if not incidents:
        return _event("changes", news.position, {"position": news.position, "entities": changes}) if changes else b""
    told = _event("incidents", news.position, {"position": news.position, "incidents": incidents})
    return _event("changes", None, {"position": before, "entities": changes}) + told if changes else told


async def _incidents(house: House, call: Call, acts: dict[str, int]) -> list[dict[str, Any]]:
    """Each incident as it was after each of its newest acts."""
    told: list[dict[str, Any]] = []
    for id, number in acts.items():
        try:
            cases = await house.desk.lately(call.tenant, id, number, call.grants)
        except NoSuchIncident:
            continue
        told += [incident_json(house.town(call.tenant), case) for case in cases]
    return told


async def _change(
    house: House, call: Call, id: str, touched: Touched, layers: Collection[str], everything: bool
) -> dict[str, Any] | None:
    """An entity as its layers show it now; without rows it is gone from them."""
    drawn_by = house.town(call.tenant).layers
    if not everything and drawn_by.drawing(touched.types).isdisjoint(layers):
        return None
    record = await house.store.entity(call.tenant, id, call.grants)
    projection = None if record is None else projection_of(record, call.grants)
    rows: dict[str, Any] = {}
    if record is not None and projection is not None:
        drawn = drawn_by.rows_of(record, projection)
        rows = {layer: row for layer, row in drawn.items() if layer in layers}
    return {
        "id": id,
        "type": record.family.types[0] if record is not None else next(iter(touched.types), None),
        "rows": rows,
        "attributes": sorted(house.pinisi_table.compact_iri(name) for name in touched.attributes),
    }


def _event(name: str, id: int | None, data: dict[str, Any]) -> bytes:
    head = b"" if id is None else b"id: %d\n" % id
    return head + b"event: " + name.encode() + b"\ndata: " + _encode(data) + b"\n\n"


LIVE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/stream",
        permission="console.read",
        endpoint=stream,
        summary="What changes, as server-sent events that resume",
        parameters=("layers", "after"),
    ),
)
