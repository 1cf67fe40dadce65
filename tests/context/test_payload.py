"""Entities as clients write them (NGSI-LD 4.5, 4.6, 5.2.4, 5.5.4)."""

from pathlib import Path
from typing import Any

import pytest

from pinisi.context.attribute_payload import DELETE, SEALED_ID, SEALED_TYPE, VALUE_TYPE
from pinisi.context.contexts import Contexts
from pinisi.context.json_body import read_object
from pinisi.context.payload import read_attribute, read_entity, read_fragment, read_replacement
from pinisi.context.problems import BadRequestData, InvalidRequest
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.terms import LOCATION, NGSI_LD

D = "https://uri.etsi.org/ngsi-ld/default-context/"
ID = "urn:ngsi-ld:Vehicle:A1"
EXAMPLES = Path(__file__).parent / "examples"


def entity(**members: Any) -> Entity:
    return read_entity({"id": ID, "type": "Vehicle", **members}, CORE_TABLE)


def only(**members: Any) -> Instance:
    (instances,) = entity(**members).attributes.values()
    (instance,) = instances
    return instance


def test_an_entity_is_read_with_its_members_expanded() -> None:
    table = Contexts().table({"Vehicle": "https://v.example/V", "speed": "https://v.example/speed"})
    document = {
        "id": ID,
        "type": ["Vehicle", "Car"],
        "scope": "/Makassar/Tallo",
        "expiresAt": "2030-01-01T00:00:00Z",
        "createdAt": "1999-01-01T00:00:00Z",
        "@context": "ignored here",
        "speed": {
            "type": "Property",
            "value": 55,
            "unitCode": "KMH",
            "observedAt": "2026-11-22T06:32:00.000Z",
            "modifiedAt": "1999-01-01T00:00:00Z",
            "source": {"type": "Property", "value": "GPS"},
        },
    }
    speed = Instance("Property", 55, None, "2026-11-22T06:32:00.000Z", "KMH")
    speed.attributes = {D + "source": [Instance("Property", "GPS")]}
    assert read_entity(document, table) == Entity(
        ID, ["https://v.example/V", D + "Car"], {"https://v.example/speed": [speed]}, ["/Makassar/Tallo"],
        "2030-01-01T00:00:00Z",
    )  # fmt: skip


def test_the_keywords_of_json_ld_are_accepted_for_id_and_type() -> None:
    read = read_entity({"@id": ID, "@type": "Vehicle", "speed": {"@type": "Property", "value": 1}}, CORE_TABLE)
    assert (read.id, read.types, read.attributes[D + "speed"][0].kind) == (ID, [D + "Vehicle"], "Property")


@pytest.mark.parametrize(
    ("attribute", "kind", "value"),
    [
        ({"type": "Property", "value": {"street": "x"}}, "Property", {D + "street": "x"}),
        ({"type": "Property", "value": [1, [2]]}, "Property", [1, [2]]),
        ({"type": "Property", "value": False}, "Property", False),
        ({"type": "Relationship", "object": "urn:x:1"}, "Relationship", "urn:x:1"),
        ({"type": "Relationship", "object": ["urn:x:1", "urn:x:2"]}, "Relationship", ["urn:x:1", "urn:x:2"]),
        ({"type": "LanguageProperty", "languageMap": {"sk": "škola", "en": ["a", "b"], "@none": "c"}},
         "LanguageProperty", {"sk": "škola", "en": ["a", "b"], "@none": "c"}),
        ({"type": "VocabProperty", "vocab": "monument"}, "VocabProperty", D + "monument"),
        ({"type": "VocabProperty", "vocab": ["a", "ngsi-ld:b"]}, "VocabProperty", [D + "a", NGSI_LD + "b"]),
        ({"type": "JsonProperty", "json": {"speed": {"type": "raw"}}}, "JsonProperty", {"speed": {"type": "raw"}}),
        ({"type": "JsonProperty", "json": [{}]}, "JsonProperty", [{}]),
        ({"type": "ListProperty", "valueList": [1.2, {"a": 1}]}, "ListProperty", [1.2, {D + "a": 1}]),
        ({"type": "ListRelationship", "objectList": ["urn:x:1", {"object": "urn:x:2"}]},
         "ListRelationship", ["urn:x:1", "urn:x:2"]),
        ({"type": "GeoProperty", "value": '{"type": "Point", "coordinates": [1.5, 2.5]}'},
         "GeoProperty", {"type": "Point", "coordinates": [1.5, 2.5]}),
        (55, "Property", 55),
        ("text", "Property", "text"),
        ([1, 2], "Property", [1, 2]),
        ([], "Property", []),
        ({"street": "x"}, "Property", {D + "street": "x"}),
        ({"type": "PostalAddress", "street": "x"}, "Property", {"@type": D + "PostalAddress", D + "street": "x"}),
        ({"type": "Point", "coordinates": [1.5, 2.5]}, "GeoProperty", {"type": "Point", "coordinates": [1.5, 2.5]}),
        ({"value": {"type": "Point", "coordinates": [1, 2]}}, "GeoProperty", {"type": "Point", "coordinates": [1, 2]}),
        ({"value": 3}, "Property", 3),
        ({"object": "urn:x:1"}, "Relationship", "urn:x:1"),
        ({"languageMap": {"en": "x"}}, "LanguageProperty", {"en": "x"}),
        ({"vocab": "x"}, "VocabProperty", D + "x"),
        ({"json": {"a": 1}}, "JsonProperty", {"a": 1}),
        ({"valueList": []}, "ListProperty", []),
        ({"objectList": ["urn:x:1"]}, "ListRelationship", ["urn:x:1"]),
    ],
)  # fmt: skip
def test_every_kind_is_read_normalized_and_concise(attribute: Any, kind: str, value: Any) -> None:
    read = only(a=attribute)
    assert (read.kind, read.value) == (kind, value)


