"""What a position is worth: taken for its unit, or not, and why. Pure."""

from typing import Literal, get_args

from pinisi.incidents.cot.event import UNKNOWN, Event
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

Verdict = Literal[
    "taken",
    "not-a-position",
    "unknown-uid",
    "unit-gone",
    "no-fix",
    "inexact",
    "stale",
    "future",
    "out-of-city",
    "older",
    "too-soon",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

CLOCK_APART = 2 * MINUTE
"""How far a phone's clock may go ahead of the house's; a moment within it counts as now."""
OUTSKIRTS = 0.2
"""Degrees beyond the city's bounds (about 22 km) in which its units may still be: at a neighbour's fire."""
LEAST_EXACT_M = 1_000.0
LEAST_APART = 2 * SECOND
"""Positions of one phone that follow each other faster are let by: the next one says more."""


def judged(event: Event, bounds: Bounds, now: Instant, last: Instant) -> Verdict:
    """The verdict on an event of a phone that is known; `last` is the moment of its unit's last position."""
    if not event.type.startswith("a-"):
        return "not-a-position"
    if event.error >= UNKNOWN and event.point == (0.0, 0.0):
        return "no-fix"
    if LEAST_EXACT_M < event.error < UNKNOWN:
        return "inexact"
    if event.time > now + CLOCK_APART:
        return "future"
    if event.stale <= now:
        return "stale"
    if not _near(event.point, bounds):
        return "out-of-city"
    if event.time <= last:
        return "older"
    return "too-soon" if event.time < last + LEAST_APART else "taken"


def _near(point: tuple[float, float], bounds: Bounds) -> bool:
    west, south, east, north = bounds
    lon, lat = point
    return west - OUTSKIRTS <= lon <= east + OUTSKIRTS and south - OUTSKIRTS <= lat <= north + OUTSKIRTS
