"""ISPU and US AQI: the printed break-points, the way back, and the highest of several."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.services.environment.engine import ispu, us_aqi
from pinisi.services.environment.engine.overall import overall
from pinisi.services.environment.engine.pollutant import NotAnIndex, SubIndex
from pinisi.services.environment.engine.scale import concentration_of, index_of

NOW = date(2026, 3, 1)
BEFORE = date(2024, 5, 5)
US_SCALES = [*us_aqi.SCALES_2024.values(), *us_aqi.SCALES_2012.values()]

indices = st.floats(0, 900)
concentrations = st.floats(0, 2000)
ispu_pollutants = st.sampled_from(sorted(ispu.SCALES))


@pytest.mark.parametrize(
    ("pollutant", "concentration", "index"),
    [
        ("pm25", 15.5, 50),
        ("pm25", 55.4, 100),
        ("pm25", 150.4, 200),
        ("pm10", 420, 300),
        ("so2", 1200, 500),
        ("co", 8000, 100),
        ("o3", 235, 100),
        ("no2", 1130, 200),
        ("hc", 432, 300),
        ("pm25", 35.45, 75),
        ("so2", 0, 0),
    ],
)
def test_the_printed_break_points_of_ispu_have_their_printed_index(
    pollutant: ispu.Pollutant, concentration: float, index: float
) -> None:
    assert ispu.sub_index(pollutant, concentration) == pytest.approx(index)


@given(ispu_pollutants, indices)
def test_ispu_goes_back_and_forth(pollutant: ispu.Pollutant, index: float) -> None:
    assert ispu.sub_index(pollutant, ispu.concentration(pollutant, index)) == pytest.approx(index, abs=1e-9)


@given(ispu_pollutants, concentrations, concentrations)
def test_more_of_a_pollutant_never_has_a_lower_ispu(pollutant: ispu.Pollutant, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert ispu.sub_index(pollutant, low) <= ispu.sub_index(pollutant, high) + 1e-9


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (0, "good"),
        (50, "good"),
        (50.4, "good"),
        (50.5, "moderate"),
        (100, "moderate"),
        (101, "unhealthy"),
        (200, "unhealthy"),
        (201, "veryUnhealthy"),
        (300, "veryUnhealthy"),
        (301, "hazardous"),
        (999, "hazardous"),
    ],
)
def test_the_category_of_ispu_is_that_of_the_whole_index(index: float, name: str) -> None:
    assert ispu.category(index) == name


@pytest.mark.parametrize(
    ("pollutant", "hours", "concentration", "day", "index"),
    [
        ("pm25", 24, 9.0, NOW, 50),
        ("pm25", 24, 9.09, NOW, 50),
        ("pm25", 24, 35.49, NOW, 100),
        ("pm25", 24, 125.4, NOW, 200),
        ("pm25", 24, 325.4, NOW, 500),
        ("pm25", 24, 12.0, BEFORE, 50),
        ("pm25", 24, 12.0, NOW, 56),
        ("pm25", 24, 150.4, BEFORE, 200),
        ("pm25", 24, 425.3, NOW, 699),
        ("pm10", 24, 54.9, NOW, 50),
        ("pm10", 24, 504, BEFORE, 400),
        ("o3", 8, 0.0709, NOW, 100),
        ("o3", 1, 0.164, NOW, 150),
        ("co", 8, 9.4, NOW, 100),
        ("no2", 1, 360, NOW, 150),
        ("so2", 1, 304, NOW, 200),
        ("so2", 24, 305, NOW, 201),
    ],
)
def test_us_aqi_cuts_the_concentration_and_uses_the_table_of_the_day(
    pollutant: us_aqi.Pollutant, hours: int, concentration: float, day: date, index: int
) -> None:
    assert us_aqi.sub_index(pollutant, hours, concentration, day) == index


def test_a_mean_that_defines_no_us_index_has_none() -> None:
    assert us_aqi.sub_index("o3", 1, 0.100, NOW) is None
    assert us_aqi.sub_index("o3", 8, 0.250, NOW) is None
    assert us_aqi.sub_index("so2", 1, 400, NOW) is None
    assert us_aqi.concentration("o3", 8, 350, NOW) is None


def test_what_has_no_table_is_refused_by_name() -> None:
    with pytest.raises(NotAnIndex, match="day: '2012-12-31'"):
        us_aqi.sub_index("pm25", 24, 10, date(2012, 12, 31))
    with pytest.raises(NotAnIndex, match="o3 over 8 h on 2014-01-01"):
        us_aqi.sub_index("o3", 8, 0.05, date(2014, 1, 1))
    with pytest.raises(NotAnIndex, match="hc over 24 h"):
        us_aqi.sub_index("hc", 24, 10, NOW)


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf])
def test_what_is_no_amount_is_refused(value: float) -> None:
    with pytest.raises(NotAnIndex, match="concentration"):
        ispu.sub_index("pm25", value)
    with pytest.raises(NotAnIndex, match="index"):
        ispu.concentration("pm25", value)
    with pytest.raises(NotAnIndex):
        us_aqi.category(value)
    with pytest.raises(NotAnIndex):
        overall([SubIndex("pm25", value)])


@given(st.sampled_from(US_SCALES), st.integers(0, 700))
def test_the_us_index_comes_back_within_one_step_of_the_concentration(scale: us_aqi.Scale, index: int) -> None:
    concentration = concentration_of(scale, index)
    if concentration is None:
        return
    back = index_of(scale, concentration)
    assert back is not None and scale.decimals is not None
    steepest = max((step.index_high - step.index_low) / (step.high - step.low) for step in scale.steps)
    assert abs(back - index) <= steepest * 10.0**-scale.decimals / 2 + 1e-6


@given(st.integers(0, 500))
def test_every_us_index_of_fine_particles_comes_back_as_it_was(index: int) -> None:
    concentration = us_aqi.concentration("pm25", 24, index, NOW)
    assert concentration is not None
    assert us_aqi.sub_index("pm25", 24, concentration, NOW) == index


def test_the_editions_of_the_us_table_agree_but_for_fine_particles_and_the_top() -> None:
    for key, scale in us_aqi.SCALES_2012.items():
        lower = [step for step in scale.steps if step.index_high <= 300]
        newer = us_aqi.SCALES_2024[key]
        assert newer.steps[-1].high == scale.steps[-1].high or key == ("pm25", 24)
        assert key == ("pm25", 24) or [step for step in newer.steps if step.index_high <= 300] == lower


def test_the_highest_sub_index_is_the_index_and_ties_name_all() -> None:
    found = overall([SubIndex("o3", 71.4), SubIndex("pm25", 71.2), SubIndex("co", 12)], asked=("pm25", "pm10"))
    assert found is not None
    assert (found.value, found.critical, found.first, found.missing) == (71, ("pm25", "o3"), "pm25", ("pm10",))
    assert overall([]) is None


@given(st.lists(st.builds(SubIndex, ispu_pollutants, indices), min_size=1))
def test_the_index_is_never_below_any_of_its_parts(parts: list[SubIndex]) -> None:
    found = overall(parts)
    assert found is not None
    assert found.value >= max(part.value for part in parts) - 0.5
    assert {part.pollutant for part in parts} >= set(found.critical)
