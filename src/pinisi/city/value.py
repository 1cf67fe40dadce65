"""One number or word as people are shown it: with unit, source, method, age, sample and doubts."""

from typing import Any, Literal

import msgspec

from pinisi.city.course import CoursePoint
from pinisi.city.text import Text
from pinisi.vocabulary.instant import DAY, Instant, parse_instant

LATE_AFTER_DAYS = 3 * 365
State = Literal["fresh", "late", "dead", "undated"]


class Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One number or word with its provenance, as the console shows it.

    `n` is how many inputs a computed number rests upon, `missing` how many had no figure that fits; both None for what
    is written as it is. `providers` and `methods` name all of its inputs', `provider` the one that they share.
    `course`: how it goes over time, where the attribute tells that instead of one value.
    """

    label: Text
    value: float | str | None
    value_text: Text | None = None
    unit: str | None = None
    unit_text: Text | None = None
    method: str | None = None
    methods: tuple[str, ...] = ()
    derived: Text | None = None
    provider: str | None = None
    providers: tuple[str, ...] = ()
    written_by: str | None = None
    observed_at: str | None = None
    received_at: str | None = None
    period: str | None = None
    state: State = "undated"
    age_days: int | None = None
    update_period: float | None = None
    n: int | None = None
    missing: int | None = None
    note: str | None = None
    flags: tuple[dict[str, Any], ...] = ()
    entity: str | None = None
    attribute: str | None = None
    dataset_id: str | None = None
    course: tuple[CoursePoint, ...] | None = None


def age_of(observed: str | None, now: Instant | None, late_after_days: int) -> tuple[int | None, State]:
    """Whole days since it was true, and what to call that; without `now` the age stays open."""
    if observed is None:
        return None, "undated"
    if now is None:
        return None, "fresh"
    days = max(0, (now - parse_instant(observed)) // DAY)
    return days, "late" if days > late_after_days else "fresh"


def neat(value: float | None) -> float | None:
    """Two decimals, or three digits of what is smaller than one; whole numbers without a fraction, as JSON has them."""
    if value is None:
        return None
    rounded = float(round(value, 2) if abs(value) >= 1 else f"{value:.3g}")
    return int(rounded) if rounded.is_integer() else rounded
