"""One entity read, in every representation (NGSI-LD 5.7.1, 4.5.1 to 4.5.4, 4.5.16, 4.15, 4.21, 6.3.7, 6.3.11)."""

from typing import Any

import pytest
from broker_at_hand import JSON_LD, Broker, point, prop, refused, relation

MEMBERS: dict[str, Any] = {
    "speed": prop(5, unitCode="KMH"),
    "name": prop("x"),
    "parkedAt": relation("urn:d:1"),
    "location": point(119.4, -5.1),
    "motto": {"type": "LanguageProperty", "languageMap": {"en": "hello", "nl": "hallo"}},
    "colour": {"type": "VocabProperty", "vocab": "red"},
    "raw": {"type": "JsonProperty", "json": {"a": 1}},
    "route": {"type": "ListProperty", "valueList": [1, 2]},
    "stops": {"type": "ListRelationship", "objectList": [{"object": "urn:d:1"}]},
    "readings": [prop(1), prop(2, datasetId="urn:s:2")],
}


@pytest.fixture
def bus(broker: Broker) -> Broker:
    broker.create("urn:b:1", scope="/a", **MEMBERS)
    return broker


def test_the_normalized_form_is_what_was_written(bus: Broker) -> None:
    assert bus.entity("urn:b:1") == {"id": "urn:b:1", "type": "Bus", "scope": "/a", **MEMBERS}


def test_the_concise_form_leaves_out_what_goes_without_saying(bus: Broker) -> None:
    """4.5.2.3."""
    entity = bus.entity("urn:b:1", options="concise")
    assert entity["speed"] == {"value": 5, "unitCode": "KMH"}
    assert (entity["name"], entity["parkedAt"]) == ("x", {"object": "urn:d:1"})
    assert entity["location"] == MEMBERS["location"]["value"]
    assert entity["motto"] == {"languageMap": {"en": "hello", "nl": "hallo"}}


@pytest.mark.parametrize("told", ["options=keyValues", "options=simplified", "format=simplified", "format=keyValues"])
def test_the_simplified_form_is_values_alone(bus: Broker, told: str) -> None:
    """4.5.4."""
    entity = bus.get(f"/entities/urn:b:1?{told}").json()
    assert (entity["speed"], entity["parkedAt"], entity["route"]) == (5, "urn:d:1", [1, 2])
    assert (entity["colour"], entity["raw"]) == ({"vocab": "red"}, {"json": {"a": 1}})
    assert entity["readings"] == {"dataset": {"@none": 1, "urn:s:2": 2}}


def test_format_goes_before_options(bus: Broker) -> None:
    """6.3.7."""
    assert bus.get("/entities/urn:b:1?options=keyValues&format=normalized").json()["name"] == prop("x")


def test_times_of_the_system_are_shown_when_asked_for(broker: Broker) -> None:
    """6.3.11."""
    broker.create("urn:b:1", expiresAt="2100-01-01T00:00:00Z", speed=prop(5, expiresAt="2100-01-01T00:00:00Z"))
    plain, told = broker.entity("urn:b:1"), broker.entity("urn:b:1", options="sysAttrs")
    assert "expiresAt" not in plain
    assert plain["speed"] == prop(5)
    assert told["createdAt"] == told["modifiedAt"] == told["speed"]["createdAt"]
    assert told["expiresAt"] == told["speed"]["expiresAt"] == "2100-01-01T00:00:00Z"


def test_geojson_is_a_feature_with_the_entity_as_its_properties(bus: Broker) -> None:
    """4.5.16."""
    geo = {"Accept": "application/geo+json"}
    feature = bus.get("/entities/urn:b:1", headers=geo).json()
    assert (feature["type"], feature["geometry"]) == ("Feature", MEMBERS["location"]["value"])
    assert feature["properties"]["speed"] == MEMBERS["speed"]
    nowhere = bus.get("/entities/urn:b:1?geometryProperty=operationSpace", headers=geo).json()
    assert nowhere["geometry"] is None
    refused(bus.get("/entities/urn:b:1?geometryProperty=location"), 400, "BadRequestData", "geometryProperty")


@pytest.mark.parametrize(
    ("told", "members"),
    [
        ("attrs=speed", {"id", "type", "scope", "speed"}),
        ("attrs=speed,nothing", {"id", "type", "scope", "speed"}),
        ("pick=id,speed", {"id", "speed"}),
        ("pick=id|type", {"id", "type"}),
        ("omit=scope,speed,name,location,motto,colour,raw,route,stops,readings", {"id", "type", "parkedAt"}),
        ("pick=id,speed,name&omit=name2", {"id", "speed", "name"}),
    ],
)
def test_members_are_chosen(bus: Broker, told: str, members: set[str]) -> None:
    """4.21."""
    assert set(bus.get(f"/entities/urn:b:1?{told}").json()) == members


