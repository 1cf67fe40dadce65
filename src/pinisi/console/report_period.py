"""Of which days a report is: chosen by name as people say it, or by dates."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pinisi.city.period import NotAPeriod, period_days, period_end, period_start

NAMED = ("yesterday", "last-week", "last-month")
MOST_DAYS = 366
BETWEEN = "/"


def chosen_period(asked: str, today: date) -> str:
    """`yesterday`, `last-week` (Monday to Sunday) and `last-month` as the dates that they mean today."""
    match asked:
        case "yesterday":
            return (today - timedelta(days=1)).isoformat()
        case "last-week":
            monday = today - timedelta(days=today.weekday() + 7)
            return f"{monday}{BETWEEN}{monday + timedelta(days=6)}"
        case "last-month":
            return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
        case _:
            return asked


def days_of(period: str) -> tuple[date, date]:
    """The first day and the day after the last: of a period, or of `2026-11-01/2026-11-07`, both days included.

    Raises:
        NotAPeriod: it is none, ends before it begins, or has more than 366 days.
    """
    if BETWEEN not in period:
        return period_days(period)
    first, _, last = period.partition(BETWEEN)
    since, until = period_days(first)[0], period_days(last)[1]
    if len(first) != 10 or len(last) != 10:
        raise NotAPeriod(f"{period!r} is no pair of days like 2026-11-01/2026-11-07")
    if until <= since or (until - since).days > MOST_DAYS:
        raise NotAPeriod(f"{period!r} ends before it begins, or has more than {MOST_DAYS} days")
    return since, until


def bounds_of(period: str, zone: ZoneInfo) -> tuple[str, str]:
    """The first moment of it, and the first after it, as UTC text.

    Raises:
        NotAPeriod: see `days_of`.
    """
    days_of(period)
    first, _, last = period.partition(BETWEEN)
    return period_start(first, zone), period_end(last or first, zone)
