"""Ways that somebody might drive: between gates, the fastest and others that are little slower."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from pinisi.services.mobility.engine.demand.ways import Roads, Way, reached

SLOWER = 1.4
"""How much slower the edges of ways that are known are taken to be when another is looked for."""
MOST_DETOUR = 1.5
"""An alternative may take so much longer than the fastest way."""


class Place(msgspec.Struct, frozen=True):
    """What a count counts: vehicles that go along any of these edges, or from one to the next."""

    edges: frozenset[str] = frozenset()
    turns: frozenset[tuple[str, str]] = frozenset()

    def passed(self, way: Way) -> int:
        """How often a vehicle on this way is counted."""
        along = sum(edge in self.edges for edge in way) if self.edges else 0
        return along + (sum(turn in self.turns for turn in pairwise(way)) if self.turns else 0)

    @property
    def all_edges(self) -> frozenset[str]:
        return self.edges | {edge for turn in self.turns for edge in turn}


def gates(roads: Roads, length_m: Mapping[str, float], inner: int) -> tuple[Sequence[str], Sequence[str]]:
    """Where trips begin and end: edges at the rim of the network, and the longest `inner` ones within it."""
    entered = {to for edge, following in roads.then.items() for to in following if not _back(edge, to)}
    begins = [edge for edge in roads.seconds if edge not in entered]
    ends = [edge for edge in roads.seconds if not _onward(roads, edge)]
    long = sorted(roads.seconds, key=lambda edge: (-length_m[edge], edge))[:inner]
    return list(dict.fromkeys([*begins, *long])), list(dict.fromkeys([*ends, *long]))


def candidates(
    roads: Roads,
    begins: Sequence[str],
    ends: Sequence[str],
    places: Sequence[Place],
    ways: int,
    most: int,
    *,
    every: bool = False,
) -> list[Way]:
    """Ways that pass a counted place (`every`: all ways), the fastest of all pairs first, then the alternatives; `most`
    at most."""
    counted = frozenset(edge for place in places for edge in place.all_edges)
    found: dict[Way, None] = {}
    fastest: dict[tuple[str, str], float] = {}
    slowed = roads
    for round in range(ways):
        for begin in begins:
            tree = reached(slowed, begin)
            for end in ends:
                way = tree.way_to(end) if end != begin else ()
                if len(way) < 2:
                    continue
                free = sum(roads.seconds[edge] for edge in way)
                if free > MOST_DETOUR * fastest.setdefault((begin, end), free):
                    continue
                if not every and counted.isdisjoint(way):
                    continue
                found[way] = None
                if len(found) >= most:
                    return list(found)
        slowed = _slowed(roads, found, round)
    found |= dict.fromkeys(_ways_by(roads, begins, ends, [place for place in places if not _served(place, found)]))
    return list(found)


def _served(place: Place, ways: Iterable[Way]) -> bool:
    return any(place.passed(way) for way in ways)


def _ways_by(roads: Roads, begins: Sequence[str], ends: Sequence[str], places: Sequence[Place]) -> list[Way]:
    """For places beside all fastest ways: from the nearest begin past it to the nearest end."""
    if not places:
        return []
    back = roads.turned()
    found: list[Way] = []
    for place in places:
        for first, last in (*((edge, edge) for edge in sorted(place.edges)), *sorted(place.turns)):
            if (
                first in roads.seconds
                and last in roads.seconds
                and (first == last or last in roads.then.get(first, ()))
            ):
                before = _nearest(back, first, begins)[::-1]
                after = _nearest(roads, last, ends)
                found.append((*before, *after[1:]) if first == last else (*before, *after))
    return [way for way in found if len(way) > 1]


def _nearest(roads: Roads, start: str, goals: Sequence[str]) -> Way:
    """The way to the nearest goal; only the start where none is reached."""
    tree = reached(roads, start)
    reachable = [(tree.seconds[goal], goal) for goal in goals if goal in tree.seconds]
    return tree.way_to(min(reachable)[1]) if reachable else (start,)


def _slowed(roads: Roads, found: Iterable[Way], round: int) -> Roads:
    """Every edge slower by how often it is used, so that others are tried; another measure in each round."""
    used: dict[str, int] = {}
    for way in found:
        for edge in way:
            used[edge] = used.get(edge, 0) + 1
    most = max(used.values(), default=1)
    seconds = {edge: each * (1 + (SLOWER - 1) * (round + 1) * used.get(edge, 0) / most) for edge, each in
               roads.seconds.items()}  # fmt: skip
    return Roads(seconds, roads.then)


def _onward(roads: Roads, edge: str) -> bool:
    return any(not _back(edge, to) for to in roads.then.get(edge, ()))


def _back(edge: str, to: str) -> bool:
    """Whether that is the same road in the other direction, as netconvert names them."""
    return edge.removeprefix("-") == to.removeprefix("-") and edge != to
