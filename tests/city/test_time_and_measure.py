"""Periods, areas on the Earth, units and numbers in three languages."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.ellipsoid import area_m2, distance_m, distance_to_m
from pinisi.city.period import NotAPeriod, days_in, period_days, period_end, period_start
from pinisi.city.text import Text, distance_text, fill, format_number
from pinisi.city.units import UnitMismatch, in_unit
from pinisi.vocabulary.instant import parse_instant

WITA = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("period", "end", "days"),
    [
        ("2022", "2022-12-31T16:00:00Z", 365),
        ("2024", "2024-12-31T16:00:00Z", 366),
        ("2025-S1", "2025-06-30T16:00:00Z", 181),
        ("2025-S2", "2025-12-31T16:00:00Z", 184),
        ("2025-Q1", "2025-03-31T16:00:00Z", 90),
        ("2025-Q4", "2025-12-31T16:00:00Z", 92),
        ("2024-02", "2024-02-29T16:00:00Z", 29),
        ("2025-12", "2025-12-31T16:00:00Z", 31),
        ("2025-07-04", "2025-07-04T16:00:00Z", 1),
    ],
)
def test_a_period_ends_at_midnight_of_the_city(period: str, end: str, days: int) -> None:
    assert (period_end(period, WITA), days_in(period)) == (end, days)


@pytest.mark.parametrize(
    "text", ["", "22", "2022-13", "2023-02-29", "0000", "9999", "2022-S3", "2022-Q5", "2022 ", "x"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(NotAPeriod):
        period_days(text)


@given(st.integers(1, 9998), st.sampled_from(["", "-S1", "-S2", "-Q2", "-06", "-11-30"]))
def test_a_period_starts_before_it_ends(year: int, part: str) -> None:
    period = f"{year:04}{part}"
    if year > 1:
        start, end = period_start(period, WITA), period_end(period, WITA)
        assert parse_instant(start) < parse_instant(end)


def test_the_whole_ellipsoid_has_its_known_area() -> None:
    assert area_m2(shapely.box(-180, -90, 180, 90)) == pytest.approx(510_065_621_724_000, rel=1e-9)


@pytest.mark.parametrize("south", [0, -5, 40, 89])
def test_a_square_degree_has_the_area_that_integration_gives(south: int) -> None:
    """The radii of curvature of WGS 84 multiplied and summed over thin strips."""
    squared = (1 / 298.257223563) * (2 - 1 / 298.257223563)
    latitudes = np.radians(south + (np.arange(10_000) + 0.5) / 10_000)
    strips = 6_378_137.0**2 * (1 - squared) * np.cos(latitudes) / (1 - squared * np.sin(latitudes) ** 2) ** 2
    expected = strips.mean() * np.radians(1) ** 2
    assert area_m2(shapely.box(0, south, 1, south + 1)) == pytest.approx(expected, rel=1e-8)


@given(st.floats(-80, 80), st.floats(0.01, 5))
def test_areas_add_up(south: float, height: float) -> None:
    lower, upper = shapely.box(10, south, 11, south + height), shapely.box(10, south + height, 11, south + 2 * height)
    both = shapely.box(10, south, 11, south + 2 * height)
    assert area_m2(lower) + area_m2(upper) == pytest.approx(area_m2(both), rel=1e-6)


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance_m((119, -5), (119, -6)) == pytest.approx(111_195, rel=1e-4)
    assert distance_to_m(shapely.box(0, 0, 1, 1), 0.5, 0.5) == 0
    assert distance_to_m(shapely.box(0, 0, 1, 1), 2, 0.5) == pytest.approx(111_191, rel=1e-3)


def test_units_of_one_kind_turn_into_each_other() -> None:
    assert in_unit(2.06, "TNE", "KGM") == 2060
    assert in_unit(10_000, "MTK", "HAR") == 1
    assert in_unit(5, "CEL", "CEL") == 5
    assert in_unit(5, "CEL", None) == 5


@pytest.mark.parametrize(("unit", "wanted"), [("KGM", "MTK"), (None, "KGM"), ("CEL", "KGM"), ("KGM", "CEL")])
def test_units_of_two_kinds_are_refused(unit: str | None, wanted: str) -> None:
    with pytest.raises(UnitMismatch):
        in_unit(1, unit, wanted)


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (1_482_354, "1.482.354", "1,482,354"),
        (0.06, "0,06", "0.06"),
        (753.175, "753,17", "753.17"),
        (-2.5, "-2,5", "-2.5"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(value: float, indonesian: str, english: str) -> None:
    assert format_number(value, "id") == indonesian
    assert (format_number(value, "en"), format_number(value, "ja")) == (english, english)


def test_a_template_takes_numbers_words_and_texts() -> None:
    filled = fill(Text("{a} {b} {c}", "{c} {a}", "{b}"), a=1000, b="x", c=Text("satu", "one", "一"))
    assert filled == Text("1.000 x satu", "one 1,000", "x")
    assert distance_text(999.4).en == "999 m"
    assert distance_text(1_365_210).id == "1.365,2 km"
