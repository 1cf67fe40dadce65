"""A stored plan with other timings: cycle time (M0018) and dynamic bands (M0014). What is not safe is refused."""

from collections.abc import Mapping, Sequence

import msgspec

from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan
from pinisi.services.mobility.engine.signals.plan_check import wrong_plan

Bands = Mapping[tuple[int, int], int]
"""Seconds by plan and band."""


class Unsafe(ValueError):
    """The text says which green, cycle or red it would break."""


def timed(junction: Junction, number: int, cycles: Mapping[int, int], bands: Bands) -> SignalPlan:
    """A stored plan as it is ordered to run now.

    Raises:
        Unsafe: it cannot be run so.
    """
    plan = junction.plan(str(number))
    if number in cycles:
        plan = with_cycle(junction, plan, cycles[number])
    return with_bands(junction, plan, {band: seconds for (of, band), seconds in bands.items() if of == number})


def least_greens(junction: Junction, plan: SignalPlan) -> list[float]:
    """The shortest green of each stage: the longest minimum green of its groups."""
    minimum = {group.id: group.minimum_green for group in junction.groups}
    return [max(minimum[id] for id in junction.stage(each.stage).groups) for each in plan.stages]


def with_cycle(junction: Junction, plan: SignalPlan, cycle: float) -> SignalPlan:
    """The same plan in another cycle: what is above the minimum greens is shared as it was.

    Raises:
        Unsafe: minimum greens and interstages do not fit, or a red would become longer than its maximum.
    """
    least, between = least_greens(junction, plan), sum(interstages(junction, plan))
    spare = cycle - between - sum(least)
    if spare < 0:
        raise Unsafe(f"cycle of {cycle:g} s is shorter than minimum greens and interstages, {between + sum(least):g} s")
    above = [each.green - low for each, low in zip(plan.stages, least, strict=True)]
    shares = [part / sum(above) if sum(above) > 0 else 1 / len(above) for part in above]
    greens = [low + spare * share for low, share in zip(least, shares, strict=True)]
    return _checked(junction, _with_greens(plan, greens, cycle))


def with_bands(junction: Junction, plan: SignalPlan, bands: Mapping[int, int]) -> SignalPlan:
    """Band n ends the green of stage n later by so many seconds, and the next stage begins so much later.

    Raises:
        Unsafe: there is no such stage, or the next one falls below its minimum green.
    """
    greens = [each.green for each in plan.stages]
    for band, seconds in bands.items():
        if not 1 <= band <= len(greens):
            raise Unsafe(f"band {band} is none of the {len(greens)} of plan {plan.id}")
        greens[band - 1] += seconds
        greens[band % len(greens)] -= seconds
    return _checked(junction, _with_greens(plan, greens, plan.cycle))


def _with_greens(plan: SignalPlan, greens: Sequence[float], cycle: float) -> SignalPlan:
    stages = tuple(PlannedStage(stage=each.stage, green=green) for each, green in zip(plan.stages, greens, strict=True))
    offset = plan.offset % cycle
    return msgspec.structs.replace(plan, cycle=cycle, offset=offset, stages=stages)


def _checked(junction: Junction, plan: SignalPlan) -> SignalPlan:
    for wrong in wrong_plan(junction, plan):
        raise Unsafe(f"{wrong.field}: {wrong.reason}")
    return plan
