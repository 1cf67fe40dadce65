"""Context source registrations over HTTP, by clause: 5.9 provision, 5.10 discovery, 5.12 matching, 4.3.6.3 proxies."""

from typing import Any

import pytest
from broker_at_hand import CONTEXT, JSON_LD, Broker, X, prop, refused
from moments import before_the_end

ALL = "/csourceRegistrations"
BUSES = [{"entities": [{"type": "Bus"}]}]


def payload(**members: Any) -> dict[str, Any]:
    base = {"type": "ContextSourceRegistration", "endpoint": "http://partner.example", "information": BUSES}
    return {**base, **members}


def register(broker: Broker, **members: Any) -> str:
    answer = broker.call("POST", ALL, payload(**members))
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def found(broker: Broker, **query: Any) -> list[str]:
    answer = broker.get(ALL, **query)
    assert answer.status_code == 200, answer.text
    return [document["id"] for document in answer.json()]


def test_a_registration_is_made_read_changed_and_deleted(broker: Broker) -> None:
    """5.9.2.4, 5.10.1.4, 5.9.3.4, 5.9.4.4."""
    id = register(broker, description="the partner", sourceType=prop("sensor"))
    assert id.startswith("urn:ngsi-ld:ContextSourceRegistration:"), "5.9.2: an id is made where there is none"
    document = broker.get(f"{ALL}/{id}").json()
    assert document["information"] == BUSES
    assert (document["mode"], document["operations"]) == ("inclusive", ["federationOps"])
    assert "status" not in document, "nothing was asked of it yet"
    patch = {"description": "urn:ngsi-ld:null", "registrationName": "Partner", "tenant": None}
    assert broker.call("PATCH", f"{ALL}/{id}", patch).status_code == 204
    changed = broker.get(f"{ALL}/{id}", options="sysAttrs").json()
    assert "description" not in changed
    assert changed["registrationName"] == "Partner"
    assert changed["createdAt"] < changed["modifiedAt"]
    assert broker.call("DELETE", f"{ALL}/{id}").status_code == 204
    refused(broker.get(f"{ALL}/{id}"), 404, "ResourceNotFound")
    refused(broker.call("DELETE", f"{ALL}/{id}"), 404, "ResourceNotFound")
    refused(broker.call("PATCH", f"{ALL}/{id}", {}), 404, "ResourceNotFound")


def test_an_id_is_taken_once(broker: Broker) -> None:
    """5.9.2.4."""
    register(broker, id="urn:r:1")
    refused(broker.call("POST", ALL, payload(id="urn:r:1")), 409, "AlreadyExists", "urn:r:1")


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"information": []}, "information"),
        ({"endpoint": 5}, "endpoint"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt: lies in the past"),
        ({"mode": "exclusive"}, "information[0]"),
        ({"mode": "auxiliary", "operations": ["updateOps"]}, "operations"),
        ({"contextSourceInfo": [{"key": "X-Key", "value": 5}]}, "contextSourceInfo[0].value"),
    ],
)
def test_content_that_breaks_a_rule_is_refused(broker: Broker, members: dict[str, Any], named: str) -> None:
    refused(broker.call("POST", ALL, payload(**members)), 400, "BadRequestData", named)


def test_a_body_must_be_json_of_the_right_kind(broker: Broker) -> None:
    """6.3.4, 6.3.5."""
    refused(broker.call("POST", ALL, b"{"), 400, "InvalidRequest")
    refused(broker.call("POST", ALL, [payload()]), 400, "BadRequestData")
    refused(broker.call("POST", ALL, payload(**{"@context": CONTEXT})), 400, "BadRequestData", "@context")
    id = register(broker)
    refused(broker.get(ALL, type="Bus", page="2"), 400, "InvalidRequest", "page")
    refused(broker.get(f"{ALL}/no-uri"), 400, "BadRequestData")
    refused(broker.call("PATCH", f"{ALL}/{id}", {"information": None}), 400, "BadRequestData", "information")
    refused(broker.call("PATCH", f"{ALL}/{id}", {"type": "Bus"}), 400, "BadRequestData", "type")
    refused(broker.call("PATCH", f"{ALL}/{id}", {"id": "urn:other:1"}), 400, "BadRequestData", "id")


