"""How a camera sees one lane: who is there, how far from its end, how fast, standing since when."""

from collections import defaultdict
from typing import Any
from zlib import crc32

import msgspec

from pinisi.services.mobility.engine.control.junction import Seen
from pinisi.services.mobility.twin.network import Network

STANDING_MPS = 0.1


class Found(msgspec.Struct, frozen=True, gc=False, order=True):
    """One vehicle on a lane that is not missed: distance to the lane's end, speed, time since its first stop there."""

    distance_m: float
    speed_mps: float
    waited_s: float
    name: str


class LaneSight:
    """Remembers since when each vehicle stands; `missed` of the vehicles are never seen, drawn by the seed."""

    def __init__(self, sumo: Any, network: Network, missed: float, seed: int) -> None:
        self._sumo = sumo
        self._network = network
        self._missed = missed
        self._seed = seed
        self._stood_since: dict[str, dict[str, float]] = defaultdict(dict)

    def look(self, lane: str, time_s: float) -> list[Found]:
        """Everybody on the lane, nearest to its end first."""
        vehicle = self._sumo.vehicle
        length = self._network.length_m[lane]
        before, stood, found = self._stood_since[lane], dict[str, float](), list[Found]()
        for name in self._sumo.lane.getLastStepVehicleIDs(lane):
            if self._missed and drawn(self._seed, name) < self._missed:
                continue
            speed = vehicle.getSpeed(name)
            since = before.get(name, time_s if speed < STANDING_MPS else -1.0)
            if since >= 0:
                stood[name] = since
            waited = time_s - since + 1 if since >= 0 else 0.0
            found.append(Found(length - vehicle.getLanePosition(name), speed, waited, name))
        self._stood_since[lane] = stood
        found.sort()
        return found

    def field(self, lane: str, seen: dict[str, list[Found]], range_m: float) -> tuple[Seen, ...]:
        """What the detector of an approach lane sees, its feeders up to the range included."""
        return tuple(
            Seen(reach.beyond_m + each.distance_m, each.speed_mps, each.waited_s, reach.share)
            for reach in self._network.reaches[lane]
            for each in seen[reach.lane]
            if reach.beyond_m + each.distance_m <= range_m
        )


def drawn(seed: int, name: str) -> float:
    """A number from 0 to 1 that the seed gives to a name."""
    return crc32(f"{seed}:{name}".encode()) / 2**32