def test_instances_are_told_apart_by_their_dataset() -> None:
    read = entity(speed=[{"value": 1, "datasetId": "@none"}, {"type": "Property", "value": 2, "datasetId": "urn:d:1"}])
    assert [one.dataset_id for one in read.attributes[D + "speed"]] == [None, "urn:d:1"]


def test_members_that_are_written_bare_are_kept() -> None:
    assert only(speed={"type": "Property", "value": 1, "valueType": "xsd:double"}).attributes[VALUE_TYPE]
    proof = {"type": "DataIntegrityProof", "proofValue": "z"}
    read = only(ngsildproof={"type": "Property", "entityIdSealed": ID, "entityTypeSealed": "Vehicle", "value": proof})
    assert read.value == proof
    assert read.attributes[SEALED_ID][0].value == ID
    assert read.attributes[SEALED_TYPE][0].value == D + "Vehicle"


def test_the_proof_of_an_attribute_is_kept_as_it_was_sealed() -> None:
    """Annex C.11: the proof stands in the attribute that it seals."""
    proof = {"type": "DataIntegrityProof", "proofValue": "z", "created": "2026-11-22T06:32:00Z"}
    sealed = {"type": "Property", "entityIdSealed": ID, "entityTypeSealed": "Vehicle", "value": proof}
    read = only(speed={"type": "Property", "value": 1, "ngsildproof": sealed})
    (held,) = next(iter(read.attributes.values()))
    assert (held.value, held.attributes[SEALED_ID][0].value) == (proof, ID)
    with pytest.raises(BadRequestData, match="ngsildproof"):
        only(speed={"type": "Property", "value": 1, "notngsildproof": sealed})


