"""Fastest ways over directed pieces of road: forbidden turns are kept to, since a way goes from edge to edge."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush

import msgspec

Way = tuple[str, ...]
"""Edges in their order."""


class Roads(msgspec.Struct, frozen=True):
    """`seconds`: to drive along each edge. `then`: the edges that follow it."""

    seconds: Mapping[str, float]
    then: Mapping[str, Sequence[str]]

    def without(self, closed: Iterable[str]) -> "Roads":
        """The same roads where some are closed."""
        gone = frozenset(closed)
        seconds = {edge: each for edge, each in self.seconds.items() if edge not in gone}
        return Roads(seconds, {edge: [to for to in self.then.get(edge, ()) if to in seconds] for edge in seconds})

    def turned(self) -> "Roads":
        """The same roads driven backwards."""
        before: dict[str, list[str]] = {edge: [] for edge in self.seconds}
        for edge, following in self.then.items():
            for to in following:
                before[to].append(edge)
        return Roads(self.seconds, before)


class Reached(msgspec.Struct, frozen=True):
    """From one edge: how long to the end of each other (s), and over which it is reached."""

    seconds: Mapping[str, float]
    over: Mapping[str, str]

    def way_to(self, edge: str) -> Way:
        """Empty where no way leads there."""
        if edge not in self.seconds:
            return ()
        way = [edge]
        while (before := self.over.get(way[-1])) is not None:
            way.append(before)
        return tuple(reversed(way))


def reached(roads: Roads, start: str, until: str | None = None) -> Reached:
    """Dijkstra's ways from an edge; only as far as `until` where that is given."""
    if start not in roads.seconds:
        return Reached({}, {})
    best: dict[str, float] = {}
    over: dict[str, str] = {}
    tried = {start: roads.seconds[start]}
    queue = [(tried[start], start)]
    while queue:
        seconds, edge = heappop(queue)
        if edge in best:
            continue
        best[edge] = seconds
        if edge == until:
            break
        for to in roads.then.get(edge, ()):
            later = seconds + roads.seconds[to]
            if to not in best and later < tried.get(to, float("inf")):
                tried[to] = later
                over[to] = edge
                heappush(queue, (later, to))
    return Reached(best, {edge: before for edge, before in over.items() if edge in best})


def fastest(roads: Roads, start: str, end: str) -> Way:
    """Empty where no way leads there."""
    return reached(roads, start, end).way_to(end)
