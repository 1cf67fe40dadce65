"""From what Valhalla says of a trace to the roads that were driven, and how fast.

Between two fixes the speed is taken as one, over all the pieces of road between them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.services.mobility.routing.answers import Driven, Fix, Matched
from pinisi.services.mobility.routing.tile_build import Graph
from pinisi.vocabulary.instant import SECOND


class _Edge(msgspec.Struct, frozen=True):
    """A piece of road: `length` in km, of the part that was driven, from one share of the whole piece to the other."""

    way_id: int
    length: float
    names: tuple[str, ...] = ()
    speed_limit: float | str | None = None
    source_percent_along: float = 0.0
    target_percent_along: float = 1.0

    @property
    def metres(self) -> float:
        return self.length * 1_000


class _Point(msgspec.Struct, frozen=True):
    """A fix as it was put on an edge, or (`unmatched`) was not."""

    type: str = "unmatched"
    edge_index: int | None = None
    distance_along_edge: float = 0.0
    distance_from_trace_point: float | None = None


class _Said(msgspec.Struct, frozen=True):
    edges: tuple[_Edge, ...]
    matched_points: tuple[_Point, ...]


class _Tally:
    """Metres and seconds of each edge that lie between two fixes."""

    def __init__(self, edges: Sequence[_Edge]) -> None:
        self._ends: list[tuple[float, float]] = []
        far = 0.0
        for edge in edges:
            self._ends.append((far, far + edge.metres))
            far += edge.metres
        self._begins = [start for start, _ in self._ends]
        self.seconds: list[float | None] = [None] * len(edges)
        self.metres = [0.0] * len(edges)
        self.begins: list[float | None] = [None] * len(edges)

    def along(self, index: int, share: float) -> float:
        """Metres along the whole matched way."""
        start, end = self._ends[index]
        return start + min(1.0, max(0.0, share)) * (end - start)

    def add(self, before: tuple[float, float], now: tuple[float, float]) -> None:
        """Both as (metres, seconds). What goes backwards, in way or in time, tells no speed."""
        if now[0] <= before[0] or now[1] <= before[1]:
            return
        pace = (now[1] - before[1]) / (now[0] - before[0])
        for index in range(bisect_right(self._begins, before[0]) - 1, len(self._ends)):
            start, end = self._ends[index]
            if start >= now[0]:
                return
            metres = min(end, now[0]) - max(start, before[0])
            if self.begins[index] is None:
                self.begins[index] = before[1] + (max(start, before[0]) - before[0]) * pace
            self.seconds[index] = (self.seconds[index] or 0.0) + metres * pace
            self.metres[index] += metres


def matched(said: Any, fixes: Sequence[Fix], graph: Graph) -> Matched:
    """Raises `msgspec.ValidationError`: not what Valhalla says of a trace."""
    told = msgspec.convert(said, _Said)
    tally = _Tally(told.edges)
    before: tuple[float, float] | None = None
    for point, fix in zip(told.matched_points, fixes, strict=False):
        place = _along(point, told.edges, tally)
        now = None if place is None else (place, fix.at / SECOND)
        if before is not None and now is not None:
            tally.add(before, now)
        before = now
    driven = [_driven(edge, tally, index, graph) for index, edge in enumerate(told.edges)]
    return Matched(tuple(_joined(driven)), tuple(_off(point) for point in told.matched_points))


def _along(point: _Point, edges: Sequence[_Edge], tally: _Tally) -> float | None:
    """Metres along the matched way; None for a fix on no road."""
    if point.type == "unmatched" or point.edge_index is None or point.edge_index >= len(edges):
        return None
    edge = edges[point.edge_index]
    part = edge.target_percent_along - edge.source_percent_along
    share = 0.0 if part <= 0 else (point.distance_along_edge - edge.source_percent_along) / part
    return tally.along(point.edge_index, share)


def _driven(edge: _Edge, tally: _Tally, index: int, graph: Graph) -> Driven:
    """`seconds` of the metres that fixes cover; what lies before the first or behind the last fix has none."""
    seconds = tally.seconds[index]
    metres = edge.metres if seconds is None else tally.metres[index]
    limit = edge.speed_limit if isinstance(edge.speed_limit, int | float) and edge.speed_limit > 0 else None
    begins = tally.begins[index]
    at = None if begins is None else round(begins * SECOND)
    return Driven(graph.road(edge.way_id), edge.names[0] if edge.names else None, metres, seconds, limit, at)


def _joined(driven: Sequence[Driven]) -> list[Driven]:
    """Pieces of one road behind each other as one."""
    joined: list[Driven] = []
    for each in driven:
        last = joined[-1] if joined else None
        if last is None or last.road != each.road or (last.seconds is None) != (each.seconds is None):
            joined.append(each)
            continue
        seconds = None if last.seconds is None or each.seconds is None else last.seconds + each.seconds
        joined[-1] = msgspec.structs.replace(last, metres=last.metres + each.metres, seconds=seconds)
    return joined


def _off(point: _Point) -> float | None:
    return None if point.type == "unmatched" else point.distance_from_trace_point
