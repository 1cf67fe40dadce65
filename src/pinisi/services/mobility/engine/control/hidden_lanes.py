"""The lanes of one junction that are not seen: what came out of them is what others did not send."""

from collections.abc import Mapping

from pinisi.services.mobility.engine.control.approaches import Heads, Lanes
from pinisi.services.mobility.engine.control.hidden_lane import HiddenLane
from pinisi.services.mobility.engine.control.junction import Junction, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import Tuning


class HiddenLanes:
    """Learns from second to second; lanes may go dark and come back at any time."""

    def __init__(self, junction: Junction, heads: Heads, tuning: Tuning) -> None:
        self._junction = junction
        self._heads = heads
        self._tuning = tuning
        self._lanes: dict[str, HiddenLane] = {}
        self._before: Observation | None = None
        self._running = junction.stages[0]
        self._earlier = junction.stages[0]
        self._known_s = 0.0
        self._through = 0.0

    def look(self, seen: Observation, running: Stage, green_s: float) -> Lanes:
        """All lanes: those that are seen as they are, the others as they are assumed."""
        hidden = [lane for lane in self._heads if lane not in seen.lanes]
        if hidden:
            self._learn(hidden, seen, running, green_s)
        self._before = seen
        if running is not self._running:
            self._earlier, self._running = self._running, running
        mean, limits = self._mean(), self._junction.speed_mps
        return dict(seen.lanes) | {
            lane: self._as_beside(lane, seen) or self._lane(lane).seen(mean, limits[lane]) for lane in hidden
        }

    def _as_beside(self, lane: str, seen: Observation) -> tuple[Seen, ...] | None:
        """Who chooses between lanes of one road evens them out: what stands on the lane beside stands here, too."""
        beside = [
            other for other in self._junction.beside.get(lane, ()) if other in seen.lanes and self._alike(lane, other)
        ]
        return max((seen.lanes[other] for other in beside), key=len) if beside else None

    def _alike(self, lane: str, other: str) -> bool:
        return any(self._exits(lane, each) and self._exits(other, each) for each in self._junction.stages)

    def _lane(self, lane: str) -> HiddenLane:
        return self._lanes.setdefault(lane, HiddenLane(self._tuning))

    def _mean(self) -> float:
        """Vehicles a second and lane that came through the junction so far."""
        tuning, lanes = self._tuning, max(len(self._heads), 1)
        return (self._through / lanes + tuning.assumed_per_s * tuning.prior_s) / (self._known_s + tuning.prior_s)

    def _learn(self, hidden: list[str], seen: Observation, running: Stage, green_s: float) -> None:
        before = self._before or seen
        seconds = seen.time_s - before.time_s
        passed = _grown(_passed(before), _passed(seen))
        exits = {exit for heads in self._heads.values() for _, exit in heads}
        known = [exit for exit in exits if exit in passed]
        if known:
            self._through += sum(passed[exit] for exit in known) * len(exits) / len(known)
            self._known_s += seconds
        mean = self._mean()
        from_stage = running if green_s >= self._tuning.crossing_s else self._earlier
        open_now = [lane for lane in hidden if self._exits(lane, from_stage)]
        came = self._came(open_now, passed, _grown(before.left, seen.left), from_stage)
        weight = sum(self._lane(lane).usual(mean) for lane in open_now)
        for lane in hidden:
            each = self._lane(lane)
            if not self._exits(lane, running):
                each.red(seconds, mean)
                continue
            part = each.usual(mean) / weight if lane in open_now and weight else 0.0
            each.green(seconds, mean, None if came is None else came * part, green_s)

    def _exits(self, lane: str, stage: Stage) -> set[str]:
        return {exit for head, exit in self._heads[lane] if stage.serves(head)}

    def _came(
        self, hidden: list[str], passed: Mapping[str, int], left: Mapping[str, int], stage: Stage
    ) -> float | None:
        """Vehicles out of the hidden lanes that have green together; None where none of their exits is seen."""
        exits = {exit for lane in hidden for exit in self._exits(lane, stage)}
        known = exits & passed.keys()
        if not known:
            return None
        sent = 0.0
        for lane, count in left.items():
            theirs = self._exits(lane, stage) if lane in self._heads else set[str]()
            if theirs:
                sent += count * len(theirs & known) / len(theirs)
        return (sum(passed[exit] for exit in known) - sent) * len(exits) / len(known)


def _passed(seen: Observation) -> dict[str, int]:
    return {lane: exit.passed for lane, exit in seen.exits.items() if exit.passed is not None}


def _grown(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {name: count - before.get(name, count) for name, count in after.items()}
