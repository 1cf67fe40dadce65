"""The clock of a tenant: everything that needs a time is given one, nobody takes it from the system.

A live tenant follows the wall. A replay follows a day of the past at a speed, can be paused, and can be set forward.
"""

import time
from typing import Literal, Protocol

from pinisi.vocabulary.instant import Instant

Mode = Literal["live", "replayed", "paused"]


class Clock(Protocol):
    def now(self) -> Instant: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def speed(self) -> float: ...


class WallClock:
    """The time on the wall, in microseconds since 1970."""

    mode: Mode = "live"
    speed = 1.0

    def now(self) -> Instant:
        return time.time_ns() // 1000


class ReplayClock:
    """A time of the past that runs `speed` times as fast as the wall, and never backwards.

    It stands still until `run` is called. `until` is where it stops by itself.
    """

    def __init__(self, begin: Instant, until: Instant, speed: float = 1.0, wall: Clock | None = None) -> None:
        self._wall = wall or WallClock()
        self._told = begin
        self._since: Instant | None = None
        self.until = until
        self.speed = speed

    @property
    def mode(self) -> Mode:
        return "replayed" if self._since is not None and self.now() < self.until else "paused"

    def now(self) -> Instant:
        if self._since is None:
            return self._told
        passed = max(0, self._wall.now() - self._since)
        return min(self.until, self._told + int(passed * self.speed))

    def run(self) -> None:
        if self._since is None:
            self._since = self._wall.now()

    def pause(self) -> None:
        self._told, self._since = self.now(), None

    def set_speed(self, speed: float) -> None:
        self._told = self.now()
        self.speed = speed
        if self._since is not None:
            self._since = self._wall.now()

    def put_forward(self, moment: Instant) -> None:
        """Continue from a later moment; an earlier one changes nothing."""
        self._told = min(self.until, max(self.now(), moment))
        if self._since is not None:
            self._since = self._wall.now()