def test_names_are_expanded_once_and_compacted_for_each_reader(broker: Broker) -> None:
    """5.5.7."""
    info = [{"entities": [{"type": ["Bus", "Depot"]}], "propertyNames": ["speed"], "relationshipNames": ["parkedAt"]}]
    id = register(broker, information=info, colour="red")
    assert broker.get(f"{ALL}/{id}").json()["information"] == info
    plain = broker.get(f"{ALL}/{id}", link=False).json()
    assert plain["information"][0]["entities"] == [{"type": [X + "Bus", X + "Depot"]}]
    assert plain["information"][0]["propertyNames"] == [X + "speed"]
    assert plain[X + "colour"] == "red"
    linked = broker.get(f"{ALL}/{id}", headers={"Accept": JSON_LD}).json()
    assert linked["@context"] == CONTEXT
    fragment = {"information": [{"entities": [{"type": "Bus"}]}]}
    assert broker.call("PATCH", f"{ALL}/{id}", fragment, link=False).status_code == 204
    assert broker.get(f"{ALL}/{id}").json()["information"] == [{"entities": [{"type": "ngsi-ld:default-context/Bus"}]}]


def test_sources_are_discovered_by_what_they_may_hold(broker: Broker) -> None:
    """5.10.2.4, 5.12."""
    buses = register(broker)
    depot = register(broker, information=[{"entities": [{"type": "Depot", "idPattern": "^urn:depot:north"}]}])
    speeds = register(broker, information=[{"propertyNames": ["speed"]}])
    assert found(broker, type="Bus") == [buses, speeds]
    assert found(broker, type="Bus,Depot") == [buses, depot, speeds]
    assert found(broker, type="Depot", id="urn:depot:north:1") == [depot, speeds]
    assert found(broker, type="Depot", id="urn:depot:south:1") == [speeds]
    assert found(broker, attrs="speed") == [buses, depot, speeds]
    assert found(broker, attrs="name") == [buses, depot]
    assert found(broker, q="name==5") == [buses, depot], "the attributes of q count as those of attrs"
    assert found(broker, type="Bus", pick="id,name") == [buses]
    refused(broker.get(ALL), 400, "BadRequestData", "type")
    refused(broker.get(ALL, type="Bus", id="x"), 400, "BadRequestData", "id")
    refused(broker.get(ALL, type="Bus", q="(("), 400, "BadRequestData", "q")
    refused(broker.get(ALL, type="Bus", csf="(("), 400, "BadRequestData", "csf")
    refused(broker.get(ALL, type="Bus", georel="within"), 400, "BadRequestData", "geometry")


def test_sources_are_filtered_by_what_they_are(broker: Broker) -> None:
    """5.10.2.4: csf, scopeQ, geo-query."""
    here = {"type": "Point", "coordinates": [119.4, -5.1]}
    one = register(broker, endpoint="http://one.example", scope="/Makassar/Tallo", location=here, colour=prop("red"))
    two = register(broker, endpoint="http://two.example", scope=["/Berlin"], operationSpace=here)
    assert found(broker, type="Bus", csf='endpoint=="http://one.example"') == [one]
    assert found(broker, type="Bus", csf='colour=="red"') == [one]
    assert found(broker, type="Bus", scopeQ="/Makassar/#") == [one]
    near = {"georel": "near;maxDistance==500", "geometry": "Point", "coordinates": "[119.401,-5.1]"}
    assert found(broker, type="Bus", **near) == [one]
    assert found(broker, type="Bus", **near, geoproperty="operationSpace") == [two]


