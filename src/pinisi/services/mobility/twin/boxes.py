"""What a camera over a junction sees inside it: who has gone over a stop line and is in no exit yet.

Between two short lanes there is a piece of road, too (SUMO calls it an internal lane): whoever stands there is on the way
to a stop line and is seen as on a lane.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pinisi.services.mobility.engine.control.junction import Inside, Seen
from pinisi.services.mobility.twin.lane_sight import STANDING_MPS, drawn
from pinisi.services.mobility.twin.network import Network


class Boxes:
    """Of all junctions; vehicles that are never seen are drawn as those on lanes are."""

    def __init__(self, sumo: Any, network: Network, missed: float, seed: int) -> None:
        self._sumo = sumo
        self._missed = missed
        self._seed = seed
        self._reaches = network.reaches
        self._length_m = network.length_m
        self._inner: dict[str, tuple[str, ...]] = {
            lane: tuple(via for first in _vias(sumo, lane) for via in _chain(sumo, first))
            for lane in sorted(network.approaches)
        }
        self._between = {lane: tuple(self._gaps(lane)) for lane in sorted(network.approaches)}
        self._stood_since: dict[str, float] = {}

    def look(self, time_s: float) -> None:
        """Once a second, before the others are asked."""
        stood: dict[str, float] = {}
        self._here: dict[str, list[tuple[float, float, float]]] = {}
        lanes = {via for vias in self._inner.values() for via in vias}
        lanes |= {via for gaps in self._between.values() for via, _, _ in gaps}
        vehicle = self._sumo.vehicle
        for lane in lanes:
            here: list[tuple[float, float, float]] = []
            for name in self._sumo.lane.getLastStepVehicleIDs(lane):
                if self._missed and drawn(self._seed, name) < self._missed:
                    continue
                speed = vehicle.getSpeed(name)
                since = self._stood_since.get(name, time_s if speed < STANDING_MPS else -1.0)
                if since >= 0:
                    stood[name] = since
                here.append((vehicle.getLanePosition(name), speed, time_s - since + 1 if since >= 0 else 0.0))
            self._here[lane] = here
        self._stood_since = stood

    def inside(self, lane: str) -> tuple[Inside, ...]:
        """Who came from an approach lane."""
        return tuple(Inside(speed, waited) for via in self._inner[lane] for _, speed, waited in self._here[via])

    def between(self, lane: str, range_m: float) -> tuple[Seen, ...]:
        """Who is on the way to an approach lane, between two pieces of it."""
        return tuple(
            Seen(beyond + max(length - at, 0.0), speed, waited, share)
            for via, (beyond, length), share in self._between[lane]
            for at, speed, waited in self._here[via]
            if beyond + length - at <= range_m
        )

    def _gaps(self, lane: str) -> Iterator[tuple[str, tuple[float, float], float]]:
        """Each inner piece between two lanes of a field: its end's distance to the stop line, its length, its share."""
        reaches = {each.lane: each for each in self._reaches[lane]}
        for before in self._reaches[lane]:
            for link in self._sumo.lane.getLinks(before.lane):
                after = reaches.get(link[0])
                if after is None or not link[4]:
                    continue
                beyond = after.beyond_m + self._length_m[after.lane]
                if abs(beyond - before.beyond_m) < 1e-6:
                    yield link[4], (beyond, self._sumo.lane.getLength(link[4])), after.share


def _vias(sumo: Any, lane: str) -> Iterator[str]:
    yield from (link[4] for link in sumo.lane.getLinks(lane) if link[4])


def _chain(sumo: Any, via: str) -> Iterator[str]:
    while via:
        yield via
        via = next((link[4] for link in sumo.lane.getLinks(via)), "")
