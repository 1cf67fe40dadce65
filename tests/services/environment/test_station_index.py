"""The index of a station from judged values, units, and what stands behind a US AQI."""

from datetime import date

import pytest

from pinisi.services.environment.engine import ispu, us_aqi
from pinisi.services.environment.engine.cleaning import Reading, Verdict, judge_all
from pinisi.services.environment.engine.hourly import hourly
from pinisi.services.environment.engine.pollutant import NotAnIndex
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.services.environment.engine.station import station_ispu
from pinisi.services.environment.engine.units import to_micrograms
from pinisi.services.environment.engine.without_concentrations import particles_behind
from pinisi.vocabulary.instant import HOUR, MINUTE, parse_instant

START = parse_instant("2026-03-01T00:00:00Z")
NOW = START + 24 * HOUR


def verdicts(*values: float) -> list[Verdict]:
    return judge_all(QUANTITIES["pm25"], [Reading(START + hour * HOUR, value) for hour, value in enumerate(values)])


def test_the_index_of_a_station_is_that_of_its_24_hour_means() -> None:
    found = station_ispu({"pm25": verdicts(*[30.0, 40.9] * 12), "pm10": verdicts(*[50.0, 50.5] * 12)}, NOW)
    assert found.overall is not None
    assert (found.overall.value, found.overall.critical, found.category) == (75, ("pm25",), "moderate")
    assert [(mean.pollutant, mean.hours, mean.left_out) for mean in found.means] == [("pm25", 24, 0), ("pm10", 24, 0)]


def test_faulty_values_are_left_out_of_the_index_and_counted() -> None:
    clean = station_ispu({"pm25": verdicts(*[30.0, 31.0] * 12)}, NOW).overall
    faulty = [30.0, 31.0] * 12
    faulty[12], faulty[13], faulty[20] = 0.0, 0.0, 900.0
    found = station_ispu({"pm25": verdicts(*faulty)}, NOW)
    assert found.overall == clean
    assert (found.means[0].hours, found.means[0].left_out) == (21, 3)


def test_a_real_exceedance_raises_the_index() -> None:
    found = station_ispu({"pm25": verdicts(*[30.0, 31.0] * 6, *[180.0, 185.0] * 6)}, NOW)
    assert found.category == "unhealthy"
    assert found.means[0].left_out == 1


def test_too_few_good_hours_make_no_index_and_are_told() -> None:
    found = station_ispu({"pm25": verdicts(*[30.0, 31.0] * 8), "pm10": verdicts(*[60.0, 61.0] * 12)}, NOW)
    assert found.overall is not None
    assert (found.overall.critical, found.overall.missing) == (("pm10",), ("pm25",))
    assert station_ispu({"pm25": []}, NOW).overall is None


def test_an_hour_with_many_values_weighs_no_more_than_another() -> None:
    quick = [Reading(START + number * MINUTE, 100.0 + number % 2) for number in range(0, 60, 5)]
    slow = [Reading(START + hour * HOUR, 99.0 + hour % 2) for hour in range(1, 24)]
    judged = judge_all(QUANTITIES["pm25"], [*quick, *slow])
    (mean,) = station_ispu({"pm25": judged}, NOW).means
    assert mean.value == pytest.approx((100.5 + 12 * 100 + 11 * 99) / 24)
    assert hourly(judged).values[:2] == (100.5, 100.0)


def test_hours_without_a_good_value_stay_empty() -> None:
    series = hourly(verdicts(30, 0, 31))
    assert series.values[0] == 30 and series.values[2] == 31 and series.values[1] != series.values[1]
    assert (series.first, series.last) == (START, START + 2 * HOUR)
    assert hourly([]).values == ()


@pytest.mark.parametrize(
    ("pollutant", "value", "unit", "micrograms"),
    [
        ("pm25", 12, "GQ", 12),
        ("co", 4, "GP", 4000),
        ("o3", 60, "61", 117.8),
        ("no2", 0.1, "59", 188.2),
        ("so2", 75, "61", 196.5),
    ],
)
def test_units_come_to_micrograms(pollutant: ispu.Pollutant, value: float, unit: str, micrograms: float) -> None:
    assert to_micrograms(pollutant, value, unit) == pytest.approx(micrograms, rel=1e-3)


@pytest.mark.parametrize(("pollutant", "unit"), [("pm25", "61"), ("hc", "59"), ("o3", "CEL")])
def test_a_unit_that_makes_no_sense_is_refused(pollutant: ispu.Pollutant, unit: str) -> None:
    with pytest.raises(NotAnIndex, match=f"unit: '{unit} of {pollutant}'"):
        to_micrograms(pollutant, 1, unit)


def test_a_us_aqi_of_particles_tells_their_concentration_and_of_gases_nothing() -> None:
    day = date(2025, 5, 1)
    assert particles_behind(152, "p2", day) == 56.9
    assert us_aqi.sub_index("pm25", 24, 56.9, day) == 152
    assert particles_behind(152, "p2", date(2024, 5, 1)) == pytest.approx(57.4)
    assert particles_behind(80, "p1", day) == 114
    assert particles_behind(80, "o3", day) is None
    assert particles_behind(80, "??", day) is None
