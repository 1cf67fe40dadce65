"""Detector logics over the lanes of the simulation: what a camera tells of each zone, second by second."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.services.mobility.atcs.layout import LaneLayout
from pinisi.services.mobility.rsmp.site.traffic import Counted
from pinisi.services.mobility.twin.network import Network, Reach

RANGE_M = 200.0
JUST_IN_M = 40.0
EDGES_M = (0.0, 25.0, 50.0, 100.0, 150.0, RANGE_M)


class Watched(msgspec.Struct, frozen=True):
    """A lane as it is laid, and the lanes of the simulation that its detectors look at."""

    lane: LaneLayout
    reaches: tuple[Reach, ...]


class Passing(msgspec.Struct, frozen=True):
    """A vehicle: metres to the stop line, m/s, its length in metres, the share of it that is expected here."""

    name: str
    distance: float
    speed: float
    length: float
    share: float


class Zones:
    """Of one junction. `exits`: number of the detector logic by exit lane."""

    def __init__(self, sumo: Any, network: Network, watched: Sequence[Watched], exits: Mapping[str, int]) -> None:
        self._sumo, self._network, self._watched, self._exits = sumo, network, tuple(watched), exits
        self._inside: dict[int, frozenset[str]] = {}
        self._carried: dict[int, float] = {}
        self._on_exit: dict[str, frozenset[str]] = {}

    def second(self) -> dict[int, Counted]:
        counted = {number: self._exit(lane) for lane, number in self._exits.items()}
        for each in self._watched:
            passing = self._passing(each.reaches)
            for zone in each.lane.zones:
                here = [vehicle for vehicle in passing if zone.start <= vehicle.distance < zone.end]
                counted[zone.number] = self._counted(zone.number, here, zone.end - zone.start)
        return counted

    def _passing(self, reaches: Sequence[Reach]) -> list[Passing]:
        vehicle, found = self._sumo.vehicle, list[Passing]()
        for reach in reaches:
            length = self._network.length_m[reach.lane]
            for name in self._sumo.lane.getLastStepVehicleIDs(reach.lane):
                away = reach.beyond_m + length - vehicle.getLanePosition(name)
                found.append(Passing(name, away, vehicle.getSpeed(name), vehicle.getLength(name), reach.share))
        return found

    def _counted(self, number: int, here: Sequence[Passing], length: float) -> Counted:
        """Who is shared among lanes is carried on until a whole one has come."""
        before = self._inside.get(number, frozenset())
        self._inside[number] = frozenset(each.name for each in here)
        came = self._carried.get(number, 0.0) + sum(each.share for each in here if each.name not in before)
        self._carried[number] = came - int(came)
        weight = sum(each.share for each in here)
        speed = sum(each.share * each.speed for each in here) / weight * 3.6 if weight else None
        covered = sum(each.share * each.length for each in here) / length
        return Counted(
            vehicles=int(came),
            speed=None if speed is None else round(speed),
            occupancy=min(round(100 * covered), 100),
        )

    def _exit(self, lane: str) -> Counted:
        """Who is new at its beginning has come in."""
        lanes, place = self._sumo.lane, self._sumo.vehicle.getLanePosition
        here: tuple[str, ...] = lanes.getLastStepVehicleIDs(lane)
        came = [name for name in here if name not in self._on_exit.get(lane, ()) and place(name) < JUST_IN_M]
        self._on_exit[lane] = frozenset(here)
        speed, taken = lanes.getLastStepMeanSpeed(lane), lanes.getLastStepOccupancy(lane)
        return Counted(vehicles=len(came), speed=max(round(speed * 3.6), 0), occupancy=min(round(100 * taken), 100))
