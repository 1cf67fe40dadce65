"""The shadow of one junction: plan and controller on the arrivals that its detectors count, whoever really runs it."""

from collections.abc import Iterator

from pinisi.services.mobility.atcs.as_control import Adaptive, Eye
from pinisi.services.mobility.atcs.detection import Detection
from pinisi.services.mobility.atcs.flows import Flows
from pinisi.services.mobility.atcs.layout import Plot, Rule
from pinisi.services.mobility.engine.control.tuning import STANDARD
from pinisi.services.mobility.engine.shadow.compared import Compared, Gain, Played
from pinisi.services.mobility.engine.shadow.street import ModelLane, ModelMovement, ModelStreet
from pinisi.services.mobility.engine.signals.demand import Controller
from pinisi.services.mobility.engine.signals.fixed import FixedPlan
from pinisi.services.mobility.engine.signals.safety import SafetyLayer
from pinisi.services.mobility.engine.signals.splits import Splits, StageLoad


def model_lanes(plot: Plot) -> tuple[ModelLane, ...]:
    return tuple(
        ModelLane(
            lane.id, lane.speed, tuple(ModelMovement(each.group, frozenset(each.yields)) for each in lane.movements)
        )
        for lane in plot.layout.lanes
    )


def stage_loads(plot: Plot) -> tuple[StageLoad, ...]:
    """Of each stage of the plan: a lane counts where most of its movements are green, once."""
    loads: list[dict[str, float]] = []
    plan = plot.junction.plan(plot.layout.plan)
    groups = [frozenset(plot.junction.stage(each.stage).groups) for each in plan.stages]
    greens = {
        lane.id: [sum(each.group in green for each in lane.movements) for green in groups] for lane in plot.layout.lanes
    }
    for number in range(len(groups)):
        served = [id for id, counts in greens.items() if counts[number] and counts.index(max(counts)) == number]
        loads.append(dict.fromkeys(served, STANDARD.headway_s))
    return tuple(StageLoad(load) for load in loads)


def controller_of(plot: Plot, rule: Rule, eye: Eye, flows: Flows) -> Controller:
    """A controller whose orders the site takes: where it takes no wishes for groups, cyclic is other timings."""
    if rule == "cyclic" and plot.layout.allows == "bands":
        return Splits(plot.junction, plot.layout.plan, stage_loads(plot), flows.rates)
    return Adaptive(plot, rule, eye)


class Beside:
    """A lane whose entry nobody counts brings nobody to either of the two."""

    def __init__(self, plot: Plot, layer: SafetyLayer, now: float, flows: Flows | None = None) -> None:
        self._plot = plot
        self.flows = flows or Flows()
        self._counted: dict[str, float] = {}
        lanes = model_lanes(plot)
        streets = ModelStreet(lanes), ModelStreet(lanes)
        adaptive = controller_of(plot, plot.layout.shadow, streets[1], self.flows)
        fixed = FixedPlan(plot.junction, plot.layout.plan)
        self._compared = Compared(Played(streets[0], fixed, layer, now), Played(streets[1], adaptive, layer, now))

    def second(self, detection: Detection, now: float) -> None:
        for lane, vehicles, arrives in self._arrivals(detection):
            self.flows.come(lane, vehicles, now)
            for _ in range(vehicles):
                self._compared.come(lane, arrives)
        self._compared.second(now)

    def gain(self) -> Gain | None:
        return self._compared.gain()

    def _arrivals(self, detection: Detection) -> Iterator[tuple[str, int, float]]:
        """Of each lane who entered since the last time, and when they would be at the stop line."""
        for lane in self._plot.layout.lanes:
            entered = detection.entered(lane)
            if entered is None:
                continue
            zone, told = entered
            if told.at > self._counted.get(lane.id, -1.0) and told.vehicles is not None:
                self._counted[lane.id] = told.at
                yield lane.id, told.vehicles, told.at + zone.end / lane.speed
