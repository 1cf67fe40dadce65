"""Is what the street says it shows safe at all?"""

import math
from collections.abc import Sequence

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import GroupState, Shown
from pinisi.services.mobility.engine.signals.group import SignalGroup

SLACK = 1e-4
"""Seconds; more than the layer itself may be early."""
RUNNING = frozenset({Aspect.RED, Aspect.RED_AMBER, Aspect.AMBER, Aspect.GREEN})
Before = Sequence[Sequence[tuple[int, float]]]


def unsafe(shown: Shown, groups: Sequence[SignalGroup], before: Before, now: float) -> str | None:
    """Why the junction must flash, or None (EN 12675: a fault that is found leads to the failure mode)."""
    states = shown.groups
    if len(states) != len(groups):
        return f"{len(states)} groups are reported, there are {len(groups)}"
    for number, state in enumerate(states):
        if state.aspect not in RUNNING:
            return f"{groups[number].id!r} shows {state.aspect}"
        if not (math.isfinite(state.since) and math.isfinite(state.green_ended)):
            return f"{groups[number].id!r} has no time"
        if state.since > now or state.green_ended > now:
            return f"{groups[number].id!r} changes in the future"
        if state.aspect is not Aspect.RED:
            fault = _beside(number, state, states, groups, before)
            if fault is not None:
                return fault
    return None


def _beside(
    number: int, state: GroupState, states: Sequence[GroupState], groups: Sequence[SignalGroup], before: Before
) -> str | None:
    """A group that is not red, against those that conflict."""
    for foe, seconds in before[number]:
        if states[foe].aspect is not Aspect.RED:
            return (
                f"{groups[number].id!r} and {groups[foe].id!r} conflict and are {state.aspect} and {states[foe].aspect}"
            )
        if state.aspect is Aspect.GREEN and state.since + SLACK < states[foe].green_ended + seconds:
            return f"{groups[number].id!r} turned green before the intergreen after {groups[foe].id!r} was over"
    return None
