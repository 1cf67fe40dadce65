"""Moments: microseconds inside, UTC text outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, SECOND, NotAnInstant, format_instant, parse_instant

FIRST, LAST = parse_instant("0001-01-01T00:00:00Z"), parse_instant("9999-12-31T23:59:59.999999Z")


@given(st.integers(FIRST, LAST))
def test_every_microsecond_of_ten_thousand_years_survives_being_written(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant


def test_zero_is_the_beginning_of_1970() -> None:
    assert parse_instant("1970-01-01T00:00:00Z") == 0
    assert format_instant(0) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:01.5Z", 1_500_000),
        ("1970-01-01T00:00:00,25Z", 250_000),
        ("1970-01-02T00:00:00.1234567Z", DAY + 123_456),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2000-02-29T00:00:00Z", 951_782_400 * SECOND),
    ],
)
def test_fractions_are_read_down_to_microseconds(text: str, instant: int) -> None:
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-11-22", "2026-11-22T06:32:00", "2026-11-22T06:32:00+08:00", "2026-11-22T06:32Z",
        "0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z", " 2026-11-22T06:32:00Z", "2026-11-22t06:32:00z", "２０２６-11-22T06:32:00Z",
        "2026-11-22T06:32:00.Z",
    ],
)  # fmt: skip
def test_what_is_no_utc_moment_is_refused(text: str) -> None:
    with pytest.raises(NotAnInstant):
        parse_instant(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse_instant(text)
    except NotAnInstant as error:
        assert str(error)


def test_units_are_what_they_say() -> None:
    assert (SECOND, MINUTE, HOUR, DAY) == (10**6, 60 * 10**6, 3_600 * 10**6, 86_400 * 10**6)
