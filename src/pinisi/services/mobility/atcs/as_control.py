"""The junction of a layout as the adaptive controllers know it, and their choice of a stage as a demand for groups."""

from collections.abc import Sequence
from typing import Protocol

from pinisi.services.mobility.atcs.layout import LaneLayout, Plot, Rule
from pinisi.services.mobility.engine.control.acyclic import Acyclic
from pinisi.services.mobility.engine.control.cyclic import Cyclic
from pinisi.services.mobility.engine.control.junction import Controller, Junction, Link, Observation, Stage
from pinisi.services.mobility.engine.signals.demand import Demand, Shown
from pinisi.services.mobility.engine.signals.interstage import interstages

LOWEST_CLEARANCE = 3.0


class Eye(Protocol):
    """What is seen now."""

    def look(self, now: float) -> Observation: ...


def control_junction(plot: Plot) -> Junction:
    """One head for each movement; the stages in the order of the stored plan."""
    layout, junction = plot.layout, plot.junction
    heads = [(lane, movement) for lane in layout.lanes for movement in lane.movements]
    plan = junction.plan(layout.plan)
    order = staged(plot)
    green = {each.stage: each.green for each in plan.stages}
    return Junction(
        name=junction.id,
        links=tuple((Link(lane=lane.id, exit=movement.exit),) for lane, movement in heads),
        stages=tuple(
            Stage("".join(_letter(movement.group in stage.groups, id in movement.yields) for _, movement in heads))
            for id in order
            for stage in (junction.stage(id),)
        ),
        plan_s=tuple(green.get(id, 0.0) for id in order),
        clearance_s=max([LOWEST_CLEARANCE, *interstages(junction, plan)]),
        speed_mps={lane.id: lane.speed for lane in layout.lanes},
        length_m={lane.id: lane.length for lane in layout.lanes},
        beside={lane.id: _beside(lane, layout.lanes) for lane in layout.lanes},
    )


def _beside(lane: LaneLayout, lanes: Sequence[LaneLayout]) -> tuple[str, ...]:
    return tuple(each.id for each in lanes if lane.road and each.road == lane.road and each.id != lane.id)


def staged(plot: Plot) -> tuple[str, ...]:
    """The ids of the stages: those of the plan in its order, then those that it does not have."""
    planned = [each.stage for each in plot.junction.plan(plot.layout.plan).stages]
    return tuple(dict.fromkeys([*planned, *(stage.id for stage in plot.junction.stages)]))


def _letter(green: bool, yields: bool) -> str:
    return ("g" if yields else "G") if green else "r"


class Adaptive:
    """A controller of `engine.control` behind the face that the safety layer asks; it looks by `eye`.

    While the signals change it is not asked: the stage that was chosen goes on until all its groups are green. While it
    does not lead (`leads`), it goes on from whatever stage the street shows.
    """

    def __init__(self, plot: Plot, rule: Rule, eye: Eye) -> None:
        self._junction, self._eye, self._by = plot.junction, eye, rule
        self._order = staged(plot)
        self._groups = [frozenset(plot.junction.stage(id).groups) for id in self._order]
        model = control_junction(plot)
        self._controller: Controller = Cyclic(model) if rule == "cyclic" else Acyclic(model)
        self._stage = 0
        self._green_since: float | None = None
        self.leads = True

    @property
    def stage(self) -> str:
        """The stage that is wanted."""
        return self._order[self._stage]

    def demand(self, now: float, shown: Shown) -> Demand:
        green = shown.green(self._junction)
        if not self.leads:
            self._follow(green)
        if not self._groups[self._stage] <= green:
            self._green_since = None
        elif self._green_since is None:
            self._green_since = now
        if self._green_since is not None:
            chosen = self._controller.stage(self._eye.look(now), self._stage, now - self._green_since)
            if chosen != self._stage:
                self._stage, self._green_since = chosen, None
        return Demand(green=self._groups[self._stage], at=now, by=self._by)

    def _follow(self, green: frozenset[str]) -> None:
        there = next((number for number, groups in enumerate(self._groups) if green and green == groups), self._stage)
        if there != self._stage:
            self._stage, self._green_since = there, None
