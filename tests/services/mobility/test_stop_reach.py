"""The share of residents within 300 m of a stop, by numbers that can be worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.services.mobility.engine.transit.reach import METRES_A_DEGREE, Area, within

EAST = 1 / (METRES_A_DEGREE * math.cos(math.radians(-5.13)))
NORTH = 1 / METRES_A_DEGREE
HERE = (119.41, -5.13)


def square(id: str, people: float, side: float, east: float = 0.0) -> Area:
    """A square with sides of so many metres, whose middle lies `east` metres of the stop."""
    lon, lat, half = HERE[0] + east * EAST, HERE[1], side / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    ring = [[lon + x * EAST, lat + y * NORTH] for x, y in corners]
    return Area(id, {"type": "Polygon", "coordinates": [ring]}, people)


def test_of_a_square_kilometre_round_a_stop_the_circle_counts() -> None:
    reach = within([square("a", 10_000, 1_000)], [HERE])
    assert reach.share == pytest.approx(math.pi * 300**2 / 1_000**2 * 100, rel=0.003)
    assert reach.near == pytest.approx(2_827, rel=0.003)


def test_two_stops_at_one_place_count_once() -> None:
    area = square("a", 10_000, 1_000)
    assert within([area], [HERE, HERE]).share == pytest.approx(within([area], [HERE]).share or 0)


def test_areas_weigh_by_their_people() -> None:
    reach = within([square("near", 300, 200), square("far", 700, 200, east=5_000)], [HERE])
    assert reach.share == pytest.approx(30)
    assert [(each.id, round(each.share, 6)) for each in reach.areas] == [("near", 1.0), ("far", 0.0)]


def test_without_stops_nobody_is_near_and_without_people_there_is_no_share() -> None:
    assert within([square("a", 100, 100)], []).share == 0
    assert within([square("a", 0, 100)], [HERE]).share is None


def test_ground_that_cannot_be_is_left_out_and_named() -> None:
    crossed = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    areas = [square("a", 100, 100), Area("b", crossed, 5), Area("c", {"type": "Point"}, 5), square("d", -1, 100)]
    reach = within(areas, [HERE])
    assert (reach.people, reach.left_out) == (100, ("b", "c", "d"))


def test_a_distance_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="metres"):
        within([], [], 0)


@given(st.lists(st.tuples(st.floats(119.40, 119.42), st.floats(-5.14, -5.12)), max_size=8), st.floats(10, 2_000))
def test_a_further_walk_and_more_stops_never_reach_fewer(stops: list[tuple[float, float]], metres: float) -> None:
    area = [square("a", 1_000, 2_000)]
    reach = within(area, [*stops, HERE], metres)
    assert 0 < reach.near <= reach.people
    assert within(area, [*stops, HERE], metres * 2).near >= reach.near - 1
    assert within(area, [HERE], metres).near <= reach.near + 1
