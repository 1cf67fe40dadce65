"""Which pieces of a graph a closure closes, and which one a position lies on."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from pinisi.services.mobility.routing.answers import Closed, LonLat
from pinisi.services.mobility.routing.graph_pieces import Pieces

CLOSED_NEAR_M = 25
"""A closed place closes the road nearest to it, at most so far away. A default of Pinisi."""
SAME_M = 0.02
"""A piece has its line twice where it leaves its tile; so near to each other they are the same."""
_METRES_A_DEGREE = 111_195.0
_MOST_KEPT = 200_000
_NONE = np.zeros(0, np.int64)

Indices = NDArray[np.int64]


class ClosedPieces:
    """Looks closures up on the pieces that motor vehicles may use; what was looked up is kept."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._driven = np.flatnonzero(pieces.driven)
        middle = float(np.mean(pieces.points[:, 1])) if len(pieces.points) else 0.0
        self._east = max(0.1, math.cos(math.radians(middle)))
        line_of = np.repeat(np.arange(len(pieces.ways)), np.diff(pieces.starts))
        kept = pieces.driven[line_of]
        renumbered = np.cumsum(pieces.driven)[line_of[kept]] - 1
        lines: Any = shapely.linestrings(self._scaled(pieces.points[kept]), indices=renumbered)
        self._tree = shapely.STRtree(lines)
        order = np.argsort(pieces.ways, kind="stable")
        ways, begins = np.unique(pieces.ways[order], return_index=True)
        self._by_way = dict(zip(ways.tolist(), np.split(order, begins[1:]), strict=True))
        self._kept: dict[LonLat | tuple[LonLat, ...], Indices] = {}

    def of(self, closed: Closed) -> Indices:
        """The pieces that it closes, each once."""
        if len(self._kept) > _MOST_KEPT:
            self._kept.clear()
        places = [each for each in closed.places if each not in self._kept]
        self._kept |= dict(zip(places, self.nearest(places, CLOSED_NEAR_M), strict=True))
        self._kept |= {ring: self._touched(ring) for ring in closed.areas if ring not in self._kept}
        found = [self._kept[each] for each in (*closed.places, *closed.areas)]
        return np.unique(np.concatenate([*found, _NONE]))

    def of_way(self, way: int) -> Indices:
        return self._by_way.get(way, _NONE)

    def line_of(self, way: int) -> dict[str, Any] | None:
        """Its pieces behind each other, as GeoJSON; None where there are none."""
        pieces = np.intersect1d(self.of_way(way), self._driven)
        starts, points = self._pieces.starts, self._pieces.points
        lines = dict.fromkeys(tuple(map(_lonlat, points[starts[i] : starts[i + 1]].tolist())) for i in pieces.tolist())
        kept = [line for line in lines if (len(line) > 1 and line[::-1] not in lines) or line <= line[::-1]]
        if not kept:
            return None
        merged = shapely.line_merge(shapely.MultiLineString(kept))
        return msgspec.json.decode(str(shapely.to_geojson(merged)))  # pyright: ignore[reportUnknownArgumentType]

    def nearest(self, places: Sequence[LonLat], within_m: float) -> list[Indices]:
        """Of each place the pieces nearest to it: several where they meet there; none where none is so near."""
        points: Any = shapely.points(self._scaled(np.array(places, np.float64).reshape(-1, 2)))
        within = within_m / _METRES_A_DEGREE
        (asked, _), far = self._tree.query_nearest(points, max_distance=within, return_distance=True)
        least = np.full(len(places), -1.0)
        least[asked] = far
        near = np.flatnonzero(least >= 0)
        reach = least[near] + SAME_M / _METRES_A_DEGREE
        which, pieces = self._tree.query(points[near], predicate="dwithin", distance=reach)
        order = np.argsort(which, kind="stable")
        ends = np.searchsorted(which[order], np.arange(1, near.size))
        found = [_NONE] * len(places)
        for place, part in zip(near.tolist(), np.split(self._driven[pieces[order]], ends), strict=False):
            found[place] = part
        return found

    def without(self, shut: Indices, own: Sequence[Indices]) -> Indices:
        """What is closed but for the pieces that positions lie on; where an open one meets a closed one there, none."""
        for pieces in own:
            if np.isin(pieces, shut).all():
                shut = np.setdiff1d(shut, pieces)
        return shut

    def open_ends(self, on: Indices, at: LonLat, shut: Indices) -> list[LonLat]:
        """The ends of pieces where an open one begins, the nearest to a position on them first."""
        firsts, lasts = self._pieces.starts[on], self._pieces.starts[on + 1] - 1
        ends = dict.fromkeys(map(_lonlat, self._pieces.points[np.concatenate([firsts, lasts])].tolist()))
        met = self.nearest(list(ends), SAME_M)
        open = [end for end, there in zip(ends, met, strict=True) if not np.isin(there, shut).all()]
        return sorted(open, key=lambda end: self.metres(end, at))

    def metres(self, one: LonLat, other: LonLat) -> float:
        """Between two positions near each other."""
        return math.dist(self._flat(one), self._flat(other)) * _METRES_A_DEGREE

    def _flat(self, place: LonLat) -> LonLat:
        return place[0] * self._east, place[1]

    def _touched(self, ring: tuple[LonLat, ...]) -> Indices:
        area = shapely.Polygon(self._scaled(np.array(ring, np.float64)))
        return self._driven[self._tree.query(area, predicate="intersects")]

    def _scaled(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """A degree of longitude as long as one of latitude."""
        return points * np.array([self._east, 1.0])


def _lonlat(point: Sequence[float]) -> LonLat:
    return point[0], point[1]