P = {"type": "Property", "value": 1}
R = {"type": "Relationship", "object": "urn:x:1"}


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"id": None}, "id"),
        ({"id": "no-uri"}, "id"),
        ({"id": 5}, "id"),
        ({"id": "urn:ngsi-ld:null"}, "id"),
        ({"type": None}, "type"),
        ({"type": []}, "type"),
        ({"type": 5}, "type"),
        ({"type": "9Vehicle"}, "type"),
        ({"type": "type"}, "type"),
        ({"type": ["Vehicle", "my type"]}, "type"),
        ({"scope": "urn:ngsi-ld:null"}, "scope"),
        ({"expiresAt": "soon"}, "expiresAt"),
        ({"my attr": P}, "my attr"),
        ({"datasetId": P}, "datasetId"),
        ({"instanceId": P}, "instanceId"),
        ({"observedAt": P}, "observedAt"),
        ({"https://uri.etsi.org/ngsi-ld/hasValue": P}, "https://uri.etsi.org/ngsi-ld/hasValue"),
        ({"speed": P, "ngsi-ld:default-context/speed": P}, "ngsi-ld:default-context/speed"),
        ({"speed": None}, "speed"),
        ({"speed": {"type": "Property"}}, "speed"),
        ({"speed": {"type": "Property", "value": None}}, "speed.value"),
        ({"speed": {"type": "Propertie", "value": 1}}, "speed.type"),
        ({"speed": {"observedAt": "2026-01-01T00:00:00Z"}}, "speed"),
        ({"speed": {**P, "observedAt": "2026-01-01T00:00:00+02:00"}}, "speed.observedAt"),
        ({"speed": {**P, "observedAt": {"type": "Property", "value": 1}}}, "speed.observedAt"),
        ({"speed": {**P, "unitCode": 5}}, "speed.unitCode"),
        ({"speed": {**P, "object": "urn:x:1"}}, "speed.object"),
        ({"speed": {**P, "languageMap": {"en": "x"}}}, "speed.languageMap"),
        ({"speed": {**P, "valueList": [1]}}, "speed.valueList"),
        ({"speed": {**P, "previousValue": 0}}, "speed.previousValue"),
        ({"speed": {**P, "entityIdSealed": "urn:x:1"}}, "speed.entityIdSealed"),
        ({"speed": {**P, "@context": {}}}, "speed.@context"),
        ({"speed": {"@context": {}, "a": 1}}, "speed.@context"),
        ({"speed": {**P, "my sub": 1}}, "speed.my sub"),
        ({"speed": {**P, "sub": {"type": "Relationship", "object": "x"}}}, "speed.sub.object"),
        ({"speed": {"type": "Property", "value": 2**63}}, "speed.value"),
        ({"speed": {"type": "Property", "value": {"a": {"b": 10**30}}}}, "speed.value.a.b"),
        ({"speed": {"type": "Property", "value": "urn:ngsi-ld:null"}}, "speed.value"),
        ({"speed": {"type": "Property", "value": {"a": {"b": "urn:ngsi-ld:null"}}}}, "speed.value.a.b"),
        ({"speed": [P, P]}, "speed"),
        ({"speed": [P, {**P, "datasetId": "@none"}]}, "speed"),
        ({"speed": [{**P, "datasetId": "urn:d:1"}, {**P, "datasetId": "urn:d:1"}]}, "speed"),
        ({"speed": [P, {**P, "datasetId": "no uri"}]}, "speed[1].datasetId"),
        ({"isParked": {"type": "Relationship"}}, "isParked"),
        ({"isParked": {"type": "Relationship", "object": 5}}, "isParked.object"),
        ({"isParked": {"type": "Relationship", "object": []}}, "isParked.object"),
        ({"isParked": {"type": "Relationship", "object": ["urn:x:1", "x"]}}, "isParked.object[1]"),
        ({"isParked": {**R, "unitCode": "MTR"}}, "isParked.unitCode"),
        ({"isParked": {**R, "value": 42}}, "isParked.value"),
        ({"isParked": {**R, "entity": {}}}, "isParked.entity"),
        ({"isParked": {**R, "objectType": 5}}, "isParked.objectType"),
        ({"speed": {**P, "objectType": "X"}}, "speed.objectType"),
        ({"name": {"languageMap": {}}}, "name.languageMap"),
        ({"name": {"languageMap": {"en": 5}}}, "name.languageMap.en"),
        ({"name": {"languageMap": {"no tag": "x"}}}, "name.languageMap.no tag"),
        ({"name": {"languageMap": {"en": "urn:ngsi-ld:null"}}}, "name.languageMap.en"),
        ({"name": {"type": "LanguageProperty", "languageMap": {"@none": "urn:ngsi-ld:null"}}}, "name.languageMap"),
        ({"a": {"vocab": 5}}, "a.vocab"),
        ({"a": {"vocab": []}}, "a.vocab"),
        ({"a": {"json": 5}}, "a.json"),
        ({"a": {"json": {"a": 1}, "unitCode": "MTR"}}, "a.unitCode"),
        ({"a": {"type": "JsonProperty", "json": {"a": 1}, "value": 1}}, "a.value"),
        ({"a": {"valueList": 1}}, "a.valueList"),
        ({"a": {"type": "ListProperty", "valueList": [1.2], "value": 3}}, "a.value"),
        ({"a": {"objectList": ["not a uri"]}}, "a.objectList[0]"),
        ({"location": P}, "location"),
        ({"location": "text"}, "location"),
        ({"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 95]}}},
         "location.value.coordinates[1]"),
        ({"location": {"type": "GeoProperty", "value": "no json"}}, "location.value"),
        ({"ngsildproof": {"type": "Property", "value": "x"}}, "ngsildproof.value"),
        ({"ngsildproof": {"type": "Property", "value": {}, "entityTypeSealed": 42}}, "ngsildproof.entityTypeSealed"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_path_of_the_field(members: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRequestData) as refused:
        entity(**members)
    assert refused.value.field == field
    assert refused.value.detail.startswith(f"{field}: ")


def test_attributes_of_attributes_have_a_bottom() -> None:
    nested: dict[str, Any] = {"value": 1}
    for _ in range(9):
        nested = {"value": 1, "sub": nested}
    assert only(speed=nested)
    with pytest.raises(BadRequestData, match="more than 10 deep"):
        entity(speed={"value": 1, "sub": nested})


@pytest.mark.parametrize("document", [None, 5, [], "x"])
def test_an_entity_is_an_object(document: Any) -> None:
    for read in (
        lambda: read_entity(document, CORE_TABLE),
        lambda: read_fragment(document, CORE_TABLE, nulls=True),
        lambda: read_replacement(document, ID, CORE_TABLE),
    ):
        with pytest.raises((BadRequestData, InvalidRequest), match="is a JSON object"):
            read()


def test_a_fragment_may_delete_where_the_operation_does() -> None:
    document = {
        "a": "urn:ngsi-ld:null",
        "b": {"type": "Relationship", "object": "urn:ngsi-ld:null", "datasetId": "urn:d:1"},
        "c": {"languageMap": {"@none": "urn:ngsi-ld:null"}},
        "location": {"type": "GeoProperty", "value": "urn:ngsi-ld:null"},
        "scope": "urn:ngsi-ld:null",
        "expiresAt": "urn:ngsi-ld:null",
    }
    fragment = read_fragment(document, CORE_TABLE, nulls=True)
    assert {one.value for many in fragment.attributes.values() for one in many} == {DELETE}
    assert fragment.attributes[D + "b"][0].dataset_id == "urn:d:1"
    assert (fragment.scopes, fragment.expires_at) == (DELETE, DELETE)
    for name in document:
        with pytest.raises(BadRequestData):
            read_fragment({name: document[name]}, CORE_TABLE, nulls=False)


def test_simplified_values_are_properties_unless_a_key_tells_otherwise() -> None:
    document = {
        "id": ID, "type": "Vehicle", "speed": {"dataset": {"@none": 55, "urn:d:1": 54}}, "owner": "urn:x:1",
        "name": {"languageMap": {"en": "x"}}, "kind": {"vocab": "car"}, "raw": {"json": {"a": 1}},
        "location": {"type": "Point", "coordinates": [1, 2]}, "box": {"value": 3, "type": "Property"},
    }  # fmt: skip
    read = read_entity(document, CORE_TABLE, simplified=True)
    assert [(one.value, one.dataset_id) for one in read.attributes[D + "speed"]] == [(55, None), (54, "urn:d:1")]
    kinds = {name.removeprefix(D): many[0].kind for name, many in read.attributes.items()}
    assert kinds == {
        "speed": "Property", "owner": "Property", "name": "LanguageProperty", "kind": "VocabProperty",
        "raw": "JsonProperty", LOCATION: "GeoProperty", "box": "Property",
    }  # fmt: skip


def test_a_replacement_takes_its_id_from_the_address() -> None:
    assert read_replacement({"type": "Vehicle"}, ID, CORE_TABLE).id == ID
    with pytest.raises(BadRequestData, match=r"^id: "):
        read_replacement({"id": "urn:x:other", "type": "Vehicle"}, ID, CORE_TABLE)


def test_one_attribute_is_read_by_the_name_in_the_address() -> None:
    assert read_attribute({"type": "Property", "value": 5, "@context": []}, "speed", CORE_TABLE) == (
        D + "speed",
        Instance("Property", 5),
    )
    for name in ("@invalid", "id", "my attr"):
        with pytest.raises(BadRequestData):
            read_attribute(P, name, CORE_TABLE)
    with pytest.raises(BadRequestData, match="empty"):
        read_attribute({}, "speed", CORE_TABLE)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.jsonld")), ids=lambda path: path.stem)
def test_examples_of_smart_data_models_are_read(path: Path) -> None:
    document = read_object(path.read_bytes())
    read = read_entity(document, CORE_TABLE)
    assert read.id == document["id"]
    assert len(read.attributes) == len(document) - 3
