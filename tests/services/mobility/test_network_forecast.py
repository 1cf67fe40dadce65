"""Speeds of the next hour of many roads: better than plain rules, from the past alone, honest about gaps."""

from pathlib import Path

import numpy as np
import pytest
from speeds_at_hand import eight_roads, near_of_eight, week

from pinisi.services.mobility.engine.forecast.judged import Held, last_fifth, mean_error, persistence, said_of
from pinisi.services.mobility.engine.forecast.neighbours import beside, leaders, second
from pinisi.services.mobility.engine.forecast.net import Examples, learnt
from pinisi.services.mobility.engine.forecast.network import (
    FEWEST,
    Learnt,
    TooLittle,
    learn,
    margins,
    windows_of,
)
from pinisi.services.mobility.engine.forecast.speeds import AHEAD, DAY_STEPS, PAST, Speeds, carried, filled, step_of
from pinisi.services.mobility.engine.forecast.usual import MEAN, OTHER_KIND, usual
from pinisi.vocabulary.instant import HOUR, parse_instant

NAN = np.nan


@pytest.fixture(scope="module")
def held() -> Held:
    return Held(eight_roads(), 1_289, 1_612)


@pytest.fixture(scope="module")
def known(held: Held) -> Learnt:
    return learn(held.speeds.until(held.first), near_of_eight())


def test_the_measure_gives_persistence_its_published_error(shared_data: Path) -> None:
    values = np.loadtxt(shared_data / "traffic" / "los_speed.csv", np.float32, delimiter=",", skiprows=1)
    part = last_fifth(week(values))
    said = said_of(part, persistence)
    assert round(mean_error(part, said, 3), 3) == 3.155
    assert round(mean_error(part, said, 12), 3) == 4.428


def test_the_forecast_of_real_roads_is_better_than_the_last_speed_and_than_the_usual(held: Held, known: Learnt) -> None:
    said, again = said_of(held, known.ahead), said_of(held, persistence)
    by_time = np.stack([known.signs.usual.at(held.speeds.steps[held.origins], by) for by in range(1, AHEAD + 1)], 1)
    for ahead in (3, 12):
        ours = mean_error(held, said, ahead)
        assert ours < mean_error(held, again, ahead)
        assert ours < 0.8 * mean_error(held, by_time, ahead)


def test_the_same_past_always_gives_the_same_forecast(held: Held, known: Learnt) -> None:
    again = learn(held.speeds.until(held.first), near_of_eight())
    assert np.array_equal(said_of(held, again.ahead), said_of(held, known.ahead))


def test_nothing_after_an_origin_and_nothing_before_its_last_hour_changes_what_is_said(
    held: Held, known: Learnt
) -> None:
    origin = np.array([1_500])
    values = held.speeds.values.copy()
    values[1_501:] = 1.0
    values[1_500 - 288 : 1_501 - PAST] = 99.0
    spoilt = Speeds(values, held.speeds.steps)
    steps = held.speeds.steps[origin]
    assert np.array_equal(
        known.ahead(windows_of(spoilt, origin), steps), known.ahead(windows_of(held.speeds, origin), steps)
    )


def test_one_origin_is_told_as_among_many(held: Held, known: Learnt) -> None:
    many = said_of(held, known.ahead)
    place = np.array([100])
    windows = windows_of(held.speeds, held.origins[place])
    alone = known.ahead(windows, held.speeds.steps[held.origins[place]])
    assert np.allclose(alone[0], many[100], atol=1e-3)


def test_nine_in_ten_speeds_lie_within_the_interval(held: Held, known: Learnt) -> None:
    found = margins(held.speeds.until(held.first), near_of_eight())
    whole = held.origins[:-AHEAD]
    said = said_of(held, known.ahead)[: whole.size]
    level = found.level(windows_of(held.speeds, whole)[:, -1])
    for by in (2, 11):
        missed = held.speeds.values[whole + by + 1] - said[:, by]
        inside = (missed >= found.low[level, by]) & (missed <= found.high[level, by])
        assert 0.8 < inside.mean() < 0.97


def test_a_past_of_a_day_is_refused_with_its_length() -> None:
    with pytest.raises(TooLittle, match=f"288 steps of five minutes are too few to learn from: {FEWEST}"):
        learn(eight_roads().until(DAY_STEPS), near_of_eight())


def test_roads_with_gaps_a_road_that_never_spoke_and_one_that_fell_silent_are_all_told() -> None:
    speeds = eight_roads().until(3 * DAY_STEPS)
    values = speeds.values.copy()
    values[::7, 0] = NAN
    values[:, 1] = NAN
    values[500:, 2] = NAN
    broken = Speeds(values, speeds.steps)
    made = learn(broken, near_of_eight())
    origin = np.array([values.shape[0] - 1])
    said = made.ahead(windows_of(broken, origin), broken.steps[origin])
    assert said.shape == (1, AHEAD, 8)
    assert np.isfinite(said).all()
    assert (said >= 0).all()


def test_one_road_alone_is_told_too() -> None:
    speeds = eight_roads()
    alone = Held(Speeds(speeds.values[:, :1], speeds.steps), 1_289, 1_612)
    made = learn(alone.speeds.until(alone.first), np.zeros((1, 1), np.float32))
    said = said_of(alone, made.ahead)
    assert said.shape == (311, AHEAD, 1)
    assert 0.0 <= said.min() <= said.max() < 100.0


