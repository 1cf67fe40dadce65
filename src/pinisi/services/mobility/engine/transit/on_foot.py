"""How long people walk: straight lines, longer by a share, at an even pace.

No map of paths is asked, so that it holds in every city: ways are taken to be 1.3 times as long as the straight line
(the usual circuity of walking networks: 1.2 to 1.4), at 1.2 m/s (the Highway Capacity Manual's walking speed for
crossings).
"""

from math import cos, radians

import numpy as np

from pinisi.services.mobility.engine.transit.reach import METRES_A_DEGREE
from pinisi.services.mobility.engine.transit.timetable import Numbers, Places, Stop, Timetable, Walks

SPEED = 1.2
"""Metres a second."""
CIRCUITY = 1.3
CHANGE_METRES = 500.0
"""Straight metres within which people change from stop to stop on foot."""
CHANGE_SECONDS = 60
"""The least time to change, at one stop as well."""


def seconds_of(metres: float) -> int:
    """On foot over a straight distance."""
    return round(metres * CIRCUITY / SPEED)


def metres_of(seconds: Places) -> Numbers:
    """The straight distances that somebody walks in these times."""
    return np.asarray(seconds * (SPEED / CIRCUITY), np.float64)


class Ground:
    """The stops on a plane, so that those near a place are found at once. Metres; good for one city."""

    def __init__(self, stops: tuple[Stop, ...]) -> None:
        lat = np.array([stop.lat for stop in stops], np.float64)
        lon = np.array([stop.lon for stop in stops], np.float64)
        middle = float(np.median(lat)) if lat.size else 0.0
        self._east = METRES_A_DEGREE * cos(radians(middle))
        self.x: Numbers = lon * self._east
        self.y: Numbers = lat * METRES_A_DEGREE

    def flat(self, lon: float, lat: float) -> tuple[float, float]:
        return lon * self._east, lat * METRES_A_DEGREE

    def degrees(self, flat: Numbers) -> Numbers:
        """Places on the plane (a row each) as longitudes and latitudes."""
        return np.round(flat / np.array([self._east, METRES_A_DEGREE]), 5)

    def metres(self, lon: float, lat: float) -> Numbers:
        """From a place to each stop, in a straight line."""
        x, y = self.flat(lon, lat)
        return np.hypot(self.x - x, self.y - y)

    def between(self, one: tuple[float, float], other: tuple[float, float]) -> float:
        """Straight metres between two places of longitude and latitude."""
        return float(np.hypot((one[0] - other[0]) * self._east, (one[1] - other[1]) * METRES_A_DEGREE))

    def pairs(self, metres: float) -> tuple[Places, Places, Numbers]:
        """All pairs of different stops so near to each other, in both directions."""
        from shapely import STRtree
        from shapely.geometry import MultiPoint

        if not self.x.size:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
        spots = list(MultiPoint(np.column_stack((self.x, self.y))).geoms)
        one, other = STRtree(spots).query(spots, predicate="dwithin", distance=metres)
        apart = one != other
        one, other = one[apart].astype(np.int64), other[apart].astype(np.int64)
        return one, other, np.hypot(self.x[one] - self.x[other], self.y[one] - self.y[other])


def walks_of(timetable: Timetable, ground: Ground) -> Walks:
    """Between stops that lie near each other, as the timetable's own times and prohibitions have it."""
    one, other, metres = ground.pairs(CHANGE_METRES)
    seconds = np.maximum(np.rint(metres * (CIRCUITY / SPEED)), CHANGE_SECONDS).astype(np.int64)
    told = np.array([each for each in timetable.told if each[0] != each[1]], np.int64).reshape(-1, 3)
    origin = np.concatenate((told[:, 0], one))
    goal = np.concatenate((told[:, 1], other))
    seconds = np.concatenate((told[:, 2], seconds))
    # what the timetable says itself stands first, and is kept of pairs that stand twice
    key = origin * max(1, len(timetable.stops)) + goal
    _, first = np.unique(key, return_index=True)
    kept = first[~np.isin(key[first], _keys(timetable))]
    return Walks(origin[kept], goal[kept], seconds[kept])


def _keys(timetable: Timetable) -> Places:
    width = max(1, len(timetable.stops))
    return np.array([one * width + other for one, other in timetable.apart], np.int64)
