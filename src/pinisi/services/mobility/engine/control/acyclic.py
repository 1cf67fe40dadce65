"""Acyclic adaptive control: the stage that serves most weighted vehicles a second, its switching cost counted."""

from collections.abc import Sequence

from pinisi.services.mobility.engine.control.approaches import Approaches, Lanes
from pinisi.services.mobility.engine.control.hidden_lanes import HiddenLanes
from pinisi.services.mobility.engine.control.junction import Junction, Observation, Stage
from pinisi.services.mobility.engine.control.served_rate import served_rate
from pinisi.services.mobility.engine.control.short_lanes import ShortLanes
from pinisi.services.mobility.engine.control.tuning import STANDARD, Tuning

NEAR_M = 30.0


class Acyclic:
    """Decides for one junction, every second; any stage may follow any other."""

    def __init__(self, junction: Junction, tuning: Tuning = STANDARD) -> None:
        self._junction = junction
        self._tuning = tuning
        self._approaches = Approaches(junction, tuning)
        self._hidden = HiddenLanes(junction, self._approaches.heads, tuning)
        self._short = ShortLanes(junction, self._approaches.heads, tuning)
        self._served_at: dict[int, float] = {}

    def stage(self, seen: Observation, stage: int, green_s: float) -> int:
        running = self._junction.stages[stage]
        lanes = self._hidden.look(seen, running, green_s)
        self._remember(running, seen.time_s)
        full = self._short.full(lanes)
        self._approaches.look(lanes, running, green_s, seen.time_s, full)
        if green_s < self._tuning.minimum_green_s:
            return stage
        rates = self._rates(self._short.urgent(lanes, full), seen, stage)
        wanted = self.choose(rates, self._overdue(lanes, seen.time_s), stage)
        return self._short.freed(self._short.cleared(wanted, stage), stage, green_s, seen)

    def choose(self, rates: Sequence[float], overdue: int | None, stage: int) -> int:
        """The best rate of all, or of those that serve the overdue head; the running stage where none is better."""
        allowed = [n for n, each in enumerate(self._junction.stages) if overdue is None or each.serves(overdue)]
        return max(allowed, key=lambda number: (rates[number], number == stage), default=stage)

    def _rates(self, lanes: Lanes, seen: Observation, stage: int) -> list[float]:
        services = [self._approaches.service(each, seen.exits, lanes) for each in self._junction.stages]
        now, clearance_s, limits = services[stage], self._junction.clearance_s, self._junction.speed_mps
        return [served_rate(lanes, each, now, clearance_s, limits, self._tuning) for each in services]

    def _remember(self, running: Stage, now_s: float) -> None:
        for head in range(len(self._junction.links)):
            if running.serves(head) or head not in self._served_at:
                self._served_at[head] = now_s

    def _overdue(self, lanes: Lanes, now_s: float) -> int | None:
        """The head that has been red longest, beyond the maximum, with somebody waiting; it must be served next."""
        late = [
            (now_s - self._served_at[head], head)
            for lane, heads in self._approaches.heads.items()
            for head, _ in heads
            if now_s - self._served_at[head] > self._tuning.maximum_red_s
            and any(each.waited_s > 0 and each.distance_m < NEAR_M for each in lanes[lane])
        ]
        return max(late)[1] if late else None
