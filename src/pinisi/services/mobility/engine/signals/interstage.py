"""How long the change from one stage to the next takes."""

from collections.abc import Mapping

from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan, Stage


def changeover(clearing: SignalGroup, entering: SignalGroup, intergreen: float, all_red: float = 0.0) -> float:
    """Seconds from the end of the one green to the beginning of the other that conflicts.

    Never less than amber and then red-amber: red-amber is not shown while a conflicting group is amber.
    """
    rest = max(all_red, entering.red_amber)
    return max(intergreen, clearing.amber + rest, clearing.pedestrian_clearance)


def interstage(junction: Junction, before: Stage, after: Stage) -> float:
    """From the end of the stage's greens to the moment when all groups of the next are green.

    The longest changeover of a group that ends to one that begins and conflicts; red-amber where none conflicts.
    """
    groups = {group.id: group for group in junction.groups}
    return longest_change(junction, groups, junction.matrix.table(), before, after)


def longest_change(
    junction: Junction,
    groups: Mapping[str, SignalGroup],
    table: Mapping[tuple[str, str], float],
    before: Stage,
    after: Stage,
) -> float:
    ending = [groups[id] for id in before.groups if id not in after.groups]
    beginning = [groups[id] for id in after.groups if id not in before.groups]
    alone = max((group.red_amber for group in beginning), default=0.0)
    pairs = [
        changeover(end, begin, table[end.id, begin.id], junction.all_red)
        for end in ending
        for begin in beginning
        if (end.id, begin.id) in table
    ]
    return max([alone, *pairs])


def interstages(junction: Junction, plan: SignalPlan) -> tuple[float, ...]:
    """Before each stage of the plan, the first after the last."""
    stages = [junction.stage(each.stage) for each in plan.stages]
    groups = {group.id: group for group in junction.groups}
    table = junction.matrix.table()
    return tuple(
        longest_change(junction, groups, table, stages[number - 1], stage) for number, stage in enumerate(stages)
    )


def cycle_needed(junction: Junction, plan: SignalPlan) -> float:
    """What the greens and the interstages of the plan take together, seconds."""
    return sum(each.green for each in plan.stages) + sum(interstages(junction, plan))
