"""A computed timing in the terms of the signals, so that it passes the same checks as every other plan."""

from pinisi.services.mobility.engine.capacity.approach import Junction
from pinisi.services.mobility.engine.capacity.judged import Timing
from pinisi.services.mobility.engine.capacity.timing import LEAST_GREEN
from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction as Signals
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan
from pinisi.services.mobility.engine.signals.plan import Stage as SignalStage

PLAN_ID = "pkji"
"""Apart from the numbers under which a controller keeps its own plans."""


def as_signals(id: str, junction: Junction, timing: Timing) -> Signals:
    """One group an approach; those of two stages conflict, and amber and all-red of the one lie between them."""
    groups = tuple(
        SignalGroup(id=name, minimum_green=LEAST_GREEN, amber=stage.amber)
        for stage in junction.stages
        for name in stage.approaches
    )
    between = tuple(
        Intergreen(clearing=clearing, entering=entering, seconds=ending.amber + ending.all_red)
        for ending in junction.stages
        for beginning in junction.stages
        if ending is not beginning
        for clearing in ending.approaches
        for entering in beginning.approaches
    )
    names = [str(number) for number in range(1, len(junction.stages) + 1)]
    return Signals(
        id=id,
        groups=groups,
        matrix=ConflictMatrix(between),
        stages=tuple(
            SignalStage(id=name, groups=stage.approaches) for name, stage in zip(names, junction.stages, strict=True)
        ),
        plans=(
            SignalPlan(
                id=PLAN_ID,
                cycle=timing.cycle,
                stages=tuple(
                    PlannedStage(stage=name, green=green) for name, green in zip(names, timing.greens, strict=True)
                ),
            ),
        ),
    )
