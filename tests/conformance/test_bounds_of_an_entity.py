"""One entity holds so much and no more, in one body or by many: each bound is told by its field and figure."""

from typing import Any

import pytest
from broker_at_hand import JSON, Broker, prop, refused

from pinisi.context.payload_size import MOST_MEMBERS, MOST_MOMENTS
from pinisi.vocabulary.bounds import MOST_INSTANCES, MOST_OF_ONE, MOST_SCOPES, MOST_TYPES

ID = "urn:bus:1"
TOO_MANY = MOST_INSTANCES + 1


def many(count: int, start: int = 0) -> dict[str, Any]:
    return {f"a{n}": prop(n) for n in range(start, start + count)}


def instances(count: int) -> list[Any]:
    return [prop(n, datasetId=f"urn:d:{n}") for n in range(count)]


BODIES: dict[str, tuple[dict[str, Any], str]] = {
    "attributes": (many(TOO_MANY), "attributes"),
    "bare attributes": ({f"a{n}": n for n in range(TOO_MANY)}, "attributes"),
    "instances": ({"speed": instances(MOST_OF_ONE + 1)}, "speed"),
    "attributes of one attribute": ({"speed": prop(1, **many(TOO_MANY))}, "speed"),
    "instances of an attribute of one": ({"speed": prop(1, source=instances(MOST_OF_ONE + 1))}, "speed"),
    "all together": ({f"a{n}": [*instances(9), prop(1, **many(40))] for n in range(101)}, "attributes"),
    "types": ({"type": [f"T{n}" for n in range(MOST_TYPES + 1)]}, "type"),
    "scopes": ({"scope": [f"/s{n}" for n in range(MOST_SCOPES + 1)]}, "scope"),
    "members of a value": ({"speed": prop({f"m{n}": n for n in range(MOST_MEMBERS)})}, "the body"),
    "elements of a value": ({"speed": prop(list(range(MOST_MEMBERS)))}, "the body"),
    "members of JSON": (
        {"speed": {"type": "JsonProperty", "json": {f"m{n}": n for n in range(MOST_MEMBERS)}}},
        "the body",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_says_too_much_of_one_entity_is_refused(broker: Broker, what: str) -> None:
    told, field = BODIES[what]
    whole = {"id": "urn:bus:2", "type": "Bus", **told}
    broker.create(ID)
    refused(broker.call("POST", "/entities", whole), 400, "BadRequestData", field)
    refused(broker.call("PUT", f"/entities/{ID}", {**whole, "id": ID}), 400, "BadRequestData", field)
    refused(broker.call("PATCH", f"/entities/{ID}", told), 400, "BadRequestData", field)
    for method in ("PATCH", "POST"):
        refused(broker.call(method, f"/entities/{ID}/attrs", told), 400, "BadRequestData", field)
    for operation in ("create", "upsert", "update"):
        answer = broker.call("POST", f"/entityOperations/{operation}", [whole])
        problem = answer.json() if answer.status_code == 400 else answer.json()["errors"][0]["error"]
        assert problem["type"].endswith("BadRequestData"), (operation, problem)
        assert field.replace("the body", "more than") in problem["detail"]
    assert broker.ids(type="Bus") == [ID]
    assert list(broker.entity(ID)) == ["id", "type"]


def test_attributes_that_come_one_after_the_other_are_bounded_too(broker: Broker) -> None:
    broker.create(ID, **many(MOST_INSTANCES - 2))
    path = f"/entities/{ID}/attrs"
    assert broker.call("POST", path, {"speed": prop(1)}).status_code == 204
    assert broker.call("PATCH", path, {"speed": prop(2, source=prop("x"))}).status_code == 204, "the last that fits"
    for method, where, told in (
        ("POST", path, {"name": prop("x")}),
        ("PATCH", path, {"name": prop("x")}),
        ("PATCH", f"/entities/{ID}", {"name": prop("x")}),
        ("PATCH", f"{path}/speed", {"unitCode": "KMH", "why": prop("x")}),
        ("POST", path, {"speed": prop(1, datasetId="urn:d:1")}),
    ):
        refused(
            broker.call(method, where, told), 400, "BadRequestData", f"attributes: the entity would have {TOO_MANY:,}"
        )
    answer = broker.call("POST", "/entityOperations/update", [{"id": ID, "type": "Bus", "name": prop("x")}])
    assert (answer.status_code, answer.json()["errors"][0]["entityId"]) == (207, ID)
    moment = prop(1, observedAt="2026-01-01T00:00:00Z")
    answer = broker.call("POST", f"/temporal/entities/{ID}/attrs", {"name": [moment]})
    refused(answer, 400, "BadRequestData", f"{MOST_INSTANCES:,}")
    assert broker.entity(ID, attrs="speed")["speed"]["value"] == 2
    assert broker.call("PATCH", path, {"a1": prop(7), "speed": prop(3)}).status_code == 204, "no more than before"
    assert broker.call("DELETE", f"{path}/a2").status_code == 204
    assert broker.call("POST", path, {"name": prop("x")}).status_code == 204, "there is room again"
    assert broker.call("DELETE", f"/entities/{ID}").status_code == 204


def test_instances_of_one_attribute_that_come_one_after_the_other_are_bounded_too(broker: Broker) -> None:
    broker.create(ID, speed=instances(MOST_OF_ONE))
    path = f"/entities/{ID}"
    for method, where in (("POST", f"{path}/attrs"), ("PATCH", f"{path}/attrs"), ("PATCH", path)):
        answer = broker.call(method, where, {"speed": prop(1)})
        refused(answer, 400, "BadRequestData", f"would have {MOST_OF_ONE + 1:,} instances of this attribute")
    past = {"speed": [prop(1, observedAt="2026-01-01T00:00:00Z", datasetId=f"urn:e:{n}") for n in range(1_001)]}
    refused(broker.call("POST", f"/temporal{path}/attrs", past), 400, "BadRequestData", "speed: has more than 1,000")
    assert broker.call("PATCH", f"{path}/attrs", {"speed": instances(MOST_OF_ONE)}).status_code == 204


def test_types_and_scopes_that_come_one_after_the_other_are_bounded_too(broker: Broker) -> None:
    broker.create(ID, scope=[f"/s{n}" for n in range(MOST_SCOPES)])
    path = f"/entities/{ID}/attrs"
    answer = broker.call("POST", path, {"scope": "/more"}, options="noOverwrite")
    refused(answer, 400, "BadRequestData", f"scope: the entity would have {MOST_SCOPES + 1:,}")
    assert broker.call("POST", path, {"type": [f"T{n}" for n in range(MOST_TYPES - 1)]}).status_code == 204
    refused(
        broker.call("POST", path, {"type": "More"}),
        400,
        "BadRequestData",
        f"type: the entity would have {MOST_TYPES + 1}",
    )


def test_much_that_a_city_may_say_is_taken(broker: Broker) -> None:
    """A coast of 60,000 positions, a forecast of 9,000 steps, four hundred attributes with a source each."""
    coast = {"type": "LineString", "coordinates": [[119 + n / 1e6, -5 + n / 1e6] for n in range(60_000)]}
    body: dict[str, Any] = {f"a{n}": prop(n, source=prop("x"), accuracy=prop(1)) for n in range(400)}
    broker.create(ID, location={"type": "GeoProperty", "value": coast}, rain=prop(list(range(9_000))), **body)
    assert len(broker.entity(ID)["location"]["value"]["coordinates"]) == 60_000


def test_a_past_in_one_body_has_as_many_values_as_an_answer(broker: Broker) -> None:
    told = [
        prop(n, observedAt=f"2026-01-01T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z")
        for n in range(MOST_MOMENTS + 1)
    ]
    body = {"id": ID, "type": "Bus", "speed": told}
    refused(broker.call("POST", "/temporal/entities", body), 400, "BadRequestData", "speed: has more than 10,000")
    assert broker.call("POST", "/temporal/entities", {**body, "speed": told[:-1]}).status_code == 201
    refused(broker.call("POST", f"/temporal/entities/{ID}/attrs", {"speed": told}), 400, "BadRequestData", "speed")


def test_v2_has_the_same_bounds(broker: Broker) -> None:
    headers = {"Content-Type": JSON, "Fiware-Service": broker.tenant}
    number = {"type": "Number", "value": 1}
    attributes = {f"a{n}": number for n in range(TOO_MANY)}
    metadata = {"speed": {**number, "metadata": attributes}}
    for told, field in ((attributes, "attributes"), (metadata, "speed.metadata")):
        answer = broker.wire.post("/v2/entities", json={"id": "b", "type": "Bus", **told}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "BadRequest")
        assert field in answer.json()["description"]
    kept = dict(list(attributes.items())[:-1])
    assert broker.wire.post("/v2/entities", json={"id": "b", "type": "Bus", **kept}, headers=headers).status_code == 201
    answer = broker.wire.post("/v2/entities/b/attrs", json={"more": number}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "BadRequest")
    assert "attributes: the entity would have 5,001" in answer.json()["description"]
