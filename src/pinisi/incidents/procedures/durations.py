"""Spans of time as people write them: `90s`, `15m`, `1h30m`, `2d`."""

import re

_PARTS = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?")
_SECONDS = (86_400, 3_600, 60, 1)
LONGEST = 30 * 86_400


class NotADuration(ValueError):
    """The text is no span of time; says what is expected."""


def seconds_of(text: str) -> int:
    """Raises `NotADuration` for what is not 90s, 15m, 1h30m or 2d, is nothing, or longer than thirty days."""
    found = _PARTS.fullmatch(text) if text.isascii() else None
    seconds = sum(int(part or 0) * each for part, each in zip(found.groups(), _SECONDS, strict=True)) if found else 0
    if not 0 < seconds <= LONGEST:
        raise NotADuration(f"{text[:40]!r}: a time as 90s, 15m, 1h30m or 2d is expected, at most 30d")
    return seconds
