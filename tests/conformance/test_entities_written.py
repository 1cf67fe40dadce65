"""Entities created, replaced, merged and deleted (NGSI-LD 5.6.1, 5.6.6, 5.6.17, 5.6.18; 4.17)."""

from typing import Any

import pytest
from broker_at_hand import V1, Broker, point, prop, refused, relation

NULL = "urn:ngsi-ld:null"
BY = prop(2)
EVERY_KIND: dict[str, Any] = {
    "speed": prop(5, unitCode="KMH", observedAt="2026-01-01T00:00:00Z", source=prop("gps")),
    "parkedAt": relation("urn:d:1"),
    "location": point(119.4, -5.1),
    "motto": {"type": "LanguageProperty", "languageMap": {"en": "hello", "nl": ["hallo", "dag"]}},
    "colour": {"type": "VocabProperty", "vocab": "red"},
    "raw": {"type": "JsonProperty", "json": {"a": [1, None]}},
    "route": {"type": "ListProperty", "valueList": [1, 2, 1]},
    "stops": {"type": "ListRelationship", "objectList": [{"object": "urn:d:1"}, {"object": "urn:d:2"}]},
    "readings": [prop(1), prop(2, datasetId="urn:s:2")],
}


def test_a_created_entity_is_found_where_the_answer_says(broker: Broker) -> None:
    """5.6.1, 6.4.3.1."""
    body = {"id": "urn:b:1", "type": ["Bus", "Vehicle"], "scope": ["/a/b"], **EVERY_KIND}
    answer = broker.call("POST", "/entities", body)
    assert (answer.status_code, answer.headers["location"], answer.content) == (201, f"{V1}/entities/urn:b:1", b"")
    assert broker.wire.get(answer.headers["location"], headers={"NGSILD-Tenant": broker.tenant}).status_code == 200
    assert broker.entity("urn:b:1") == body | {"scope": "/a/b"}


def test_an_id_is_percent_encoded_in_its_address(broker: Broker) -> None:
    answer = broker.call("POST", "/entities", {"id": "https://x.example/a/b?c", "type": "Bus"})
    assert answer.headers["location"] == f"{V1}/entities/https:%2F%2Fx.example%2Fa%2Fb%3Fc"
    found = broker.wire.get(answer.headers["location"], headers={"NGSILD-Tenant": broker.tenant})
    assert found.json()["id"] == "https://x.example/a/b?c"


def test_an_entity_exists_once(broker: Broker) -> None:
    broker.create("urn:b:1")
    refused(broker.call("POST", "/entities", {"id": "urn:b:1", "type": "Depot"}), 409, "AlreadyExists", "urn:b:1")
    assert broker.entity("urn:b:1")["type"] == "Bus"


@pytest.mark.parametrize(
    ("body", "error", "named"),
    [
        (b"", "InvalidRequest", ""),
        (b"{", "InvalidRequest", ""),
        ([], "InvalidRequest", ""),
        ({"type": "Bus"}, "BadRequestData", "id"),
        ({"id": "bus", "type": "Bus"}, "BadRequestData", "id"),
        ({"id": "urn:b:1"}, "BadRequestData", "type"),
        ({"id": "urn:b:1", "type": "Bus", "speed": None}, "BadRequestData", "speed"),
        ({"id": "urn:b:1", "type": "Bus", "speed": {"type": "Property"}}, "BadRequestData", "speed"),
        ({"id": "urn:b:1", "type": "Bus", "speed": prop(NULL)}, "BadRequestData", "speed"),
        ({"id": "urn:b:1", "type": "Bus", "location": prop(5)}, "BadRequestData", "location"),
        ({"id": "urn:b:1", "type": "Bus", "parkedAt": relation("depot")}, "BadRequestData", "parkedAt"),
        ({"id": "urn:b:1", "type": "Bus", "speed": prop(1, observedAt="noon")}, "BadRequestData", "observedAt"),
        ({"id": "urn:b:1", "type": "Bus", "speed": [prop(1), prop(2)]}, "BadRequestData", "speed"),
        ({"id": "urn:b:1", "type": "Bus", "a b": 1}, "BadRequestData", "a b"),
    ],
)  # fmt: skip
def test_what_is_no_entity_is_refused_by_name_and_not_kept(broker: Broker, body: Any, error: str, named: str) -> None:
    broker.create("urn:b:0", type="Depot")
    refused(broker.call("POST", "/entities", body), 400, error, named)
    assert broker.ids(type="Bus") == []


