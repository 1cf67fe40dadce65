"""How long the layer needs to bring a stage, whatever is shown when it begins."""

from collections.abc import Sequence

from pinisi.services.mobility.engine.signals.interstage import changeover
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import Stage

LEAST_RED = 1.0
"""Seconds for which red is shown at least, also where nobody else wants the junction."""
STEPS = 5
"""The end of red-amber, minimum green and amber, the beginning of red-amber and green: each is seen a step late."""


def homes(junction: Junction) -> dict[str, int]:
    """By group with a maximum red: the first stage that holds it, in which it is served when its red runs out."""
    return {
        group.id: number
        for group in junction.groups
        if group.maximum_red is not None
        for number in (_first(junction.stages, group.id),)
        if number is not None
    }


def _first(stages: Sequence[Stage], group: str) -> int | None:
    return next((number for number, stage in enumerate(stages) if group in stage.groups), None)


def service_times(junction: Junction) -> tuple[float, ...]:
    """By stage: seconds until all its groups are green, at worst.

    At worst a conflicting group has just begun red-amber, or a group of the stage has just begun amber.
    """
    return tuple(_service_time(junction, stage) for stage in junction.stages)


def _service_time(junction: Junction, stage: Stage) -> float:
    table = junction.matrix.table()
    groups = {group.id: group for group in junction.groups}
    times = [group.amber + LEAST_RED + group.red_amber for group in map(groups.__getitem__, stage.groups)]
    for (clearing, entering), seconds in table.items():
        if entering in stage.groups and clearing not in stage.groups:
            before = groups[clearing]
            change = changeover(before, groups[entering], seconds, junction.all_red)
            times.append(before.red_amber + before.minimum_green + change)
    return max(times, default=0.0) + STEPS * junction.step


def least_maximum_red(junction: Junction) -> float:
    """The shortest maximum red that can be promised to every group: the forced stages one after another, and before
    them the longest that may have begun.

    Why it is enough: the layer cuts in when the groups that wait, served in the order in which their reds run out,
    would else come too late. A group that turns red then has this whole time left, so it can only come before one that
    has more.
    """
    times = service_times(junction)
    needed = sorted(set(homes(junction).values()))
    if not needed:
        return 0.0
    return sum(times[number] for number in needed) + max(times) + junction.step
