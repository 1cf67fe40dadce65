"""The time that a figure covers, and when it ends in the city's own time zone."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pinisi.vocabulary.instant import SECOND, format_instant

_PERIOD = re.compile(r"(\d{4})(?:-(?:S([12])|Q([1-4])|(\d\d)(?:-(\d\d))?))?")


class NotAPeriod(ValueError):
    """The text is no year, half-year, quarter, month or day."""


def period_days(period: str) -> tuple[date, date]:
    """First day and the day after the last of `2022`, `2025-S1`, `2025-Q3`, `2025-07` or `2025-07-04`.

    Raises:
        NotAPeriod: for anything else.
    """
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise NotAPeriod(f"{period!r} is no period like 2022, 2025-S1, 2025-Q3, 2025-07 or 2025-07-04")
    year, half, quarter, month, day = (int(part) if part else None for part in found.groups())
    try:
        return _bounds(year or 0, half, quarter, month, day)
    except (ValueError, OverflowError):
        raise NotAPeriod(f"{period!r} does not exist") from None


def _bounds(year: int, half: int | None, quarter: int | None, month: int | None, day: int | None) -> tuple[date, date]:
    if month is not None and day is not None:
        start = date(year, month, day)
        return start, start + timedelta(days=1)
    if month is not None:
        return date(year, month, 1), _month_after(year, month, 1)
    if quarter is not None:
        return date(year, 3 * quarter - 2, 1), _month_after(year, 3 * quarter - 2, 3)
    if half is not None:
        return date(year, 6 * half - 5, 1), _month_after(year, 6 * half - 5, 6)
    return date(year, 1, 1), date(year + 1, 1, 1)


def _month_after(year: int, month: int, months: int) -> date:
    later = month - 1 + months
    return date(year + later // 12, later % 12 + 1, 1)


def period_end(period: str, zone: ZoneInfo) -> str:
    """The end of the period as UTC text: `2022` in Makassar (UTC+8) ends at 2022-12-31T16:00:00Z."""
    return _midnight(period_days(period)[1], zone)


def period_start(period: str, zone: ZoneInfo) -> str:
    """The beginning of the period as UTC text."""
    return _midnight(period_days(period)[0], zone)


def _midnight(day: date, zone: ZoneInfo) -> str:
    moment = datetime.combine(day, time(), tzinfo=zone)
    return format_instant(int(moment.timestamp()) * SECOND)


def days_in(period: str) -> int:
    start, after = period_days(period)
    return (after - start).days
