"""How a source is doing, by its own period. Pure: what is known of it, and the time, give its state."""

from typing import Literal

import msgspec

from pinisi.vocabulary.instant import SECOND, Instant

LATE_AFTER = 2
SILENT_AFTER = 5
"""Periods without a message after which a source is late, and silent."""

State = Literal["off", "waiting", "live", "late", "silent", "failing"]
Freshness = Literal["fresh", "late", "dead"]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a source. `period` in microseconds; `heard` and `failed` are moments, 0 for never.

    `heard` is the last message, or the last answer that had nothing new. `error` is what went wrong last; it is gone
    with the next message. An error that stays while other parts of the source deliver does not make it failing.
    """

    period: int
    on: bool = True
    since: Instant = 0
    heard: Instant = 0
    message: Instant = 0
    error: str = ""
    failed: Instant = 0
    messages: int = 0
    accepted: int = 0
    late: int = 0
    repeated: int = 0
    rejected: int = 0


def state_of(health: Health, now: Instant) -> State:
    if not health.on:
        return "off"
    if health.error and health.failed >= health.heard:
        return "failing"
    if not health.heard or health.heard < health.since:
        return "waiting" if now - health.since <= SILENT_AFTER * health.period else "silent"
    age = now - health.heard
    if age > SILENT_AFTER * health.period:
        return "silent"
    return "late" if age > LATE_AFTER * health.period else "live"


def freshness(age: Instant, period_s: float) -> Freshness:
    """Of a value, by its age in microseconds and the own period of its source in seconds."""
    period = period_s * SECOND
    if age > SILENT_AFTER * period:
        return "dead"
    return "late" if age > LATE_AFTER * period else "fresh"
