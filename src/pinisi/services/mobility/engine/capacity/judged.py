"""A whole junction: the plan that the manual computes, and how any timing does. Before and after are two timings."""

from typing import Literal

import msgspec

from pinisi.services.mobility.engine.capacity.approach import CannotPlan, Junction, checked
from pinisi.services.mobility.engine.capacity.performance import (
    DESIGN_SATURATION,
    LEFT_ON_RED_DELAY,
    Level,
    Performance,
    level_of_service,
    performance,
)
from pinisi.services.mobility.engine.capacity.saturation import Saturation, saturation
from pinisi.services.mobility.engine.capacity.timing import SUGGESTED, chosen_cycle, cycle_by_webster, greens

Verdict = Literal["fits", "tight", "oversaturated"]


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Greens of the stages in seconds; with their ambers and all-reds they sum to `cycle`."""

    cycle: float
    greens: tuple[float, ...]


class ApproachResult(msgspec.Struct, frozen=True):
    name: str
    stage: int
    critical: bool
    saturation: Saturation
    performance: Performance


class JunctionResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a junction does under a timing.

    Attributes:
        flow_ratio: RAS, the sum of the critical ratios of the stages; from 1 on no cycle lets everybody through.
        webster: the cycle of 5-11 in seconds; None at RAS >= 1.
        delay: TI, seconds a passenger car, weighted by flow; None where that of an approach cannot be told.
    """

    timing: Timing
    lost_time: float
    flow_ratio: float
    webster: float | None
    approaches: tuple[ApproachResult, ...]
    delay: float | None

    @property
    def worst(self) -> float:
        """The highest DJ."""
        return max(each.performance.saturation for each in self.approaches)

    @property
    def level(self) -> Level:
        return level_of_service(self.delay)

    @property
    def verdict(self) -> Verdict:
        """`tight` is above the 0.85 that the manual designs for; from 1 on queues grow as long as the demand lasts."""
        if self.worst >= 1:
            return "oversaturated"
        return "tight" if self.worst > DESIGN_SATURATION else "fits"

    @property
    def beyond_suggestion(self) -> bool:
        """The cycle is longer than table 12-2 suggests for so many stages."""
        return self.timing.cycle > SUGGESTED.get(len(self.timing.greens), SUGGESTED[4])[1]


def planned(junction: Junction) -> JunctionResult:
    """The plan by the manual and how it does.

    Raises:
        CannotPlan: what is said of the junction allows none.
    """
    ratios = _critical(checked(junction))
    cycle = chosen_cycle(junction.lost_time, ratios)
    return judged(junction, Timing(cycle, greens(cycle, junction.lost_time, ratios)))


def judged(junction: Junction, timing: Timing) -> JunctionResult:
    """How the junction does under a timing.

    Raises:
        CannotPlan: greens are too few or too many, not positive, or do not sum to the cycle with the lost time.
    """
    checked(junction)
    _timing_fits(junction, timing)
    ratios = _critical(junction)
    results = tuple(_approach_result(junction, timing, name.name, ratios) for name in junction.approaches)
    return JunctionResult(
        timing=timing,
        lost_time=junction.lost_time,
        flow_ratio=sum(ratios),
        webster=cycle_by_webster(junction.lost_time, sum(ratios)),
        approaches=results,
        delay=_mean_delay(results),
    )


def _critical(junction: Junction) -> list[float]:
    """The highest q/J of each stage."""
    return [
        max(saturation(junction.approach(name), junction.population).ratio for name in stage.approaches)
        for stage in junction.stages
    ]


def _approach_result(junction: Junction, timing: Timing, name: str, ratios: list[float]) -> ApproachResult:
    approach, stage = junction.approach(name), junction.stage_of(name)
    known = saturation(approach, junction.population)
    done = performance(
        flow=known.flow,
        saturated=known.saturated,
        green=timing.greens[stage],
        cycle=timing.cycle,
        turning=known.turning,
        entry_width=approach.entry_width,
    )
    return ApproachResult(name, stage, known.ratio >= ratios[stage], known, done)


def _mean_delay(results: tuple[ApproachResult, ...]) -> float | None:
    """TI (5-32); a left turn that need not stop counts with its 6 seconds."""
    waited = passed = 0.0
    for each in results:
        if each.performance.delay is None:
            return None
        waited += each.performance.delay * each.saturation.flow + LEFT_ON_RED_DELAY * each.saturation.left_on_red
        passed += each.saturation.flow + each.saturation.left_on_red
    return waited / passed if passed else 0


def _timing_fits(junction: Junction, timing: Timing) -> None:
    if len(timing.greens) != len(junction.stages):
        raise CannotPlan("greens", f"{len(timing.greens)} for {len(junction.stages)} stages")
    if min(timing.greens) <= 0:
        raise CannotPlan("greens", "every stage needs more than no green")
    whole = sum(timing.greens) + junction.lost_time
    if abs(whole - timing.cycle) > 0.05:
        raise CannotPlan("cycle", f"greens, ambers and all-reds sum to {whole:g} s, not to {timing.cycle:g} s")
