"""Junctions of a running simulation, as controllers know them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pinisi.services.mobility.engine.control.junction import Junction, Link, Stage
from pinisi.services.mobility.twin.foes import foes
from pinisi.services.mobility.twin.program import Phase, Rules, Wiring, stages, wiring


class Reach(msgspec.Struct, frozen=True, gc=False):
    """A lane within a detector's range, its end so far from the stop line, and the share of its traffic that comes."""

    lane: str
    beyond_m: float
    share: float


class Network:
    """Lanes and links of the simulation, read once."""

    def __init__(self, sumo: Any, rules: Rules, range_m: float) -> None:
        self._sumo = sumo
        self._range_m = range_m
        lanes: list[str] = [lane for lane in sumo.lane.getIDList() if not lane.startswith(":")]
        self.length_m: dict[str, float] = {lane: sumo.lane.getLength(lane) for lane in lanes}
        self.speed_mps: dict[str, float] = {lane: sumo.lane.getMaxSpeed(lane) for lane in lanes}
        self._next: dict[str, list[str]] = {lane: [link[0] for link in sumo.lane.getLinks(lane)] for lane in lanes}
        self._before: dict[str, list[str]] = defaultdict(list)
        for lane, following in self._next.items():
            for after in following:
                self._before[after].append(lane)
        names: tuple[str, ...] = sumo.trafficlight.getIDList()
        self._heads = {name: tuple(self._links(name)) for name in names}
        self.approaches = {link.lane for heads in self._heads.values() for links in heads for link in links}
        programs = {name: self._phases(name) for name in names if self._heads[name]}
        crossing = foes(Path(sumo.simulation.getOption("net-file")))
        self.wirings: list[Wiring] = [
            wiring(name, phases, crossing.get(name, frozenset()), rules) for name, phases in programs.items()
        ]
        self.junctions = [self._junction(each, stages(programs[each.junction.id])) for each in self.wirings]
        self.reaches = {lane: tuple(self._reach(lane)) for lane in self.approaches}

    def _links(self, name: str) -> Iterator[tuple[Link, ...]]:
        for head in self._sumo.trafficlight.getControlledLinks(name):
            yield tuple(Link(lane=link[0], exit=link[1]) for link in head)

    def _phases(self, name: str) -> list[Phase]:
        runs = self._sumo.trafficlight.getProgram(name)
        logics = self._sumo.trafficlight.getAllProgramLogics(name)
        logic = next((each for each in logics if each.programID == runs), logics[0])
        return [Phase(phase.state, phase.duration) for phase in logic.phases]

    def _junction(self, wired: Wiring, served: Sequence[Phase]) -> Junction:
        name = wired.junction.id
        heads = self._heads[name]
        lanes = {lane for links in heads for link in links for lane in (link.lane, link.exit)}
        return Junction(
            name=name,
            links=heads,
            stages=tuple(Stage(each.state) for each in served),
            plan_s=tuple(each.seconds for each in served),
            clearance_s=_clearance(wired),
            speed_mps=_of(self.speed_mps, lanes),
            length_m=_of(self.length_m, lanes),
            beside=_beside(sorted({link.lane for links in heads for link in links})),
            fed_by={link.exit: tuple(self._ahead(link.exit)) for links in heads for link in links},
        )

    def _ahead(self, lane: str) -> Iterator[str]:
        """The lanes at the next signal behind an exit, within a detector's range."""
        open_lanes, known = [(lane, 0.0)], {lane}
        while open_lanes:
            here, walked = open_lanes.pop()
            if here in self.approaches:
                yield here
                continue
            if walked + self.length_m[here] > self._range_m:
                continue
            for after in self._next[here]:
                if after not in known and after in self.length_m:
                    known.add(after)
                    open_lanes.append((after, walked + self.length_m[here]))

    def _reach(self, lane: str) -> Iterator[Reach]:
        """The lanes that a detector at a stop line sees, up to the next signal upstream."""
        open_lanes, known = [Reach(lane, 0.0, 1.0)], {lane}
        while open_lanes:
            here = open_lanes.pop()
            yield here
            beyond = here.beyond_m + self.length_m[here.lane]
            if beyond >= self._range_m:
                continue
            for before in self._before[here.lane]:
                if before in self.approaches or before in known:
                    continue
                known.add(before)
                open_lanes.append(Reach(before, beyond, here.share / max(len(set(self._next[before])), 1)))


def _of(values: Mapping[str, float], lanes: Iterable[str]) -> dict[str, float]:
    return {lane: values[lane] for lane in lanes if lane in values}


def _beside(lanes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """SUMO names a lane by its road and a number."""
    road = {lane: lane.rpartition("_")[0] for lane in lanes}
    return {lane: tuple(other for other in lanes if other != lane and road[other] == road[lane]) for lane in lanes}


def _clearance(wired: Wiring) -> float:
    """Seconds between two stages; the amber where nothing conflicts."""
    between = [each.seconds for each in wired.junction.matrix.intergreens]
    return max(between or [group.amber for group in wired.junction.groups])