def test_a_simplified_entity_is_created(broker: Broker) -> None:
    """4.5.4."""
    body = {"id": "urn:b:1", "type": "Bus", "speed": 5, "name": ["a", "b"]}
    assert broker.call("POST", "/entities?options=keyValues", body).status_code == 201
    assert broker.entity("urn:b:1", options="keyValues") == body
    assert broker.entity("urn:b:1")["speed"] == prop(5)


def test_a_replacement_leaves_nothing_of_what_was(broker: Broker) -> None:
    """5.6.18."""
    broker.create("urn:b:1", speed=prop(5))
    assert broker.call("PUT", "/entities/urn:b:1", {"type": "Depot", "name": prop("x")}).status_code == 204
    assert broker.entity("urn:b:1") == {"id": "urn:b:1", "type": "Depot", "name": prop("x")}
    refused(broker.call("PUT", "/entities/urn:b:9", {"type": "Bus"}), 404, "ResourceNotFound")
    refused(broker.call("PUT", "/entities/urn:b:1", {"id": "urn:b:2", "type": "Bus"}), 400, "BadRequestData", "id")


def test_a_merge_changes_deletes_and_keeps(broker: Broker) -> None:
    """5.6.17, 5.5.12."""
    broker.create("urn:b:1", speed=prop(5, unitCode="KMH"), name=prop({"a": 1, "b": 2}), colour=prop("red"))
    fragment = {"speed": {"value": 6}, "name": prop({"b": 3}), "colour": NULL}
    assert broker.call("PATCH", "/entities/urn:b:1", fragment).status_code == 204
    assert broker.entity("urn:b:1") == {
        "id": "urn:b:1", "type": "Bus", "speed": prop(6, unitCode="KMH"), "name": prop({"a": 1, "b": 3}),
    }  # fmt: skip
    refused(broker.call("PATCH", "/entities/urn:b:9", fragment), 404, "ResourceNotFound")


def test_a_simplified_merge_is_dated_and_tagged_by_its_parameters(broker: Broker) -> None:
    broker.create("urn:b:1", speed=prop(5), motto={"type": "LanguageProperty", "languageMap": {"en": "hello"}})
    told = "options=keyValues&observedAt=2026-01-01T00:00:00Z&lang=nl"
    assert broker.call("PATCH", f"/entities/urn:b:1?{told}", {"speed": 7, "motto": "hallo"}).status_code == 204
    entity = broker.entity("urn:b:1")
    assert entity["speed"] == prop(7, observedAt="2026-01-01T00:00:00Z")
    assert entity["motto"]["languageMap"] == {"en": "hello", "nl": "hallo"}


