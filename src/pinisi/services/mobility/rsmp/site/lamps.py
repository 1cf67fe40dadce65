"""What the lamps show: the plan asks, the safety layer decides, second by second."""

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import Demand, all_red
from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan
from pinisi.services.mobility.engine.signals.safety import SafetyLayer
from pinisi.vocabulary.instant import SECOND, Instant

CATCH_UP = 600
"""Seconds that are run through after a pause; after a longer one the junction begins anew, all red."""
LETTERS = {
    Aspect.RED: "B",
    Aspect.RED_AMBER: "0",
    Aspect.GREEN: "1",
    Aspect.AMBER: "N",
    Aspect.DARK: "b",
    Aspect.FLASHING: "c",
}
"""Of S0001 (SXL 1.2.1, "Signal group status")."""


class Lamps:
    def __init__(self, junction: Junction, now: Instant) -> None:
        self._layer = SafetyLayer(junction)
        self.shown = all_red(junction, now // SECOND)

    def restart(self, now: Instant) -> None:
        self.shown = all_red(self._layer.junction, now // SECOND)

    def advance(
        self, plan: SignalPlan, routes: frozenset[str], now: Instant, wishes: frozenset[str] | None = None
    ) -> None:
        """Up to `now`; `routes` are the groups of an emergency route, which come first; then what is wished from
        outside, then the plan.
        """
        second = now // SECOND
        if not 0 <= second - self.shown.at <= CATCH_UP:
            self.restart(now)
        for at in range(int(self.shown.at) + 1, second + 1):
            given = wanted_at(self._layer.junction, plan, at) if wishes is None else wishes
            wanted = routes or given
            self.shown = self._layer.decide(self.shown, Demand(green=wanted, at=at), at).shown

    def letters(self) -> str:
        return "".join(LETTERS[state.aspect] for state in self.shown.groups)


def cycle_second(plan: SignalPlan, second: float) -> float:
    """The cycle counter, the city's clock being the base (SXL 1.2.1, S0001). RSMP adds its offset, ours is a delay."""
    return (second - plan.offset) % plan.cycle


def stage_at(junction: Junction, plan: SignalPlan, second: float) -> int:
    """Which stage of the plan is on, counted from 0; its change belongs to it."""
    left = cycle_second(plan, second)
    for number, (each, change) in enumerate(zip(plan.stages, interstages(junction, plan), strict=True)):
        if left < change + each.green:
            return number
        left -= change + each.green
    return len(plan.stages) - 1


def wanted_at(junction: Junction, plan: SignalPlan, second: float) -> frozenset[str]:
    stage = plan.stages[stage_at(junction, plan, second)].stage
    return frozenset(junction.stage(stage).groups)


def starting_letters(groups: int, after: int) -> str:
    """Start-up intervals 1 to 3 of S0001: dark, amber, red."""
    letter = "e" if after < 4 * SECOND else "f" if after < 7 * SECOND else "g"
    return letter * groups
