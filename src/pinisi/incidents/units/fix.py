"""A position from the field: whether it is worth being the unit's, and if not, why. Pure."""

from typing import Literal, get_args

from pinisi.incidents.units.unit import LonLat
from pinisi.vocabulary.instant import HOUR, MINUTE, SECOND, Instant

FixVerdict = Literal["taken", "inexact", "future", "stale", "out-of-city", "older", "too-soon"]
FIX_VERDICTS: tuple[FixVerdict, ...] = get_args(FixVerdict)
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

CLOCK_APART = 2 * MINUTE
"""How far a phone's clock may go ahead of the house's; a moment within it counts as now."""
OUTSKIRTS = 0.2
"""Degrees beyond the city's bounds (about 22 km) in which its units may still be: at a neighbour's fire."""
LEAST_EXACT_M = 1_000.0
LEAST_APART = 2 * SECOND
"""Positions that follow each other faster are let by: the next one says more."""
OLDEST = 12 * HOUR
"""What waited longer for a signal is of no use any more."""


def fix_verdict(
    point: LonLat, error: float | None, at: Instant, bounds: Bounds, now: Instant, last: Instant
) -> FixVerdict:
    """`error` in metres, None where it is not known; `last` is the moment of the unit's last position."""
    if error is not None and not error <= LEAST_EXACT_M:
        return "inexact"
    if at > now + CLOCK_APART:
        return "future"
    if at < now - OLDEST:
        return "stale"
    if not _near(point, bounds):
        return "out-of-city"
    if at <= last:
        return "older"
    return "too-soon" if at < last + LEAST_APART else "taken"


def _near(point: LonLat, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    lon, lat = point
    return west - OUTSKIRTS <= lon <= east + OUTSKIRTS and south - OUTSKIRTS <= lat <= north + OUTSKIRTS
