"""Lines for the map: no finer than they are seen at a zoom, and never elsewhere."""

import math

import pytest
from shapely.geometry import shape

from pinisi.console.line_shapes import as_seen, half_pixel

WAVE = [[119.4 + number / 20_000, -5.15 + math.sin(number / 20) / 200] for number in range(1_000)]
ROUTE = {"type": "LineString", "coordinates": WAVE}
TWO_WAYS = {"type": "MultiLineString", "coordinates": [WAVE[:500], [[119.5, -5.1], [119.6, -5.2]]]}


@pytest.mark.parametrize("line", [ROUTE, TWO_WAYS])
@pytest.mark.parametrize("zoom", [9, 11, 14, 18])
def test_no_point_lies_further_than_a_pixel_from_where_it_is(line: dict[str, object], zoom: int) -> None:
    drawn = shape(as_seen(line, zoom))
    assert shape(line).hausdorff_distance(drawn) <= 2 * half_pixel(zoom)
    assert drawn.geom_type == line["type"]


def test_the_closer_the_more_points() -> None:
    counts = [len(as_seen(ROUTE, zoom)["coordinates"]) for zoom in (9, 11, 14)]
    assert counts == sorted(set(counts))
    assert counts[0] < 40 and counts[-1] < 1_000


@pytest.mark.parametrize(
    "place",
    [
        {"type": "Point", "coordinates": [119.4, -5.1]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
        {"type": "LineString", "coordinates": [[119.4, -5.1]]},
        {"type": "LineString", "coordinates": "here"},
        {"type": "LineString"},
    ],
)
def test_what_is_no_line_stays_as_it_is(place: dict[str, object]) -> None:
    assert as_seen(place, 9) is place


def test_a_line_shorter_than_a_pixel_stays_a_line() -> None:
    short = {"type": "LineString", "coordinates": [[119.4, -5.1], [119.4000001, -5.1000001], [119.4000002, -5.1]]}
    assert len(as_seen(short, 9)["coordinates"]) >= 2
