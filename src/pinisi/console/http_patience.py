"""How long a peer may take, on the loop's monotonic clock: for the head of a request, its body, and to take a reply.

Whoever sends a byte a second, or takes nothing, holds a connection and memory that others need. A slow line does not:
a body has a grace, and then as long as its length needs at `SLOWEST`.
"""

import msgspec

SLOWEST = 1_000.0
"""Bytes a second that a body needs to keep up."""
REPLY_SECONDS = 60.0
"""A peer that takes nothing of a reply for so long is given up."""
LOOK_SECONDS = 5.0
"""How often a connection is looked at: every limit is kept within so many seconds."""


class DoorLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one server grants to its peers.

    | field | unit | meaning |
    |---|---|---|
    | `request_seconds` | s | for the head of a request; and the grace of a body |
    | `connections` | count | that may be open at once; one more is told 503 |
    """

    request_seconds: float = 20.0
    connections: int = 20_000


class SlowPeer:
    """What one connection's peer has taken so far. Times are seconds of the loop's clock."""

    __slots__ = ("body_size", "head_since", "paused_at", "stuck_since", "unsent")

    def __init__(self) -> None:
        self.head_since = 0.0
        """When the request began whose head or body is coming."""
        self.body_size = 0
        self.paused_at: float | None = None
        self.unsent = 0
        self.stuck_since = 0.0

    def begins(self, now: float) -> None:
        """The first byte of a request."""
        self.head_since = now
        self.body_size = 0

    def pauses(self, now: float) -> None:
        """We stop reading: from now on it is not the peer who is slow."""
        if self.paused_at is None:
            self.paused_at = now

    def goes_on(self, now: float) -> None:
        """We read again."""
        if self.paused_at is not None:
            self.head_since += now - self.paused_at
            self.paused_at = None

    def head_is_late(self, now: float, limits: DoorLimits) -> bool:
        return self.paused_at is None and now - self.head_since >= limits.request_seconds

    def body_is_late(self, now: float, limits: DoorLimits) -> bool:
        granted = limits.request_seconds + self.body_size / SLOWEST
        return self.paused_at is None and now - self.head_since >= granted

    def takes_nothing(self, now: float, unsent: int) -> bool:
        """Whether so much of a reply waits, and nothing of it went for long."""
        if unsent == 0 or unsent < self.unsent or self.unsent == 0:
            self.stuck_since = now
        self.unsent = unsent
        return unsent > 0 and now - self.stuck_since >= REPLY_SECONDS
