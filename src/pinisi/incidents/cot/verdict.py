"""What an event is worth as a position: taken for its unit, or not, and why. Pure."""

from typing import Literal

from pinisi.incidents.cot.event import UNKNOWN, Event
from pinisi.incidents.units.fix import Bounds, FixVerdict, fix_verdict
from pinisi.vocabulary.instant import Instant

Verdict = FixVerdict | Literal["not-a-position", "unknown-uid", "unit-gone", "no-fix"]


def judged(event: Event, bounds: Bounds, now: Instant, last: Instant) -> Verdict:
    """The verdict on an event of a phone that is known; `last` is the moment of its unit's last position."""
    known = event.error < UNKNOWN
    if not event.type.startswith("a-"):
        return "not-a-position"
    if not known and event.point == (0.0, 0.0):
        return "no-fix"
    verdict = fix_verdict(event.point, event.error if known else None, event.time, bounds, now, last)
    return "stale" if event.stale <= now and verdict not in ("inexact", "future") else verdict
