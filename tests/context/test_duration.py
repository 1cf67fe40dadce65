import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.duration import Duration, NotADuration, parse_duration
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, SECOND, parse_instant


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT0S", Duration()),
        ("PT15M", Duration(0, 15 * MINUTE)),
        ("P1D", Duration(0, DAY)),
        ("P2W", Duration(0, 14 * DAY)),
        ("P1Y2M3DT4H5M6.5S", Duration(14, 3 * DAY + 4 * HOUR + 5 * MINUTE + 6 * SECOND + SECOND // 2)),
        ("PT0,5H", Duration(0, 30 * MINUTE)),
    ],
)
def test_iso_8601_durations_are_read(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1D", "P1DT", "P1H", "-P1D", "P1.5M", "P" + "9" * 50 + "Y", "P99999999D"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(NotADuration):
        parse_duration(text)


def test_months_follow_the_calendar() -> None:
    start = parse_instant("2024-01-31T06:00:00Z")
    assert Duration(1).after(start) == parse_instant("2024-02-29T06:00:00Z")
    assert Duration(1).after(start, 13) == parse_instant("2025-02-28T06:00:00Z")
    assert Duration(12, HOUR).after(start, 2) == parse_instant("2026-01-31T08:00:00Z")


def test_a_moment_beyond_the_calendar_overflows() -> None:
    with pytest.raises(OverflowError):
        Duration(12).after(parse_instant("9999-06-01T00:00:00Z"))


@given(st.text(alphabet="PTYMWDHS0123456789.,-", max_size=70))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NotADuration):
        assert parse_duration(text).microseconds >= 0
