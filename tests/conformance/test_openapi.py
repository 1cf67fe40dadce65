"""The OpenAPI document describes the whole NGSI-LD interface, and real answers have the shapes that it tells."""

from typing import Any

import httpx
import jsonschema_rs
import pytest
from broker_at_hand import CONTEXT, JSON_LD, Broker, point, prop

from pinisi.console.ngsi_ld_routes import NGSI_LD_ROUTES
from pinisi.console.openapi import openapi
from pinisi.console.routes import ROUTES

OURS: Any = openapi(ROUTES)
WITH_CONTENT = [route for route in NGSI_LD_ROUTES if route.method == "GET" and 200 in route.answers]


def test_the_served_document_is_the_one_of_the_code(wire: httpx.Client) -> None:
    served = wire.get("/pinisi/v1/openapi.json").json()
    for path, operations in OURS["paths"].items():
        assert served["paths"][path] == operations


def test_each_operation_has_a_name_of_its_own_that_a_program_can_use() -> None:
    names = [operation["operationId"] for path in OURS["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)
    assert [name for name in names if not name.isidentifier()] == []
    assert OURS["paths"]["/v2/entities/{id}"]["get"]["operationId"] == "getV2EntitiesById"


@pytest.mark.parametrize("route", NGSI_LD_ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_is_described_with_its_headers_and_answers(route: Any) -> None:
    told = OURS["paths"][route.path][route.method.lower()]
    assert "NGSILD-Tenant" in [parameter["name"] for parameter in told["parameters"]]
    assert set(told["responses"]) == {*map(str, route.answers), "default"}
    for status in ("200", "206", "207"):
        if status in told["responses"]:
            assert told["responses"][status]["content"], f"{status} says what it holds"
    assert ("requestBody" in told) == (route.body is not None)


def schema_of(path: str, status: int, media: str) -> Any:
    """The schema of an answer with all that it refers to."""
    content = OURS["paths"][path]["get"]["responses"][str(status)]["content"]
    return {**content[media]["schema"], "components": OURS["components"]}


SINCE = {"timerel": "after", "timeAt": "2020-01-01T00:00:00Z"}
QUESTIONS: list[tuple[str, str, dict[str, str]]] = [
    ("/ngsi-ld/v1/entities", "/entities", {"type": "Bus"}),
    ("/ngsi-ld/v1/entities", "/entities", {"type": "Bus", "format": "simplified"}),
    ("/ngsi-ld/v1/entities/{id}", "/entities/urn:bus:1", {"format": "concise"}),
    ("/ngsi-ld/v1/temporal/entities", "/temporal/entities", {"type": "Bus", **SINCE}),
    ("/ngsi-ld/v1/temporal/entities/{id}", "/temporal/entities/urn:bus:1", {"options": "temporalValues"}),
    ("/ngsi-ld/v1/types", "/types", {}),
    ("/ngsi-ld/v1/types", "/types", {"details": "true"}),
    ("/ngsi-ld/v1/types/{type}", "/types/Bus", {}),
    ("/ngsi-ld/v1/attributes", "/attributes", {}),
    ("/ngsi-ld/v1/attributes", "/attributes", {"details": "true"}),
    ("/ngsi-ld/v1/attributes/{attribute}", "/attributes/speed", {}),
    ("/ngsi-ld/v1/info/sourceIdentity", "/info/sourceIdentity", {}),
    ("/ngsi-ld/v1/info/conformance", "/info/conformance", {}),
    ("/ngsi-ld/v1/jsonldContexts", "/jsonldContexts", {}),
    ("/ngsi-ld/v1/jsonldContexts", "/jsonldContexts", {"details": "true"}),
    ("/ngsi-ld/v1/subscriptions", "/subscriptions", {}),
    ("/ngsi-ld/v1/subscriptions/{id}", "/subscriptions/urn:sub:1", {}),
    ("/ngsi-ld/v1/csourceRegistrations", "/csourceRegistrations", {"type": "Bus"}),
    ("/ngsi-ld/v1/csourceSubscriptions", "/csourceSubscriptions", {}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "asked", "query"), QUESTIONS)
@pytest.mark.parametrize("media", ["application/json", JSON_LD])
def test_real_answers_have_the_shapes_that_are_told(
    broker: Broker, path: str, asked: str, query: dict[str, str], media: str
) -> None:
    broker.create("urn:bus:1", speed=prop(40), location=point(119.4, -5.1))
    endpoint = {"uri": "http://127.0.0.1:9/none"}
    body = {
        "id": "urn:sub:1",
        "type": "Subscription",
        "entities": [{"type": "Bus"}],
        "notification": {"endpoint": endpoint},
    }
    assert broker.call("POST", "/subscriptions", body).status_code == 201
    answer = broker.get(asked, headers={"Accept": media}, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == media
    jsonschema_rs.validate(schema_of(path, 200, media), answer.json())


def test_a_feature_collection_has_the_shape_that_is_told(broker: Broker) -> None:
    broker.create("urn:bus:1", location=point(119.4, -5.1))
    answer = broker.get("/entities", type="Bus", headers={"Accept": "application/geo+json"})
    jsonschema_rs.validate(schema_of("/ngsi-ld/v1/entities", 200, "application/geo+json"), answer.json())


def test_a_batch_result_has_the_shape_that_is_told(broker: Broker) -> None:
    broker.create("urn:bus:1")
    answer = broker.call("POST", "/entityOperations/create", [{"id": f"urn:bus:{n}", "type": "Bus"} for n in (1, 2)])
    assert answer.status_code == 207
    told = OURS["paths"]["/ngsi-ld/v1/entityOperations/create"]["post"]["responses"]["207"]["content"]
    schema = {**told["application/json"]["schema"], "components": OURS["components"]}
    jsonschema_rs.validate(schema, answer.json())


def test_an_error_of_a_batch_names_what_was_sent_though_it_is_no_uri(broker: Broker) -> None:
    """Table 5.2.17-1 tells a URI, but the error may be that what was sent is none."""
    broker.create("urn:bus:1")
    answer = broker.call("POST", "/entityOperations/delete", ["", "no uri"])
    assert answer.status_code == 207
    schema = OURS["paths"]["/ngsi-ld/v1/entityOperations/delete"]["post"]["responses"]["207"]["content"]
    whole = {**schema["application/json"]["schema"], "components": OURS["components"]}
    assert jsonschema_rs.validator_for(whole, validate_formats=True).is_valid(answer.json())


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/ngsi-ld/v1/entities/none", "/ngsi-ld/v1/entities/{id}"),
        ("/v2/entities?limit=x", "/v2/entities"),
        ("/pinisi/v1/incidents?limit=x", "/pinisi/v1/incidents"),
    ],
)
def test_a_refusal_has_the_media_type_and_the_shape_that_are_told(wire: httpx.Client, path: str, template: str) -> None:
    answer = wire.get(path)
    assert answer.status_code >= 400
    ((media, told),) = OURS["paths"][template]["get"]["responses"]["default"]["content"].items()
    assert answer.headers["content-type"] == media
    validator = jsonschema_rs.validator_for({**told["schema"], "components": OURS["components"]})
    assert validator.is_valid(answer.json())


def test_a_wrong_answer_would_be_noticed() -> None:
    schema = schema_of("/ngsi-ld/v1/types/{type}", 200, "application/json")
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(schema, {"id": CONTEXT, "type": "EntityTypeInfo", "entityCount": -1})
