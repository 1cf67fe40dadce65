"""An index over `hot_values` within `bounds`, and a box, must hold every match."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_worlds import COMPARABLES, FILTERS, GEOMETRIES, INSTANCES, LITERALS

from pinisi.store.candidates import Bound, bounds, geo_box, hot_terms, hot_values
from pinisi.store.match import compile_query
from pinisi.store.query import AllOf, AnyOf, Compare, EntityQuery, Exists, GeoQuery, Path
from pinisi.store.relation import read_geometry
from pinisi.vocabulary.entity import GEO, Entity, Instance


def ordered(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value


def reaches(value: float | str, bound: Bound) -> bool:
    """As SQLite orders values: numbers before text."""
    low, low_in, high, high_in = bound
    above = low is None or ordered(value) > ordered(low) or (low_in and value == low)
    below = high is None or ordered(value) < ordered(high) or (high_in and value == high)
    return above and below


INDEXED = st.one_of(
    st.builds(
        Compare,
        st.just(Path("a")),
        st.just("=="),
        st.lists(LITERALS, min_size=1, max_size=2).map(tuple),
        st.sampled_from([(), ("a",), ("urn:x:1",)]),
    ),
    st.builds(Compare, st.just(Path("a")), st.sampled_from([">", ">=", "<", "<="]), st.tuples(COMPARABLES)),
)


@settings(max_examples=500)
@given(st.lists(INSTANCES, min_size=1, max_size=3), INDEXED)
def test_every_match_lies_within_the_bounds(instances: list[Instance], term: Compare) -> None:
    subject = Entity("urn:x:1", ["T"], {"a": instances})
    if compile_query(EntityQuery(filter=term))(subject, None):
        ranges = bounds(term)
        assert ranges is not None
        assert any(reaches(value, bound) for value in hot_values(instances) for bound in ranges)


@given(FILTERS, st.dictionaries(st.sampled_from("ab"), st.lists(INSTANCES, min_size=1, max_size=2)))
def test_every_match_satisfies_every_hot_term(filter: Any, attributes: dict[str, list[Instance]]) -> None:
    subject = Entity("urn:x:1", ["T"], attributes)
    if compile_query(EntityQuery(filter=filter))(subject, None):
        for term in hot_terms(filter):
            assert compile_query(EntityQuery(filter=term))(subject, None)


def test_hot_terms_are_the_plain_comparisons_that_every_match_satisfies() -> None:
    hot = Compare(Path("a"), "==", (1,))
    cold = [
        Compare(Path("a"), "!=", (1,)),
        Compare(Path("a"), "~=", ("x",)),
        Compare(Path("a", ("b",)), "==", (1,)),
        Compare(Path("a", (), ("b",), ("b",)), "==", (1,)),
        Compare(Path("modifiedAt"), ">", (1,)),
        Exists(Path("a")),
        AnyOf((hot, hot)),
    ]
    assert hot_terms(AllOf((hot, AllOf((hot, *cold))))) == [hot, hot]


@pytest.mark.parametrize(
    ("operator", "literal", "wanted"),
    [
        ("==", 5, [(5.0, True, 5.0, True)]),
        (">", 5, [(5.0, False, float("inf"), True)]),
        ("<=", 5, [(float("-inf"), True, 5.0, True)]),
        (">", 2**53, [(2.0**53, True, float("inf"), True)]),
        (">=", "m", [("m", True, None, True)]),
        ("<", "m", [("", True, "m", False)]),
        (">", "m" * 300, [("m" * 200, True, None, True)]),
        ("==", True, [("true", True, "true", True)]),
        ("!=", 5, None),
        ("~=", "x", None),
    ],
)
def test_bounds_are_ranges_of_one_type(operator: Any, literal: Any, wanted: Any) -> None:
    assert bounds(Compare(Path("a"), operator, (literal,))) == wanted


@given(
    st.sampled_from(["within", "contains", "intersects", "equals", "overlaps", "near"]),
    GEOMETRIES,
    GEOMETRIES,
    st.floats(1, 3e6),
)
def test_every_geometry_that_matches_meets_the_box(relation: Any, asked: Any, value: Any, metres: float) -> None:
    geo = GeoQuery(relation, asked, "a", metres if relation == "near" else None)
    subject = Entity("urn:x:1", ["T"], {"a": [Instance(GEO, value)]})
    if compile_query(EntityQuery(geo=geo))(subject, None):
        box = geo_box(geo)
        assert box is not None
        west, south, east, north = read_geometry(value).bounds
        assert box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south


def test_no_box_helps_where_matches_lie_far_away() -> None:
    point = {"type": "Point", "coordinates": [0, 0]}
    assert geo_box(GeoQuery("disjoint", point, "a")) is None
    assert geo_box(GeoQuery("near", point, "a", None, 5.0)) is None
