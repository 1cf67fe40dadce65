"""A course is read whole or not at all: what is anything else stays what it is."""

from typing import Any

import pytest

from pinisi.city.course import CoursePoint, read_course

ONE = {"at": "2026-03-01T01:00:00Z", "value": 5}
TWO = {"at": "2026-03-01T02:00:00Z", "value": None, "low": 1.5, "high": 9}


def test_points_come_in_order_of_time() -> None:
    assert read_course([TWO, ONE]) == (
        CoursePoint("2026-03-01T01:00:00Z", 5),
        CoursePoint("2026-03-01T02:00:00Z", None, 1.5, 9),
    )


@pytest.mark.parametrize(
    "told",
    [
        None,
        "2026-03-01T01:00:00Z",
        ONE,
        [],
        [ONE],
        [TWO, TWO],
        [ONE, 3],
        [ONE, {"at": "2026-03-01T02:00:00Z"}],
        [ONE, {"value": 3}],
        [ONE, {"at": "tomorrow", "value": 3}],
        [ONE, {"at": "2026-03-01T10:00:00+08:00", "value": 3}],
        [ONE, {"at": 1_772_000_000, "value": 3}],
        [ONE, TWO | {"value": "many"}],
        [ONE, TWO | {"value": True}],
        [ONE, TWO | {"low": [1]}],
    ],
)
def test_anything_else_is_none(told: Any) -> None:
    assert read_course(told) is None
