"""What is assumed of a lane whose detector is dead: from what comes out of it, and from what its neighbours carry.

Cameras behind the junction count who enters the exits. What the lanes that are seen did not send came from those that
are not: so the flow of a hidden lane is learnt, its queue grows by that flow while it is red, and it is empty when
nobody comes out of it in green.
"""

from pinisi.services.mobility.engine.control.junction import Seen
from pinisi.services.mobility.engine.control.tuning import Tuning

SPACING_M = 7.5


class HiddenLane:
    """One lane without a detector."""

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._queue = 0.0
        self._red_s = 0.0
        self._served = 0.0
        self._known_s = 0.0
        self._flow = 0.0

    def usual(self, mean_per_s: float) -> float:
        """Arrivals a second: learnt, from the mean of the junction's lanes at first."""
        prior_s = self._tuning.prior_s
        return (self._served + mean_per_s * prior_s) / (self._known_s + prior_s)

    def red(self, seconds: float, mean_per_s: float) -> None:
        self._red_s += seconds
        self._grow(seconds * self.usual(mean_per_s))

    def green(self, seconds: float, mean_per_s: float, came_out: float | None, green_s: float) -> None:
        """`came_out`: vehicles that others did not send; None where the exits cannot be seen."""
        tuning = self._tuning
        waited_s, self._red_s = self._red_s, 0.0
        arrived = seconds * self.usual(mean_per_s)
        if came_out is None:
            self._grow(arrived - seconds / tuning.headway_s)
            return
        self._served += came_out
        self._known_s += seconds + waited_s
        part = min(seconds / tuning.flow_s, 1.0)
        self._flow += part * (came_out / max(seconds, 1.0) - self._flow)
        self._grow(arrived - came_out)
        if green_s > tuning.silent_s:
            self._queue = 0.0 if self._flow < tuning.silent_per_s else max(self._queue, 1.0)

    def seen(self, mean_per_s: float, limit_mps: float) -> tuple[Seen, ...]:
        """So many as are assumed to stand, the first for as long as it has been red, and those expected to come."""
        count = int(self._queue)
        standing = [Seen(place * SPACING_M, 0.0, self._red_s * (1 - place / count)) for place in range(count)]
        coming_m = self._tuning.expected_s * limit_mps
        share = self._tuning.expected_s * self.usual(mean_per_s)
        return (*standing, Seen(count * SPACING_M + coming_m / 2, limit_mps, 0.0, min(share, 1.0)))

    def _grow(self, vehicles: float) -> None:
        self._queue = min(max(self._queue + vehicles, 0.0), self._tuning.assumed_most)
