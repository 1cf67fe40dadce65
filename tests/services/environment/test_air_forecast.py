"""The next 24 hours: from the past alone, with an interval that holds."""

import math
from pathlib import Path

import pytest
from air_at_hand import CUTS, SURABAYA, good_hours, surabaya
from hypothesis import given
from hypothesis import strategies as st

from pinisi.services.environment.engine.backtest import EVERY, backtest, by_hours_ahead, measured
from pinisi.services.environment.engine.forecast import FEWEST, SILENT, forecast
from pinisi.services.environment.engine.hourly import Hourly
from pinisi.vocabulary.instant import DAY, HOUR, parse_instant

START = parse_instant("2026-01-01T00:00:00Z")
NAN = math.nan


def of(values: list[float]) -> Hourly:
    return Hourly(START, tuple(values))


def day_curve(hours: int) -> list[float]:
    return [80 + 30 * math.sin(2 * math.pi * hour / 24) for hour in range(hours)]


@pytest.fixture(scope="module")
def five_weeks() -> Hourly:
    return good_hours(surabaya(CUTS / "aqi_surabaya_five_weeks.csv"))


def test_the_forecast_of_real_hours_is_what_it_was(five_weeks: Hourly) -> None:
    told = forecast(five_weeks, parse_instant("2025-10-30T12:00:00Z"), (1, 6, 24))
    assert told is not None
    assert [(round(hour.value), round(hour.low), round(hour.high)) for hour in told.hours] == [
        (84, 62, 103),
        (92, 54, 124),
        (84, 58, 115),
    ]
    assert told.latest == told.origin


def test_what_comes_after_the_origin_changes_nothing(five_weeks: Hourly) -> None:
    origin = parse_instant("2025-10-28T12:00:00Z")
    wild = Hourly(five_weeks.first, (*five_weeks.until(origin).values, *[999.0] * 48))
    assert forecast(wild, origin) == forecast(five_weeks, origin) == forecast(five_weeks.until(origin), origin)


def test_the_course_of_a_day_that_repeats_is_forecast() -> None:
    curve = day_curve(60 * 24)
    told = forecast(of(curve[: 59 * 24]), START + (59 * 24 - 1) * HOUR)
    assert told is not None
    assert [hour.at for hour in told.hours] == [START + (59 * 24 + ahead) * HOUR for ahead in range(24)]
    assert max(abs(hour.value - came) for hour, came in zip(told.hours, curve[59 * 24 :], strict=True)) < 4


def test_air_that_never_changes_stays_so() -> None:
    told = forecast(of([42.0] * 800), START + 799 * HOUR)
    assert told is not None
    assert all(math.isclose(end, 42, abs_tol=1e-6) for hour in told.hours for end in (hour.low, hour.value, hour.high))


def test_too_short_a_history_and_a_silent_sensor_give_no_forecast() -> None:
    enough = day_curve(FEWEST)
    assert forecast(of(enough), START + (FEWEST - 1) * HOUR) is not None
    assert forecast(of(enough[1:]), START + (FEWEST - 2) * HOUR) is None
    assert forecast(of(enough), START + (FEWEST - 1 + SILENT) * HOUR) is not None
    assert forecast(of(enough), START + (FEWEST + SILENT) * HOUR) is None
    assert forecast(of(enough), START - HOUR) is None
    assert forecast(Hourly(0, ()), START) is None


@pytest.mark.parametrize("ahead", [0, 25, -1])
def test_only_the_next_24_hours_can_be_asked_for(ahead: int) -> None:
    with pytest.raises(ValueError, match="horizons"):
        forecast(of(day_curve(FEWEST)), START + FEWEST * HOUR, (ahead,))


@given(st.lists(st.one_of(st.floats(0, 999), st.just(NAN)), min_size=24, max_size=60), st.integers(0, 40))
def test_whatever_was_measured_the_interval_holds_its_value(pattern: list[float], late: int) -> None:
    values = (pattern * 60)[: 40 * 24]
    told = forecast(of(values), START + (len(values) - 1 + late) * HOUR, (1, 12, 24))
    for hour in () if told is None else told.hours:
        assert 0 <= hour.low <= hour.value <= hour.high < math.inf


def test_plain_rules_say_the_last_value_and_the_mean_of_the_hour() -> None:
    values = [*day_curve(FEWEST), *[50.0] * 48]
    origin = START + (FEWEST + 23) * HOUR
    said = backtest(of(values), origin, START + len(values) * HOUR, horizons=(24,))[0]
    same = values[23 : FEWEST + 24 : 24]
    assert (said.at, said.ahead, said.came, said.plain.persistence) == (origin + 24 * HOUR, 24 * HOUR, 50, 50)
    assert said.plain.hour_of_day == pytest.approx(sum(same) / len(same))


def test_the_gain_is_against_the_better_of_the_plain_rules(five_weeks: Hourly) -> None:
    first = parse_instant("2025-10-30T00:00:00Z")
    found = by_hours_ahead(backtest(five_weeks, first, five_weeks.last))
    assert list(found) == [1, 6, 24]
    for skill in found.values():
        assert skill.persistence is not None and skill.hour_of_day is not None
        assert skill.gain == pytest.approx(1 - skill.error / min(skill.persistence, skill.hour_of_day))


def test_the_error_told_beside_a_forecast_is_that_of_the_days_before_it(five_weeks: Hourly) -> None:
    origin = parse_instant("2025-10-30T12:00:00Z")
    found = measured(five_weeks, origin, five_weeks, days=4)
    assert found == backtest(five_weeks, origin - 4 * DAY, origin + HOUR, horizons=(24,), every=EVERY)
    assert found == measured(five_weeks.until(origin), origin, five_weeks, days=4)
    assert [one.at % DAY // HOUR for one in found] == [12, 19, 2, 9, 16, 23, 6, 13, 20, 3, 10]
    assert measured(five_weeks.until(five_weeks.first + 20 * DAY), five_weeks.first + 20 * DAY, five_weeks) == []


def test_the_last_quarter_of_surabaya_is_forecast_a_day_ahead_better_than_by_plain_rules(shared_data: Path) -> None:
    """Every third origin of what `bench/environment.py` measures whole."""
    series = good_hours(surabaya(shared_data / "airquality" / SURABAYA))
    first = series.first + len(series.values) * 3 // 4 * HOUR
    day = by_hours_ahead(backtest(series, first, series.last + HOUR, horizons=(24,), every=3))[24]
    assert day.count > 550
    assert day.gain is not None and day.gain >= 0.15
    assert day.held is not None and 0.85 <= day.held <= 0.95