@pytest.mark.parametrize(
    ("before", "told", "after"),
    [
        ({"type": "ListProperty", "valueList": [1]}, [2, 3], {"type": "ListProperty", "valueList": [2, 3]}),
        ({"type": "ListProperty", "valueList": [1]}, 2, None),
        ({"type": "LanguageProperty", "languageMap": {"en": "a", "nl": "b"}}, ["x", "y"],
         {"type": "LanguageProperty", "languageMap": {"en": "a", "nl": ["x", "y"]}}),
        ({"type": "VocabProperty", "vocab": "red"}, {"vocab": "blue"}, {"type": "VocabProperty", "vocab": "blue"}),
        ({"type": "JsonProperty", "json": {"x": 1}}, {"json": {"id": 5}},
         {"type": "JsonProperty", "json": {"x": 1, "id": 5}}),
        ({"type": "JsonProperty", "json": {"x": 1}}, {"id": 5}, None),
        ({"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}}, "here", None),
    ],
)  # fmt: skip
def test_a_simplified_merge_keeps_the_type_of_what_it_meets(broker: Broker, before: Any, told: Any, after: Any) -> None:
    """4.5.4, table 6.5.3.4-1: any attempt to modify the type is an error."""
    broker.create("urn:b:1", colour=before)
    answer = broker.call("PATCH", "/entities/urn:b:1?format=simplified&lang=nl", {"colour": told})
    if after is None:
        refused(answer, 400, "BadRequestData", "colour")
    assert broker.entity("urn:b:1")["colour"] == (before if after is None else after)


def test_a_deleted_entity_is_gone(broker: Broker) -> None:
    """5.6.6."""
    broker.create("urn:b:1")
    assert broker.call("DELETE", "/entities/urn:b:1").status_code == 204
    refused(broker.get("/entities/urn:b:1"), 404, "ResourceNotFound")
    refused(broker.call("DELETE", "/entities/urn:b:1"), 404, "ResourceNotFound")
    broker.create("urn:b:1", type="Depot")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "", None),
        ("PUT", "", {"type": "Depot"}),
        ("PATCH", "", {"speed": 1}),
        ("POST", "/attrs", {"speed": 1}),
        ("PATCH", "/attrs", {"speed": 1}),
        ("PATCH", "/attrs/speed", {"value": 1}),
        ("PUT", "/attrs/speed", prop(1)),
        ("DELETE", "/attrs/speed", None),
    ],
)
def test_a_change_may_be_for_entities_of_a_type_only(
    broker: Broker, method: str, path: str, body: dict[str, Any] | None
) -> None:
    """4.17: a type that the entity is not of finds nothing and changes nothing."""
    broker.create("urn:b:1", speed=prop(5))
    refused(broker.call(method, f"/entities/urn:b:1{path}?type=Depot", body), 404, "ResourceNotFound")
    assert broker.entity("urn:b:1")["speed"] == prop(5)
    assert broker.call(method, f"/entities/urn:b:1{path}?type=Bus|Depot", body).status_code == 204


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_of_an_entity_without_a_name_is_refused(broker: Broker, method: str) -> None:
    broker.create("urn:b:1")
    refused(broker.call(method, "/entities/", {"type": "Bus"}), 400, "BadRequestData", "id")


def test_a_member_that_carries_values_may_name_an_attribute_that_is_written_out(broker: Broker) -> None:
    broker.create("urn:ngsi-ld:Bus:1", vocab={"type": "VocabProperty", "vocab": "Bus"}, value=prop(5))
    shown = broker.entity("urn:ngsi-ld:Bus:1")
    assert (shown["vocab"]["vocab"], shown["value"]["value"]) == ("Bus", 5)
    assert broker.call("PATCH", "/entities/urn:ngsi-ld:Bus:1/attrs/value", prop(6)).status_code == 204
    assert broker.entity("urn:ngsi-ld:Bus:1", attrs="value")["value"]["value"] == 6
    astray = broker.call("PATCH", "/entities/urn:ngsi-ld:Bus:1/attrs", {"value": 7})
    refused(astray, 400, "BadRequestData", "value")


def test_an_attribute_carries_its_proof(broker: Broker) -> None:
    """4.5.2.2, annex C.11: what was sealed comes back byte for byte, whatever the @context makes of its words."""
    proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofValue": "z", "created": "2026-11-22"}
    sealed = {"type": "Property", "entityIdSealed": "urn:b:1", "entityTypeSealed": "Bus", "value": proof}
    broker.create("urn:b:1", speed={"type": "Property", "value": 1, "ngsildproof": sealed})

    assert broker.entity("urn:b:1")["speed"] == {"type": "Property", "value": 1, "ngsildproof": sealed}
    assert broker.entity("urn:b:1", format="concise")["speed"]["ngsildproof"]["value"] == proof


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (prop(1, by=BY), prop(1)),
        (prop({"by": 3, "c": 1}, by=BY), prop({"by": 3, "c": 1})),
        (prop({"by": 3, "c": 1}), prop({"c": 1})),
        (prop(1), prop(1)),
        (relation("urn:b:2", by=BY), relation("urn:b:2")),
    ],
)
def test_a_name_with_a_null_alone_takes_away_the_sub_attribute_or_the_member(
    broker: Broker, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """5.5.12: and leaves the value whole."""
    broker.create("urn:b:1", speed=before)
    assert broker.call("PATCH", "/entities/urn:b:1", {"speed": {"by": NULL}}).status_code == 204
    assert broker.entity("urn:b:1")["speed"] == after
    refused(broker.call("PATCH", "/entities/urn:b:1", {"colour": {"by": NULL}}), 400, "BadRequestData", "colour")
