"""Indices of congestion: worked by hand, and what must hold whatever the speeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.services.mobility.engine.congestion import (
    Basis,
    CongestionRule,
    Counted,
    State,
    counted,
    free_speed,
    indices,
    of_times,
    percentile,
    state,
)
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant, parse_instant

MAKASSAR = 8 * HOUR
MONDAY = parse_instant("2026-11-23T00:00:00Z") - MAKASSAR
"""Midnight in Makassar."""
SATURDAY = MONDAY + 5 * 24 * HOUR
MOVING = st.floats(1, 120)


def every_five_minutes(day: Instant, hours: tuple[float, float], speed: float) -> dict[Instant, float]:
    first, end = (int(hour * HOUR) for hour in hours)
    return {day + at: speed for at in range(first, end, 5 * MINUTE)}


def test_the_examples_of_the_federal_highway_administration() -> None:
    """FHWA-HOP-06-070: with a planning time index of 1.60 a trip of 15 min in light traffic is planned with 24 min;
    with a buffer index of 40 percent a mean trip of 20 min with 28 min.
    """
    assert of_times([*[15.0] * 18, 24.0, 24.0], 15.0).planning_time == pytest.approx(1.60)
    found = of_times([*[344 / 18] * 18, 28.0, 28.0], 15.0)
    assert found.travel_time * 15 == pytest.approx(20)
    assert found.buffer == pytest.approx(0.40)


def test_a_morning_worked_by_hand() -> None:
    """A Monday: the night flows at 60 km/h, 06-08 at 30, 08-09 at 20, 16-19 at 60. Times of 1 km: 24 of 2 min, 12 of
    3 min, 36 of 1 min; mean 120/72 min, 95th percentile 3 min.
    """
    speeds = every_five_minutes(MONDAY, (0, 5), 60) | every_five_minutes(MONDAY, (6, 8), 30)
    speeds |= every_five_minutes(MONDAY, (8, 9), 20) | every_five_minutes(MONDAY, (16, 19), 60)
    speeds |= every_five_minutes(MONDAY, (12, 13), 5)
    free = free_speed(speeds, MAKASSAR)
    assert free is not None
    assert (free.speed, free.basis, free.values) == (60, Basis.NIGHT, 60)
    found = indices(speeds, free.speed, MAKASSAR)
    assert found is not None
    assert found.values == 72
    assert found.travel_time == pytest.approx(120 / 72)
    assert found.planning_time == pytest.approx(3.0)
    assert found.buffer == pytest.approx((3 - 120 / 72) / (120 / 72))


def test_saturdays_and_the_rest_of_the_day_are_no_peak() -> None:
    assert indices(every_five_minutes(SATURDAY, (6, 9), 30), 60, MAKASSAR) is None
    assert indices(every_five_minutes(MONDAY, (9, 16), 30), 60, MAKASSAR) is None


def test_the_word_of_the_city_comes_before_the_nights_and_the_day_after_them() -> None:
    night = every_five_minutes(MONDAY, (22, 24), 50) | every_five_minutes(MONDAY, (0, 5), 50)
    day = every_five_minutes(MONDAY, (10, 12), 40)
    assert free_speed(night | day, MAKASSAR, given=70).speed == 70  # pyright: ignore[reportOptionalMemberAccess]
    assert free_speed(night | day, MAKASSAR).basis is Basis.NIGHT  # pyright: ignore[reportOptionalMemberAccess]
    assert free_speed(day, MAKASSAR).basis is Basis.ALL_DAY  # pyright: ignore[reportOptionalMemberAccess]
    assert free_speed({}, MAKASSAR) is None
    assert free_speed({MONDAY: 0.0}, MAKASSAR) is None


def test_motorcycles_are_judged_by_their_own_free_speed() -> None:
    """A jam for cars at 15 of 50 km/h, in which motorcycles still pass at 28 of 45."""
    rule = CongestionRule()
    assert state([15, 15, 15], 50, rule) is State.CONGESTED
    assert state([28, 28, 28], 45, rule) is State.SLOW


def test_a_road_is_judged_by_the_time_it_takes() -> None:
    assert state([60, 20], 50, CongestionRule(below=0.61)) is State.CONGESTED
    assert state([60, 20], 50, CongestionRule(below=0.59)) is State.SLOW
    assert state([45], 50, CongestionRule()) is State.FREE
    assert state([0, 0], 50, CongestionRule()) is None
    assert state([], 50, CongestionRule()) is None


def test_237_of_1244_segments() -> None:
    states = [State.CONGESTED] * 237 + [State.SLOW] * 400 + [State.FREE] * 607 + [None] * 56
    assert counted(states) == Counted(congested=237, judged=1_244, known=1_300)


@pytest.mark.parametrize(
    ("rule", "field"), [({"below": 0.0}, "below"), ({"below": 1.5}, "below"), ({"minutes": 1}, "minutes")]
)
def test_a_rule_that_cannot_be_is_refused_by_its_field(rule: dict[str, float], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        CongestionRule(**rule)  # pyright: ignore[reportArgumentType]


@given(st.lists(MOVING, min_size=1, max_size=50), MOVING)
def test_planning_is_travel_and_its_buffer(speeds: list[float], free: float) -> None:
    found = of_times([1 / speed for speed in speeds], 1 / free)
    assert found.planning_time == pytest.approx(found.travel_time * (1 + found.buffer))
    assert found.travel_time > 0


@given(st.lists(MOVING, min_size=1, max_size=50), MOVING, st.floats(0.1, 10))
def test_the_unit_of_speed_changes_no_index(speeds: list[float], free: float, unit: float) -> None:
    one = of_times([1 / speed for speed in speeds], 1 / free)
    other = of_times([1 / (unit * speed) for speed in speeds], 1 / (unit * free))
    assert other.travel_time == pytest.approx(one.travel_time)
    assert other.planning_time == pytest.approx(one.planning_time)
    assert other.buffer == pytest.approx(one.buffer, abs=1e-9)


@given(MOVING, st.integers(1, 50))
def test_a_road_that_is_always_free_has_indices_of_one_and_no_buffer(free: float, count: int) -> None:
    found = of_times([1 / free] * count, 1 / free)
    assert (found.travel_time, found.planning_time) == (pytest.approx(1), pytest.approx(1))
    assert found.buffer == pytest.approx(0, abs=1e-9)


@given(st.lists(MOVING, min_size=1, max_size=30), st.floats(0.1, 0.99), MOVING)
def test_slower_traffic_never_has_a_lower_index_nor_a_better_state(
    speeds: list[float], slower: float, free: float
) -> None:
    before, after = ([1 / speed for speed in many] for many in (speeds, [slower * speed for speed in speeds]))
    assert of_times(after, 1 / free).travel_time >= of_times(before, 1 / free).travel_time
    assert of_times(after, 1 / free).planning_time >= of_times(before, 1 / free).planning_time
    order = [State.FREE, State.SLOW, State.CONGESTED]
    now, then = (state(many, free, CongestionRule()) for many in (speeds, [slower * speed for speed in speeds]))
    assert now is not None
    assert then is not None
    assert order.index(then) >= order.index(now)


@given(st.lists(MOVING, min_size=1, max_size=30), st.floats(0, 1))
def test_a_percentile_lies_between_the_least_and_the_most(values: list[float], share: float) -> None:
    assert min(values) <= percentile(values, share) * (1 + 1e-12)
    assert percentile(values, share) <= max(values) * (1 + 1e-12)
