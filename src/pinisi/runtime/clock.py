"""The clock of a tenant: everything that needs a time is given one, nobody takes it from the system.

A live tenant follows the wall. A replay follows a day of the past at a speed, can be paused, and can be set forward.
"""

import time
from typing import Literal, Protocol

import structlog

from pinisi.vocabulary.instant import SECOND, Instant

_log = structlog.get_logger("pinisi.clock")
Mode = Literal["live", "replayed", "paused"]


class Clock(Protocol):
    def now(self) -> Instant: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def speed(self) -> float: ...


LONGEST_HELD = 3_600 * SECOND
"""How long a wall clock that was set back is waited for, before it is believed."""


class WallClock:
    """The time on the wall, in microseconds since 1970. Where that is set back, time stands still until it catches up.

    So nothing that has ended begins again: no token, no session, no entity. After an hour of standing still the wall is
    believed: it was ahead before.
    """

    mode: Mode = "live"
    speed = 1.0

    def __init__(self) -> None:
        self._last: Instant = 0
        self._held_since: int | None = None

    def now(self) -> Instant:
        wall = time.time_ns() // 1000
        if wall >= self._last:
            self._held_since = None
        elif not self._is_over():
            return self._last
        self._last = wall
        return wall

    def _is_over(self) -> bool:
        """Whether the wall has been behind for so long that it is believed."""
        steady = time.monotonic_ns() // 1000
        if self._held_since is None:
            self._held_since = steady
            _log.warning("the clock was set back: time stands still until it has caught up, at most an hour")
        if steady - self._held_since < LONGEST_HELD:
            return False
        self._held_since = None
        return True


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
