"""The longest red: when the layer must bring a stage itself, and which."""

from collections.abc import Mapping, Sequence

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import Shown
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.service_time import homes, service_times


class Force:
    """Serves the groups whose red runs out, earliest first, each in its home stage (earliest deadline first).

    Why it is always in time: `service_time.least_maximum_red`.
    """

    def __init__(self, junction: Junction, index: Mapping[str, int], foes: Sequence[frozenset[int]]) -> None:
        self._step = junction.step
        self._times = service_times(junction)
        self._home = {index[id]: stage for id, stage in homes(junction).items()}
        self._longest = {number: float(junction.groups[number].maximum_red or 0.0) for number in self._home}
        self._all = sum(self._times[stage] for stage in set(self._home.values())) + self._step
        self._stages = tuple(frozenset(index[id] for id in stage.groups) for stage in junction.stages)
        self._against = tuple(frozenset(foe for number in stage for foe in foes[number]) for stage in self._stages)

    def stage(self, shown: Shown, now: float) -> int | None:
        """The stage to bring now: the one begun until all of it is green, then that of the first red to run out."""
        if shown.forced is not None and not self._all_green(shown, shown.forced):
            return shown.forced
        waiting = [
            (state.green_ended + self._longest[number], number)
            for number in self._home
            if (state := shown.groups[number]).aspect in (Aspect.RED, Aspect.AMBER)
        ]
        if not waiting or now + self._all <= min(waiting)[0]:
            return None
        return self._due(sorted(waiting), now)

    def _all_green(self, shown: Shown, stage: int) -> bool:
        return all(shown.groups[number].aspect is Aspect.GREEN for number in self._stages[stage])

    def _due(self, waiting: Sequence[tuple[float, int]], now: float) -> int | None:
        """The home of the first, if any of them would come too late were it begun only a step later."""
        served: dict[int, float] = {}
        at = now + self._step
        for deadline, number in waiting:
            home = self._home[number]
            if home not in served:
                at += self._times[home]
                served[home] = at
            if served[home] > deadline:
                return self._home[waiting[0][1]]
        return None

    def wish(self, shown: Shown, green: frozenset[int] | None, forced: int | None) -> frozenset[int]:
        """What is to be green: what is wanted, else what is green; beside a forced stage only what goes on with it."""
        shining = frozenset(number for number, state in enumerate(shown.groups) if state.aspect is Aspect.GREEN)
        wanted = shining if green is None else green
        if forced is None:
            return wanted
        return self._stages[forced] | (wanted & shining - self._against[forced])
