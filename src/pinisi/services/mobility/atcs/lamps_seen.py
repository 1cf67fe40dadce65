"""What the lamps of a junction really show, as its controller tells it by S0001, and for how long they have."""

from collections import deque
from collections.abc import Iterable

import msgspec

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import GroupState, Shown
from pinisi.services.mobility.engine.signals.interstage import changeover
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.rsmp.aspects import aspect_of

REMEMBERED_S = 300.0


class Change(msgspec.Struct, frozen=True):
    """From `at` on a group shows `aspect`."""

    at: float
    aspect: Aspect


class LampsSeen:
    """Times in seconds of the controller's own stamps, which are whole seconds and heard a little later."""

    def __init__(self, junction: Junction) -> None:
        self._junction = junction
        self._states: list[GroupState] = []
        self.changes: tuple[deque[Change], ...] = tuple(deque[Change]() for _ in junction.groups)

    def take(self, letters: str, at: float) -> tuple[int, ...]:
        """Which groups changed, by their place; nothing where the letters are not of this junction's groups."""
        if len(letters) != len(self._junction.groups):
            return ()
        aspects = [aspect_of(letter) for letter in letters]
        if not self._states:
            self._states = [GroupState(aspect, at, at) for aspect in aspects]
            changed: Iterable[int] = range(len(aspects))
        else:
            changed = [n for n, aspect in enumerate(aspects) if aspect is not self._states[n].aspect]
        for number in changed:
            before = self._states[number]
            ended = at if before.aspect is Aspect.GREEN else before.green_ended
            self._states[number] = GroupState(aspects[number], at, ended)
            self._remember(number, Change(at, aspects[number]))
        return tuple(changed)

    def forget(self) -> None:
        """The link is lost: nobody knows what is shown."""
        self._states = []

    @property
    def known(self) -> bool:
        return bool(self._states)

    def shown(self, at: float, forced: int | None) -> Shown | None:
        """As the safety layer takes it; None while nothing is known.

        Intergreens are measured by the controller itself and heard here a second early or late at most: where what was
        heard would be too short by that, the green counts as on time. Two that conflict and are not red stay a fault.
        """
        if not self._states:
            return None
        return Shown(at, tuple(self._on_time()), forced)

    def _on_time(self) -> list[GroupState]:
        table, groups = self._junction.matrix.table(), self._junction.groups
        places = {group.id: number for number, group in enumerate(groups)}
        states = list(self._states)
        for (clearing, entering), seconds in table.items():
            one, other = places[clearing], places[entering]
            if states[other].aspect is not Aspect.GREEN:
                continue
            needed = changeover(groups[one], groups[other], seconds, self._junction.all_red)
            latest = states[other].since - needed
            if states[one].aspect is Aspect.RED and states[one].green_ended > latest:
                states[one] = msgspec.structs.replace(states[one], green_ended=latest)
        return states

    def _remember(self, number: int, change: Change) -> None:
        kept = self.changes[number]
        kept.append(change)
        while len(kept) > 1 and kept[1].at < change.at - REMEMBERED_S:
            kept.popleft()