def test_what_was_not_measured_is_no_outcome_to_learn() -> None:
    lots = np.random.default_rng(1)
    own, shared = lots.normal(size=(300, 2, 3)), lots.normal(size=(300, 2))
    wanted = np.repeat(own[..., :1], AHEAD, axis=2)
    with_gaps = np.where(lots.random(wanted.shape) < 0.3, NAN, wanted)
    examples = [Examples(own.astype(np.float32), shared.astype(np.float32), each) for each in (wanted, with_gaps)]
    for each in examples:
        said = learnt(each, 0).said(each.own, each.shared)
        assert np.isfinite(said).all()


def test_the_slopes_of_the_net_are_those_of_its_loss() -> None:
    lots = np.random.default_rng(2)
    own, shared = lots.normal(size=(20, 3)), lots.normal(size=(20, 2))
    road, toward = lots.integers(0, 2, 20), lots.normal(size=(20, AHEAD))
    begun = learnt(Examples(*(part.astype(np.float32) for part in _few(lots))), 3)
    net = type(begun)({name: many.astype(np.float64) for name, many in begun.weights.items()})
    slopes = net.slopes(own, road, net.through(own, shared, road), toward)
    for name, weight in net.weights.items():
        place = tuple(size // 2 for size in weight.shape)
        before = weight[place]
        loss: list[float] = []
        for move in (1e-6, -1e-6):
            weight[place] = before + move
            loss.append(float((net.through(own, shared, road).said * toward).sum()))
        weight[place] = before
        assert slopes[name][place] == pytest.approx((loss[0] - loss[1]) / 2e-6, rel=1e-4, abs=1e-6), name


def _few(lots: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return lots.normal(size=(50, 2, 3)), lots.normal(size=(50, 2)), lots.normal(size=(50, 2, AHEAD))


def test_the_last_value_is_carried_over_a_gap_and_the_first_one_backwards() -> None:
    values = np.array([[NAN, NAN], [50, NAN], [NAN, NAN], [40, NAN]], np.float32)
    assert carried(values)[:, 0].tolist() == [50, 50, 50, 40]
    assert carried(values)[:, 1].tolist() == [45, 45, 45, 45]
    assert carried(np.full((2, 1), NAN, np.float32)).tolist() == [[0], [0]]


def test_three_values_and_more_on_a_straight_line_were_filled() -> None:
    line = np.array([60, 55, 50, 45, 40, 52, 51, 50, 47, 60], np.float32)[:, None]
    assert np.flatnonzero(filled(line)[:, 0]).tolist() == [1, 2, 3]


def test_the_lines_of_the_week_are_found(shared_data: Path) -> None:
    values = np.loadtxt(shared_data / "traffic" / "los_speed.csv", np.float32, delimiter=",", skiprows=1)
    assert 0.03 < filled(values).mean() < 0.04


def test_the_usual_of_a_day_leaves_that_day_out() -> None:
    monday_to_saturday = np.repeat([10, 20, 30, 30, 30, 60], DAY_STEPS).astype(np.float32)[:, None]
    found = usual(Speeds(monday_to_saturday, np.arange(6 * DAY_STEPS)))
    mean = 30.0
    of_monday = (20 + 30 + 30 + 30 + OTHER_KIND * 60 + MEAN * mean) / (4 + OTHER_KIND + MEAN)
    of_sunday = (60 + OTHER_KIND * (10 + 20 + 30 + 30 + 30) + MEAN * mean) / (1 + OTHER_KIND * 5 + MEAN)
    monday, sunday = np.array([12 * 12]), np.array([6 * DAY_STEPS + 12 * 12])
    assert found.at(monday, 0)[0, 0] == pytest.approx(of_monday, rel=1e-5)
    assert found.at(sunday, 0)[0, 0] == pytest.approx(of_sunday, rel=1e-5)


def test_shares_of_neighbours_leave_the_road_itself_out() -> None:
    chain = np.array([[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]], np.float32)
    assert np.allclose(beside(chain), [[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]], atol=1e-4)
    assert np.allclose(second(beside(chain)), [[0, 0, 1], [0, 0, 0], [1, 0, 0]], atol=1e-4)


def test_a_road_that_always_goes_before_another_is_its_first_leader() -> None:
    lots = np.random.default_rng(4)
    told = lots.normal(size=(500, 6)).astype(np.float32)
    change = lots.normal(size=(500, 6)).astype(np.float32)
    change[:, 2] = -told[:, 5]
    found = leaders(change, told)
    assert found.roads[2, 0] == 5
    assert found.shares[2, 0] < 0


def test_a_moment_has_the_step_of_the_citys_clock() -> None:
    monday_midnight_in_makassar = parse_instant("2026-11-22T16:00:00Z")
    assert step_of(monday_midnight_in_makassar, 8 * HOUR) % (7 * DAY_STEPS) == 0
    assert step_of(monday_midnight_in_makassar - 1, 8 * HOUR) % (7 * DAY_STEPS) == 7 * DAY_STEPS - 1
