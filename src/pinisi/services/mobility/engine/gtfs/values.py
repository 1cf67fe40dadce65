"""What a cell may hold: for each kind a check, and the name of the fault."""

import math
import re
from collections.abc import Callable, Mapping

_TIME = re.compile(r"\d{1,3}:[0-5]\d:[0-5]\d")
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]{2,}")
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def seconds_of(time: str) -> int | None:
    """Seconds after noon minus twelve hours, as GTFS counts (25:10:00 is ten past one in the night after)."""
    if not _TIME.fullmatch(time):
        return None
    hours, minutes, seconds = time.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def time_of(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def number_of(text: str) -> float | None:
    """A finite number as CSV files write it; None for anything else."""
    if not text.isascii() or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _number(low: float, high: float, kind: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        value = number_of(text)
        if value is None or (kind == "invalid_integer" and not re.fullmatch(r"[+-]?\d+", text)):
            return kind
        return "" if low <= value <= high else "number_out_of_range"

    return check


def _matching(pattern: re.Pattern[str], code: str) -> Callable[[str], str]:
    return lambda text: "" if pattern.fullmatch(text) else code


def _date(text: str) -> str:
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        return "invalid_date"
    month, day = int(text[4:6]), int(text[6:])
    return "" if 1 <= month <= 12 and 1 <= day <= _MONTH_DAYS[month - 1] else "invalid_date"


KINDS: Mapping[str, Callable[[str], str]] = {
    "text": lambda text: "",
    "enum": lambda text: "",
    "count": _number(0, math.inf, "invalid_integer"),
    "positive": _number(1, math.inf, "invalid_integer"),
    "measure": _number(0, math.inf, "invalid_float"),
    "decimal": _number(-math.inf, math.inf, "invalid_float"),
    "whole": _number(-math.inf, math.inf, "invalid_integer"),
    "email": _matching(_EMAIL, "invalid_email"),
    "latitude": _number(-90, 90, "invalid_float"),
    "longitude": _number(-180, 180, "invalid_float"),
    "time": lambda text: "" if seconds_of(text.strip()) is not None else "invalid_time",
    "date": _date,
    "color": _matching(re.compile(r"[0-9A-Fa-f]{6}"), "invalid_color"),
    "url": _matching(_URL, "invalid_url"),
    "timezone": _matching(_ZONE, "invalid_timezone"),
    "language": _matching(_LANGUAGE, "invalid_language_code"),
    "currency": _matching(re.compile(r"[A-Z]{3}"), "invalid_currency"),
}
"""Kind of a column -> the code of the fault of a value, empty where it is sound. Empty values are not asked."""
