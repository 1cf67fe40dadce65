"""The next hour of one road, from its own past alone."""

import math

import numpy as np
import pytest
from speeds_at_hand import eight_roads

from pinisi.services.mobility.engine.forecast.one_road import (
    FEWEST,
    SILENT,
    RoadPast,
    five_minutes,
    forecast_road,
    least_absolute,
)
from pinisi.services.mobility.engine.forecast.speeds import AHEAD, DAY_STEPS, STEP
from pinisi.vocabulary.instant import HOUR, MINUTE, parse_instant

LOS_ANGELES = -8 * HOUR
START = parse_instant("2012-03-01T08:00:00Z")
"""Midnight there."""


@pytest.fixture(scope="module")
def road() -> RoadPast:
    """The busiest of the eight, over the part held for choosing."""
    return RoadPast(START, eight_roads().values[:1_612, 0])


def test_the_hour_ahead_is_nearer_to_what_came_than_the_last_speed(road: RoadPast) -> None:
    ours: list[float] = []
    plain: list[float] = []
    held: list[bool] = []
    for last in range(1_300, 1_600, 13):
        told = forecast_road(road, START + last * STEP, LOS_ANGELES)
        assert told is not None
        came = road.values[last + AHEAD]
        at_the_hour = told.ahead[-1]
        ours.append(abs(at_the_hour.value - came))
        plain.append(abs(road.values[last] - came))
        held.append(at_the_hour.low <= came <= at_the_hour.high)
    assert np.mean(ours) < np.mean(plain)
    assert np.mean(held) > 0.75


def test_each_step_of_the_hour_is_told_within_its_interval(road: RoadPast) -> None:
    origin = START + 1_400 * STEP
    told = forecast_road(road, origin, LOS_ANGELES)
    assert told is not None
    assert [each.at for each in told.ahead] == [origin + by * STEP for by in range(1, AHEAD + 1)]
    assert all(0 <= each.low <= each.value <= each.high for each in told.ahead)
    assert (told.origin, told.learnt_from) == (origin, 1_401)


def test_what_comes_after_the_origin_changes_nothing(road: RoadPast) -> None:
    spoilt = road.values.copy()
    spoilt[1_401:] = 1.0
    origin = START + 1_400 * STEP
    assert forecast_road(RoadPast(START, spoilt), origin, LOS_ANGELES) == forecast_road(road, origin, LOS_ANGELES)


def test_two_days_are_needed_and_a_value_of_the_last_half_hour(road: RoadPast) -> None:
    assert forecast_road(road, START + (FEWEST - 2) * STEP, LOS_ANGELES) is None
    assert forecast_road(road, START + (FEWEST - 1) * STEP, LOS_ANGELES) is not None
    end = START + (road.values.size - 1) * STEP
    assert forecast_road(road, end + SILENT * STEP, LOS_ANGELES) is not None
    assert forecast_road(road, end + (SILENT + 1) * STEP, LOS_ANGELES) is None
    assert forecast_road(RoadPast(0, np.zeros(0, np.float32)), end, LOS_ANGELES) is None


def test_gaps_are_neither_learnt_nor_told_as_speeds(road: RoadPast) -> None:
    holes = road.values.copy()
    holes[::5] = math.nan
    holes[700:800] = math.nan
    told = forecast_road(RoadPast(START, holes), START + 1_399 * STEP, LOS_ANGELES)
    assert told is not None
    assert all(np.isfinite([each.low, each.value, each.high]).all() for each in told.ahead)


def test_values_of_five_minutes_are_averaged_and_zeros_left_out() -> None:
    past = five_minutes({START: 50.0, START + MINUTE: 40.0, START + 11 * MINUTE: 30.0, START + 12 * MINUTE: 0.0})
    assert past.first == START
    assert past.values[0] == 45
    assert math.isnan(past.values[1])
    assert past.values[2] == 30
    assert five_minutes({}).values.size == 0


def test_a_road_that_never_changes_is_told_to_stay_as_it_is() -> None:
    past = RoadPast(START, np.full(4 * DAY_STEPS, 42.0, np.float32))
    told = forecast_road(past, START + (4 * DAY_STEPS - 1) * STEP, LOS_ANGELES)
    assert told is not None
    assert all(each.value == pytest.approx(42) for each in told.ahead)


def test_the_least_absolute_error_does_not_follow_a_few_wild_values() -> None:
    lots = np.random.default_rng(7)
    rows = lots.normal(size=(2_000, 2)).astype(np.float32)
    wanted = (rows @ np.array([2.0, -1.0], np.float32)).astype(np.float32)
    wanted[:100] += 500
    assert least_absolute(rows, wanted) == pytest.approx([2, -1], abs=0.1)
