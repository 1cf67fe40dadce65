"""One phone or program on the line: what it was shown, and what is new to it."""

from asyncio import StreamWriter
from collections.abc import Sequence

from msgspec.structs import replace

from pinisi.incidents.cot.event import Event
from pinisi.incidents.cot.writer import pong, taken_off, write_event
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import Grants

AGAIN = MINUTE
"""What has not changed is said again so often, before phones grey it."""
MOST_WAITING = 1 << 20
"""Bytes that may wait for a slow reader; then the line is cut, and he begins anew."""


class Link:
    def __init__(self, writer: StreamWriter, grants: Grants) -> None:
        self._writer = writer
        self.grants = grants
        self._shown: dict[str, tuple[Event, Instant]] = {}

    def show(self, events: Sequence[Event], now: Instant) -> None:
        """Send what is new, changed, due again or gone; where there is nothing, a sign of life."""
        lines = [write_event(event) for event in events if self._is_due(event, now)]
        here = {event.uid for event in events}
        for uid in self._shown.keys() - here:
            lines.append(write_event(taken_off(uid, self._shown.pop(uid)[0].type, now)))
        self._send(b"".join(lines) or write_event(pong(now)))

    def answer(self, now: Instant) -> None:
        """A ping was heard."""
        self._send(write_event(pong(now)))

    def _is_due(self, event: Event, now: Instant) -> bool:
        same, (before, at) = _timeless(event), self._shown.get(event.uid, (None, 0))
        if same == before and now - at < AGAIN:
            return False
        self._shown[event.uid] = (same, now)
        return True

    def _send(self, data: bytes) -> None:
        transport = self._writer.transport
        if transport.is_closing():
            return
        self._writer.write(data)
        if transport.get_write_buffer_size() > MOST_WAITING:
            transport.abort()


def _timeless(event: Event) -> Event:
    """The event without the moment at which it was written down."""
    return replace(event, time=0, stale=0, start=0 if event.how == "m-c" else event.start)
