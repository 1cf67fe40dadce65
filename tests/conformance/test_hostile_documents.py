"""What breaks a rule of one clause alone: refused by name, and nothing of it is kept."""

from typing import Any

import pytest
from broker_at_hand import JSON, Broker, point, prop, refused, relation

BUS = "urn:ngsi-ld:Bus:1"
REGISTRATIONS = "/csourceRegistrations"
POLYGON = {"type": "Polygon"}


@pytest.mark.parametrize(
    "fragment",
    [
        {"stop": {"value": POLYGON}},
        {"stop": {"type": "Property", "value": 5}},
        {"stop": relation("urn:ngsi-ld:Stop:1")},
        {"speed": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}}},
        {"speed": {"languageMap": {"id": "cepat"}}},
        {"parkedAt": prop(7)},
    ],
)
def test_a_merge_makes_no_other_kind_of_an_attribute(broker: Broker, fragment: dict[str, Any]) -> None:
    """6.5.3.4; by RFC 7396 it would keep the value of the old kind beside that of the new (4.5.2.2)."""
    broker.create(BUS, stop=point(119.4, -5.1), speed=prop(3), parkedAt=relation("urn:ngsi-ld:Depot:1"))
    before = broker.entity(BUS)

    refused(broker.call("PATCH", f"/entities/{BUS}", fragment), 400, "BadRequestData", next(iter(fragment)))
    batch = broker.call("POST", "/entityOperations/merge", [{"id": BUS, **fragment}])
    assert (batch.status_code, batch.json()["success"]) == (207, [])
    assert broker.entity(BUS) == before


def test_a_merge_gives_a_geoproperty_another_place(broker: Broker) -> None:
    broker.create(BUS, stop=point(119.4, -5.1))

    assert broker.call("PATCH", f"/entities/{BUS}", {"stop": {"value": point(1, 2)["value"]}}).status_code == 204
    assert broker.entity(BUS)["stop"] == point(1, 2)


@pytest.mark.parametrize("place", [{"type": "Poinxt", "coordinates": [1, 2]}, "here", 7, prop([1, 2])])
def test_a_location_is_never_made_of_anything_but_a_geometry(broker: Broker, place: Any) -> None:
    """4.7: in a merge too, where there was none before."""
    broker.create(BUS)

    refused(broker.call("PATCH", f"/entities/{BUS}", {"location": place}), 400, "BadRequestData", "location")
    refused(broker.call("PATCH", f"/entities/{BUS}/attrs", {"location": place}), 400, "BadRequestData", "location")
    assert "location" not in broker.entity(BUS)


@pytest.mark.parametrize("tag", ["e", "12", "x", "a_b", "", "toolongtag"])
def test_a_language_is_told_by_a_tag_of_rfc_5646(broker: Broker, tag: str) -> None:
    """4.5.18."""
    body = {"id": BUS, "type": "Bus", "label": {"type": "LanguageProperty", "languageMap": {tag: "x"}}}

    refused(broker.call("POST", "/entities", body), 400, "BadRequestData", "label")


@pytest.mark.parametrize("tag", ["id", "en-GB", "zh-Hant-TW", "@none", "x-makassar", "i-klingon"])
def test_tags_of_languages_are_taken(broker: Broker, tag: str) -> None:
    broker.create(BUS, label={"type": "LanguageProperty", "languageMap": {tag: "x"}})


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_all_entities_cannot_be_changed_at_once(broker: Broker, method: str) -> None:
    """6.3.2: another verb than the resource has is a 405 that names those it has; an empty id is an error in the id."""
    broker.create("urn:ngsi-ld:Bus:2")
    answer = broker.call(method, "/entities", {"id": BUS, "type": "Bus"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, POST")

    refused(broker.call(method, "/entities/", {"id": BUS, "type": "Bus"}), 400, "BadRequestData", "id")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/entities", {"id": BUS, "type": "Bus"}),
        ("POST", "/entityOperations/create", [{"id": BUS, "type": "Bus"}]),
        ("DELETE", "/entities/urn:ngsi-ld:Bus:2", None),
        ("GET", "/types", None),
        ("GET", "/temporal/entities/urn:ngsi-ld:Bus:2", None),
        ("GET", "/subscriptions", None),
    ],
)
def test_geojson_is_the_form_of_entities_that_are_read_alone(broker: Broker, method: str, path: str, body: Any) -> None:
    """6.3.4: any other operation that asks for it does nothing."""
    broker.create("urn:ngsi-ld:Bus:2")
    answer = broker.call(method, path, body, headers={"Accept": "application/geo+json"})

    assert answer.status_code == 406
    assert JSON in answer.json()["detail"]
    assert broker.ids(type="Bus") == ["urn:ngsi-ld:Bus:2"]


