"""What a camera over a junction sees inside it: who has gone over a stop line and is in no exit yet.

Between two short lanes there is a piece of road, too (SUMO calls it an internal lane): whoever stands there is on the
way to a stop line and is seen as if on a lane.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.services.mobility.engine.control.junction import Inside, Seen
from pinisi.services.mobility.twin.lane_sight import STANDING_MPS, Found, drawn
from pinisi.services.mobility.twin.network import Network


class Gap(msgspec.Struct, frozen=True, gc=False):
    """A piece between two lanes of a field: its end's distance to the stop line, its length, the share that comes."""

    lane: str
    beyond_m: float
    length_m: float
    share: float


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
        self._lanes = {via for vias in self._inner.values() for via in vias}
        self._lanes |= {gap.lane for gaps in self._between.values() for gap in gaps}
        self._stood_since: dict[str, float] = {}
        self._here: dict[str, list[Found]] = {}

    def look(self, names: Mapping[str, Sequence[str]], time_s: float) -> None:
        """Once a second, before the others are asked; `names`: who is on each lane."""
        stood: dict[str, float] = {}
        self._here = {lane: self._on(names[lane], stood, time_s) for lane in names.keys() & self._lanes}
        self._stood_since = stood

    def _on(self, names: Sequence[str], stood: dict[str, float], time_s: float) -> list[Found]:
        found: list[Found] = []
        for name in names:
            if self._missed and drawn(self._seed, name) < self._missed:
                continue
            speed = self._sumo.vehicle.getSpeed(name)
            since = self._stood_since.get(name, time_s if speed < STANDING_MPS else -1.0)
            if since >= 0:
                stood[name] = since
            waited = time_s - since + 1 if since >= 0 else 0.0
            found.append(Found(self._sumo.vehicle.getLanePosition(name), speed, waited, name))
        return sorted(found)

    def inside(self, lane: str) -> tuple[Inside, ...]:
        """Who came from an approach lane."""
        return tuple(
            Inside(each.speed_mps, each.waited_s) for via in self._inner[lane] for each in self._here.get(via, ())
        )

    def between(self, lane: str, range_m: float) -> tuple[Seen, ...]:
        """Who is on the way to an approach lane, between two pieces of it."""
        return tuple(
            Seen(gap.beyond_m + gap.length_m - each.distance_m, each.speed_mps, each.waited_s, gap.share)
            for gap in self._between[lane]
            for each in self._here.get(gap.lane, ())
            if gap.beyond_m + gap.length_m - each.distance_m <= range_m
        )

    def _gaps(self, lane: str) -> Iterator[Gap]:
        reaches = {each.lane: each for each in self._reaches[lane]}
        for before in self._reaches[lane]:
            for link in self._sumo.lane.getLinks(before.lane):
                after = reaches.get(link[0])
                if after is None or not link[4] or after.beyond_m + self._length_m[after.lane] != before.beyond_m:
                    continue
                yield Gap(link[4], before.beyond_m, self._sumo.lane.getLength(link[4]), after.share)


def _vias(sumo: Any, lane: str) -> Iterator[str]:
    yield from (link[4] for link in sumo.lane.getLinks(lane) if link[4])


def _chain(sumo: Any, via: str) -> Iterator[str]:
    while via:
        yield via
        via = next((link[4] for link in sumo.lane.getLinks(via)), "")
