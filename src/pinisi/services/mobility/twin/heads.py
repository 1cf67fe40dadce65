"""The lamps of one junction in the simulation: nothing is shown that has not passed the safety layer."""

from typing import Any

from pinisi.services.mobility.engine.control.junction import Controller, Observation
from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import Demand, all_red
from pinisi.services.mobility.engine.signals.safety import Decision, SafetyLayer
from pinisi.services.mobility.twin.program import Wiring


class Lamps:
    """Whoever wants something, and whatever it is: the layer decides, and this alone writes to the simulation."""

    def __init__(self, sumo: Any, wiring: Wiring, now: float) -> None:
        self._sumo = sumo
        self._wiring = wiring
        self._layer = SafetyLayer(wiring.junction)
        self._written = ""
        self._stages = tuple(frozenset(stage.groups) for stage in wiring.junction.stages)
        self.shown = all_red(wiring.junction, now)

    def want(self, demand: object, now: float) -> Decision:
        """Ask once a second; what comes out is shown at once."""
        decision = self._layer.decide(self.shown, demand, now)
        self.shown = decision.shown
        state = self.letters()
        if state != self._written:
            self._sumo.trafficlight.setRedYellowGreenState(self._wiring.junction.id, state)
            self._written = state
        return decision

    def standing(self) -> int | None:
        """The stage that is shown, all of it and nothing else; None while lamps change."""
        if any(state.aspect in (Aspect.AMBER, Aspect.RED_AMBER) for state in self.shown.groups):
            return None
        green = self.shown.green(self._wiring.junction)
        return self._stages.index(green) if green in self._stages else None

    def demand(self, stage: object, now: float) -> object:
        """The groups of a stage; what is no stage stays as it is, for the layer to refuse."""
        if isinstance(stage, int) and 0 <= stage < len(self._stages):
            return Demand(green=self._stages[stage], at=now)
        return stage

    def letters(self) -> str:
        """What SUMO is told: amber y, red r or s as the program has it, green G, or g beside one to give way to."""
        aspects = [self._aspect(head) for head in range(len(self._wiring.group_of))]
        lit = frozenset(head for head, aspect in enumerate(aspects) if aspect is not Aspect.RED)
        return "".join(self._letter(head, aspect, lit) for head, aspect in enumerate(aspects))

    def _aspect(self, head: int) -> Aspect:
        group = self._wiring.group_of[head]
        return Aspect.RED if group is None else self.shown.groups[group].aspect

    def _letter(self, head: int, aspect: Aspect, lit: frozenset[int]) -> str:
        if aspect is Aspect.GREEN:
            first = self._wiring.priority[head] and not self._wiring.gives_way[head] & lit
            return "G" if first else "g"
        return {Aspect.AMBER: "y", Aspect.RED_AMBER: "u", Aspect.RED: self._wiring.red[head]}.get(aspect, "o")


class Heads:
    """One junction under a controller that thinks in stages."""

    def __init__(self, lamps: Lamps, controller: Controller) -> None:
        self._lamps = lamps
        self._controller = controller
        self._wanted: object = 0
        self._stood: int | None = None
        self._green_since = 0.0
        self.changes = 0

    def second(self, seen: Observation) -> None:
        """Decide and show, once a second; the controller is not asked while lamps change."""
        now, stage = seen.time_s, self._lamps.standing()
        if stage is not None:
            self._wanted = self._controller.stage(seen, stage, now - self._green_since)
        self._lamps.want(self._lamps.demand(self._wanted, now), now)
        shown = self._lamps.standing()
        if shown is not None and shown != self._stood:
            self._stood, self._green_since = shown, now
            self.changes += 1
