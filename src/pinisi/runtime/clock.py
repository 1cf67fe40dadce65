"""The clock of a tenant: everything that needs a time is given one, nobody takes it from the system.

A live tenant follows the wall. A replay follows a day of the past at a speed, can be paused, and can be set forward.
"""

import time
from typing import Literal, Protocol

from pinisi.vocabulary.instant import SECOND, Instant

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


class ExerciseClock:
    """The time on the wall in a tenant that is an exercise: what happens there concerns nobody outside."""

    mode: Mode = "live"
    speed = 1.0

    def __init__(self, wall: Clock) -> None:
        self._wall = wall

    def now(self) -> Instant:
        return self._wall.now()


class Stopwatch(WallClock):
    """Time that no one sets: good for durations, not for dates."""

    def now(self) -> Instant:
        return time.monotonic_ns() // 1000


CATCH_UP = 2 * SECOND
"""How far behind a replay may fall and still catch up; beyond it the day lasts longer."""


class ReplayClock:
    """A time of the past that runs `speed` times as fast as the wall, and never backwards.

    It stands still until `run` is called. `until` is where it stops by itself. `hold` keeps it from passing a moment
    before what happened then has been written: so what is known at a time of that day is the same at any speed.
    """

    def __init__(self, begin: Instant, until: Instant, speed: float = 1.0, wall: Clock | None = None) -> None:
        self._wall = wall or WallClock()
        self._told = begin
        self._since: Instant | None = None
        self._ceiling: Instant | None = None
        self.until = until
        self.speed = speed

    @property
    def mode(self) -> Mode:
        return "replayed" if self._since is not None and self.now() < self.until else "paused"

    def now(self) -> Instant:
        return self._capped(self._free())

    def _free(self) -> Instant:
        """Where it would be if nothing held it."""
        if self._since is None:
            return self._told
        return self._told + int(max(0, self._wall.now() - self._since) * self.speed)

    def _capped(self, moment: Instant) -> Instant:
        return min(self.until, moment if self._ceiling is None else min(moment, self._ceiling))

    @property
    def running(self) -> bool:
        """Whether it was told to run, wherever it is."""
        return self._since is not None

    def hold(self, moment: Instant | None) -> None:
        """Do not pass that moment until told otherwise; None: nothing to wait for. What it missed it catches up."""
        now = self.now()
        if self._since is not None and self._free() - now > CATCH_UP * self.speed:
            self._told, self._since = now, self._wall.now()
        self._ceiling = None if moment is None else max(moment, now)

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
        self._told = self._capped(max(self.now(), moment))
        if self._since is not None:
            self._since = self._wall.now()