def test_a_plus_that_nobody_encoded_is_any_level_of_a_scope(broker: Broker) -> None:
    """4.19: in the query part of an address `+` is a space to some and itself to others (RFC 3986)."""
    broker.create(BUS, scope="/Makassar/Tallo/Utara")
    path = "/ngsi-ld/v1/entities?local=true&scopeQ="
    for asked in ("/Makassar/+/Utara", "/Makassar/Tallo/+", "/Makassar/%2B/%23", "/X;/Y,/+/+/Utara"):
        found = broker.wire.get(path + asked, headers={"NGSILD-Tenant": broker.tenant}).json()
        assert [entity["id"] for entity in found] == [BUS], asked


def source(**part: Any) -> dict[str, Any]:
    return {
        "type": "ContextSourceRegistration",
        "endpoint": "http://127.0.0.1:1",
        "information": [{"entities": [{"type": "Bus"}], **part}],
    }


def test_a_source_may_name_attributes_of_either_kind(broker: Broker) -> None:
    """As TS 104 175 has it; a name that is not read would make a source one of all attributes."""
    made = broker.call("POST", REGISTRATIONS, source(attributeNames=["speed", "parkedAt"]))
    assert made.status_code == 201, made.text

    told = broker.get(made.headers["location"].removeprefix("/ngsi-ld/v1")).json()
    assert told["information"] == [{"entities": [{"type": "Bus"}], "attributeNames": ["speed", "parkedAt"]}]
    assert len(broker.get(REGISTRATIONS, type="Bus", attrs="speed").json()) == 1
    assert broker.get(REGISTRATIONS, type="Bus", attrs="colour").json() == []


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ({"attributes": ["speed"]}, "attributes"),
        ({"propertyName": ["speed"]}, "propertyName"),
        ({"attributeNames": ["speed"], "propertyNames": ["colour"]}, "attributeNames"),
        ({"attributeNames": []}, "attributeNames"),
    ],
)
def test_what_a_source_holds_is_said_in_words_that_are_known(broker: Broker, part: dict[str, Any], named: str) -> None:
    """5.2.10."""
    refused(broker.call("POST", REGISTRATIONS, source(**part)), 400, "BadRequestData", named)


def test_an_address_that_leaves_a_name_out_is_that_of_what_it_still_names(broker: Broker) -> None:
    """6.21, 6.22: without the instance or without the attribute it is an attribute's, which can only be deleted."""
    broker.create(BUS, speed=prop(1))
    instance = broker.get(f"/temporal/entities/{BUS}").json()["speed"][0]["instanceId"]
    for left in (f"attrs//{instance}", "attrs/speed/", "attrs/speed"):
        answer = broker.call("PATCH", f"/temporal/entities/{BUS}/{left}", {"speed": [prop(2)]})
        assert (answer.status_code, answer.headers.get("allow")) == (405, "DELETE"), left
    path = f"/temporal/entities//attrs/speed/{instance}"
    refused(broker.call("PATCH", path, {"speed": [prop(2)]}), 400, "BadRequestData", "id")
