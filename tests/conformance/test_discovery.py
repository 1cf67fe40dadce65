"""Types and attributes that there are (NGSI-LD 5.7.5 to 5.7.10)."""

import pytest
from broker_at_hand import CONTEXT, JSON_LD, Broker, X, prop, refused, relation


@pytest.fixture
def city(broker: Broker) -> Broker:
    broker.create("urn:b:1", speed=prop(1))
    broker.create("urn:b:2", speed=prop(2), name=prop("x"))
    broker.create("urn:d:1", type="Depot", name=prop("y"), parkedAt=relation("urn:d:2"))
    return broker


def test_types_are_listed(city: Broker) -> None:
    """5.7.5."""
    answer = city.get("/types").json()
    assert (answer["type"], answer["typeList"]) == ("EntityTypeList", ["Bus", "Depot"])


def test_types_are_described(city: Broker) -> None:
    """5.7.6."""
    bus, _ = city.get("/types?details=true").json()
    assert bus == {"id": X + "Bus", "type": "EntityType", "typeName": "Bus", "attributeNames": ["name", "speed"]}


@pytest.mark.parametrize("name", ["Bus", X.replace("/", "%2F") + "Bus"])
def test_a_type_tells_its_attributes_and_how_many_there_are(city: Broker, name: str) -> None:
    """5.7.7."""
    answer = city.get(f"/types/{name}").json()
    assert (answer["type"], answer["typeName"], answer["entityCount"]) == ("EntityTypeInfo", "Bus", 2)
    assert [(one["attributeName"], one["attributeTypes"]) for one in answer["attributeDetails"]] == [
        ("name", ["Property"]),
        ("speed", ["Property"]),
    ]


def test_attributes_are_listed(city: Broker) -> None:
    """5.7.8."""
    answer = city.get("/attributes").json()
    assert (answer["type"], answer["attributeList"]) == ("AttributeList", ["name", "parkedAt", "speed"])


def test_attributes_are_described(city: Broker) -> None:
    """5.7.9."""
    name, *_ = city.get("/attributes?details=true").json()
    assert name == {"id": X + "name", "type": "Attribute", "attributeName": "name", "typeNames": ["Bus", "Depot"]}


def test_an_attribute_tells_its_types_kinds_and_count(city: Broker) -> None:
    """5.7.10."""
    answer = city.get("/attributes/name").json()
    assert (answer["attributeCount"], answer["attributeTypes"], answer["typeNames"]) == (
        2,
        ["Property"],
        ["Bus", "Depot"],
    )


def test_names_without_a_context_are_told_in_full(city: Broker) -> None:
    assert city.get("/types", link=False).json()["typeList"] == [X + "Bus", X + "Depot"]


def test_json_ld_carries_its_context(city: Broker) -> None:
    assert city.get("/types", headers={"Accept": JSON_LD}).json()["@context"] == CONTEXT


@pytest.mark.parametrize("path", ["/types/Boat", "/attributes/depth"])
def test_what_no_entity_has_is_not_found(city: Broker, path: str) -> None:
    refused(city.get(path), 404, "ResourceNotFound")


def test_what_is_deleted_is_no_longer_told(city: Broker) -> None:
    city.call("DELETE", "/entities/urn:d:1")
    assert city.get("/types").json()["typeList"] == ["Bus"]
    assert city.get("/attributes").json()["attributeList"] == ["name", "speed"]
