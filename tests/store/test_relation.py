"""Geo-queries by NGSI-LD 4.10, also by the examples of the conformance suite's shapes: points, lines, polygons."""

from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from query_worlds import GEOMETRIES
from shapely.geometry import shape

from pinisi.store.query import GeoQuery
from pinisi.store.relation import NotAGeometry, compile_relation, read_geometry


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in (*corners, corners[0])]]}


SQUARE = polygon((0, 0), (4, 0), (4, 4), (0, 4))
INNER = polygon((1, 1), (2, 1), (2, 2), (1, 2))
ACROSS = polygon((3, 3), (6, 3), (6, 6), (3, 6))
FAR = polygon((8, 8), (9, 8), (9, 9), (8, 9))
LINE = {"type": "LineString", "coordinates": [[0, 60], [10, 60]]}


@pytest.mark.parametrize(
    ("relation", "asked", "value", "matches"),
    [
        ("within", SQUARE, point(1, 1), True),
        ("within", SQUARE, point(0, 1), False),
        ("within", SQUARE, INNER, True),
        ("within", INNER, SQUARE, False),
        ("contains", INNER, SQUARE, True),
        ("contains", SQUARE, INNER, False),
        ("contains", point(1, 1), SQUARE, True),
        ("contains", point(1, 1), point(1, 1), True),
        ("intersects", SQUARE, ACROSS, True),
        ("intersects", SQUARE, point(0, 1), True),
        ("intersects", SQUARE, FAR, False),
        ("equals", point(1, 2), point(1, 2.0), True),
        ("equals", SQUARE, polygon((4, 4), (0, 4), (0, 0), (4, 0)), True),
        ("equals", SQUARE, INNER, False),
        ("equals", SQUARE, point(1, 1), False),
        ("disjoint", SQUARE, FAR, True),
        ("disjoint", SQUARE, point(1, 1), False),
        ("disjoint", point(1, 1), point(1, 2), True),
        ("overlaps", SQUARE, ACROSS, True),
        ("overlaps", SQUARE, INNER, False),
        ("overlaps", SQUARE, point(1, 1), False),
    ],
)
def test_the_relation_reads_from_the_entity_to_the_query(relation: Any, asked: Any, value: Any, matches: bool) -> None:
    assert compile_relation(GeoQuery(relation, asked, "a"))(value) is matches


@pytest.mark.parametrize(
    ("asked", "value", "low", "high", "matches"),
    [
        (point(13.388930, 52.534473), point(13.3986, 52.5547), None, 15_000, True),
        (point(13.388930, 52.534473), point(13.3986, 52.5547), 15_000, None, False),
        (point(0, 85), point(10, 85), None, 20_000, False),
        (LINE, point(5, 60.01), None, 2_000, True),
        (LINE, point(5, 61.01), None, 2_000, False),
        (LINE, point(5, 61.01), 2_000, None, True),
        (point(5, 60.01), LINE, None, 2_000, True),
        (SQUARE, INNER, None, 1, True),
        (SQUARE, FAR, None, 1_000, False),
        (SQUARE, ACROSS, 1, None, False),
    ],
)
def test_near_is_a_distance_in_metres_between_geometries(
    asked: Any, value: Any, low: float | None, high: float | None, matches: bool
) -> None:
    assert compile_relation(GeoQuery("near", asked, "a", high, low))(value) is matches


@pytest.mark.parametrize("relation", ["within", "disjoint", "near"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "Point",
        {},
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": 5},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Blob"},
    ],
)
def test_what_is_no_geometry_stands_in_no_relation(relation: Any, value: Any) -> None:
    assert compile_relation(GeoQuery(relation, SQUARE, "a", 5.0))(value) is False


def test_a_polygon_that_crosses_itself_is_repaired() -> None:
    bow_tie = polygon((0, 0), (4, 4), (4, 0), (0, 4))
    test = compile_relation(GeoQuery("within", bow_tie, "a"))
    assert test(point(3.5, 2))
    assert not test(point(2, 3.5))


def test_a_height_changes_nothing() -> None:
    assert compile_relation(GeoQuery("equals", point(1, 2), "a"))({"type": "Point", "coordinates": [1, 2, 30]})


def test_an_empty_geometry_is_refused() -> None:
    with pytest.raises(NotAGeometry):
        read_geometry({"type": "MultiPoint", "coordinates": []})


@given(st.sampled_from(["within", "contains", "intersects", "equals", "disjoint", "overlaps"]), GEOMETRIES, GEOMETRIES)
def test_points_take_a_short_way_to_the_same_answer(relation: Any, asked: Any, value: Any) -> None:
    answer = compile_relation(GeoQuery(relation, asked, "a"))(value)
    assert answer is bool(getattr(shapely, relation)(shape(value), shape(asked)))
