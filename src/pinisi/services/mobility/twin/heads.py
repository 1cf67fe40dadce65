"""The signal heads of one junction in the simulation: stages and the yellow between them."""

from typing import Any

from pinisi.services.mobility.engine.control.junction import Controller, Junction, Observation


class Heads:
    """Carries out what a controller wants: heads that lose their green show yellow first, the others stay."""

    def __init__(self, sumo: Any, junction: Junction, controller: Controller) -> None:
        self._sumo = sumo
        self._junction = junction
        self._controller = controller
        self._stage = 0
        self._green_since: float | None = None
        self._changing_until = 0.0
        self.changes = 0

    def second(self, seen: Observation) -> None:
        """Decide and show, once a second."""
        if self._green_since is None:
            self._show(self._junction.stages[self._stage].state)
            self._green_since = seen.time_s
        if seen.time_s < self._changing_until:
            return
        if self._changing_until:
            self._show(self._junction.stages[self._stage].state)
            self._green_since, self._changing_until = self._changing_until, 0.0
        wanted = self._controller.stage(seen, self._stage, seen.time_s - self._green_since)
        if wanted != self._stage:
            self._change(wanted, seen.time_s)

    def _change(self, wanted: int, time_s: float) -> None:
        now, then = self._junction.stages[self._stage].state, self._junction.stages[wanted].state
        yellow = "".join("y" if a in "Gg" and b in "rs" else a for a, b in zip(now, then, strict=True))
        self._stage = wanted
        self.changes += 1
        if yellow == now:
            self._show(then)
            self._green_since = time_s
            return
        self._show(yellow)
        self._changing_until = time_s + self._junction.clearance_s

    def _show(self, state: str) -> None:
        self._sumo.trafficlight.setRedYellowGreenState(self._junction.name, state)
