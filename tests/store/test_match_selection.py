"""What ids, types, attributes, scopes and places match (NGSI-LD 5.7.2, 4.10, 4.17, 4.19)."""

import time
from typing import Any

import pytest

from pinisi.store.match import compile_query
from pinisi.store.query import (
    AllOf,
    AnyOf,
    Compare,
    EntityQuery,
    GeoQuery,
    Path,
    ScopeIs,
    ScopeSelection,
    TypeIs,
    TypeSelection,
)
from pinisi.vocabulary.entity import GEO, PROPERTY, Entity, Instance

A, B = TypeIs("A"), TypeIs("B")


def matches(query: EntityQuery, entity: Entity, visible: frozenset[str] | None = None) -> bool:
    return compile_query(query)(entity, visible)


def test_a_query_that_asks_nothing_takes_all() -> None:
    assert matches(EntityQuery(), Entity("urn:x:1", ["A"]))


def test_ids_and_patterns_choose_by_id() -> None:
    entity = Entity("urn:ngsi-ld:Vehicle:A10", ["A"])
    assert matches(EntityQuery(ids=("urn:ngsi-ld:Vehicle:A10", "urn:x:2")), entity)
    assert not matches(EntityQuery(ids=()), entity)
    assert matches(EntityQuery(id_pattern="Vehicle:A"), entity)
    assert matches(EntityQuery(id_pattern="A10$"), entity)
    assert not matches(EntityQuery(id_pattern="^Vehicle"), entity)


@pytest.mark.parametrize(
    ("selection", "types", "taken"),
    [
        (A, ["A", "B"], True),
        (A, ["B"], False),
        (AnyOf((A, B)), ["B"], True),
        (AllOf((A, B)), ["B"], False),
        (AllOf((A, B)), ["B", "A"], True),
    ],
)
def test_types_are_selected(selection: TypeSelection, types: list[str], taken: bool) -> None:
    assert matches(EntityQuery(types=selection), Entity("urn:x:1", types)) is taken


def test_one_of_the_attributes_must_be_there_and_seen() -> None:
    entity = Entity("urn:x:1", ["A"], {"a": [Instance(PROPERTY, 1)]})
    query = EntityQuery(attributes=("a", "b"))
    assert matches(query, entity)
    assert not matches(query, entity, frozenset({"b"}))
    assert not matches(EntityQuery(attributes=("b",)), entity)


@pytest.mark.parametrize(
    ("selection", "scopes", "taken"),
    [
        (ScopeIs(("Madrid",)), ["/Madrid"], True),
        (ScopeIs(("Madrid",)), ["Madrid"], True),
        (ScopeIs(("Madrid",)), ["/Madrid/Gardens"], False),
        (ScopeIs(("Madrid", "#")), ["/Madrid"], True),
        (ScopeIs(("Madrid", "#")), ["/Madrid/Gardens/Parque"], True),
        (ScopeIs(("Madrid", "#")), ["/Madrids"], False),
        (ScopeIs(("Madrid", "+", "Parque")), ["/Madrid/Sights/Parque"], True),
        (ScopeIs(("Madrid", "+", "Parque")), ["/Madrid/Parque"], False),
        (ScopeIs(("+",)), ["/a/b", "/c"], True),
        (ScopeIs(("+", "#")), ["/c"], True),
        (ScopeIs(("#",)), ["/c"], True),
        (ScopeIs(("#",)), [], False),
        (AllOf((ScopeIs(("a",)), ScopeIs(("b",)))), ["/a", "/b"], True),
        (AllOf((ScopeIs(("a",)), ScopeIs(("b",)))), ["/a"], False),
        (AnyOf((ScopeIs(("a",)), ScopeIs(("b",)))), ["/b"], True),
    ],
)
def test_scopes_are_selected(selection: ScopeSelection, scopes: list[str], taken: bool) -> None:
    assert matches(EntityQuery(scopes=selection), Entity("urn:x:1", ["A"], scopes=scopes)) is taken


def placed(*points: tuple[float, float], kind: str = GEO) -> Entity:
    instances = [Instance(kind, {"type": "Point", "coordinates": list(point)}) for point in points]
    return Entity("urn:x:1", ["A"], {"place": instances} if instances else {})


def test_a_place_matches_by_any_geometry_that_the_reader_sees() -> None:
    near = EntityQuery(geo=GeoQuery("near", {"type": "Point", "coordinates": [119.4, -5.1]}, "place", 1_000.0))
    assert matches(near, placed((119.405, -5.1)))
    assert matches(near, placed((0, 0), (119.405, -5.1)))
    assert not matches(near, placed((119.41, -5.1)))
    assert not matches(near, placed((119.405, -5.1)), frozenset({"name"}))
    assert not matches(near, placed((119.405, -5.1), kind=PROPERTY))


def test_an_entity_without_the_geometry_is_not_even_disjoint() -> None:
    apart = EntityQuery(geo=GeoQuery("disjoint", {"type": "Point", "coordinates": [0, 0]}, "place"))
    assert matches(apart, placed((1, 1)))
    assert not matches(apart, placed())


def test_all_parts_of_a_query_must_hold() -> None:
    entity = Entity("urn:x:1", ["A"], {"a": [Instance(PROPERTY, 1)]})
    whole: dict[str, Any] = {"ids": ("urn:x:1",), "types": A, "filter": Compare(Path("a"), "==", (1,))}
    assert matches(EntityQuery(**whole), entity)
    assert not matches(EntityQuery(**{**whole, "types": B}), entity)
    assert not matches(EntityQuery(**{**whole, "ids": ("urn:x:2",)}), entity)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*a){20}$", "a{1,500}a{1,500}b"])
def test_a_pattern_bomb_answers_in_time_that_is_linear_in_the_text(pattern: str) -> None:
    text = "a" * 20_000 + "!"
    entity = Entity(text, ["A"], {"a": [Instance(PROPERTY, text)]})
    started = time.process_time()
    matches(EntityQuery(id_pattern=pattern), entity)
    matches(EntityQuery(filter=Compare(Path("a"), "~=", (pattern,))), entity)
    assert time.process_time() - started < 2
