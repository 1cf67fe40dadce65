"""The NGSI-LD Null in the form that each kind of attribute has for it (4.5.0, 4.5.18.2, 4.5.21.2, 4.5.22.2, 5.5.4)."""

from typing import Any

import pytest
from broker_at_hand import Broker, prop, refused, relation
from receiver_at_hand import Receiver

NULL = "urn:ngsi-ld:null"
KINDS: dict[str, tuple[dict[str, Any], str, Any]] = {
    "Property": (prop(1), "value", NULL),
    "Relationship": (relation("urn:d:1"), "object", NULL),
    "LanguageProperty": ({"type": "LanguageProperty", "languageMap": {"en": "a"}}, "languageMap", {"@none": NULL}),
    "JsonProperty": ({"type": "JsonProperty", "json": {"a": 1}}, "json", NULL),
    "ListProperty": ({"type": "ListProperty", "valueList": [1, 2]}, "valueList", [NULL]),
    "ListRelationship": ({"type": "ListRelationship", "objectList": ["urn:d:1"]}, "objectList", [NULL]),
}
DELETIONS = [
    ("PATCH", "/entities/urn:b:1", lambda null: {"it": null}),
    ("PATCH", "/entities/urn:b:1/attrs", lambda null: {"it": null}),
    ("PATCH", "/entities/urn:b:1/attrs/it", lambda null: null),
]


@pytest.mark.parametrize("sort", KINDS)
@pytest.mark.parametrize(("method", "path", "body"), DELETIONS, ids=["merge", "update", "partial update"])
def test_a_null_deletes_is_told_and_is_kept_in_history(
    broker: Broker, receiver: Receiver, sort: str, method: str, path: str, body: Any
) -> None:
    """5.5.8, 5.5.12, 5.8.6, 4.5.7."""
    whole, member, null = KINDS[sort]
    broker.create("urn:b:1", it=whole, stays=prop(1))
    subscribed = broker.call("POST", "/subscriptions", {
        "type": "Subscription", "entities": [{"type": "Bus"}], "notificationTrigger": ["attributeDeleted"],
        "notification": {"endpoint": {"uri": receiver.url}, "attributes": ["it"]},
    })  # fmt: skip
    assert subscribed.status_code == 201

    gone = {"type": sort, member: null}
    assert broker.call(method, path, body(gone)).status_code == 204
    assert "it" not in broker.entity("urn:b:1")
    assert receiver.next()[1]["data"][0]["it"] == gone
    span = {"timeproperty": "deletedAt", "timerel": "after", "timeAt": "2020-01-01T00:00:00Z"}
    [told] = broker.entity_history("urn:b:1", **span)["it"]
    assert (told["type"], told[member]) == (sort, null)
    assert "deletedAt" in told


@pytest.mark.parametrize("sort", KINDS)
def test_a_null_is_no_value(broker: Broker, sort: str) -> None:
    """5.5.4: outside of updates and merges it is BadRequestData."""
    _, member, null = KINDS[sort]
    body = {"id": "urn:b:1", "type": "Bus", "it": {"type": sort, member: null}}
    refused(broker.call("POST", "/entities", body), 400, "BadRequestData", f"it.{member}")
    broker.create("urn:b:1", it=prop(1))
    refused(broker.call("PUT", "/entities/urn:b:1", body), 400, "BadRequestData", f"it.{member}")


@pytest.mark.parametrize("sort", ["ListProperty", "ListRelationship"])
def test_a_simplified_merge_deletes_a_list_by_a_list_of_one_null(broker: Broker, sort: str) -> None:
    whole, _, null = KINDS[sort]
    broker.create("urn:b:1", it=whole)
    assert broker.call("PATCH", "/entities/urn:b:1", {"it": null}, options="keyValues").status_code == 204
    assert "it" not in broker.entity("urn:b:1")


def test_a_list_of_nulls_in_a_property_is_its_value(broker: Broker) -> None:
    """Only lists have that form: what stands in the array of a Property is left alone."""
    broker.create("urn:b:1", it=prop(1))
    assert broker.call("PATCH", "/entities/urn:b:1", {"it": prop([NULL])}).status_code == 204
    assert broker.entity("urn:b:1")["it"]["value"] == [NULL]
