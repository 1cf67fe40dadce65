"""The lanes of one junction that are not seen: what came out of them is what others did not send."""

from collections import deque
from collections.abc import Mapping

from pinisi.services.mobility.engine.control.approaches import Heads, Lanes
from pinisi.services.mobility.engine.control.departures import Departures
from pinisi.services.mobility.engine.control.hidden_lane import HiddenLane
from pinisi.services.mobility.engine.control.hidden_queue import NOBODY_LEAVES, Leaves
from pinisi.services.mobility.engine.control.junction import Junction, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.lane_greens import LaneGreens
from pinisi.services.mobility.engine.control.sound import sound
from pinisi.services.mobility.engine.control.tuning import Tuning
from pinisi.services.mobility.engine.control.usual_flows import UsualFlows

INTO_AMBER_S = 1.5
KEPT_S = 10.0
LEAST_PLANNED_S = 10.0
NOBODY = 1.1


class HiddenLanes:
    """Learns from second to second; lanes may go dark and come back at any time."""

    def __init__(self, junction: Junction, heads: Heads, tuning: Tuning) -> None:
        self._junction = junction
        self._tuning = tuning.hidden
        self._exits = {lane: frozenset(exit for _, exit in each) for lane, each in heads.items()}
        self._all_exits = frozenset[str]().union(*self._exits.values())
        self._greens = LaneGreens(junction, heads, tuning.hidden)
        self._usual = UsualFlows(self._greens.planned, tuning.hidden)
        self._departures = Departures(self._exits, tuning.hidden)
        self._lanes = {lane: HiddenLane(tuning.hidden) for lane in heads}
        plan = zip(junction.stages, junction.plan_s, strict=True)
        self._planned_s = {stage.state: max(seconds, LEAST_PLANNED_S) for stage, seconds in plan}
        self._before: Observation | None = None
        self._shown: deque[tuple[float, Stage, float]] = deque()
        self._visible = frozenset[str]()

    def look(self, seen: Observation, running: Stage, green_s: float) -> Lanes:
        """All lanes: those that are seen as they are, the others as they are assumed."""
        seen = sound(seen, self._exits, self._all_exits, self._before)
        before, self._before = self._before or seen, seen
        hidden = [lane for lane in self._exits if lane not in seen.lanes]
        self._usual.count(before, seen)
        if hidden:
            self._learn(hidden, before, seen)
        self._shown.append((seen.time_s, running, green_s))
        while self._shown[0][0] < seen.time_s - KEPT_S:
            self._shown.popleft()
        return {**seen.lanes, **{lane: self._assumed(lane, seen, running, green_s) for lane in hidden}}

    def _assumed(self, lane: str, seen: Observation, running: Stage, green_s: float) -> tuple[Seen, ...]:
        """As learnt, or as on the lane beside where more stands there: drivers who may choose even lanes out.

        What is only assumed holds no green for longer than the stored plan would.
        """
        leaves = self._greens.leaves(lane, running, green_s)
        told = bool(self._exits[lane] & self._visible)
        least = self._tuning.least_likely if told else self._tuning.least_untold
        if leaves and green_s > self._planned_s.get(running.state, LEAST_PLANNED_S):
            least = NOBODY
        learnt = tuple(self._lanes[lane].seen(leaves, least, self._junction.speed_mps[lane]))
        return max((learnt, *self._beside(lane, seen)), key=_vehicles)

    def _beside(self, lane: str, seen: Observation) -> list[tuple[Seen, ...]]:
        return [
            seen.lanes[other]
            for other in self._junction.beside.get(lane, ())
            if other in seen.lanes and self._alike(lane, other)
        ]

    def _alike(self, lane: str, other: str) -> bool:
        return any(self._greens.open(lane, each) and self._greens.open(other, each) for each in self._junction.stages)

    def _across(self, lane: str) -> float:
        """The share of a lane's traffic that has to give way in some stages."""
        exits = self._greens.across(lane)
        if self._greens.all_alike(lane):
            return float(bool(exits))
        return self._departures.goes(lane, exits, self._tuning.turn_across)

    def _learn(self, hidden: list[str], before: Observation, seen: Observation) -> None:
        """Second by second: nobody asks while the signals change, and then tells of all of it at once."""
        seconds = int(seen.time_s - before.time_s)
        passed = _grown(_passed(before), _passed(seen))
        for lane, count in _grown(before.left, seen.left).items():
            self._departures.leave(lane, count, seen.time_s)
        self._visible = frozenset(passed)
        for lane in hidden:
            self._lanes[lane].expect(self._usual.flow(lane), self._across(lane))
        for second in range(min(seconds, int(self._tuning.memory_s))):
            came = [exit for exit, count in sorted(passed.items()) if count > second]
            self._second(hidden, came, seen.time_s - seconds + 1 + second)
        self._departures.forget(seen.time_s, self._all_exits - self._visible)

    def _second(self, hidden: list[str], came: list[str], at: float) -> None:
        leaving = {lane: self._leaving(lane, at, bool(came)) for lane in hidden}
        rates: dict[str, dict[str, float]] = {}
        for lane, (leaves, exits) in leaving.items():
            rate = self._lanes[lane].leaving(leaves) / max(len(exits), 1)
            for exit in exits:
                rates.setdefault(exit, {})[lane] = rate
        ratios = {lane: self._ratio(lane, leaves, came, rates) for lane, (leaves, _) in leaving.items()}
        for exit in came:
            self._departures.came(exit, rates.get(exit, {}))
        for lane, (leaves, _) in leaving.items():
            self._lanes[lane].second(leaves, ratios[lane])

    def _leaving(self, lane: str, at: float, came: bool) -> tuple[Leaves, frozenset[str]]:
        """How likely one of the lane's is at the exits' cameras in this second, and at which.

        It takes some seconds from the stop line, not always as many: somebody who comes in may have been quick or slow;
        that nobody comes tells something only after the slower time.
        """
        tuning, best, exits = self._tuning, NOBODY_LEAVES, frozenset[str]()
        for crossing_s in (tuning.quick_crossing_s, tuning.crossing_s) if came else (tuning.crossing_s,):
            left_at = at - crossing_s
            for when, stage, green_s in self._shown:
                if when <= left_at <= when + INTO_AMBER_S:
                    leaves = self._greens.leaves(lane, stage, green_s + left_at - when)
                    if leaves.on + leaves.across > best.on + best.across:
                        best, exits = leaves, self._greens.open(lane, stage)
        return best, exits

    def _ratio(self, lane: str, leaves: Leaves, came: list[str], rates: Mapping[str, Mapping[str, float]]) -> float:
        """How much likelier what is seen at the exits is if one of the lane's has left than if nobody has."""
        visible = self._exits[lane] & self._visible
        if not leaves or not visible:
            return 1.0
        others = self._tuning.unexplained_per_s
        for exit in visible:
            hidden = sum(rate for other, rate in rates.get(exit, {}).items() if other != lane)
            others += self._departures.rate(exit) + hidden
        share = len(visible) / len(self._exits[lane])
        return share * sum(exit in visible for exit in came) / others + 1 - share


def _vehicles(field: tuple[Seen, ...]) -> float:
    return sum(each.share for each in field)


def _passed(seen: Observation) -> dict[str, int]:
    return {lane: exit.passed for lane, exit in seen.exits.items() if exit.passed is not None}


def _grown(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {name: count - before.get(name, count) for name, count in after.items()}
