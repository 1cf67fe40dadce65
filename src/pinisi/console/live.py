"""The live stream: what changed, as server-sent events that resume where they were cut.

Entities are conflated: at most four times a second, the latest of each. Incidents are told at once and act by act.
Readers with equal rights share a channel, so that a change is written once however many consoles look on.
A reader who is slower than the city is cut to `reset`, so that what waits for him stays bounded. Who may no longer
read is told nothing more: the stream ends, and the browser has to come in by the door again.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import msgspec

from pinisi.console.channel import Audience, Voice
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.incident_json import incident_json
from pinisi.console.pending import News, Pending, Touched
from pinisi.console.town import clock_json
from pinisi.incidents.queue import NoSuchIncident
from pinisi.store.log import LogSlice, Position
from pinisi.store.seen import projection_of

BEAT_SECONDS = 5.0
SCREEN_SECONDS = 0.25
BREATH = 250

_encode = msgspec.json.Encoder().encode


async def stream(house: House, call: Call) -> Reply:
    """Open the stream at `Last-Event-ID`, else `after`, else now; a place that the log never had is a reset."""
    told = call.header(b"last-event-id") or call.query.get("after") or ""
    now = await house.store.position(call.tenant)
    place = int(told) if told.isascii() and told.isdigit() and len(told) < 16 else now
    wanted = call.query.get("layers")
    audience = Audience(
        call.tenant,
        call.grants,
        frozenset(house.town(call.tenant).layers.ids() if wanted is None else wanted.split(",")),
        everything=wanted is None,
        incidents="incidents.read" in call.principal.permissions,
    )
    headers = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
    events = _events(house, call, audience, min(place, now), reset=place > now)
    return Reply(200, media=b"text/event-stream", headers=headers, stream=events)


async def _events(
    house: House, call: Call, audience: Audience, place: Position, *, reset: bool
) -> AsyncGenerator[bytes]:
    channel = house.channels.of(audience, await house.store.position(call.tenant), _voice(house, audience))
    listener = channel.join()
    house.farewells.add(listener.wake)
    try:
        yield _event("hello", place, {"position": place})
        if missed := await _missed(house, audience, place, listener.place, reset=reset):
            yield missed
        while True:
            stirred = await listener.stirred(BEAT_SECONDS)
            if channel.ended or not await _holds(house, call):
                return
            if listener.cut:
                yield _reset(channel.told)
                listener.take()
            elif not stirred:
                beat = {**clock_json(house.town(call.tenant).clock), "position": channel.settled}
                yield _event("beat", channel.settled, beat)
            elif telling := listener.take():
                yield telling
    finally:
        house.farewells.discard(listener.wake)
        house.channels.part(audience, channel, listener)


async def _holds(house: House, call: Call) -> bool:
    """Whether the stream may go on: the house is open, and the reader still is who he was when he came in."""
    if house.closing:
        return False
    return await house.admit(dict(call.headers), call.address, call.tenant) == call.principal


def _voice(house: House, audience: Audience) -> Voice:
    def follow(place: Position) -> AsyncIterator[LogSlice]:
        return house.feed.follow(audience.tenant, place, audience.grants)

    async def speak(news: News, before: Position) -> bytes:
        return await _telling(house, audience, news, before)

    return Voice(follow, speak, SCREEN_SECONDS)


async def _missed(house: House, audience: Audience, place: Position, until: Position, *, reset: bool) -> bytes:
    """What a reader who comes from an earlier place has not heard, up to where the channel takes over."""
    if reset:
        return _reset(until)
    pending, before = Pending(place), place
    while place < until:
        piece = await anext(house.feed.follow(audience.tenant, place, audience.grants))
        if piece.reset:
            return _reset(until)
        entries = [entry for entry in piece.entries if entry.position <= until]
        place = min(piece.position, until)
        pending.note(LogSlice(entries, place), incidents=audience.incidents)
    return await _telling(house, audience, pending.take(), before)


async def _telling(house: House, audience: Audience, news: News, before: Position) -> bytes:
    """All news in one piece. Only its last event carries the new place to resume from."""
    if news.reset:
        return _reset(news.position)
    incidents = await _incidents(house, audience, news.incidents)
    changes = await _changes(house, audience, news.changed)
    if not incidents:
        return _event("changes", news.position, {"position": news.position, "entities": changes}) if changes else b""
    told = _event("incidents", news.position, {"position": news.position, "incidents": incidents})
    earlier = {"position": before, "drawn": news.position, "entities": changes}
    return _event("changes", None, earlier) + told if changes else told


async def _changes(house: House, audience: Audience, changed: dict[str, Touched]) -> list[dict[str, Any]]:
    """Each changed entity; with a breath between, so that a burst keeps nobody else waiting."""
    changes: list[dict[str, Any]] = []
    for number, (id, touched) in enumerate(changed.items(), start=1):
        change = await _change(house, audience, id, touched)
        if change is not None:
            changes.append(change)
        if number % BREATH == 0:
            await asyncio.sleep(0)
    return changes


async def _incidents(house: House, audience: Audience, acts: dict[str, int]) -> list[dict[str, Any]]:
    """Each incident as it was after each of its newest acts."""
    told: list[dict[str, Any]] = []
    for id, number in acts.items():
        try:
            cases = await house.queue.lately(audience.tenant, id, number, audience.grants)
        except NoSuchIncident:
            continue
        told += [incident_json(house.town(audience.tenant), case) for case in cases]
    return told


async def _change(house: House, audience: Audience, id: str, touched: Touched) -> dict[str, Any] | None:
    """An entity as its layers show it now; without rows it is gone from them."""
    layers = house.town(audience.tenant).layers
    if not audience.everything and layers.drawing(touched.types).isdisjoint(audience.layers):
        return None
    record = await house.store.entity(audience.tenant, id, audience.grants)
    projection = None if record is None else projection_of(record, audience.grants)
    rows: dict[str, Any] = {}
    if record is not None and projection is not None:
        drawn = layers.rows_of(record, projection)
        rows = {layer: row for layer, row in drawn.items() if layer in audience.layers}
    return {
        "id": id,
        "type": record.family.types[0] if record is not None else next(iter(touched.types), None),
        "rows": rows,
        "attributes": sorted(house.pinisi_table.compact_iri(name) for name in touched.attributes),
    }


def _reset(position: Position) -> bytes:
    return _event("reset", position, {"position": position})


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
