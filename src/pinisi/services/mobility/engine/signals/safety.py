"""The safety layer: what may be shown now, whatever a controller wants.

No two groups that conflict are ever together out of red. Intergreen, minimum green, amber, red-amber, all-red and
pedestrian clearance are kept; a maximum red that runs out is served. Beside a demand the layer trusts nothing either:
not the clock (it must not go back), not what the street reports (where that is unsafe, the junction flashes).

It is the layer before the command, in Pinisi. The controller in the street has a monitor of its own (EN 12675), and
that one has the last word.
"""

import math
from collections.abc import Sequence

import msgspec

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import GroupState, Shown
from pinisi.services.mobility.engine.signals.interstage import changeover
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.junction_check import checked
from pinisi.services.mobility.engine.signals.safety_demand import wanted_groups
from pinisi.services.mobility.engine.signals.safety_force import Force
from pinisi.services.mobility.engine.signals.safety_watch import unsafe
from pinisi.services.mobility.engine.signals.service_time import LEAST_RED
from pinisi.services.mobility.engine.signals.wrong import Wrong

EARLY = 1e-6
"""Seconds by which a sum of decimal seconds may miss."""


class Decision(msgspec.Struct, frozen=True):
    """What is shown from now, and what of the question was refused and why."""

    shown: Shown
    refused: tuple[Wrong, ...] = ()


class SafetyLayer:
    """Of one junction; holds no state: `Shown` goes in and comes out.

    Args:
        patience: seconds after which a demand is too old to be followed.

    Raises:
        WrongJunction: the junction or one of its plans is wrong in itself.
    """

    def __init__(self, junction: Junction, patience: float = 5.0) -> None:
        self.junction = checked(junction)
        self._patience = patience
        self._groups = junction.groups
        self._index = {group.id: number for number, group in enumerate(junction.groups)}
        self._before = _changeovers(junction, self._index)
        self._foes = tuple(frozenset(foe for foe, _ in before) for before in self._before)
        self._force = Force(junction, self._index, self._foes)

    def decide(self, shown: Shown, wanted: object, now: float) -> Decision:
        """What may be shown from `now`; never raises. Ask at least every `junction.step` seconds.

        Without a demand that can be followed everything stays as it is until a maximum red runs out.
        """
        if not isinstance(now, int | float) or not math.isfinite(now) or now < shown.at:  # pyright: ignore[reportUnnecessaryIsInstance]
            return Decision(shown, (Wrong("now", f"{now}: the clock goes back or is none"),))
        if shown.fault is not None:
            return Decision(msgspec.structs.replace(shown, at=now), (Wrong("junction", shown.fault),))
        fault = unsafe(shown, self._groups, self._before, now)
        if fault is not None:
            return Decision(self._flash(fault, now), (Wrong("junction", fault),))
        green, refused = wanted_groups(wanted, self._index, self._foes, now, self._patience)
        forced = self._force.stage(shown, now)
        wish = self._force.wish(shown, green, forced)
        return Decision(Shown(now, self._next(shown.groups, wish, now), forced), refused)

    def refusals(self, wanted: object, now: float) -> tuple[Wrong, ...]:
        """Why a demand could not be followed; nothing where it could."""
        return wanted_groups(wanted, self._index, self._foes, now, self._patience)[1]

    def _flash(self, fault: str, now: float) -> Shown:
        return Shown(now, tuple(GroupState(Aspect.FLASHING, now, now) for _ in self._groups), None, fault)

    def _next(self, states: Sequence[GroupState], wish: frozenset[int], now: float) -> tuple[GroupState, ...]:
        """First what ends, then what begins: a beginning sees everything that is not red, also what began now."""
        after = [self._ended(number, state, number in wish, now) for number, state in enumerate(states)]
        for number in sorted(wish):
            if self._rested(after[number], now) and self._may_begin(number, after, now):
                aspect = Aspect.RED_AMBER if self._groups[number].red_amber > 0 else Aspect.GREEN
                after[number] = GroupState(aspect, now, after[number].green_ended)
        return tuple(after)

    def _ended(self, number: int, state: GroupState, wanted: bool, now: float) -> GroupState:
        """What follows on what is shown once its time is over."""
        group, elapsed = self._groups[number], now - state.since + EARLY
        if state.aspect is Aspect.GREEN and not wanted and elapsed >= group.minimum_green:
            return GroupState(Aspect.AMBER if group.amber > 0 else Aspect.RED, now, now)
        if state.aspect is Aspect.AMBER and elapsed >= group.amber:
            return GroupState(Aspect.RED, now, state.green_ended)
        if state.aspect is Aspect.RED_AMBER and elapsed >= group.red_amber:
            return GroupState(Aspect.GREEN, now, state.green_ended)
        return state

    def _rested(self, state: GroupState, now: float) -> bool:
        """Red, and long enough to be seen as red after its own amber."""
        return state.aspect is Aspect.RED and now - state.since + EARLY >= LEAST_RED

    def _may_begin(self, number: int, states: Sequence[GroupState], now: float) -> bool:
        """Red-amber or green may begin: all that conflict are red, and their time is over when green begins."""
        green = now + self._groups[number].red_amber + EARLY
        for foe, seconds in self._before[number]:
            state = states[foe]
            if state.aspect is not Aspect.RED:
                return False
            if green < state.green_ended + seconds:
                return False
            if green < state.since + self.junction.all_red:
                return False
        return True


def _changeovers(junction: Junction, index: dict[str, int]) -> tuple[tuple[tuple[int, float], ...], ...]:
    """By group that enters: each that conflicts, and the seconds from the end of its green."""
    table, all_red = junction.matrix.table(), junction.all_red
    groups = junction.groups
    return tuple(
        tuple(
            (index[clearing], changeover(groups[index[clearing]], group, seconds, all_red))
            for (clearing, entering), seconds in table.items()
            if entering == group.id
        )
        for group in groups
    )
