"""Entities as answers (NGSI-LD 4.5.1 to 4.5.4, 4.15, 4.21), and back."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.context import edits
from pinisi.context.contexts import Contexts
from pinisi.context.json_body import read_object
from pinisi.context.payload import read_entity
from pinisi.context.pick import parse_pick
from pinisi.context.render import (
    CONCISE,
    NORMALIZED,
    SIMPLIFIED,
    View,
    entity_document,
    join,
    render_entity,
    with_context,
)
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.principal import Projection

D = "https://uri.etsi.org/ngsi-ld/default-context/"
ID = "urn:ngsi-ld:Vehicle:1"
DOCUMENT: dict[str, Any] = {
    "id": ID,
    "type": ["Vehicle", "Car"],
    "scope": ["/a", "/b"],
    "speed": [
        {"type": "Property", "value": 55, "unitCode": "KMH", "observedAt": "2026-01-01T00:00:00Z",
         "source": {"type": "Property", "value": "GPS"}},
        {"type": "Property", "value": 54, "datasetId": "urn:d:1"},
    ],
    "address": {"type": "Property", "value": {"street": "x", "type": "PostalAddress"}},
    "isParked": {"type": "Relationship", "object": "urn:x:1", "objectType": "Parking"},
    "near": {"type": "Relationship", "object": ["urn:x:1", "urn:x:2"]},
    "name": {"type": "LanguageProperty", "languageMap": {"fr": "Grand Place", "nl": "Grote Markt"}},
    "kind": {"type": "VocabProperty", "vocab": ["car", "https://x.example/bus"]},
    "raw": {"type": "JsonProperty", "json": {"speed": 1, "type": "raw"}},
    "list": {"type": "ListProperty", "valueList": [1, {"a": 2}]},
    "route": {"type": "ListRelationship", "objectList": [{"object": "urn:x:1"}, {"object": "urn:x:2"}]},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.4, -5.1]}},
}  # fmt: skip
ENTITY = read_entity(DOCUMENT, CORE_TABLE)


def test_the_normalized_form_is_what_was_written() -> None:
    assert json.loads(render_entity(ENTITY, CORE_TABLE)) == DOCUMENT


def test_the_concise_form_leaves_out_what_can_be_told() -> None:
    shown = entity_document(ENTITY, CORE_TABLE, CONCISE)
    assert shown["address"] == {"street": "x", "type": "PostalAddress"}
    assert shown["location"] == {"type": "Point", "coordinates": [119.4, -5.1]}
    assert shown["isParked"] == {"object": "urn:x:1", "objectType": "Parking"}
    assert shown["speed"][0] == {
        "value": 55, "unitCode": "KMH", "observedAt": "2026-01-01T00:00:00Z", "source": "GPS",
    }  # fmt: skip
    assert shown["name"] == {"languageMap": {"fr": "Grand Place", "nl": "Grote Markt"}}


def test_the_simplified_form_has_values_only() -> None:
    assert entity_document(ENTITY, CORE_TABLE, SIMPLIFIED) == {
        "id": ID, "type": ["Vehicle", "Car"], "scope": ["/a", "/b"],
        "speed": {"dataset": {"@none": 55, "urn:d:1": 54}},
        "address": {"street": "x", "type": "PostalAddress"},
        "isParked": "urn:x:1",
        "near": ["urn:x:1", "urn:x:2"],
        "name": {"languageMap": {"fr": "Grand Place", "nl": "Grote Markt"}},
        "kind": {"vocab": ["car", "https://x.example/bus"]},
        "raw": {"json": {"speed": 1, "type": "raw"}},
        "list": [1, {"a": 2}],
        "route": ["urn:x:1", "urn:x:2"],
        "location": {"type": "Point", "coordinates": [119.4, -5.1]},
    }  # fmt: skip


def test_system_times_are_shown_when_asked_for() -> None:
    created = edits.create(read_entity({"id": ID, "type": "Vehicle", "a": {"value": 1, "b": 2}}, CORE_TABLE))(
        None, 500_000
    )
    assert created.entity is not None
    times = {"createdAt": "1970-01-01T00:00:00.500000Z", "modifiedAt": "1970-01-01T00:00:00.500000Z"}
    assert entity_document(created.entity, CORE_TABLE, View(sys_attrs=True)) == {
        "id": ID, "type": "Vehicle", **times,
        "a": {"type": "Property", "value": 1, **times, "b": {"type": "Property", "value": 2, **times}},
    }  # fmt: skip
    assert "createdAt" not in entity_document(created.entity, CORE_TABLE)["a"]


def test_names_follow_the_context_of_the_reader() -> None:
    writer = Contexts().table({"Vehicle": "https://v.example/V", "speed": "https://v.example/speed"})
    entity = read_entity({"id": ID, "type": "Vehicle", "speed": {"value": {"speed": 1}}}, writer)
    assert entity_document(entity, writer, CONCISE) == {"id": ID, "type": "Vehicle", "speed": {"speed": 1}}
    assert entity_document(entity, CORE_TABLE, CONCISE) == {
        "id": ID, "type": "https://v.example/V", "https://v.example/speed": {"https://v.example/speed": 1},
    }  # fmt: skip


def names(view: View = NORMALIZED, seen: Projection | None = None) -> list[str]:
    document = entity_document(ENTITY, CORE_TABLE, view, seen or Projection(None))
    return list(document)


def test_attrs_pick_and_omit_choose_members() -> None:
    assert names(View(attributes=frozenset((D + "kind",)))) == ["id", "type", "scope", "kind"]
    assert names(View(pick=parse_pick("kind|id", CORE_TABLE))) == ["id", "kind"]
    assert names(View(pick=parse_pick("kind,isParked{name}", CORE_TABLE))) == ["isParked", "kind"]
    omitted = View(omit=parse_pick("type,scope,speed,isParked{name}", CORE_TABLE))
    assert names(omitted)[:4] == ["id", "address", "isParked", "near"]


def test_what_a_reader_may_not_see_is_not_shown() -> None:
    seen = Projection(frozenset((D + "kind", D + "raw")))
    assert names(seen=seen) == ["id", "type", "scope", "kind", "raw"]
    assert names(View(attributes=frozenset((D + "kind", D + "speed"))), seen) == ["id", "type", "scope", "kind"]
    assert names(View(pick=parse_pick("speed", CORE_TABLE)), seen) == []
    assert names(seen=Projection(frozenset())) == ["id", "type", "scope"]


def test_datasets_choose_instances() -> None:
    document = entity_document(ENTITY, CORE_TABLE, View(datasets=frozenset(("urn:d:1",))))
    assert list(document) == ["id", "type", "scope", "speed"]
    assert document["speed"]["value"] == 54
    default = entity_document(ENTITY, CORE_TABLE, View(datasets=frozenset((None,))))
    assert default["speed"]["value"] == 55


def test_a_language_turns_a_language_property_into_a_property() -> None:
    assert entity_document(ENTITY, CORE_TABLE, View(languages=("nl",)))["name"] == {
        "type": "Property", "value": "Grote Markt", "lang": "nl",
    }  # fmt: skip
    assert entity_document(ENTITY, CORE_TABLE, View(form="simplified", languages=("nl",)))["name"] == "Grote Markt"


def test_the_context_is_put_in_front() -> None:
    table = Contexts().table({"a": "https://x.example/a"})
    assert json.loads(with_context(b'{"id":1}', table)) == {"@context": {"a": "https://x.example/a"}, "id": 1}
    assert json.loads(with_context(b"{}", CORE_TABLE))["@context"].endswith("v1.9.jsonld")
    assert join([]) == b"[]"
    assert json.loads(join([b"1", b"2"])) == [1, 2]


@pytest.mark.parametrize(
    "value",
    [
        {"value": 1}, {"object": "urn:x:1"}, {"observedAt": 1}, {"type": "Property", "value": 1}, [{"value": 1}],
        {"type": "Point", "coordinates": [1, 2]}, {"type": "Foo", "value": 1}, {"vocab": 1}, [], {}, "urn:x:1", None,
        [[{"value": 1}]], {"dataset": {"@none": 1}}, {"languageMap": {}},
    ],
)  # fmt: skip
def test_values_that_look_like_attributes_survive_the_concise_form(value: Any) -> None:
    document = {"id": ID, "type": "Vehicle", "a": {"type": "Property", "value": {"inner": value}}}
    document["b"] = {"type": "Property", "value": value} if value is not None else 1
    entity = read_entity(document, CORE_TABLE)
    assert read_entity(entity_document(entity, CORE_TABLE, CONCISE), CORE_TABLE) == entity
    assert read_entity(entity_document(entity, CORE_TABLE), CORE_TABLE) == entity


WORDS = st.sampled_from(["alpha", "beta", "speed", "value", "type", "status", "object", "x1"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.booleans(), TEXT, st.floats(allow_nan=False, allow_infinity=False)
)
NAMES = st.sampled_from(["alpha", "beta", "gamma", "speed", "status", "description", "https://x.example/a"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, TEXT), inner, max_size=3)),
    max_leaves=8,
)
URIS = st.builds(lambda name: f"urn:x:{name}", WORDS)
POINTS = st.builds(
    lambda x, y: {"type": "Point", "coordinates": [x, y]}, st.integers(-180, 180), st.floats(-90, 90, allow_nan=False)
)
LANGUAGES = st.dictionaries(st.sampled_from(["en", "id", "ja", "@none"]), TEXT, min_size=1)
OPTIONAL = st.fixed_dictionaries(
    {},
    optional={
        "observedAt": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"]),
        "datasetId": URIS,
        "expiresAt": st.just("2030-01-01T00:00:00Z"),
    },
)


def attributes(depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    kinds = st.one_of(
        st.builds(lambda value: {"type": "Property", "value": value}, VALUES),
        st.builds(lambda value: {"type": "Property", "value": value, "unitCode": "KMH"}, SCALARS),
        st.builds(lambda uri: {"type": "Relationship", "object": uri, "objectType": "Thing"}, URIS),
        st.builds(lambda uris: {"type": "Relationship", "object": uris}, st.lists(URIS, min_size=1, max_size=3)),
        st.builds(lambda point: {"type": "GeoProperty", "value": point}, POINTS),
        st.builds(lambda words: {"type": "LanguageProperty", "languageMap": words}, LANGUAGES),
        st.builds(lambda words: {"type": "VocabProperty", "vocab": words}, st.lists(NAMES, min_size=1)),
        st.builds(lambda value: {"type": "JsonProperty", "json": {"a": value}}, VALUES),
        st.builds(lambda value: {"type": "ListProperty", "valueList": value}, st.lists(VALUES, max_size=3)),
        st.builds(lambda uris: {"type": "ListRelationship", "objectList": uris}, st.lists(URIS, max_size=3)),
    )
    subs = st.just({}) if depth == 0 else st.dictionaries(NAMES, attributes(depth - 1), max_size=2)
    return st.builds(lambda kind, about, sub: kind | about | sub, kinds, OPTIONAL, subs)


ENTITIES = st.builds(
    lambda types, members, scopes: {"id": ID, "type": types, **members} | ({"scope": scopes} if scopes else {}),
    st.lists(NAMES, min_size=1, unique=True, max_size=3),
    st.dictionaries(NAMES, attributes(), max_size=4),
    st.lists(st.sampled_from(["/a", "/b/c", "d"]), unique=True),
)


def parsed(document: dict[str, Any]) -> Entity | None:
    """The entity, or None where two keys of a generated value mean the same."""
    from pinisi.context.problems import BadRequestData

    try:
        return read_entity(document, CORE_TABLE)
    except BadRequestData as refused:
        assert "mean the same" in refused.detail
        return None


@settings(max_examples=300)
@given(ENTITIES)
def test_reading_what_was_rendered_gives_the_same_entity(document: dict[str, Any]) -> None:
    entity = parsed(document)
    if entity is None:
        return
    table = Contexts().table({"alpha": "https://x.example/a", "xx": "https://uri.etsi.org/ngsi-ld/default-context/"})
    for view in (View(sys_attrs=True), View(form="concise", sys_attrs=True)):
        for terms in (CORE_TABLE, table):
            assert read_entity(read_object(render_entity(entity, terms, view)), terms) == entity


@settings(max_examples=150)
@given(ENTITIES)
def test_the_simplified_form_keeps_every_value_that_needs_no_kind(document: dict[str, Any]) -> None:
    entity = parsed(document)
    if entity is None:
        return
    shown = entity_document(entity, CORE_TABLE, SIMPLIFIED)
    assert set(shown) == {"id", "type", *document} - ({"scope"} if not entity.scopes else set())
    for iri, (instance,) in entity.attributes.items():
        if instance.kind in ("Relationship", "ListRelationship", "GeoProperty"):
            assert shown[CORE_TABLE.compact_iri(iri)] == instance.value


def test_bare_members_are_written_bare() -> None:
    proof = {
        "type": "Property", "entityIdSealed": ID, "entityTypeSealed": "Vehicle",
        "value": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"},
    }  # fmt: skip
    document = {"id": ID, "type": "Vehicle", "ngsildproof": proof, "speed": {"type": "Property", "value": 1}}
    document["speed"] = {"type": "Property", "value": 1, "valueType": "https://x.example/double", "ngsildproof": proof}
    assert entity_document(read_entity(document, CORE_TABLE), CORE_TABLE) == document


def test_an_entity_without_attributes_is_its_id_and_type() -> None:
    entity = Entity(ID, [D + "Vehicle"], {D + "a": [Instance("Property", 1)]})
    assert entity_document(entity, CORE_TABLE, View(attributes=frozenset())) == {"id": ID, "type": "Vehicle"}
