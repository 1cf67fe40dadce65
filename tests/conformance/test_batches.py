"""Many entities at once (NGSI-LD 5.6.7 to 5.6.10, 5.6.20): each for itself, the answer names those refused."""

from typing import Any

import pytest
from broker_at_hand import CONTEXT, JSON_LD, Broker, prop, refused

NULL = "urn:ngsi-ld:null"
OPERATIONS = "/entityOperations"


def bus(number: int, **members: Any) -> dict[str, Any]:
    return {"id": f"urn:b:{number}", "type": "Bus", **members}


def test_a_batch_is_created(broker: Broker) -> None:
    """5.6.7."""
    answer = broker.call("POST", f"{OPERATIONS}/create", [bus(1), bus(2)])
    assert (answer.status_code, answer.json()) == (201, ["urn:b:1", "urn:b:2"])
    assert broker.ids(type="Bus") == ["urn:b:1", "urn:b:2"]


def test_a_batch_tells_who_was_refused_and_keeps_the_rest(broker: Broker) -> None:
    broker.create("urn:b:1")
    answer = broker.call("POST", f"{OPERATIONS}/create", [bus(1), bus(2), {"id": "urn:b:3"}])
    assert answer.status_code == 207
    result = answer.json()
    assert result["success"] == ["urn:b:2"]
    problems = {error["entityId"]: error["error"]["type"].rpartition("/")[2] for error in result["errors"]}
    assert problems == {"urn:b:1": "AlreadyExists", "urn:b:3": "BadRequestData"}


def test_an_upsert_creates_and_replaces(broker: Broker) -> None:
    """5.6.8."""
    broker.create("urn:b:1", speed=prop(1), name=prop("x"))
    answer = broker.call("POST", f"{OPERATIONS}/upsert", [bus(1, speed=prop(2)), bus(2)])
    assert (answer.status_code, answer.json()) == (201, ["urn:b:2"])
    assert broker.entity("urn:b:1") == bus(1, speed=prop(2))
    assert broker.call("POST", f"{OPERATIONS}/upsert", [bus(1)]).status_code == 204


def test_an_upsert_may_update(broker: Broker) -> None:
    broker.create("urn:b:1", name=prop("x"))
    body = [bus(1, speed=prop(2))]
    assert broker.call("POST", f"{OPERATIONS}/upsert?options=update", body).status_code == 204
    assert broker.entity("urn:b:1") == bus(1, name=prop("x"), speed=prop(2))


def test_an_update_is_of_those_that_exist(broker: Broker) -> None:
    """5.6.9."""
    broker.create("urn:b:1", speed=prop(1))
    assert broker.call("POST", f"{OPERATIONS}/update", [bus(1, speed=prop(2))]).status_code == 204
    answer = broker.call("POST", f"{OPERATIONS}/update", [bus(1, speed=prop(3)), bus(2)])
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["error"]["type"].endswith("ResourceNotFound")
    assert broker.entity("urn:b:1")["speed"] == prop(3)


def test_an_update_without_overwriting_leaves_what_is_there(broker: Broker) -> None:
    broker.create("urn:b:1", speed=prop(1))
    body = [bus(1, speed=prop(2), name=prop("x"))]
    assert broker.call("POST", f"{OPERATIONS}/update?options=noOverwrite", body).status_code == 207
    assert broker.entity("urn:b:1") == bus(1, speed=prop(1), name=prop("x"))


def test_a_merge_of_many_deletes_by_null(broker: Broker) -> None:
    """5.6.20."""
    broker.create("urn:b:1", speed=prop(1), name=prop("x"))
    assert broker.call("POST", f"{OPERATIONS}/merge", [bus(1, name=NULL)]).status_code == 204
    assert broker.entity("urn:b:1") == bus(1, speed=prop(1))


def test_many_are_deleted_by_id(broker: Broker) -> None:
    """5.6.10."""
    broker.create("urn:b:1")
    broker.create("urn:b:2")
    assert broker.call("POST", f"{OPERATIONS}/delete", ["urn:b:1"]).status_code == 204
    answer = broker.call("POST", f"{OPERATIONS}/delete", ["urn:b:1", "urn:b:2"])
    assert (answer.status_code, answer.json()["success"]) == (207, ["urn:b:2"])
    assert broker.ids(type="Bus") == []


@pytest.mark.parametrize("operation", ["create", "upsert", "update", "merge", "delete"])
@pytest.mark.parametrize("body", [[], {}, [None], "x"])
def test_what_is_no_batch_is_refused_whole(broker: Broker, operation: str, body: Any) -> None:
    """5.5.4."""
    broker.create("urn:b:1")
    refused(broker.call("POST", f"{OPERATIONS}/{operation}", body), 400, "BadRequestData")


def test_each_entity_of_a_json_ld_batch_carries_its_context(broker: Broker) -> None:
    """6.3.5."""
    body = [bus(1) | {"@context": CONTEXT}, bus(2)]
    answer = broker.call("POST", f"{OPERATIONS}/create", body, media=JSON_LD)
    assert (answer.status_code, answer.json()["success"]) == (207, ["urn:b:1"])
    assert broker.ids(type="Bus") == ["urn:b:1"]


def test_the_same_entity_twice_in_a_batch_is_changed_twice(broker: Broker) -> None:
    body = [bus(1, speed=prop(1)), bus(1, speed=prop(2))]
    assert broker.call("POST", f"{OPERATIONS}/upsert", body).status_code == 201
    assert broker.entity("urn:b:1")["speed"] == prop(2)
