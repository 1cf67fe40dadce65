"""The stored fixed plan as a controller."""

from itertools import accumulate

from pinisi.services.mobility.engine.signals.demand import Demand, Shown
from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan

PATIENT_CYCLES = 2


class Timetable:
    """Which stage a plan wants at which second of the city's clock: equal at all that share the clock."""

    def __init__(self, junction: Junction, plan: SignalPlan) -> None:
        self.plan = plan
        changes = interstages(junction, plan)
        self._ends = tuple(accumulate(change + each.green for change, each in zip(changes, plan.stages, strict=True)))
        self._greens = tuple(frozenset(junction.stage(each.stage).groups) for each in plan.stages)

    def second(self, now: float) -> float:
        """Of the cycle, from 0 to below the cycle."""
        return (now - self.plan.offset) % self.plan.cycle

    def stage(self, now: float) -> int:
        """Its place in the plan; a stage is wanted from the end of green of the one before."""
        second = self.second(now)
        return next((number for number, end in enumerate(self._ends) if second < end), len(self._ends) - 1)

    def green(self, now: float) -> frozenset[str]:
        return self._greens[self.stage(now)]


class FixedPlan:
    """Runs a plan of the junction, and goes over to another at a moment when both want the same groups green.

    Where that moment does not come within two cycles, it goes over at the end of its cycle; the safety layer then
    brings what the new plan wants. Raises KeyError for a plan that the junction has not.
    """

    def __init__(self, junction: Junction, plan: str) -> None:
        self._junction = junction
        self._timetable = Timetable(junction, junction.plan(plan))
        self._next: Timetable | None = None
        self._asked: float | None = None
        self._before = 0.0

    @property
    def plan(self) -> str:
        """The plan that runs (RSMP S0014)."""
        return self._timetable.plan.id

    def change_to(self, plan: str) -> None:
        """Go over to another plan when it is safe (RSMP M0002); to the one that runs: stay."""
        self._next = None if plan == self.plan else Timetable(self._junction, self._junction.plan(plan))
        self._asked = None

    def demand(self, now: float, shown: Shown) -> Demand:
        if self._next is not None and self._may_change(self._next, now):
            self._timetable, self._next = self._next, None
        self._before = self._timetable.second(now)
        return Demand(green=self._timetable.green(now), at=now, by=f"plan {self.plan}")

    def _may_change(self, after: Timetable, now: float) -> bool:
        self._asked = now if self._asked is None else self._asked
        if self._timetable.green(now) == after.green(now):
            return True
        waited = now - self._asked >= PATIENT_CYCLES * self._timetable.plan.cycle
        return waited and self._timetable.second(now) < self._before