def test_sources_of_the_past_are_found_by_a_temporal_query_only(broker: Broker) -> None:
    """5.9.1, 5.10.2.4."""
    interval = {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-02-01T00:00:00Z"}
    now = register(broker)
    observed = register(broker, observationInterval=interval)
    managed = register(broker, managementInterval=interval)
    assert found(broker, type="Bus") == [now]
    assert found(broker, type="Bus", timeproperty="observedAt") == [now], "ignored without a temporal query"
    before = {"timerel": "before", "timeAt": "2026-01-15T00:00:00Z"}
    assert found(broker, type="Bus", **before) == [observed]
    assert found(broker, type="Bus", **before, timeproperty="modifiedAt") == [managed]
    assert found(broker, type="Bus", timerel="after", timeAt="2026-03-01T00:00:00Z") == []
    between = {"timerel": "between", "timeAt": "2025-12-01T00:00:00Z", "endTimeAt": "2026-01-01T00:00:00Z"}
    assert found(broker, type="Bus", **between) == [observed]
    refused(broker.get(ALL, type="Bus", timerel="before"), 400, "BadRequestData", "timeAt")


def test_discovery_comes_in_pages(broker: Broker) -> None:
    """5.5.9, 6.3.10, 6.3.13."""
    ids = [register(broker) for _ in range(3)]
    answer = broker.get(ALL, type="Bus", limit=1, offset=1, count="true")
    assert [document["id"] for document in answer.json()] == ids[1:2]
    assert answer.headers["NGSILD-Results-Count"] == "3"
    assert 'offset=0&count=true>;rel="prev"' in answer.headers["link"]
    assert 'offset=2&count=true>;rel="next"' in answer.headers["link"]
    assert broker.get(ALL, type="Bus", limit=0, count="true").json() == []
    refused(broker.get(ALL, type="Bus", limit=0), 400, "BadRequestData", "limit")


def test_an_expired_registration_vanishes(broker: Broker) -> None:
    """5.2.9: expiresAt."""

    def registered(end: str) -> str:
        id = register(broker, id="urn:r:1", expiresAt=end)
        assert found(broker, type="Bus") == [id]
        return id

    id = before_the_end(registered)
    assert found(broker, type="Bus") == []
    refused(broker.get(f"{ALL}/{id}"), 404, "ResourceNotFound")
    register(broker, id=id)


def test_an_exclusive_source_holds_its_attributes_alone(broker: Broker) -> None:
    """4.3.6.3, 5.9.2.4."""
    one = {"entities": [{"type": "Bus", "id": "urn:bus:1"}], "propertyNames": ["speed"]}
    register(broker, id="urn:r:1", mode="exclusive", information=[one])
    other = {"entities": [{"type": "Bus", "id": "urn:bus:1"}], "propertyNames": ["speed", "name"]}
    for mode, info in (
        ("exclusive", other),
        ("redirect", other),
        ("redirect", BUSES[0]),
        ("redirect", {"propertyNames": ["speed"]}),
    ):
        answer = broker.call("POST", ALL, payload(mode=mode, information=[info]))
        refused(answer, 409, "Conflict", "urn:r:1")
    register(broker, mode="exclusive", information=[{**one, "propertyNames": ["name"]}])
    register(broker, mode="exclusive", information=[{**one, "entities": [{"type": "Bus", "id": "urn:bus:2"}]}])
    register(broker, information=[other])
    register(broker, mode="auxiliary", operations=["retrieveOps"], information=[other])
    assert broker.call("PATCH", f"{ALL}/urn:r:1", {"description": "still the same"}).status_code == 204


def test_redirects_may_overlap(broker: Broker) -> None:
    """4.3.6.3."""
    register(broker, mode="redirect")
    id = register(broker, mode="redirect")
    exclusive = {"mode": "exclusive", "information": [
        {"entities": [{"type": "Bus", "id": "urn:bus:1"}], "propertyNames": ["speed"]}]}  # fmt: skip
    refused(broker.call("PATCH", f"{ALL}/{id}", exclusive), 409, "Conflict")


def test_what_is_held_here_cannot_be_elsewhere_alone(broker: Broker) -> None:
    """5.9.2.4, 5.9.3.4."""
    broker.create("urn:bus:1", speed=prop(5))
    entity = {"type": "Bus", "id": "urn:bus:1"}
    exclusive = {"entities": [entity], "propertyNames": ["speed"]}
    refused(broker.call("POST", ALL, payload(mode="exclusive", information=[exclusive])), 409, "Conflict", "urn:bus:1")
    refused(broker.call("POST", ALL, payload(mode="redirect")), 409, "Conflict", "urn:bus:1")
    register(broker, mode="exclusive", information=[{**exclusive, "propertyNames": ["name"]}])
    register(broker, mode="redirect", information=[{"entities": [{"type": "Bus", "idPattern": "^urn:tram"}]}])
    register(broker, mode="redirect", information=[{"propertyNames": ["colour"]}])
    id = register(broker)
    refused(broker.call("PATCH", f"{ALL}/{id}", {"mode": "redirect"}), 409, "Conflict")
