"""Who comes towards a junction: from where a vehicle is, and was, to the signal group that it will pass and when."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from pinisi.services.mobility.atcs.layout import Approach, Layout

METRES_PER_DEGREE = 111_195.0
STALE_S = 20.0
"""A position that is older says nothing of where a vehicle is."""
SLOWEST_MPS, USUAL_MPS, FASTEST_MPS = 2.0, 10.0, 30.0
TURNED_DEG = 60.0


class Fix(msgspec.Struct, frozen=True):
    """Where somebody was at `at`, seconds. `speed` m/s and `bearing` degrees, where they are told."""

    at: float
    lon: float
    lat: float
    speed: float | None = None
    bearing: float | None = None


class Coming(msgspec.Struct, frozen=True):
    """`arrives`: at the stop line, seconds of the same clock."""

    group: str
    metres: float
    arrives: float


def coming(layout: Layout, fix: Fix, before: Fix | None, now: float) -> Coming | None:
    """None: on none of its approaches, going away, or nobody knows where it is now."""
    if not 0 <= now - fix.at <= STALE_S:
        return None
    heading = fix.bearing if fix.bearing is not None else _moved(before, fix)
    found = [(left, each) for each in layout.approaches if (left := _left(layout, each, fix, heading)) is not None]
    if not found:
        return None
    metres, approach = min(found, key=lambda pair: pair[0])
    speed = min(max(_speed(fix, before), SLOWEST_MPS), FASTEST_MPS)
    return Coming(approach.group, metres, fix.at + metres / speed)


def _left(layout: Layout, approach: Approach, fix: Fix, heading: float | None) -> float | None:
    """Metres to the junction along the approach; None where it is not on it, or drives elsewhere."""
    if heading is None or abs((heading - approach.heading + 180) % 360 - 180) > TURNED_DEG:
        return None
    east, north = _metres(fix, layout.lon, layout.lat)
    way = math.radians(approach.heading)
    along = east * math.sin(way) + north * math.cos(way)
    aside = abs(east * math.cos(way) - north * math.sin(way))
    return along if 0 < along <= approach.metres and aside <= approach.width else None


def _metres(fix: Fix, lon: float, lat: float) -> tuple[float, float]:
    """East and north from a fix to a place, straight: it is near."""
    return (lon - fix.lon) * METRES_PER_DEGREE * math.cos(math.radians(lat)), (lat - fix.lat) * METRES_PER_DEGREE


def _moved(before: Fix | None, fix: Fix) -> float | None:
    """The way it went, where it went any."""
    if before is None:
        return None
    east, north = _metres(before, fix.lon, fix.lat)
    return math.degrees(math.atan2(east, north)) % 360 if math.hypot(east, north) >= 5 else None


def _speed(fix: Fix, before: Fix | None) -> float:
    if fix.speed is not None:
        return fix.speed
    if before is None or fix.at <= before.at:
        return USUAL_MPS
    return math.hypot(*_metres(before, fix.lon, fix.lat)) / (fix.at - before.at)


def farthest(approaches: Sequence[Approach]) -> float:
    return max((each.metres for each in approaches), default=0.0)


def kept(fixes: Mapping[str, tuple[Fix, Fix | None]], id: str, fix: Fix) -> tuple[Fix, Fix | None]:
    """The newest and the one before it; the same fix told again is no new one."""
    last = fixes.get(id)
    if last is None:
        return fix, None
    return (fix, last[0]) if fix.at > last[0].at else last
