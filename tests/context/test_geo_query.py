"""NGSI-LD 4.10."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.geo_query import MAX_POSITIONS, parse_geo_query
from pinisi.context.query_error import QueryError, TooComplexQuery
from pinisi.store.query import GeoQuery
from pinisi.vocabulary.terms import LOCATION

SQUARE = [[[100.0, 0.0], [101.0, 0.0], [101.0, 1.0], [100.0, 1.0], [100.0, 0.0]]]


def read(georel: Any, geometry: Any = "Point", coordinates: Any = "[8,40]", geoproperty: Any = None) -> GeoQuery | None:
    return parse_geo_query(georel, geometry, coordinates, geoproperty, lambda name: f"x:{name}")


def test_near_takes_a_greatest_or_a_least_distance_in_metres() -> None:
    point = {"type": "Point", "coordinates": [8, 40]}
    assert read("near;maxDistance==2000") == GeoQuery("near", point, LOCATION, 2000.0, None)
    assert read("near;minDistance==1.5e3", geoproperty="spot") == GeoQuery("near", point, "x:spot", None, 1500.0)


@pytest.mark.parametrize("relation", ["within", "contains", "intersects", "equals", "disjoint", "overlaps"])
def test_six_relations_take_a_geometry_as_text_or_as_arrays(relation: str) -> None:
    wanted = GeoQuery(relation, {"type": "Polygon", "coordinates": SQUARE}, LOCATION)  # pyright: ignore[reportArgumentType]
    assert read(relation, "Polygon", json.dumps(SQUARE)) == wanted
    assert read(relation, "Polygon", SQUARE, "location") == wanted


def test_no_part_is_no_query() -> None:
    assert parse_geo_query(None, None, None, None, str) is None


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        (("near;maxDistance==0", "Point", "[8,40]"), "georel"),
        (("near;maxDistance==-100", "Point", "[8,40]"), "georel"),
        (("near;maxDistance==5;minDistance==1", "Point", "[8,40]"), "georel"),
        (("near;maxDistance==inf", "Point", "[8,40]"), "georel"),
        (("near;maxDistance==1e400", "Point", "[8,40]"), "georel"),
        (("near", "Point", "[8,40]"), "georel"),
        (("touches", "Point", "[8,40]"), "georel"),
        ((5, "Point", "[8,40]"), "georel"),
        ((None, "Point", "[8,40]"), "georel"),
        (("within", None, "[8,40]"), "geometry"),
        (("within", "Point", None), "coordinates"),
        (("within", "Circle", "[8,40]"), "geometry"),
        (("within", "GeometryCollection", "[]"), "geometry"),
        (("within", {}, "[8,40]"), "geometry"),
        (("within", "Point", "8,40"), "coordinates"),
        (("within", "Point", "[8]"), "coordinates"),
        (("within", "Point", "[8,40,1,2]"), "coordinates"),
        (("within", "Point", '["8","40"]'), "coordinates"),
        (("within", "Point", "[true,40]"), "coordinates"),
        (("within", "Point", "[8,95]"), "coordinates"),
        (("within", "Point", "[181,0]"), "coordinates"),
        (("within", "Point", "[1e999,0]"), "coordinates"),
        (("within", "Point", [float("nan"), 0]), "coordinates"),
        (("within", "Point", "[[8,40]]"), "coordinates"),
        (("within", "Polygon", "[[8,40]]"), "coordinates"),
        (("within", "Polygon", "[]"), "coordinates"),
        (("within", "Polygon", "[[[0,0],[1,0],[0,0]]]"), "coordinates"),
        (("within", "Polygon", "[[[0,0],[1,0],[1,1],[0,1]]]"), "coordinates"),
        (("within", "LineString", "[[0,0]]"), "coordinates"),
        (("within", "Point", "[" * 20_000), "coordinates"),
        (("within", "Point", {"a": 1}), "coordinates"),
    ],
)
def test_an_error_names_the_part(parts: tuple[Any, Any, Any], field: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(*parts)
    assert caught.value.field == field


def test_a_geoproperty_without_a_geo_query_is_ignored() -> None:
    """Table 6.4.3.2-1."""
    assert parse_geo_query(None, None, None, "spot", str) is None


def test_a_polygon_that_crosses_itself_may_be_asked() -> None:
    bow_tie = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    assert read("intersects", "Polygon", bow_tie) is not None


def test_positions_have_a_limit() -> None:
    with pytest.raises(TooComplexQuery):
        read("within", "MultiPoint", [[0, 0]] * (MAX_POSITIONS + 1))


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
)


@given(
    st.one_of(st.sampled_from(["within", "near;maxDistance==5", "overlaps"]), st.text()),
    st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "MultiPoint", "MultiLineString"]),
    st.one_of(st.text(), _JSON, _JSON.map(json.dumps)),
    st.one_of(st.none(), st.text()),
)
def test_anything_is_read_or_refused(georel: Any, geometry: Any, coordinates: Any, geoproperty: Any) -> None:
    with contextlib.suppress(QueryError):
        read(georel, geometry, coordinates, geoproperty)
