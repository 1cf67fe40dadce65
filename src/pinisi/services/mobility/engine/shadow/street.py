"""A junction as a queue model: vehicles come as they were counted, stand at the stop line, and leave in green.

Vertical queues, one a lane: nobody spills back, nobody changes lane, those who give way leave more slowly. It is the
same for every controller that is compared, and says how they differ rather than how long anybody really waits.
"""

from collections import deque
from collections.abc import Collection, Sequence

import msgspec

from pinisi.services.mobility.engine.control.junction import Observation, Seen
from pinisi.services.mobility.engine.control.tuning import STANDARD, Tuning

SPACING_M = 7.5
MOST_WAITING = 200
"""Vehicles of one lane; those beyond would not fit before the next junction."""


class ModelMovement(msgspec.Struct, frozen=True):
    """`yields`: the stages in which it gives way."""

    group: str
    yields: frozenset[str] = frozenset()


class ModelLane(msgspec.Struct, frozen=True):
    id: str
    speed_mps: float
    movements: tuple[ModelMovement, ...]


class ModelStreet:
    """Seconds of the clock of `now`; asked once a second."""

    def __init__(self, lanes: Sequence[ModelLane], tuning: Tuning = STANDARD) -> None:
        self._lanes, self._tuning = tuple(lanes), tuning
        self._coming: dict[str, deque[float]] = {lane.id: deque() for lane in lanes}
        self._next: dict[str, float] = {}
        self.waited = 0.0
        """Vehicle-seconds that were lost so far."""

    def come(self, lane: str, arrives: float) -> None:
        """One more vehicle, at the stop line on a free road at `arrives`."""
        queue = self._coming[lane]
        queue.append(max(arrives, queue[-1]) if queue else arrives)

    def has_room(self, lane: str) -> bool:
        return len(self._coming[lane]) < MOST_WAITING

    def second(self, green: Collection[str], stage: str, now: float) -> None:
        """The groups in `green` have shown it for the second that ends now; `stage` is the one that is on."""
        for lane in self._lanes:
            headway = self._headway(lane, green, stage)
            if headway is None:
                self._next.pop(lane.id, None)
            else:
                self._leave(lane.id, headway, now)
            self.waited += self._waiting(lane.id, now)

    def queued(self, now: float) -> int:
        return sum(self._waiting(lane.id, now) for lane in self._lanes)

    def look(self, now: float) -> Observation:
        """As detectors that see everything would tell it."""
        return Observation(now, {lane.id: self._field(lane, now) for lane in self._lanes}, {})

    def _headway(self, lane: ModelLane, green: Collection[str], stage: str) -> float | None:
        """Seconds between two that leave; None where nobody may. A lane of which only some movements are green is
        held up by those who want another.
        """
        open_movements = [each for each in lane.movements if each.group in green]
        if not open_movements:
            return None
        tuning = self._tuning
        each = [tuning.yielding_headway_s if stage in one.yields else tuning.headway_s for one in open_movements]
        return sum(each) / len(each) * len(lane.movements) / len(open_movements)

    def _leave(self, lane: str, headway: float, now: float) -> None:
        queue = self._coming[lane]
        at = self._next.setdefault(lane, now + self._tuning.startup_s - 1)
        while queue and max(at, queue[0]) <= now:
            at = max(at, queue.popleft()) + headway
        self._next[lane] = at

    def _waiting(self, lane: str, now: float) -> int:
        return sum(1 for arrives in self._coming[lane] if arrives <= now)

    def _field(self, lane: ModelLane, now: float) -> tuple[Seen, ...]:
        return tuple(
            Seen(place * SPACING_M, 0.0, max(now - arrives, 1.0))
            if arrives <= now
            else Seen(max((arrives - now) * lane.speed_mps, place * SPACING_M), lane.speed_mps, 0.0)
            for place, arrives in enumerate(self._coming[lane.id])
        )
