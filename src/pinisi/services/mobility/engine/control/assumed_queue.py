"""What is assumed of a lane whose detector is dead: a queue that grows in red and leaves in green."""

from pinisi.services.mobility.engine.control.junction import Seen
from pinisi.services.mobility.engine.control.tuning import Tuning

SPACING_M = 7.5


class AssumedQueue:
    """The queue behind one stop line without a detector."""

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._waiting = 0.0
        self._red_s = 0.0

    def second(self, green: bool) -> tuple[Seen, ...]:
        """One second later; standing vehicles, so many as are assumed."""
        leaving = 1 / self._tuning.headway_s if green else 0.0
        grown = self._waiting + self._tuning.assumed_per_s - leaving
        self._waiting = min(max(grown, 0.0), self._tuning.assumed_most)
        self._red_s = 0.0 if green else self._red_s + 1
        return tuple(Seen(place * SPACING_M, 0.0, self._red_s) for place in range(int(self._waiting)))
