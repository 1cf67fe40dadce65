"""Attributes appended, updated, replaced and deleted (NGSI-LD 5.6.2 to 5.6.5, 5.6.19; 4.5.5, 4.18)."""

import pytest
from broker_at_hand import Broker, X, prop, refused

NULL = "urn:ngsi-ld:null"
TWO = [prop(1), prop(2, datasetId="urn:s:2")]


def test_appended_attributes_take_the_place_of_those_that_exist(broker: Broker) -> None:
    """5.6.3."""
    broker.create("urn:b:1", speed=prop(5))
    assert broker.call("POST", "/entities/urn:b:1/attrs", {"speed": prop(6), "name": prop("x")}).status_code == 204
    entity = broker.entity("urn:b:1")
    assert (entity["speed"], entity["name"]) == (prop(6), prop("x"))


def test_without_overwriting_the_answer_says_what_was_left_alone(broker: Broker) -> None:
    """5.2.18: full names, since no @context comes with them."""
    broker.create("urn:b:1", speed=prop(5))
    fragment = {"speed": prop(6), "name": prop("x")}
    answer = broker.call("POST", "/entities/urn:b:1/attrs?options=noOverwrite", fragment)
    assert answer.status_code == 207
    result = answer.json()
    assert result["updated"] == [X + "name"]
    assert [left["attributeName"] for left in result["notUpdated"]] == [X + "speed"]
    assert broker.entity("urn:b:1")["speed"] == prop(5)


def test_an_instance_of_another_dataset_stands_beside_the_others(broker: Broker) -> None:
    """4.5.5."""
    broker.create("urn:b:1", speed=prop(1))
    assert broker.call("POST", "/entities/urn:b:1/attrs", {"speed": TWO[1]}).status_code == 204
    assert broker.entity("urn:b:1")["speed"] == TWO


def test_types_and_scopes_are_added(broker: Broker) -> None:
    """4.16, 4.18."""
    broker.create("urn:b:1", scope="/a")
    fragment = {"type": ["Bus", "Vehicle"], "scope": "/b"}
    assert broker.call("POST", "/entities/urn:b:1/attrs?options=noOverwrite", fragment).status_code == 204
    entity = broker.entity("urn:b:1")
    assert (entity["type"], entity["scope"]) == (["Bus", "Vehicle"], ["/a", "/b"])


def test_an_update_replaces_adds_and_deletes(broker: Broker) -> None:
    """5.6.2."""
    broker.create("urn:b:1", speed=prop(5, unitCode="KMH"), colour=prop("red"))
    fragment = {"speed": prop(6), "name": prop("x"), "colour": NULL}
    assert broker.call("PATCH", "/entities/urn:b:1/attrs", fragment).status_code == 204
    assert broker.entity("urn:b:1") == {"id": "urn:b:1", "type": "Bus", "speed": prop(6), "name": prop("x")}


@pytest.mark.parametrize("method", ["PATCH", "POST"])
@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ("type=Bus", 204),
        ("type=Tram,Bus", 204),
        ("type=Tram", 404),
        ("type=(Bus;Tram)", 404),
        ("local=true", 204),
        ("local=true&type=Bus", 204),
        ("options=normalized", 204),
        ("format=concise", 204),
    ],
)
def test_new_values_are_written_with_parameters_too(broker: Broker, method: str, parameters: str, status: int) -> None:
    """4.17, 5.6.2, 5.6.3, 6.3.18."""
    broker.create("urn:b:1", speed=prop(5, unitCode="KMH"), name=prop("x"))
    answer = broker.call(method, f"/entities/urn:b:1/attrs?{parameters}", {"speed": prop(6)})
    assert answer.status_code == status
    assert broker.entity("urn:b:1")["speed"] == (prop(6) if status == 204 else prop(5, unitCode="KMH"))


def test_a_null_is_appended_by_nobody(broker: Broker) -> None:
    """4.5.0: it stands in an update only."""
    broker.create("urn:b:1", speed=prop(5))
    for fragment in ({"speed": NULL}, {"speed": prop(NULL)}):
        refused(broker.call("POST", "/entities/urn:b:1/attrs", fragment), 400, "BadRequestData")
    assert broker.entity("urn:b:1")["speed"] == prop(5)


