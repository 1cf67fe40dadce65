"""What speaks for water that stays at a place, when a citizen reports it: three numbers of what was known by then.

A heavy shower makes a street report water that is gone within the hour; what the agency flags is what stays. So the
first of the three is how long the city has been reporting.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinisi.vocabulary.instant import HOUR, Instant

Numbers = NDArray[np.float64]

WAVE_REPORTS = 10
"""Reports of the whole city in an hour from which a wave of them is under way."""
WAVE_GAP = 6 * HOUR
"""A wave after so long without one is a new one."""
SETTLING = (1.5, 3.0)
"""Hours into a wave between which reports turn from passing water into water that stays."""
RECENT = 12 * HOUR
AROUND_M = 1_000.0
"""Standard deviation of the Gaussian that weighs other reports by distance."""
ROOM = 4_096
"""Reports that are remembered: of more, the oldest go."""
METRES = 110_574.0
ROUND = 111_320.0


class Evidence(msgspec.Struct, frozen=True):
    """
    Args:
        sustained: 0 to 1, how far into a wave of reports (`SETTLING`) this one comes; 0 without a wave.
        around: earlier reports of the last twelve hours, weighed by distance (1 at the same place, 0.61 at 1 km).
        prone: 1 where a register says that the neighbourhood floods, 0 where not or unknown.
    """

    sustained: float
    around: float
    prone: float

    @property
    def numbers(self) -> tuple[float, ...]:
        """As the model weighs them: counts by their logarithm."""
        return self.sustained, float(np.log1p(self.around)), self.prone


NAMES = ("sustained", "around", "prone")


class Listener:
    """Hears the city's reports in the order of coming."""

    def __init__(self) -> None:
        self._rows: Numbers = np.zeros((ROOM, 3))
        self._count = 0
        self._wave: Instant | None = None
        self._busy: Instant | None = None

    def report(self, lon: float, lat: float, at: Instant, *, prone: bool) -> Evidence:
        """What was known when the report came. `at`: when it was received."""
        self._forget(at)
        kept = self._rows[: self._count]
        in_the_hour = int((kept[:, 0] > at - HOUR).sum()) + 1
        evidence = Evidence(self._sustained(at, in_the_hour), float(_nearness(kept, lon, lat).sum()), float(prone))
        self._rows[self._count] = (at, lon, lat)
        self._count += 1
        return evidence

    def _sustained(self, at: Instant, in_the_hour: int) -> float:
        if in_the_hour >= WAVE_REPORTS:
            if self._busy is None or at - self._busy > WAVE_GAP:
                self._wave = at
            self._busy = at
        if self._wave is None:
            return 0.0
        first, last = SETTLING
        return min(1.0, max(0.0, ((at - self._wave) / HOUR - first) / (last - first)))

    def _forget(self, at: Instant) -> None:
        """Let go of what is no longer recent, and of the oldest where there is no room."""
        old = int((self._rows[: self._count, 0] <= at - RECENT).sum())
        old = max(old, self._count + 1 - ROOM)
        if old > 0:
            self._rows[: self._count - old] = self._rows[old : self._count]
            self._count -= old


def _nearness(kept: Numbers, lon: float, lat: float) -> Numbers:
    """1 at the same place, falling as a Gaussian; flat geometry is good to 0.5 % over the few kilometres that count."""
    east = (kept[:, 1] - lon) * ROUND * np.cos(np.radians(lat))
    north = (kept[:, 2] - lat) * METRES
    return np.exp(-(east * east + north * north) / (2 * AROUND_M * AROUND_M))
