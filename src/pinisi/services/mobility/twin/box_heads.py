"""The lamps of one junction under a controller that keeps the junction itself clear (`engine.control.box`)."""

from pinisi.services.mobility.engine.control.box import Box
from pinisi.services.mobility.engine.control.junction import Controller, Junction, Observation
from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import Demand
from pinisi.services.mobility.twin.heads import Heads, Lamps
from pinisi.services.mobility.twin.program import Wiring


class BoxHeads(Heads):
    """As `Heads`; while others are still inside, the groups that conflict with them are not asked for yet."""

    def __init__(self, lamps: Lamps, controller: Controller, junction: Junction, wiring: Wiring) -> None:
        super().__init__(lamps, controller)
        self._wiring = wiring
        self._box = Box(junction.links, _foes(wiring))
        self._heads = {each.id: _members(wiring, n) for n, each in enumerate(wiring.junction.groups)}
        self._asked_since: tuple[object, float] = (None, 0.0)

    def second(self, seen: Observation) -> None:
        now, stage = seen.time_s, self._lamps.standing()
        if stage is not None:
            self._wanted = self._controller.stage(seen, stage, now - self._green_since)
        if self._wanted != self._asked_since[0]:
            self._asked_since = (self._wanted, now)
        self._lamps.want(self._clear(self._lamps.demand(self._wanted, now), seen, now), now)
        shown = self._lamps.standing()
        if shown is not None and shown != self._stood:
            self._stood, self._green_since = shown, now
            self.changes += 1

    def _clear(self, demand: object, seen: Observation, now: float) -> object:
        if not isinstance(demand, Demand):
            return demand
        states = zip(self._wiring.junction.groups, self._lamps.shown.groups, strict=True)
        red = {group.id for group, state in states if state.aspect in (Aspect.RED, Aspect.AMBER)}
        begin = [head for id in demand.green & red for head in self._heads[id]]
        held = self._box.held(begin, seen.inside, now - self._asked_since[1])
        late = {id for id in demand.green & red if self._heads[id] & held}
        return Demand(green=demand.green - late, at=demand.at) if late else demand


def _members(wiring: Wiring, group: int) -> frozenset[int]:
    return frozenset(head for head, other in enumerate(wiring.group_of) if other == group)


def _foes(wiring: Wiring) -> tuple[frozenset[int], ...]:
    """By head, the heads of the groups that its own conflicts with."""
    index = {group.id: number for number, group in enumerate(wiring.junction.groups)}
    members = [_members(wiring, number) for number in index.values()]
    crossing = [(index[each.entering], members[index[each.clearing]]) for each in wiring.junction.matrix.intergreens]
    against = [
        frozenset(head for entering, heads in crossing if entering == own for head in heads) for own in index.values()
    ]
    return tuple(frozenset() if own is None else against[own] for own in wiring.group_of)
