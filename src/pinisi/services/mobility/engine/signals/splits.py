"""Cyclic control by timings alone: the stages of a stored plan in their order, their greens by what has come.

For controllers in the street that take other timings of a plan and no more. Greens by the degree of saturation and the
cycle by Webster (1958, Road Research Technical Paper 39): C = (1.5 L + 5) / (1 - Y).
"""

import math
from collections.abc import Callable, Mapping, Sequence

import msgspec

from pinisi.services.mobility.engine.signals.demand import Demand, Shown
from pinisi.services.mobility.engine.signals.fixed import Timetable
from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan
from pinisi.services.mobility.engine.signals.plan_check import wrong_plan

STARTUP_S = 1.5
LONGEST_CYCLE_S = 120.0
FULL = 0.9
"""Beyond this sum of flow ratios the longest cycle runs."""
STEADY_S, STEP_S = 300.0, 10.0
"""The cycle changes at most every five minutes, and by no less than ten seconds."""


class StageLoad(msgspec.Struct, frozen=True):
    """What a stage has to serve: the lanes by id, and the seconds between two vehicles of each."""

    headways: Mapping[str, float]


class Splits:
    """`flows`: vehicles a second by lane. Raises KeyError for a plan that the junction has not."""

    def __init__(
        self, junction: Junction, plan: str, loads: Sequence[StageLoad], flows: Callable[[], Mapping[str, float]]
    ) -> None:
        self._junction, self._loads, self._flows = junction, tuple(loads), flows
        self._base = junction.plan(plan)
        self._timetable = Timetable(junction, self._base)
        self._before: float | None = None
        self._cycle_since: float | None = None

    @property
    def plan(self) -> SignalPlan:
        """The plan as it runs now."""
        return self._timetable.plan

    def demand(self, now: float, shown: Shown) -> Demand:
        second = self._timetable.second(now)
        if self._before is not None and second < self._before:
            self._timetable = Timetable(self._junction, self._next(now))
            second = self._timetable.second(now)
        self._before = second
        return Demand(green=self._timetable.green(now), at=now, by=f"splits of plan {self._base.id}")

    def _next(self, now: float) -> SignalPlan:
        flows = self._flows()
        ratios = [max((flows.get(id, 0.0) * s for id, s in load.headways.items()), default=0.0) for load in self._loads]
        cycle = self._cycle(sum(ratios), now)
        wanted = shared(self._junction, self._base, ratios, cycle)
        if wanted is None or any(wrong_plan(self._junction, wanted)):
            return self.plan
        if cycle != self.plan.cycle:
            self._cycle_since = now
        return wanted

    def _cycle(self, total: float, now: float) -> float:
        """The cycle that is there, unless another is clearly better and it has stood for a while."""
        if self._cycle_since is None:
            self._cycle_since = now
        best = webster(self._junction, self._base, total)
        steady = now - self._cycle_since < STEADY_S or abs(best - self.plan.cycle) < STEP_S
        return self.plan.cycle if steady else best


def webster(junction: Junction, plan: SignalPlan, total: float) -> float:
    """Whole seconds; `total` is the sum of the flow ratios. Never longer than the shortest maximum red."""
    lost = sum(interstages(junction, plan)) + STARTUP_S * len(plan.stages)
    reds = [group.maximum_red for group in junction.groups if group.maximum_red is not None]
    longest = min([LONGEST_CYCLE_S, *reds])
    if total >= FULL:
        return float(int(longest))
    return float(int(min(max((1.5 * lost + 5) / (1 - total), shortest(junction, plan)), longest)))


def shortest(junction: Junction, plan: SignalPlan) -> float:
    """Whole seconds in which every stage has its minimum green."""
    needed = sum(least_greens(junction, plan)) + sum(interstages(junction, plan))
    return float(math.ceil(needed))


def least_greens(junction: Junction, plan: SignalPlan) -> list[float]:
    """The shortest green of each stage: the longest minimum green of its groups."""
    minimum = {group.id: group.minimum_green for group in junction.groups}
    return [max(minimum[id] for id in junction.stage(each.stage).groups) for each in plan.stages]


def shared(junction: Junction, plan: SignalPlan, ratios: Sequence[float], cycle: float) -> SignalPlan | None:
    """The plan in that cycle, what is above the minimum greens shared by the ratios; None where it is too short.

    Where nobody has come, it is shared as the stored plan does.
    """
    least = least_greens(junction, plan)
    spare = cycle - sum(interstages(junction, plan)) - sum(least)
    if spare < 0:
        return None
    stored = [max(each.green - low, 0.0) for each, low in zip(plan.stages, least, strict=True)]
    weights = list(ratios) if sum(ratios) > 0 else stored if sum(stored) > 0 else [1.0] * len(least)
    above = [spare * weight / sum(weights) for weight in weights]
    stages = tuple(
        PlannedStage(stage=each.stage, green=low + more)
        for each, low, more in zip(plan.stages, least, above, strict=True)
    )
    return msgspec.structs.replace(plan, cycle=cycle, offset=plan.offset % cycle, stages=stages)