@pytest.mark.parametrize(
    "told",
    ["attrs=speed&pick=id", "attrs=speed&omit=id", "pick=speed&omit=speed", "pick=", "attrs=,", "pick=parkedAt{name}"],
)
def test_a_choice_that_contradicts_itself_is_refused(bus: Broker, told: str) -> None:
    refused(bus.get(f"/entities/urn:b:1?{told}"), 400, "BadRequestData")


@pytest.mark.parametrize("told", ["attrs=nothing", "pick=nothing", "omit=id,type,scope," + ",".join(MEMBERS)])
def test_an_entity_of_which_nothing_is_left_is_not_found(bus: Broker, told: str) -> None:
    refused(bus.get(f"/entities/urn:b:1?{told}"), 404, "ResourceNotFound")


def test_one_language_is_served_as_a_property(bus: Broker) -> None:
    """4.15."""
    assert bus.entity("urn:b:1", lang="nl,en;q=0.5")["motto"] == prop("hallo", lang="nl")
    assert bus.entity("urn:b:1", lang="fr")["motto"]["lang"] in ("en", "nl")
    assert bus.entity("urn:b:1", lang="en", options="keyValues")["motto"] == "hello"


@pytest.mark.parametrize(("dataset", "shown"), [("urn:s:2", prop(2, datasetId="urn:s:2")), ("@none", prop(1))])
def test_instances_are_chosen_by_dataset(bus: Broker, dataset: str, shown: dict[str, Any]) -> None:
    assert bus.entity("urn:b:1", attrs="readings", datasetId=dataset)["readings"] == shown


def test_what_is_not_there_is_not_found(bus: Broker) -> None:
    refused(bus.get("/entities/urn:b:9"), 404, "ResourceNotFound")
    refused(bus.get("/entities/bus"), 400, "BadRequestData")
    refused(bus.get("/entities/urn:b:1?type=Depot"), 404, "ResourceNotFound")
    assert bus.entity("urn:b:1", type="Bus")["id"] == "urn:b:1"


def test_json_ld_names_the_context_that_explains_it(bus: Broker) -> None:
    answer = bus.get("/entities/urn:b:1", headers={"Accept": JSON_LD})
    assert next(iter(answer.json())) == "@context"


@pytest.fixture
def linked(broker: Broker) -> Broker:
    broker.create("urn:b:1", parkedAt=relation("urn:d:1"), name=prop("bus"))
    broker.create("urn:d:1", type="Depot", name=prop("depot"), parkedAt=relation("urn:d:2"))
    broker.create("urn:d:2", type="Depot", name=prop("yard"), parkedAt=relation("urn:b:1"))
    return broker


def test_a_linked_entity_is_told_inline(linked: Broker) -> None:
    """4.5.23."""
    parked = linked.entity("urn:b:1", join="inline")["parkedAt"]
    assert (parked["object"], parked["entity"]["name"]) == ("urn:d:1", prop("depot"))
    assert "entity" not in parked["entity"]["parkedAt"]
    simple = linked.entity("urn:b:1", join="inline", options="keyValues")
    assert simple["parkedAt"] == {"id": "urn:d:1", "type": "Depot", "name": "depot", "parkedAt": "urn:d:2"}


def test_linked_entities_are_told_flat_and_once(linked: Broker) -> None:
    told = linked.get("/entities/urn:b:1", join="flat", joinLevel=5).json()
    assert [entity["id"] for entity in told] == ["urn:b:1", "urn:d:1", "urn:d:2"]


def test_an_entity_is_never_told_inside_of_itself(linked: Broker) -> None:
    yard = linked.entity("urn:b:1", join="inline", joinLevel=5)["parkedAt"]["entity"]["parkedAt"]["entity"]
    assert yard["parkedAt"] == relation("urn:b:1")


def test_what_is_shown_of_a_linked_entity_is_chosen_in_braces(linked: Broker) -> None:
    entity = linked.entity("urn:b:1", join="inline", joinLevel=2, pick="id,parkedAt{id,parkedAt{name}}")
    assert entity == {
        "id": "urn:b:1",
        "parkedAt": relation("urn:d:1", entity={
            "id": "urn:d:1", "parkedAt": relation("urn:d:2", entity={"name": prop("yard")}),
        }),
    }  # fmt: skip


@pytest.mark.parametrize(
    "told", ["join=inline&joinLevel=0", "join=sideways", "join=inline&pick=parkedAt{parkedAt{name}}"]
)
def test_a_join_that_cannot_be_made_is_refused(linked: Broker, told: str) -> None:
    refused(linked.get(f"/entities/urn:b:1?{told}"), 400, "BadRequestData")
