"""Stages, and the plan that runs through them."""

import msgspec


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Groups that are green together."""

    id: str
    groups: tuple[str, ...]


class PlannedStage(msgspec.Struct, frozen=True, kw_only=True):
    """`green`: seconds during which all groups of the stage are green; amber and all-red come after it."""

    stage: str
    green: float


class SignalPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A stored fixed plan (RSMP "time plan").

    Args:
        id: as in the street; RSMP numbers them 1 to 255.
        cycle: seconds; the greens and the interstages between them, none left over (RSMP S0028).
        offset: seconds from the common zero of the city's clocks to the beginning of the first stage's change. RSMP
            (S0001, S0024) adds its offset to the clock, so there it is the cycle less this.
        stages: in the order in which they run.
    """

    id: str
    cycle: float
    offset: float = 0.0
    stages: tuple[PlannedStage, ...]
