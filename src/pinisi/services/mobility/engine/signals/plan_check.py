"""Is a stored plan one that can be run: known stages, minimum greens, a cycle that adds up, no red that is too long?"""

import math
from collections import Counter
from collections.abc import Iterator

from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan
from pinisi.services.mobility.engine.signals.wrong import Wrong

TOLERANCE = 0.01


def wrong_plans(junction: Junction) -> Iterator[Wrong]:
    """Of a junction whose groups, matrix and stages are right."""
    for id, count in Counter(plan.id for plan in junction.plans).items():
        if count > 1:
            yield Wrong("plans", f"the id {id!r} is given {count} times")
    for number, plan in enumerate(junction.plans):
        yield from wrong_plan(junction, plan, f"plans[{number}]")


def wrong_plan(junction: Junction, plan: SignalPlan, field: str = "plan") -> Iterator[Wrong]:
    known = {stage.id for stage in junction.stages}
    first = [*_wrong_numbers(plan, field)]
    for number, each in enumerate(plan.stages):
        if each.stage not in known:
            first.append(Wrong(f"{field}.stages[{number}].stage", f"there is no stage {each.stage!r}"))
    yield from first
    if first:
        return
    changes = interstages(junction, plan)
    yield from _wrong_cycle(plan, changes, field)
    yield from _wrong_greens(junction, plan, changes, field)
    yield from _wrong_reds(junction, plan, field)


def _wrong_numbers(plan: SignalPlan, field: str) -> Iterator[Wrong]:
    if not math.isfinite(plan.cycle) or plan.cycle <= 0:
        yield Wrong(f"{field}.cycle", f"{plan.cycle}: is not a time above 0 s")
    if not math.isfinite(plan.offset) or not 0 <= plan.offset < max(plan.cycle, 1):
        yield Wrong(f"{field}.offset", f"{plan.offset}: does not lie from 0 s to below the cycle")
    if not plan.stages:
        yield Wrong(f"{field}.stages", "there is none")
    for number, each in enumerate(plan.stages):
        if not math.isfinite(each.green) or each.green <= 0:
            yield Wrong(f"{field}.stages[{number}].green", f"{each.green}: is not a time above 0 s")


def _wrong_cycle(plan: SignalPlan, changes: tuple[float, ...], field: str) -> Iterator[Wrong]:
    greens = sum(each.green for each in plan.stages)
    if abs(greens + sum(changes) - plan.cycle) > TOLERANCE:
        together = f"{greens:g} s of green and {sum(changes):g} s of change make {greens + sum(changes):g} s"
        yield Wrong(f"{field}.cycle", f"{plan.cycle:g} s, but {together}")


def _wrong_greens(junction: Junction, plan: SignalPlan, changes: tuple[float, ...], field: str) -> Iterator[Wrong]:
    for group in junction.groups:
        for number, seconds in greens(junction, plan, changes, group.id):
            if seconds + TOLERANCE < group.minimum_green:
                reason = f"{seconds:g} s is shorter than the minimum green of {group.id!r}, {group.minimum_green:g} s"
                yield Wrong(f"{field}.stages[{number}].green", reason)


def greens(junction: Junction, plan: SignalPlan, changes: tuple[float, ...], group: str) -> Iterator[tuple[int, float]]:
    """Where each green of the group begins, and how long it is at least; one that never ends is not told."""
    holds = [group in junction.stage(each.stage).groups for each in plan.stages]
    count = len(holds)
    for begin in range(count):
        if not holds[begin] or holds[begin - 1]:
            continue
        seconds, number = plan.stages[begin].green, begin + 1
        while holds[number % count]:
            seconds += changes[number % count] + plan.stages[number % count].green
            number += 1
        yield begin, seconds


def _wrong_reds(junction: Junction, plan: SignalPlan, field: str) -> Iterator[Wrong]:
    served = {id for each in plan.stages for id in junction.stage(each.stage).groups}
    for group in junction.groups:
        if group.maximum_red is None:
            continue
        if group.id not in served:
            yield Wrong(f"{field}.stages", f"{group.id!r} is in none, and has a maximum red")
        elif group.maximum_red < plan.cycle:
            reason = f"{plan.cycle:g} s is longer than the maximum red of {group.id!r}, {group.maximum_red:g} s"
            yield Wrong(f"{field}.cycle", reason)
