"""One fault of a feed, by the name that the canonical validator (MobilityData gtfs-validator) gives it."""

from collections import Counter
from collections.abc import Iterable

import msgspec

ERROR, WARNING, INFO = "error", "warning", "info"

WARNINGS = frozenset(
    {
        "expired_calendar",
        "fast_travel_between_consecutive_stops",
        "fast_travel_between_far_stops",
        "leading_or_trailing_whitespaces",
        "missing_recommended_file",
        "missing_timepoint_value",
        "non_ascii_or_non_printable_char",
        "unexpected_enum_value",
        "unused_shape",
        "unusable_trip",
    }
)
INFOS = frozenset({"unknown_column", "unknown_file", "unsorted_stop_times"})


class Notice(msgspec.Struct, frozen=True):
    """`row` counts the heading as 1; 0 means the file as a whole. `value` is what stands there (80 characters)."""

    code: str
    file: str
    row: int
    field: str
    value: str
    reason: str

    @property
    def severity(self) -> str:
        if self.code in WARNINGS:
            return WARNING
        return INFO if self.code in INFOS else ERROR


def notice(code: str, file: str, row: int = 0, field: str = "", value: str = "", reason: str = "") -> Notice:
    return Notice(code, file, row, field, value[:80], reason)


def counted(notices: Iterable[Notice]) -> Counter[str]:
    """How often each code stands."""
    return Counter(each.code for each in notices)