def test_a_partial_update_changes_what_it_mentions(broker: Broker) -> None:
    """5.6.4."""
    broker.create("urn:b:1", speed=prop(5, unitCode="KMH", source=prop("gps")))
    assert broker.call("PATCH", "/entities/urn:b:1/attrs/speed", {"value": 6, "source": NULL}).status_code == 204
    assert broker.entity("urn:b:1")["speed"] == prop(6, unitCode="KMH")


def test_a_partial_update_names_its_instance_by_dataset(broker: Broker) -> None:
    broker.create("urn:b:1", speed=TWO)
    fragment = {"value": 7, "datasetId": "urn:s:2"}
    assert broker.call("PATCH", "/entities/urn:b:1/attrs/speed", fragment).status_code == 204
    assert broker.entity("urn:b:1")["speed"] == [prop(1), prop(7, datasetId="urn:s:2")]
    stranger = {"value": 7, "datasetId": "urn:s:3"}
    refused(broker.call("PATCH", "/entities/urn:b:1/attrs/speed", stranger), 404, "ResourceNotFound")


def test_a_replaced_attribute_keeps_nothing(broker: Broker) -> None:
    """5.6.19."""
    broker.create("urn:b:1", speed=prop(5, unitCode="KMH"))
    assert broker.call("PUT", "/entities/urn:b:1/attrs/speed", prop("fast")).status_code == 204
    assert broker.entity("urn:b:1")["speed"] == prop("fast")


@pytest.mark.parametrize(
    ("parameters", "left"),
    [("", [TWO[1]]), ("?datasetId=@none", [TWO[1]]), ("?datasetId=urn:s:2", [TWO[0]]), ("?deleteAll=true", [])],
)
def test_one_instance_or_all_are_deleted(broker: Broker, parameters: str, left: list[dict[str, object]]) -> None:
    """5.6.5."""
    broker.create("urn:b:1", speed=TWO)
    assert broker.call("DELETE", f"/entities/urn:b:1/attrs/speed{parameters}").status_code == 204
    shown = broker.entity("urn:b:1").get("speed", [])
    assert (shown if isinstance(shown, list) else [shown]) == left


def test_the_scope_is_deleted_like_an_attribute(broker: Broker) -> None:
    broker.create("urn:b:1", scope="/a")
    assert broker.call("DELETE", "/entities/urn:b:1/attrs/scope").status_code == 204
    assert "scope" not in broker.entity("urn:b:1")
    refused(broker.call("DELETE", "/entities/urn:b:1/attrs/scope"), 404, "ResourceNotFound")


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("body", [b"", b"{", [], {"@x": 1}, {"speed": {"type": "Property"}}])
def test_a_fragment_that_cannot_be_read_changes_nothing(broker: Broker, method: str, body: object) -> None:
    broker.create("urn:b:1", speed=prop(5))
    assert broker.call(method, "/entities/urn:b:1/attrs", body).status_code == 400
    assert broker.entity("urn:b:1")["speed"] == prop(5)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "urn:b:9/attrs"),
        ("PATCH", "urn:b:9/attrs"),
        ("PATCH", "urn:b:9/attrs/speed"),
        ("PUT", "urn:b:9/attrs/speed"),
        ("DELETE", "urn:b:9/attrs/speed"),
        ("PATCH", "urn:b:1/attrs/name"),
        ("PUT", "urn:b:1/attrs/name"),
        ("DELETE", "urn:b:1/attrs/name"),
    ],
)
def test_what_is_not_there_cannot_be_changed(broker: Broker, method: str, path: str) -> None:
    broker.create("urn:b:1", speed=prop(5))
    alone = "attrs/" in path
    body = None if method == "DELETE" else prop(1) if alone else {"speed": prop(1)}
    refused(broker.call(method, f"/entities/{path}", body), 404, "ResourceNotFound")


@pytest.mark.parametrize("path", ["bus/attrs/speed", "/attrs/speed"])
def test_an_entity_is_named_by_a_uri(broker: Broker, path: str) -> None:
    broker.create("urn:b:1")
    refused(broker.call("DELETE", f"/entities/{path}"), 400, "BadRequestData", "id")
