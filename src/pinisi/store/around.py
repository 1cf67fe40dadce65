"""What both stores ask of those around them: whose time it is, who must hear, who seals, who listens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from pinisi.store.debt import Owing, Seen
from pinisi.store.log import LogEntry, Position, Sealing
from pinisi.vocabulary.instant import Instant

_log = structlog.get_logger("pinisi.store")

Listener = Callable[[str, Sequence[LogEntry]], None]
Learner = Callable[[str, Sequence[LogEntry]], Awaitable[None]]
"""Hears what other processes wrote, before this one writes anything after it."""


class Around:
    """`owing` decides who must be notified of a change; `sealing` signs the chain of the log."""

    def __init__(self, clock: Callable[[], Instant], owing: Owing | None) -> None:
        self.owing = owing
        self.sealing: Sealing = _unsealed
        self.lost = asyncio.Event()
        """Set when the store has lost what this process knows: it answers nothing any more, and has to begin anew."""
        self._clock = clock
        self._clocks: dict[str, Callable[[], Instant]] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tell this function of every commit: tenant and its log entries."""
        self._listeners.append(listener)

    def keep_time(self, tenant: str, clock: Callable[[], Instant]) -> None:
        """Give a tenant a clock of its own: it is a replay, which lives in a day of the past and can be made again."""
        self._clocks[tenant] = clock

    def _sign(self, tenant: str, position: Position, link: bytes, time: Instant) -> tuple[str, bytes]:
        return self.sealing(tenant, position, link, time)

    def _time(self, tenant: str) -> Instant:
        return self._clocks.get(tenant, self._clock)()

    def _owing(self, tenant: str, seen: Seen) -> Sequence[str]:
        return () if self.owing is None else self.owing(tenant, seen)

    def _heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        for listener in self._listeners:
            try:
                listener(tenant, entries)
            except Exception:
                _log.exception("a listener failed at a commit", tenant=tenant)


def _unsealed(_tenant: str, _position: Position, _link: bytes, _time: Instant) -> tuple[str, bytes]:
    """Without a key the chain is kept, and nothing is signed."""
    return "", b""
