"""Politeness towards other hosts: one pace a host, over all sources of this process together."""

import asyncio
from collections.abc import Callable


class Pace:
    """At most `per_minute` requests in any minute, evenly: each waits its turn."""

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self._next = float("-inf")

    def book(self, now: float) -> float:
        """Seconds to wait from `now` on for one's turn, which is then taken."""
        turn = max(now, self._next)
        self._next = turn + 60.0 / self.per_minute
        return turn - now


class Paces:
    """The pace of each host; of several wishes the slowest holds."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._paces: dict[str, Pace] = {}
        self._clock = clock

    def of(self, host: str, per_minute: float) -> Pace:
        pace = self._paces.setdefault(host, Pace(per_minute))
        pace.per_minute = min(pace.per_minute, per_minute)
        return pace

    async def turn(self, host: str, per_minute: float) -> None:
        """Wait until this host may be asked."""
        now = asyncio.get_running_loop().time() if self._clock is None else self._clock()
        await asyncio.sleep(self.of(host, per_minute).book(now))


PACES = Paces()
"""Those of this process."""
