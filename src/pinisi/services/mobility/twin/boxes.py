"""What a camera over a junction sees inside it: who has gone over a stop line and is in no exit yet.

Between two short lanes there is a piece of road, too (SUMO calls it an internal lane): whoever stands there is on the
way to a stop line and is seen as if on a lane.
"""

from collections import defaultdict
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

    def seen(self, found: Found) -> Seen:
        """As from the stop line; `found`: its distance is from the piece's beginning."""
        distance_m = self.beyond_m + self.length_m - found.distance_m
        return Seen(distance_m, found.speed_mps, found.waited_s, self.share)


class Boxes:
    """Of all junctions; vehicles that are never seen are drawn as those on lanes are."""

    def __init__(self, sumo: Any, network: Network, missed: float, seed: int) -> None:
        self._sumo = sumo
        self._missed = missed
        self._seed = seed
        self._reaches = network.reaches
        self._length_m = network.length_m
        self._from: dict[str, list[str]] = defaultdict(list)
        self._before: dict[str, list[tuple[str, Gap]]] = defaultdict(list)
        for lane in sorted(network.approaches):
            for piece in {piece for via in _vias(sumo, lane) for piece in _chain(sumo, via)}:
                self._from[piece].append(lane)
            for gap in self._gaps(lane):
                self._before[gap.lane].append((lane, gap))
        self._pieces = self._from.keys() | self._before.keys()
        self._stood_since: dict[str, float] = {}
        self._inside: dict[str, list[Inside]] = {}
        self._seen: dict[str, list[Seen]] = {}

    def look(self, names: Mapping[str, Sequence[str]], time_s: float) -> None:
        """Once a second, before the others are asked; `names`: who is on each lane."""
        stood: dict[str, float] = {}
        self._inside, self._seen = {}, {}
        for piece in names.keys() & self._pieces:
            found = self._on(names[piece], stood, time_s)
            for lane in self._from.get(piece, ()):
                self._inside.setdefault(lane, []).extend(Inside(each.speed_mps, each.waited_s) for each in found)
            for lane, gap in self._before.get(piece, ()):
                self._seen.setdefault(lane, []).extend(gap.seen(each) for each in found)
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
        return found

    def inside(self, lane: str) -> tuple[Inside, ...]:
        """Who came from an approach lane."""
        return tuple(self._inside.get(lane, ()))

    def between(self, lane: str, range_m: float) -> list[Seen]:
        """Who is on the way to an approach lane, between two pieces of it."""
        return [each for each in self._seen.get(lane, ()) if each.distance_m <= range_m]

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
