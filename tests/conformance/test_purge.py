"""Entities deleted by query, or emptied of attributes (NGSI-LD 5.6.21)."""

import pytest
from broker_at_hand import Broker, prop, refused


@pytest.fixture
def city(broker: Broker) -> Broker:
    broker.create("urn:b:1", speed=prop(5), name=prop("x"))
    broker.create("urn:b:2", speed=prop(50), name=prop("y"))
    broker.create("urn:d:1", type="Depot", name=prop("z"))
    return broker


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("type=Bus", ["urn:d:1"]),
        ("type=Bus&id=urn:b:1", ["urn:b:2", "urn:d:1"]),
        ("q=speed>10", ["urn:b:1", "urn:d:1"]),
        ("type=*", []),
        ("local=true", []),
        ("type=Boat", ["urn:b:1", "urn:b:2", "urn:d:1"]),
    ],
)
def test_what_a_query_selects_is_deleted(city: Broker, told: str, left: list[str]) -> None:
    answer = city.call("DELETE", f"/entities?{told}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert city.ids(type="*") == left


@pytest.mark.parametrize(("told", "members"), [("drop=name", ["speed"]), ("keep=name", ["name"]), ("keep=colour", [])])
def test_attributes_are_dropped_or_kept(city: Broker, told: str, members: list[str]) -> None:
    assert city.call("DELETE", f"/entities?type=Bus&{told}").status_code == 204
    assert set(city.entity("urn:b:1")) == {"id", "type", *members}
    assert "name" in city.entity("urn:d:1")


@pytest.mark.parametrize(
    "told",
    [
        "",
        "id=urn:b:1",
        "idPattern=.*",
        "attrs=createdAt",
        "keep=name",
        "type=Bus&keep=name&drop=speed",
        "type=Bus&drop=",
        "type=Bus&q=owner{name}==1",
        "type=Bus&attrs=owner{name}",
        "type=*&local=false",
    ],
)
def test_a_purge_that_is_too_wide_or_contradicts_itself_deletes_nothing(city: Broker, told: str) -> None:
    refused(city.call("DELETE", f"/entities?{told}"), 400, "BadRequestData")
    assert city.ids(type="*") == ["urn:b:1", "urn:b:2", "urn:d:1"]


def test_a_purge_keeps_to_the_entity_map_that_it_names(city: Broker) -> None:
    """Table 6.4.3.3-2: what came after the map stays; the answer says which map it was."""
    kept = city.get("/entities", type="Bus", entityMap="true").headers["NGSILD-EntityMap"]
    city.create("urn:b:3", speed=prop(1))
    answer = city.call(
        "DELETE", "/entities", headers={"NGSILD-EntityMap": kept}, type="Bus,Depot", geometryProperty="x"
    )
    assert (answer.status_code, answer.headers["NGSILD-EntityMap"]) == (204, kept)
    assert city.ids(type="*") == ["urn:d:1", "urn:b:3"]
    city.call("DELETE", "/entities", headers={"NGSILD-EntityMap": kept}, type="Bus", id="urn:b:3")
    assert city.ids(type="*") == ["urn:d:1", "urn:b:3"], "an id that is not in the map"


def test_a_purge_by_a_map_that_is_unknown_deletes_nothing(city: Broker) -> None:
    answer = city.call("DELETE", "/entities", headers={"NGSILD-EntityMap": "urn:ngsi-ld:entitymap:none"}, type="Bus")
    refused(answer, 404, "ResourceNotFound", "urn:ngsi-ld:entitymap:none")
    assert len(city.ids(type="*")) == 3
