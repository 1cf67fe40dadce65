"""What detectors see of the simulation: cameras over approach and exit lanes with a range, misses and dead ones.

Nothing of a vehicle's route is read: a controller knows where vehicles are, not where they go.
"""

from collections import defaultdict
from typing import Any
from zlib import crc32

import msgspec

from pinisi.services.mobility.engine.control.junction import Exit, Observation, Seen
from pinisi.services.mobility.twin.network import Network
from pinisi.services.mobility.twin.run import Detectors

STANDING_MPS = 0.1
GAP_M = 2.5
JUST_IN_M = 40.0
JUST_OUT_M = 40.0


class _Found(msgspec.Struct, frozen=True, gc=False, order=True):
    """One vehicle on a lane that is not missed: distance to the lane's end, speed, time since its first stop there."""

    distance_m: float
    speed_mps: float
    waited_s: float
    name: str


class Cameras:
    """All detectors of one run; which vehicles are missed and which lanes are dead is drawn by the seed."""

    def __init__(self, sumo: Any, network: Network, model: Detectors, seed: int) -> None:
        self._sumo = sumo
        self._model = model
        self._seed = seed
        self._network = network
        exits = {link.exit for each in network.junctions for links in each.links for link in links}
        self._alive = sorted(lane for lane in network.approaches if self._drawn(lane) >= model.dead)
        self._exits = sorted(lane for lane in exits if self._drawn(lane) >= model.dead)
        self._lanes = {reach.lane for lane in self._alive for reach in network.reaches[lane]} | {*self._exits}
        self._stood_since: dict[str, dict[str, float]] = defaultdict(dict)
        self._here: dict[str, dict[str, float]] = {}
        self._left: dict[str, int] = dict.fromkeys(self._alive, 0)
        self._passed: dict[str, int] = dict.fromkeys(self._exits, 0)

    def look(self, time_s: float) -> Observation:
        """One second of all lanes, nearest vehicle first."""
        seen = {lane: self._look(lane, time_s) for lane in self._lanes}
        self._count(seen)
        return Observation(
            time_s=time_s,
            lanes={lane: self._field(lane, seen) for lane in self._alive},
            exits={lane: self._exit(lane, seen[lane]) for lane in self._exits},
            left=dict(self._left),
        )

    def _look(self, lane: str, time_s: float) -> list[_Found]:
        vehicle = self._sumo.vehicle
        length = self._network.length_m[lane]
        before, stood, found = self._stood_since[lane], dict[str, float](), list[_Found]()
        for name in self._sumo.lane.getLastStepVehicleIDs(lane):
            if self._model.missed and self._drawn(name) < self._model.missed:
                continue
            speed = vehicle.getSpeed(name)
            since = before.get(name, time_s if speed < STANDING_MPS else -1.0)
            if since >= 0:
                stood[name] = since
            waited = time_s - since + 1 if since >= 0 else 0.0
            found.append(_Found(length - vehicle.getLanePosition(name), speed, waited, name))
        self._stood_since[lane] = stood
        found.sort()
        return found

    def _count(self, seen: dict[str, list[_Found]]) -> None:
        """Who was near the stop line and is gone has left; who is new near the beginning has come in."""
        here = {lane: {each.name: each.distance_m for each in found} for lane, found in seen.items()}
        for lane in self._alive:
            gone = self._here.get(lane, {}).items()
            self._left[lane] += sum(1 for name, at in gone if at < JUST_OUT_M and name not in here[lane])
        for lane in self._exits:
            before, length = self._here.get(lane, {}), self._network.length_m[lane]
            came = here[lane].items()
            self._passed[lane] += sum(1 for name, at in came if name not in before and length - at < JUST_IN_M)
        self._here = here

    def _field(self, lane: str, seen: dict[str, list[_Found]]) -> tuple[Seen, ...]:
        return tuple(
            Seen(reach.beyond_m + each.distance_m, each.speed_mps, each.waited_s, reach.share)
            for reach in self._network.reaches[lane]
            for each in seen[reach.lane]
            if reach.beyond_m + each.distance_m <= self._model.range_m
        )

    def _exit(self, lane: str, found: list[_Found]) -> Exit:
        """Its beginning only: a camera at the junction does not see the end of a long road."""
        length, vehicle = self._network.length_m[lane], self._sumo.vehicle
        sight = min(length, self._model.exit_m)
        inside = [each for each in found if length - each.distance_m <= sight]
        taken = sum(vehicle.getLength(each.name) + GAP_M for each in inside) / sight
        speed = sum(each.speed_mps for each in inside) / len(inside) if inside else self._network.speed_mps[lane]
        return Exit(taken=min(taken, 1.0), speed_mps=speed, passed=self._passed[lane])

    def _drawn(self, name: str) -> float:
        return crc32(f"{self._seed}:{name}".encode()) / 2**32
