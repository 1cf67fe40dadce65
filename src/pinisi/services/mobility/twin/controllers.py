"""Who controls the junctions of a run."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from pinisi.services.mobility.engine.control.acyclic import Acyclic
from pinisi.services.mobility.engine.control.cyclic import Cyclic
from pinisi.services.mobility.engine.control.greedy import MaxPressure, MaxWave
from pinisi.services.mobility.engine.control.junction import Controller, Junction
from pinisi.services.mobility.twin.box_heads import BoxHeads
from pinisi.services.mobility.twin.detectors import Cameras
from pinisi.services.mobility.twin.heads import Heads, Lamps
from pinisi.services.mobility.twin.network import Network
from pinisi.services.mobility.twin.run import Run

CONTROLLERS: dict[str, Callable[[Junction, Run], Controller]] = {
    "MAXWAVE": lambda junction, run: MaxWave(junction, run.step_s),
    "MAXPRESSURE": lambda junction, run: MaxPressure(junction, run.step_s),
    "ACYCLIC": lambda junction, run: Acyclic(junction),
    "CYCLIC": lambda junction, run: Cyclic(junction),
}


def controlled(sumo: Any, run: Run) -> tuple[list[Heads], Cameras]:
    """The heads of all junctions, and what sees; without heads the network's own programs run."""
    network = Network(sumo, run.rules, run.detectors.range_m)
    of_others = run.controller.startswith("MAX")
    cameras = Cameras(sumo, network, run.detectors, run.seed, lanes_only=of_others)
    if run.controller == "FIXED":
        return [], cameras
    make, now = CONTROLLERS[run.controller], sumo.simulation.getTime()
    wired = zip(network.wirings, _close(network.junctions), strict=True)
    if of_others:
        return [Heads(Lamps(sumo, wiring, now), make(junction, run)) for wiring, junction in wired], cameras
    return [
        BoxHeads(Lamps(sumo, wiring, now), make(junction, run), junction, wiring) for wiring, junction in wired
    ], cameras


def _close(junctions: Sequence[Junction]) -> Iterator[Junction]:
    """Told which of their lanes begin at another of them."""
    exits = {link.exit for each in junctions for links in each.links for link in links}
    for each in junctions:
        close = frozenset(link.lane for links in each.links for link in links if link.lane in exits)
        yield msgspec.structs.replace(each, close=close)
