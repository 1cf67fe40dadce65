"""Distances against published lines and against a sphere; boxes against walks."""

from itertools import product
from math import asin, atan2, cos, degrees, radians, sin

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from pinisi.store.geodesy import box_around, distance, distance_from, geometry_distance

FLINDERS_PEAK = (144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600))
BUNINYONG = (143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600))
QUADRANT = 10_001_965.729
"""Metres from the equator to a pole on WGS84."""

PLACES = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@pytest.mark.parametrize(
    ("one", "other", "metres", "within"),
    [
        (FLINDERS_PEAK, BUNINYONG, 54_972.271, 0.005),
        ((0.0, 0.0), (0.0, 90.0), QUADRANT, 0.03),
        ((0.0, 0.0), (1.0, 0.0), 111_319.491, 0.001),
        ((0.0, 0.0), (0.0, 1.0), 110_574.389, 0.001),
        ((10.0, 0.0), (-170.0, 0.0), 2 * QUADRANT, 0.01),
        ((0.0, 90.0), (50.0, -90.0), 2 * QUADRANT, 0.01),
        ((-73.8, 40.6), (-0.5, 51.6), 5_551_759.400, 0.01),
        ((0.0, 0.0), (179.7, 0.5), 19_944_127.421, 35_000),
        ((180.0, 0.015625), (0.015625, 0.0), 20_002_181.766, 35_000),
        ((179.9995, -5.0), (-179.9995, -5.0), 110.899, 0.001),
    ],
)
def test_distances_meet_published_and_exact_lines(
    one: tuple[float, float], other: tuple[float, float], metres: float, within: float
) -> None:
    assert distance(*one, *other) == pytest.approx(metres, abs=within)


@given(PLACES, PLACES)
def test_a_distance_is_the_same_both_ways_and_near_that_on_a_sphere(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    metres = distance(*one, *other)
    assert metres == pytest.approx(distance_from(*other)(*one), rel=1e-9, abs=1e-6)
    assert 0 <= metres <= 2 * QUADRANT + 1
    assert metres == pytest.approx(sphere(*one, *other), rel=0.006, abs=1e-3)


def sphere(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    north, south, turn = radians(lat1), radians(lat2), radians(lon2 - lon1)
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(turn / 2) ** 2
    return 2 * 6_371_008.8 * asin(min(1.0, chord**0.5))


def walk(lon: float, lat: float, bearing: float, metres: float) -> tuple[float, float]:
    """Where one arrives on a sphere smaller than the earth: a little too far in degrees."""
    angle, start = metres / 6_335_500, radians(lat)
    end = asin(max(-1.0, min(1.0, sin(start) * cos(angle) + cos(start) * sin(angle) * cos(bearing))))
    turn = atan2(sin(bearing) * sin(angle) * cos(start), cos(angle) - sin(start) * sin(end))
    return (lon + degrees(turn) + 540) % 360 - 180, degrees(end)


@given(PLACES, st.floats(0, 6.4), st.floats(0.1, 9_000_000))
def test_a_box_holds_the_circle_also_at_the_poles_and_the_antimeridian(
    centre: tuple[float, float], bearing: float, metres: float
) -> None:
    west, south, east, north = box_around((*centre, *centre), metres)
    lon, lat = walk(*centre, bearing, metres)
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


def test_a_box_of_a_kilometre_is_not_much_more_than_a_kilometre() -> None:
    west, south, east, north = box_around((119.4, -5.1, 119.4, -5.1), 1_000)
    assert 1_000 < distance(119.4, -5.1, east, -5.1) < 1_020
    assert 1_000 < distance(119.4, -5.1, 119.4, north) < 1_020
    assert (west + east, south + north) == pytest.approx((238.8, -10.2))


def nearest_by_search(geometry: shapely.LineString, lon: float, lat: float) -> float:
    """The least distance to a thousand places along a line."""
    measure = distance_from(lon, lat)
    return min(
        measure(at.x, at.y) for at in (geometry.interpolate(step / 1000, normalized=True) for step in range(1001))
    )


@pytest.mark.parametrize(("lon", "lat"), list(product([119.4, -70.0], [-5.1, 48.0, 69.0])))
def test_the_distance_to_a_line_is_that_to_its_nearest_place(lon: float, lat: float) -> None:
    line = LineString([(lon + 0.05, lat - 0.1), (lon + 0.2, lat + 0.1), (lon + 0.3, lat + 0.1)])
    assert geometry_distance(Point(lon, lat), line) == pytest.approx(nearest_by_search(line, lon, lat), rel=1e-4)


def test_a_place_inside_a_polygon_has_no_distance_to_it() -> None:
    square = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    assert geometry_distance(square, Point(0.5, 0.5)) == 0
    assert geometry_distance(square, Point(2, 0.5)) == pytest.approx(distance(1, 0.5, 2, 0.5), rel=1e-4)


def test_the_antimeridian_is_no_wall() -> None:
    line = LineString([(-179.9, -1), (-179.9, 1)])
    assert geometry_distance(Point(179.9, 0), line) == pytest.approx(distance(179.9, 0, -179.9, 0), rel=1e-6)
