"""What detectors see of the simulation: cameras over the approach lanes with a range, misses and dead ones.

Nothing of a vehicle's route is read: a controller knows where vehicles are, not where they go.
"""

from collections import defaultdict
from typing import Any
from zlib import crc32

from pinisi.services.mobility.engine.control.junction import Exit, Observation, Seen
from pinisi.services.mobility.twin.network import Network
from pinisi.services.mobility.twin.run import Detectors

STANDING_MPS = 0.1


class Cameras:
    """All detectors of one run; which vehicles are missed and which lanes are dead is drawn by the seed."""

    def __init__(self, sumo: Any, network: Network, model: Detectors, seed: int) -> None:
        self._sumo = sumo
        self._model = model
        self._seed = seed
        self._network = network
        self._alive = sorted(lane for lane in network.approaches if self._drawn(lane) >= model.dead)
        self._lanes = {reach.lane for lane in self._alive for reach in network.reaches[lane]}
        self._exits = sorted({link.exit for each in network.junctions for links in each.links for link in links})
        self._stood_since: dict[str, dict[str, float]] = defaultdict(dict)

    def look(self, time_s: float) -> Observation:
        """One second of all lanes, nearest vehicle first."""
        seen = {lane: self._look(lane, time_s) for lane in self._lanes}
        lanes = {lane: self._field(lane, seen) for lane in self._alive}
        return Observation(time_s=time_s, lanes=lanes, exits={lane: self._exit(lane) for lane in self._exits})

    def _look(self, lane: str, time_s: float) -> list[tuple[float, float, float]]:
        """Distance to the lane's end, speed and time since the first stop of each vehicle that is not missed."""
        vehicle = self._sumo.vehicle
        length = self._network.length_m[lane]
        before, stood, found = self._stood_since[lane], dict[str, float](), list[tuple[float, float, float]]()
        for name in self._sumo.lane.getLastStepVehicleIDs(lane):
            if self._model.missed and self._drawn(name) < self._model.missed:
                continue
            speed = vehicle.getSpeed(name)
            since = before.get(name, time_s if speed < STANDING_MPS else -1.0)
            if since >= 0:
                stood[name] = since
            waited = time_s - since + 1 if since >= 0 else 0.0
            found.append((length - vehicle.getLanePosition(name), speed, waited))
        self._stood_since[lane] = stood
        found.sort()
        return found

    def _field(self, lane: str, seen: dict[str, list[tuple[float, float, float]]]) -> tuple[Seen, ...]:
        return tuple(
            Seen(reach.beyond_m + distance, speed, waited, reach.share)
            for reach in self._network.reaches[lane]
            for distance, speed, waited in seen[reach.lane]
            if reach.beyond_m + distance <= self._model.range_m
        )

    def _exit(self, lane: str) -> Exit:
        lanes = self._sumo.lane
        return Exit(taken=lanes.getLastStepOccupancy(lane), speed_mps=lanes.getLastStepMeanSpeed(lane))

    def _drawn(self, name: str) -> float:
        return crc32(f"{self._seed}:{name}".encode()) / 2**32
