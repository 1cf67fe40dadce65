"""The orders of the control room as objects that are set.

Groups are ours by free operation and phase control: wished phases are called and held, the others omitted, and those
of them that are green forced off. The controller keeps its own minimum greens and clearances throughout, and takes all
of it back by itself when nothing was set for unitBackupTime.
"""

from collections.abc import Mapping

from pinisi.services.mobility.atcs.adapter import ChoosePlan, EndFlash, Flash, GiveBack, Order, OrderRefused, Wish
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.ntcip.objects import (
    CONTROL,
    FLASHING,
    FORCE_OFF,
    FREE,
    HOLD,
    OWN,
    PATTERN_CONTROL,
    PED_CALL,
    PED_OMIT,
    PHASE_OMIT,
    VEH_CALL,
    Oid,
    masks,
)


class Ordering:
    """`chosen` is the pattern that was last ordered: what is gone back to."""

    def __init__(self, junction: Junction, phases: Mapping[str, int], groups: tuple[int, ...]) -> None:
        self._groups = groups
        self._vehicles = {group.id: phases[group.id] for group in junction.groups if group.kind != "pedestrian"}
        self._walkers = {group.id: phases[group.id] for group in junction.groups if group.kind == "pedestrian"}
        self._stored = {plan.id for plan in junction.plans}
        self.chosen = OWN

    def sets(self, order: Order) -> Mapping[Oid, int]:
        """Raises OrderRefused."""
        match order:
            case ChoosePlan(number=number):
                if number is not None and str(number) not in self._stored:
                    raise OrderRefused(f"plan {number} is not stored")
                self.chosen = OWN if number is None else number
                return {PATTERN_CONTROL: self.chosen}
            case Flash():
                return {PATTERN_CONTROL: FLASHING}
            case EndFlash():
                return {PATTERN_CONTROL: self.chosen}
            case Wish(green=green):
                return {PATTERN_CONTROL: FREE, **self._control(green)}
            case GiveBack():
                return {PATTERN_CONTROL: self.chosen, **self._control(None)}
            case _:
                raise OrderRefused(f"NTCIP 1202 has no order for {type(order).__name__} that is used here")

    def _control(self, green: frozenset[str] | None) -> Mapping[Oid, int]:
        """None: nothing is controlled. A bit of force-off that was served is reset by the controller itself."""
        ours = green is not None
        wished = green or frozenset[str]()
        on = {phase for id, phase in self._vehicles.items() if id in wished}
        off = set(self._vehicles.values()) - on if ours else set[int]()
        walk = {phase for id, phase in self._walkers.items() if id in wished}
        stay = set(self._walkers.values()) - walk if ours else set[int]()
        by_column = {PHASE_OMIT: off, HOLD: on, FORCE_OFF: off, VEH_CALL: on, PED_OMIT: stay, PED_CALL: walk}
        return {
            (*CONTROL, column, group): mask
            for column, phases in by_column.items()
            for group, mask in masks(phases, self._groups).items()
        }
