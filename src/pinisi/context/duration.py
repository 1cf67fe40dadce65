"""Durations of ISO 8601 (`P1M`, `PT15M`, `P1DT12H`), with months that follow the calendar."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

import msgspec

from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, SECOND, Instant

_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?!$)(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?",
    re.ASCII,
)
_UNITS = (7 * DAY, DAY, HOUR, MINUTE, SECOND)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST = 10_000 * 366 * DAY


class NotADuration(ValueError):
    """The text is no ISO 8601 duration of at most 10,000 years."""


class Duration(msgspec.Struct, frozen=True):
    """Whole months, then microseconds. Zero (`PT0S`) stands for "all of the time asked for" (NGSI-LD 4.5.19)."""

    months: int = 0
    microseconds: int = 0

    @property
    def zero(self) -> bool:
        return self.months == 0 and self.microseconds == 0

    def after(self, start: Instant, times: int = 1) -> Instant:
        """The instant that lies so many durations after `start`; a day that a month lacks becomes its last.

        Raises:
            OverflowError: beyond the year 9999.
        """
        moment = start if self.months == 0 else _months_after(start, self.months * times)
        return moment + self.microseconds * times


def parse_duration(text: str) -> Duration:
    """Read a duration; fractions are allowed in weeks, days, hours, minutes and seconds.

    Raises:
        NotADuration: for anything else.
    """
    found = _DURATION.fullmatch(text) if len(text) <= 64 else None
    if found is None:
        raise NotADuration(f"{text[:64]!r} is no ISO 8601 duration like PT15M, P1D or P1M")
    years, months, *parts = found.groups()
    amount = sum(round(float(part.replace(",", ".")) * unit) for part, unit in zip(parts, _UNITS, strict=True) if part)
    duration = Duration(12 * int(years or 0) + int(months or 0), amount)
    if duration.months > 120_000 or amount > _MOST:
        raise NotADuration(f"{text!r} is longer than 10,000 years")
    return duration


def _months_after(start: Instant, months: int) -> Instant:
    moment = _EPOCH + start * _MICROSECOND
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"year {year} is outside 1 to 9999")
    moved = moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
    return (moved - _EPOCH) // _MICROSECOND
