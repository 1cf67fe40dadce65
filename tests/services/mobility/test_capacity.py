"""What the capacity engine promises of any junction, and what it refuses."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pinisi.services.mobility.engine.capacity.approach import (
    Approach,
    CannotPlan,
    Counted,
    Demand,
    Junction,
    Stage,
)
from pinisi.services.mobility.engine.capacity.clearance import (
    MOTORCYCLE_LENGTH,
    UNMOTORISED_SPEED,
    Conflict,
    all_red,
    usual_intergreen,
)
from pinisi.services.mobility.engine.capacity.judged import Timing, judged, planned
from pinisi.services.mobility.engine.capacity.performance import level_of_service, performance
from pinisi.services.mobility.engine.capacity.saturation import (
    city_factor,
    friction_factor,
    parking_factor,
    saturation,
)
from pinisi.services.mobility.engine.capacity.timing import chosen_cycle, cycle_by_webster, greens

MAKASSAR = 1.5


def an_approach(name: str, cars: float = 500, **more: object) -> Approach:
    demand = Demand(
        left=Counted(motorcycle=cars * 0.4, light=cars * 0.1),
        through=Counted(motorcycle=cars * 1.6, light=cars * 0.6, heavy=cars * 0.05),
        right=Counted(motorcycle=cars * 0.3, light=cars * 0.1),
    )
    fields = {"demand": demand, "width": 7.0, "entry_width": 7.0, "exit_width": 7.0} | more
    return Approach(name=name, **fields)  # pyright: ignore[reportArgumentType]


def crossing(*cars: float, **more: object) -> Junction:
    names = ("north", "east", "south", "west")[: len(cars)]
    return Junction(
        approaches=tuple(an_approach(name, each, **more) for name, each in zip(names, cars, strict=True)),
        stages=tuple(Stage(approaches=(name,), all_red=2) for name in names),
        population=MAKASSAR,
    )


flows = st.just(0.0) | st.floats(1e-4, 1500)
"""Vehicles an hour: none, or one a year at least. Of 5e-324 of them no mean is told that means anything."""
demands = st.lists(flows, min_size=2, max_size=4)


@given(demands)
def test_greens_ambers_and_all_reds_sum_to_the_cycle(cars: list[float]):
    junction = crossing(*cars)
    timing = planned(junction).timing
    assert sum(timing.greens) + junction.lost_time == pytest.approx(timing.cycle)
    assert min(timing.greens) >= 10
    assert all(green == int(green) for green in timing.greens)
    assert timing.cycle <= 130


@given(st.integers(40, 200), st.floats(4, 24), st.lists(st.floats(0, 1), min_size=2, max_size=4))
def test_greens_fill_any_cycle_with_any_lost_time(cycle: int, lost: float, ratios: list[float]):
    assume(cycle - lost >= 10 * len(ratios))
    found = greens(cycle, lost, ratios)
    assert sum(found) + lost == pytest.approx(cycle)
    assert min(found) > 0


@given(flows, st.floats(0.1, 500), st.integers(20, 60), st.integers(4, 60), st.floats(0, 1))
def test_more_demand_never_shortens_delay_or_queue(cars: float, more: float, green: int, red: int, turning: float):
    """The delay by traffic: that by geometry falls where those who turn must stop, 4 s instead of 6 (TG, 5-23)."""
    assume(cars + more < 3500)
    few, many = (
        performance(flow=flow, saturated=3600, green=green, cycle=green + red, turning=turning, entry_width=6)
        for flow in (cars, cars + more)
    )
    assert (many.traffic_delay or 0) >= (few.traffic_delay or 0) - 1e-9
    assert (many.queue or 0) >= (few.queue or 0) - 1e-9
    assert many.saturation > few.saturation


@given(demands, st.floats(1.01, 3))
def test_more_demand_never_helps_a_junction_under_the_same_timing(cars: list[float], times: float):
    fewer, more = crossing(*cars), crossing(*(each * times for each in cars))
    timing = planned(fewer).timing
    before, after = judged(fewer, timing), judged(more, timing)
    assert after.worst >= before.worst
    assert after.delay is None or before.delay is None or after.delay >= before.delay - 1e-9


def test_the_cycle_of_the_plan_is_that_of_webster_where_it_is_within_the_bounds():
    result = planned(crossing(700, 420, 640, 350))
    assert result.webster is not None and 80 <= result.webster <= 130
    assert result.timing.cycle == round(result.webster)
    assert result.verdict == "fits"


def test_a_quiet_junction_has_the_least_cycle_that_the_manual_suggests():
    result = planned(crossing(60, 50))
    assert result.timing.cycle == 40
    assert result.level == "B"


def test_critical_approaches_have_about_the_same_saturation():
    """5.3.4: where the times are right DJ is nearly the same for all critical approaches."""
    degrees = [each.performance.saturation for each in planned(crossing(700, 420, 640, 350)).approaches]
    assert max(degrees) - min(degrees) < 0.05


def test_oversaturation_is_said_plainly():
    result = planned(crossing(1500, 1400, 1500, 1300))
    assert result.verdict == "oversaturated"
    assert result.webster is None and result.flow_ratio > 1
    assert result.timing.cycle == 130
    assert result.level == "F"
    assert all(each.performance.saturation > 1 for each in result.approaches)


def test_where_more_arrives_than_an_endless_green_lets_through_no_delay_is_made_up():
    lost = performance(flow=2500, saturated=2000, green=40, cycle=80, turning=0.2, entry_width=4)
    assert lost.saturation == pytest.approx(2.5)
    assert (lost.delay, lost.queue, lost.queue_length) == (None, None, None)
    assert level_of_service(None) == "F"


def test_an_approach_between_085_and_1_is_tight():
    junction = crossing(700, 420, 640, 350)
    timing = planned(junction).timing
    pressed = Timing(timing.cycle, (timing.greens[0] - 4, timing.greens[1] + 4, *timing.greens[2:]))
    assert judged(junction, pressed).verdict == "tight"


def test_nothing_arrives_and_nothing_breaks():
    result = planned(crossing(0, 0))
    assert result.delay == 0 and result.worst == 0
    assert result.timing.greens == (15, 15)


@pytest.mark.parametrize(
    ("population", "factor"), [(0.05, 0.82), (0.3, 0.83), (0.7, 0.94), (MAKASSAR, 1.0), (3.0, 1.0), (3.5, 1.05)]
)
def test_the_size_of_the_city_counts(population: float, factor: float):
    assert city_factor(population) == factor


def test_side_friction_lies_between_the_columns_of_the_table():
    assert friction_factor("commercial", "high", False, 0) == 0.93
    assert friction_factor("commercial", "high", False, 0.025) == pytest.approx(0.92)
    assert friction_factor("restricted", "low", True, 0.4) == 0.75


def test_side_friction_never_helps():
    for environment in ("commercial", "residential", "restricted"):
        for opposed in (False, True):
            rows = [
                [friction_factor(environment, level, opposed, share / 100) for share in range(0, 31, 5)]
                for level in ("low", "medium", "high")
            ]
            assert all(row == sorted(row, reverse=True) for row in rows)
            assert all(low >= medium >= high for low, medium, high in zip(*rows, strict=True))


def test_a_left_turn_lane_takes_its_cars_and_its_width_away():
    kept = saturation(an_approach("north"), MAKASSAR)
    lane = saturation(an_approach("north", width=9.0, left_on_red_width=2.0), MAKASSAR)
    assert kept.left_on_red == 0 and kept.left < 1
    assert lane.flow == pytest.approx(kept.flow - lane.left_on_red)
    assert lane.left == 1 and lane.effective_width == 7


def test_a_narrow_left_turn_lane_stays_with_its_cars():
    """5-3: LE is the least of L, LM + LBKiJT and L (1 + RBKiJT) - LBKiJT; 80 of 605 cars an hour turn left."""
    found = saturation(an_approach("north", left_on_red_width=1.5), MAKASSAR)
    assert found.left_on_red == 0 and found.flow == pytest.approx(605)
    assert found.effective_width == pytest.approx(7 * (1 + 80 / 605) - 1.5)


def test_a_narrow_exit_decides_and_then_no_turn_factor_applies():
    found = saturation(an_approach("north", exit_width=3.5), MAKASSAR)
    assert found.by_exit and found.effective_width == 3.5
    assert (found.left, found.right, found.parking) == (1, 1, 1)


def test_right_turns_help_only_without_median():
    assert saturation(an_approach("north"), MAKASSAR).right > 1
    assert saturation(an_approach("north", median=True), MAKASSAR).right == 1


def test_parked_vehicles_near_the_line_cost_and_far_away_do_not():
    assert parking_factor(None, 7) == 1
    assert parking_factor(80, 7) == pytest.approx((80 / 3 - 5 * (80 / 3 - 27) / 7) / 27)
    assert parking_factor(20, 7) < parking_factor(80, 7) <= 1
    assert parking_factor(500, 7) == 1


def test_all_red_follows_from_distances_and_speeds():
    """A car 20 m into the junction is gone after 2.5 s; the first of the other stage needs 1.2 s to that point."""
    assert all_red((Conflict(leaving=20, arriving=12),)) == pytest.approx(1.3)


def test_a_becak_and_people_on_foot_need_longer():
    becak = Conflict(leaving=20, arriving=12, leaving_length=MOTORCYCLE_LENGTH, leaving_speed=UNMOTORISED_SPEED)
    assert all_red((becak,)) == pytest.approx(22 / 3 - 1.2)
    assert all_red((Conflict(leaving=5, arriving=30),), crossing=12) == pytest.approx(10)
    assert all_red(()) == 0


def test_the_usual_intergreen_grows_with_the_junction():
    assert [usual_intergreen(width) for width in (8, 12, 18)] == [4, 5, 6]


def test_webster_has_no_cycle_for_a_full_junction():
    assert cycle_by_webster(12, 1) is None
    assert chosen_cycle(12, (0.6, 0.6)) == 130


def test_long_intergreens_never_squeeze_out_a_green():
    assert chosen_cycle(100, (0.2, 0.2, 0.2, 0.2)) == 140
    assert greens(140, 100, (0.2, 0.2, 0.2, 0.2)) == (10, 10, 10, 10)


@pytest.mark.parametrize(
    ("junction", "where"),
    [
        (crossing(100), "stages"),
        (crossing(100, 100, width=1.0), "north: width"),
        (crossing(100, -5), "east: left motorcycle"),
        (crossing(100, 100, opposed=True), "north: base_flow"),
        (crossing(100, 100, gradient_factor=3.0), "north: gradient_factor"),
        (crossing(float("nan"), 100), "north: left motorcycle"),
        (Junction(approaches=(an_approach("a"), an_approach("a")), stages=crossing(1, 1).stages, population=1), "app"),
        (Junction(approaches=crossing(1, 1).approaches, stages=crossing(1, 1).stages, population=0), "population"),
        (Junction(approaches=crossing(1, 1).approaches, stages=crossing(1, 1, 1).stages, population=1), "stage 3"),
        (Junction(approaches=crossing(1, 1, 1).approaches, stages=crossing(1, 1).stages, population=1), "south"),
    ],
)
def test_what_cannot_be_is_refused_by_name(junction: Junction, where: str):
    with pytest.raises(CannotPlan) as refused:
        planned(junction)
    assert refused.value.where.startswith(where)


def test_a_timing_that_does_not_fit_its_cycle_is_refused():
    junction = crossing(100, 100)
    for timing in (Timing(80, (30, 30)), Timing(60, (50,)), Timing(60, (50, 0))):
        with pytest.raises(CannotPlan):
            judged(junction, timing)
