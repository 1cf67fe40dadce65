"""The live stream: what changed, as server-sent events that resume where they were cut.

Entities are conflated: at most four times a second, the latest of each. Incidents are told one by one, at once.
A reader holds a position in the log and no queue, so a slow one costs nothing and is cut to `reset`.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.incident_endpoints import incident_json
from pinisi.incidents.desk import NoSuchIncident
from pinisi.store.protocol import LogEntry
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.terms import INCIDENT

BEAT_SECONDS = 5.0
SCREEN_SECONDS = 0.25
MOST_ENTITIES = 2_000

_encode = msgspec.json.Encoder().encode


async def stream(house: House, call: Call) -> Reply:
    """Open the stream at `Last-Event-ID`, else `after`, else now."""
    told = call.header(b"last-event-id") or call.query.get("after") or ""
    now = await house.store.position(call.tenant)
    after = min(int(told), now) if told.isascii() and told.isdigit() and len(told) < 16 else now
    wanted = call.query.get("layers")
    layers = None if wanted is None else frozenset(wanted.split(","))
    headers = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
    return Reply(200, media=b"text/event-stream", headers=headers, stream=_events(house, call, after, layers))


class _Pending:
    """What the reader has not been told yet."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.changed: dict[str, set[str]] = {}
        self.incidents: list[str] = []
        self.reset = False
        self.stir = asyncio.Event()

    def note(self, entries: list[LogEntry]) -> None:
        for entry in entries:
            if INCIDENT in entry.types:
                self.incidents.append(entry.subject)
            self.changed.setdefault(entry.subject, set()).update(entry.attributes)
        if len(self.changed) > MOST_ENTITIES:
            self.reset = True
            self.changed.clear()


async def _events(house: House, call: Call, after: int, layers: frozenset[str] | None) -> AsyncIterator[bytes]:
    pending = _Pending(after)
    follower = asyncio.create_task(_follow(house, call, pending))
    try:
        yield _event("hello", after, {"position": after})
        while not house.closing:
            try:
                await asyncio.wait_for(pending.stir.wait(), BEAT_SECONDS)
            except TimeoutError:
                yield _event("beat", None, {"now": format_instant(house.now()), "position": pending.position})
                continue
            pending.stir.clear()
            async for event in _tell(house, call, pending, layers):
                yield event
            await asyncio.sleep(0 if pending.incidents else SCREEN_SECONDS)
    finally:
        follower.cancel()


async def _follow(house: House, call: Call, pending: _Pending) -> None:
    async for piece in house.feed.follow(call.tenant, pending.position, call.grants):
        pending.position = piece.position
        pending.reset |= piece.reset
        pending.note(list(piece.entries))
        if piece.reset or piece.entries:
            pending.stir.set()


async def _tell(house: House, call: Call, pending: _Pending, layers: frozenset[str] | None) -> AsyncIterator[bytes]:
    position = pending.position
    if pending.reset:
        pending.reset = False
        pending.changed.clear()
        pending.incidents.clear()
        yield _event("reset", position, {"position": position})
        return
    incidents, pending.incidents = pending.incidents, []
    told = [found for id in dict.fromkeys(incidents) if (found := await _incident(house, call, id)) is not None]
    if told:
        yield _event("incidents", position, {"position": position, "incidents": told})
    changed, pending.changed = pending.changed, {}
    entities = [await _entity(house, call, id, attributes, layers) for id, attributes in changed.items()]
    shown = [entity for entity in entities if entity is not None]
    if shown:
        yield _event("changes", position, {"position": position, "entities": shown})


async def _incident(house: House, call: Call, id: str) -> dict[str, Any] | None:
    if "incidents.read" not in call.principal.permissions:
        return None
    try:
        return incident_json(house, await house.desk.case(call.tenant, id, call.grants))
    except NoSuchIncident:
        return None


async def _entity(
    house: House, call: Call, id: str, attributes: set[str], layers: frozenset[str] | None
) -> dict[str, Any] | None:
    record = await house.store.entity(call.tenant, id, call.grants)
    if record is None:
        return {"id": id, "type": None, "layers": [], "row": None, "attributes": sorted(attributes)}
    rows = house.layers.rows_of(record, call.grants)
    if layers is not None and layers.isdisjoint(rows):
        return None
    return {
        "id": id,
        "type": record.family.types[0],
        "layers": list(rows),
        "row": next(iter(rows.values()), None),
        "attributes": sorted(attributes),
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
