"""Headways of the vehicles of a line, from their positions: how even they are, which bunch, how long to hold one.

Evenness: the coefficient of variation of headways and its classes A to F of the Transit Capacity and Quality of Service
Manual (TCRP Report 100, 2nd edition, 2003, exhibit 3-30: F is "most vehicles bunched"); a vehicle is off its headway
when that is more than half a headway too short or too long (same exhibit). Holding: the even-headway rule between the
vehicle before and the one behind, at most up to a share of the planned headway (Cats, Larijani, Olafsdottir, Burghout,
Andreasson, Koutsopoulos: Bus-Holding Control Strategies, Transportation Research Record 2274, 2012).

Checked against the abstract of Cats et al.: departures are regulated by the headways of the bus before and of the one
behind. Not checked against the full texts: the limits of the classes, the half of a headway, and the share of 0.8. The
third edition of the manual (TCRP Report 165, 2013) gives no letters any more.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import cos, hypot, radians
from statistics import fmean, pstdev

import msgspec

LonLat = tuple[float, float]
METRES_A_DEGREE = 111_195.0
OFF_WAY = 80.0
"""Metres beside the way from which a position is not on it."""
BACK = 60.0
"""Metres that a position may lie behind the one before."""
LONGEST_SILENCE = 300.0
"""Seconds between two positions over which nothing is filled in."""
LEAST_HEADWAYS = 3
CLASSES = ((0.21, "A"), (0.30, "B"), (0.39, "C"), (0.52, "D"), (0.74, "E"))
"""Coefficient of variation up to which a class reaches; beyond the last one it is F."""
OFF = 0.5
"""Of a headway by which a vehicle is off it."""
HOLD_SHARE = 0.8
"""Of the planned headway that holding restores at most (0.6 to 0.8 in the source)."""
LEAST_HOLD = 30.0
"""Seconds below which nobody is told to wait."""


class Fix(msgspec.Struct, frozen=True):
    """A position: seconds, degrees."""

    at: float
    lon: float
    lat: float


class Mark(msgspec.Struct, frozen=True):
    """Where a vehicle was on the way: seconds, metres from its begin."""

    at: float
    metres: float


class Way:
    """The way of a line in one direction, in metres from its begin."""

    def __init__(self, points: Sequence[LonLat]) -> None:
        """
        Raises:
            ValueError: there are not two different points.
        """
        self._east = METRES_A_DEGREE * cos(radians(fmean(lat for _, lat in points))) if points else 0.0
        flat = [self._flat(point) for point in points]
        self._points = [point for place, point in enumerate(flat) if place == 0 or point != flat[place - 1]]
        if len(self._points) < 2:
            raise ValueError("the way has no length")
        self._begin = [0.0]
        for one, other in pairwise(self._points):
            self._begin.append(self._begin[-1] + hypot(other[0] - one[0], other[1] - one[1]))

    @property
    def length(self) -> float:
        return self._begin[-1]

    def _flat(self, point: LonLat) -> LonLat:
        return point[0] * self._east, point[1] * METRES_A_DEGREE

    def metres(self, place: LonLat, since: float = 0.0) -> float | None:
        """Of the nearest point of the way that lies no further back than `since`; None beside the way."""
        x, y = self._flat(place)
        best, found = OFF_WAY, None
        first = max(0, bisect_right(self._begin, since) - 1)
        for number in range(first, len(self._points) - 1):
            (ax, ay), (bx, by) = self._points[number], self._points[number + 1]
            span = self._begin[number + 1] - self._begin[number]
            share = min(1.0, max(0.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / span**2))
            away = hypot(ax + share * (bx - ax) - x, ay + share * (by - ay) - y)
            at = self._begin[number] + share * span
            if away < best and at >= since:
                best, found = away, at
        return found


def track(way: Way, fixes: Sequence[Fix]) -> list[Mark]:
    """How a vehicle went along the way: forwards only, positions beside it left out."""
    marks: list[Mark] = []
    for fix in sorted(fixes, key=lambda fix: fix.at):
        last = marks[-1].metres if marks else 0.0
        metres = way.metres((fix.lon, fix.lat), max(0.0, last - BACK))
        if metres is None or (marks and fix.at <= marks[-1].at):
            continue
        marks.append(Mark(fix.at, max(last, metres)))
    return marks


def passing(marks: Sequence[Mark], metres: float) -> float | None:
    """When a vehicle came by a point of the way, between two positions; None where that is not known."""
    for one, other in pairwise(marks):
        if one.metres <= metres <= other.metres and other.metres > one.metres:
            if other.at - one.at > LONGEST_SILENCE:
                return None
            return one.at + (other.at - one.at) * (metres - one.metres) / (other.metres - one.metres)
    return None


class Evenness(msgspec.Struct, frozen=True):
    """At one point: headways in seconds in the order of passing; `variation` and its `grade` (A to F) of three or more.

    `bunched` and `gaps`: places among the headways that are more than half of the expected one too short, too long.
    """

    headways: tuple[float, ...]
    mean: float | None
    variation: float | None
    grade: str | None
    bunched: tuple[int, ...]
    gaps: tuple[int, ...]


def evenness(passings: Sequence[float], planned: float | None = None) -> Evenness:
    """`planned`: the timetable's headway in seconds; without it the mean of those that were seen is expected."""
    ordered = sorted(passings)
    headways = tuple(other - one for one, other in pairwise(ordered))
    mean = fmean(headways) if headways else None
    enough = len(headways) >= LEAST_HEADWAYS and mean is not None and mean > 0
    variation = pstdev(headways) / mean if enough and mean else None
    expected = planned or (mean if enough else None)
    bunched = tuple(place for place, each in enumerate(headways) if expected and each < (1 - OFF) * expected)
    gaps = tuple(place for place, each in enumerate(headways) if expected and each > (1 + OFF) * expected)
    return Evenness(headways, mean, variation, None if variation is None else grade(variation), bunched, gaps)


