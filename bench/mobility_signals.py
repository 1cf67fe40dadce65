"""The safety layer: CPU of one decision, for one junction and for 21, under a controller that changes its mind."""

import time
from collections.abc import Sequence

from figure import figure
from pinisi.services.mobility.engine.signals.demand import Demand, all_red
from pinisi.services.mobility.engine.signals.fixed import FixedPlan
from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.interstage import cycle_needed
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan, Stage
from pinisi.services.mobility.engine.signals.safety import SafetyLayer

FIGURES = ("mobility.signals.",)
SECONDS = 3_600
REPEATS = 3
JUNCTIONS = 21


def main() -> int:
    small, large = crossing("small", 2, 2), crossing("large", 4, 2)
    one = min(decisions([small]) for _ in range(REPEATS))
    note = "4 groups, 2 stages; an hour in steps of 1 s, another stage wanted every 7 s; best of 3"
    figure("mobility.signals.decision.cpu_us", one * 1e6, "us/decision", note=note)
    many = min(decisions([large] * JUNCTIONS) for _ in range(REPEATS))
    note = "8 groups, 4 stages each; an hour in steps of 1 s; all 21 decided one after another; best of 3"
    figure("mobility.signals.decision_21.cpu_us", many * 1e6, "us/decision", note=note)
    figure(
        "mobility.signals.step_21.cpu_us", many * JUNCTIONS * 1e6, "us/step of 21 junctions", "100000 us (goal)", note
    )
    figure("mobility.signals.fixed_plan.cpu_us", stored_plan(large) * 1e6, "us/demand", note="the stored plan alone")
    figure("mobility.signals.check.cpu_us", checking(large) * 1e6, "us/junction", note="reading in: 8 groups, one plan")
    return 0


def crossing(id: str, count: int, together: int) -> Junction:
    """`count` stages of `together` groups each; groups of different stages conflict."""
    stages = tuple(
        Stage(id=f"s{number}", groups=tuple(f"g{number}-{part}" for part in range(together))) for number in range(count)
    )
    groups = tuple(
        SignalGroup(id=group, minimum_green=6, amber=3, maximum_red=240) for stage in stages for group in stage.groups
    )
    pairs = [(a, b) for one in stages for other in stages if one != other for a in one.groups for b in other.groups]
    matrix = ConflictMatrix(tuple(Intergreen(clearing=a, entering=b, seconds=5) for a, b in pairs))
    junction = Junction(id=id, groups=groups, matrix=matrix, stages=stages, all_red=1)
    planned = SignalPlan(id="1", cycle=1, stages=tuple(PlannedStage(stage=stage.id, green=20) for stage in stages))
    cycle = cycle_needed(junction, planned)
    plan = SignalPlan(id="1", cycle=cycle, stages=planned.stages)
    return Junction(id=id, groups=groups, matrix=matrix, stages=stages, plans=(plan,), all_red=1)


def decisions(junctions: Sequence[Junction]) -> float:
    """CPU seconds of one decision."""
    layers = [SafetyLayer(junction) for junction in junctions]
    shown = [all_red(junction, 0.0) for junction in junctions]
    wanted = [[frozenset(stage.groups) for stage in junction.stages] for junction in junctions]
    before = time.process_time()
    for second in range(1, SECONDS + 1):
        now = float(second)
        for number, layer in enumerate(layers):
            stages = wanted[number]
            demand = Demand(green=stages[second // 7 % len(stages)], at=now)
            shown[number] = layer.decide(shown[number], demand, now).shown
    return (time.process_time() - before) / SECONDS / len(layers)


def stored_plan(junction: Junction) -> float:
    controller, shown = FixedPlan(junction, "1"), all_red(junction, 0.0)
    before = time.process_time()
    for second in range(SECONDS):
        controller.demand(float(second), shown)
    return (time.process_time() - before) / SECONDS


def checking(junction: Junction) -> float:
    before = time.process_time()
    for _ in range(200):
        SafetyLayer(junction)
    return (time.process_time() - before) / 200


if __name__ == "__main__":
    raise SystemExit(main())
