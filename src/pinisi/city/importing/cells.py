"""The text of a cell as a number, a moment, a yes or no; with the many ways in which people write them."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

from pinisi.city.units import unit_named
from pinisi.vocabulary.instant import SECOND, format_instant

Decimal = Literal[".", ","]
DateForm = Literal["iso", "day-first", "month-first"]

_NUMBER = {
    ".": re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?"),
    ",": re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d*)?(?:[eE][+-]?\d{1,3})?"),
}
_WITH_UNIT = re.compile(r"\s*([+-]?[\d.,]+(?:[eE][+-]?\d{1,3})?)\s*([^\d\s.,+-].{0,30})")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ]+(\d{1,2})[:.](\d\d)(?::(\d\d))?\s*([AaPp][Mm])?)?")
YES = frozenset({"true", "yes", "ya", "benar", "t", "y", "はい"})
NO = frozenset({"false", "no", "tidak", "salah", "f", "n", "いいえ"})
NOTHING = frozenset({"", "-", "--", "n/a", "na", "null", "none", "nil", "nan", "tidak ada", "…", "..."})
"""What people write where they have nothing to write (compared without capitals)."""
LONGEST = 64


def is_nothing(cell: str) -> bool:
    return len(cell) < 12 and cell.strip().casefold() in NOTHING


def number_in(cell: str, decimal: Decimal = ".") -> float | None:
    """The number; None where the cell is none. Thousands may be grouped."""
    text = cell.strip()
    if not text or len(text) > LONGEST or _NUMBER[decimal].fullmatch(text) is None:
        return None
    plain = text.replace(",", "") if decimal == "." else text.replace(".", "").replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def quantity_in(cell: str, decimal: Decimal = ".") -> tuple[float, str] | None:
    """A number with its unit written behind it (`2.06 ton`): the number, and the UN/CEFACT code of the unit."""
    found = _WITH_UNIT.fullmatch(cell) if len(cell) <= LONGEST else None
    if found is None:
        return None
    value, unit = number_in(found.group(1), decimal), unit_named(found.group(2))
    return None if value is None or unit is None else (value, unit)


def boolean_in(cell: str) -> bool | None:
    word = cell.strip().casefold() if len(cell) < 12 else ""
    return True if word in YES else False if word in NO else None


def moment_in(cell: str, zone: ZoneInfo, form: DateForm = "iso") -> str | None:
    """The moment in UTC as NGSI-LD writes it; None where the cell is none. Without an offset it is the city's time."""
    text = cell.strip()
    if len(text) > LONGEST:
        return None
    try:
        found = _ISO.fullmatch(text)
        if found is not None:
            return _iso(found, zone)
        slashed = _SLASHED.fullmatch(text)
        return None if slashed is None or form == "iso" else _slashed(slashed, zone, form)
    except (ValueError, OverflowError):
        return None


def is_day(cell: str) -> bool:
    """Whether a moment is written without a time of day."""
    return ":" not in cell


def _iso(found: re.Match[str], zone: ZoneInfo) -> str:
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    micro = int(((fraction or "") + "000000")[:6])
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)
    return _in_utc(moment, zone if offset is None else _offset(offset))


def _slashed(found: re.Match[str], zone: ZoneInfo, form: DateForm) -> str:
    first, second, year, hour, minute, seconds, half = found.groups()
    day, month = (first, second) if form == "day-first" else (second, first)
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return _in_utc(datetime(int(year), int(month), int(day), hours, int(minute or 0), int(seconds or 0)), zone)


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if text[0] == "-" else shift)


def _in_utc(moment: datetime, zone: ZoneInfo | timezone) -> str:
    moment = moment.replace(tzinfo=zone)
    return format_instant(int(moment.replace(microsecond=0).timestamp()) * SECOND + moment.microsecond)


def date_form(cells: list[str]) -> DateForm | None:
    """How a column writes its days: by a day above 12 where there is one, else the day first (as Indonesia does).

    None: it holds something else.
    """
    first = second = 0
    for cell in cells:
        if _ISO.fullmatch(cell.strip()):
            continue
        found = _SLASHED.fullmatch(cell.strip())
        if found is None:
            return None
        first, second = max(first, int(found.group(1))), max(second, int(found.group(2)))
    if not first:
        return "iso"
    if first > 12 and second > 12:
        return None
    return "month-first" if second > 12 else "day-first"
