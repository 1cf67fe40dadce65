"""The grid over the areas answers as the shapes do, on their borders too."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from pinisi.store.ground import Ground

SHAPES = [
    (shapely.box(0.001, 0.001, 0.0034, 0.0034), "small"),
    (shapely.Polygon([(0.0, 0.0), (0.02, 0.003), (0.011, 0.017)]), "slanted"),
    (shapely.box(-0.01, -0.01, 0.0125, 0.0125), "square"),
]
GROUND = Ground(SHAPES, "nowhere")
ON_THE_GRID = st.integers(-12, 24).map(lambda n: n / 1000 * 0.625)
ANYWHERE = st.floats(-0.012, 0.024)


@given(ON_THE_GRID | ANYWHERE, ON_THE_GRID | ANYWHERE)
def test_a_point_lies_in_the_first_shape_that_has_it(lon: float, lat: float) -> None:
    first = next((name for shape, name in SHAPES if shapely.intersects_xy(shape, lon, lat)), "nowhere")
    assert GROUND.at(lon, lat) == first


def test_corners_of_a_shape_belong_to_it() -> None:
    assert [GROUND.at(*corner) for corner in shapely.get_coordinates(SHAPES[0][0])] == ["small"] * 5


def test_there_is_nothing_beyond_the_earth() -> None:
    assert [GROUND.at(181.0, 0.0), GROUND.at(0.0, -91.0), GROUND.at(-1e-20, -1e-20)] == ["nowhere", "nowhere", "square"]