def grade(variation: float) -> str:
    return next((letter for limit, letter in CLASSES if round(variation, 2) <= limit), "F")


class Between(msgspec.Struct, frozen=True):
    """A vehicle between its neighbours: seconds since the one before was here, and until the one behind is (as long as
    this one took from there); None where there is none."""

    vehicle: str
    metres: float
    at: float
    ahead: float | None
    behind: float | None


def between(tracks: dict[str, Sequence[Mark]], now: float, silence: float = LONGEST_SILENCE) -> list[Between]:
    """The vehicles that told where they are within `silence` seconds, the foremost first."""
    last = {name: marks[-1] for name, marks in tracks.items() if marks and now - marks[-1].at <= silence}
    order = sorted(last, key=lambda name: (-last[name].metres, name))
    found: list[Between] = []
    for place, name in enumerate(order):
        here = last[name]
        gone = [passing(tracks[each], here.metres) for each in order[:place]]
        gone += [passing(marks, here.metres) for each, marks in tracks.items() if each not in last]
        before = [here.at - at for at in gone if at is not None and at <= here.at]
        follower = order[place + 1] if place + 1 < len(order) else None
        since = None if follower is None else passing(tracks[name], last[follower].metres)
        behind = None if since is None or follower is None else max(0.0, last[follower].at - since)
        found.append(Between(name, here.metres, here.at, min(before, default=None), behind))
    return found


class Hold(msgspec.Struct, frozen=True):
    """Advice: hold a vehicle for so many seconds at the point of the way that it comes to next."""

    vehicle: str
    point: int
    seconds: int


def holds(vehicles: Sequence[Between], points: Sequence[float], planned: float) -> list[Hold]:
    """By the even-headway rule; `points` are metres of the stops, `planned` the headway in seconds."""
    found: list[Hold] = []
    for each in vehicles:
        if each.ahead is None or each.behind is None:
            continue
        seconds = min((each.behind - each.ahead) / 2, HOLD_SHARE * planned - each.ahead)
        point = next((place for place, metres in enumerate(points) if metres >= each.metres), None)
        if seconds >= LEAST_HOLD and point is not None:
            found.append(Hold(each.vehicle, point, round(seconds)))
    return found
