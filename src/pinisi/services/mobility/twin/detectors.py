"""What detectors see of the simulation: cameras over approach and exit lanes with a range, misses and dead ones.

Nothing of a vehicle's route is read: a controller knows where vehicles are, not where they go.
"""

from collections.abc import Set
from typing import Any

from pinisi.services.mobility.engine.control.junction import Exit, Observation, Seen
from pinisi.services.mobility.twin.boxes import Boxes
from pinisi.services.mobility.twin.lane_sight import Found, LaneSight, drawn
from pinisi.services.mobility.twin.network import Network
from pinisi.services.mobility.twin.run import Detectors

GAP_M = 2.5
JUST_IN_M = 40.0
JUST_OUT_M = 40.0


class Cameras:
    """All detectors of one run; which vehicles are missed and which lanes are dead is drawn by the seed.

    `lanes_only`: nobody is seen in junctions, as the rules of others are defined.
    """

    def __init__(self, sumo: Any, network: Network, model: Detectors, seed: int, *, lanes_only: bool = False) -> None:
        self._sumo = sumo
        self._model = model
        self._seed = seed
        self._network = network
        self._sight = LaneSight(sumo, network, model.missed, seed)
        self._boxes = None if lanes_only else Boxes(sumo, network, model.missed, seed)
        exits = {link.exit for each in network.junctions for links in each.links for link in links}
        self._alive = sorted(lane for lane in network.approaches if self._drawn(lane) >= model.dead)
        self._exits = sorted(lane for lane in exits if self._drawn(lane) >= model.dead)
        self._lanes = {reach.lane for lane in self._alive for reach in network.reaches[lane]} | {*self._exits}
        self._here: dict[str, dict[str, float]] = {}
        self._awake: Set[str] = frozenset()
        self._left: dict[str, int] = dict.fromkeys(self._alive, 0)
        self._passed: dict[str, int] = dict.fromkeys(self._exits, 0)

    def look(self, time_s: float) -> Observation:
        """One second of all lanes, nearest vehicle first."""
        names = self._names()
        awake = names.keys() | self._awake
        seen = {lane: self._sight.look(lane, time_s) if lane in awake else [] for lane in self._lanes}
        self._awake = names.keys()
        self._count(seen)
        if self._boxes is not None:
            self._boxes.look(names, time_s)
        return Observation(
            time_s=time_s,
            lanes={lane: self._field(lane, seen) for lane in self._alive},
            exits={lane: self._exit(lane, seen[lane]) for lane in self._exits},
            left=dict(self._left),
            inside={} if self._boxes is None else {lane: self._boxes.inside(lane) for lane in self._alive},
        )

    def _names(self) -> dict[str, list[str]]:
        """Who is on each lane, by those on the road: most lanes are empty."""
        names: dict[str, list[str]] = {}
        for name in self._sumo.vehicle.getIDList():
            names.setdefault(self._sumo.vehicle.getLaneID(name), []).append(name)
        return names

    def _field(self, lane: str, seen: dict[str, list[Found]]) -> tuple[Seen, ...]:
        field = self._sight.field(lane, seen, self._model.range_m)
        between = () if self._boxes is None else self._boxes.between(lane, self._model.range_m)
        return tuple(sorted((*field, *between), key=_distance)) if between else field

    def _count(self, seen: dict[str, list[Found]]) -> None:
        """Who was near the stop line and is gone has left; who is new near the beginning has come in."""
        nobody: dict[str, float] = {}
        here = {lane: {each.name: each.distance_m for each in found} for lane, found in seen.items() if found}
        for lane in self._alive:
            gone, there = self._here.get(lane, nobody), here.get(lane, nobody)
            if gone:
                self._left[lane] += sum(1 for name, at in gone.items() if at < JUST_OUT_M and name not in there)
        for lane in self._exits:
            before, came, length = self._here.get(lane, nobody), here.get(lane), self._network.length_m[lane]
            if came:
                in_time = (length - at < JUST_IN_M for name, at in came.items() if name not in before)
                self._passed[lane] += sum(in_time)
        self._here = here

    def _exit(self, lane: str, found: list[Found]) -> Exit:
        """Its beginning only: a camera at the junction does not see the end of a long road."""
        length, vehicle = self._network.length_m[lane], self._sumo.vehicle
        sight = min(length, self._model.exit_m)
        inside = [each for each in found if length - each.distance_m <= sight]
        taken = sum(vehicle.getLength(each.name) + GAP_M for each in inside) / sight
        speed = sum(each.speed_mps for each in inside) / len(inside) if inside else self._network.speed_mps[lane]
        return Exit(taken=min(taken, 1.0), speed_mps=speed, passed=self._passed[lane])

    def _drawn(self, lane: str) -> float:
        return drawn(self._seed, lane)


def _distance(each: Seen) -> float:
    return each.distance_m
