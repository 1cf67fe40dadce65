"""A course: how one quantity goes over time, told in one attribute (`[{"at", "value", "low"?, "high"?}, ...]`, UTC)."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from pinisi.vocabulary.instant import Instant, NotAnInstant, format_instant, parse_instant


class CoursePoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """`value` None: not known then. `low` and `high`: between what it lies, where that is told."""

    at: str
    value: float | None
    low: float | None = None
    high: float | None = None


def read_course(told: Any) -> tuple[CoursePoint, ...] | None:
    """The points in order of time; None where it is anything but a course of two or more."""
    if not isinstance(told, list):
        return None
    points = [_point(each) for each in cast("list[Any]", told)]
    known = [point for point in points if point is not None]
    if len(known) < max(2, len(points)) or all(point.value is None for _, point in known):
        return None
    return tuple(point for _, point in sorted(known, key=lambda pair: pair[0]))


def _point(told: Any) -> tuple[Instant, CoursePoint] | None:
    if not isinstance(told, Mapping) or not {"at", "value"} <= told.keys():
        return None
    part = cast("Mapping[str, Any]", told)
    numbers = [part.get(name) for name in ("value", "low", "high")]
    if not isinstance(part["at"], str) or not all(each is None or type(each) in (int, float) for each in numbers):
        return None
    try:
        at = parse_instant(part["at"])
    except NotAnInstant:
        return None
    return at, CoursePoint(format_instant(at), *numbers)
