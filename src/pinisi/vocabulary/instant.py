"""Moments in time.

Inside Pinisi a moment is an `int`: microseconds since 1970-01-01T00:00:00 UTC. Outside it is ISO 8601 text as
NGSI-LD clause 4.6.3 writes it: UTC, `Z`, at most microseconds.
"""

import re
from datetime import UTC, datetime, timedelta

Instant = int
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

LAST_INSTANT: Instant = 253_402_300_800 * SECOND
"""The end of the year 9999: later than any moment that can be written."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
"""Without a zone: writing thousands of moments of a history takes half the time."""
_MICROSECOND = timedelta(microseconds=1)
_DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?Z", re.ASCII)


class NotAnInstant(ValueError):
    """The text is no UTC date and time of the years 1 to 9999."""


def parse_instant(text: str) -> Instant:
    """Read `2026-11-22T06:32:00.5Z`; digits beyond microseconds are cut.

    Raises:
        NotAnInstant: for other zones, bare dates, or dates that do not exist (year 0, 30 February).
    """
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        raise NotAnInstant(f"{text!r} is not a UTC date-time like 2026-11-22T06:32:00Z")
    year, month, day, hour, minute, second, fraction = found.groups()
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), micro, tzinfo=UTC)
    except ValueError as error:
        raise NotAnInstant(f"{text!r} does not exist: {error}") from None
    return (moment - _EPOCH) // _MICROSECOND


def format_instant(instant: Instant) -> str:
    """Write an instant as NGSI-LD does, with a fraction only where there is one."""
    return (_NAIVE_EPOCH + timedelta(0, 0, instant)).isoformat() + "Z"
