"""Entities found (NGSI-LD 5.7.2; 4.9 q, 4.10 geo, 4.17 types, 4.19 scopes, 4.21 pick, 4.23 order; 6.23 POSTed)."""

from typing import Any

import pytest
from broker_at_hand import Broker, point, prop, refused, relation

TWO_BY_TWO = [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]
SQUARE = "[[[0,0],[10,0],[10,10],[0,10],[0,0]]]"


@pytest.fixture(scope="module")
def fleet(wire: Any) -> Broker:
    broker = Broker(wire, "fleet")
    broker.create("urn:b:1", speed=prop(5, observedAt="2026-01-01T00:00:00Z"), name=prop("Zebra"),
                  location=point(1, 1), scope="/north/depot", parkedAt=relation("urn:d:1"))  # fmt: skip
    broker.create("urn:b:2", type=["Bus", "Electric"], speed=prop(50), name=prop("Ähre"), location=point(5, 5),
                  scope=["/south"], colour={"type": "VocabProperty", "vocab": "red"})  # fmt: skip
    broker.create("urn:b:3", name=prop({"first": "c", "last": "d"}), location=point(50, 50))
    broker.create(
        "urn:d:1", type="Depot", name=prop("Apple"), motto={"type": "LanguageProperty", "languageMap": {"en": "hi"}}
    )
    return broker


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=Bus", "123"),
        ("type=Bus,Depot", "123d"),
        ("type=(Bus;Electric)|Depot", "2d"),
        ("type=*", "123d"),
        ("local=true", "123d"),
        ("type=Bus&id=urn:b:3,urn:b:1", "13"),
        ("type=Bus&idPattern=[12]$", "12"),
        ("attrs=speed", "12"),
        ("q=speed", "12"),
        ("q=speed>10", "2"),
        ("q=speed==5..10", "1"),
        ('q=name=="Zebra","Apple"', "1d"),
        ('q=name~="^Z"', "1"),
        ("q=speed<10|speed>10", "12"),
        ('q=speed;name!="Zebra"', "2"),
        ('q=name[first]=="c"', "3"),
        ("q=parkedAt==urn:d:1", "1"),
        ("q=speed.observedAt>=2026-01-01T00:00:00Z", "1"),
        ('q=motto[en]=="hi"', "d"),
        ("q=colour==red&expandValues=colour", "2"),
        (f"georel=within&geometry=Polygon&coordinates={SQUARE}", "12"),
        ("georel=near;maxDistance==200000&geometry=Point&coordinates=[1,1]", "1"),
        ("georel=near;minDistance==200000&geometry=Point&coordinates=[1,1]", "23"),
        (f"georel=disjoint&geometry=Polygon&coordinates={SQUARE}", "3"),
        ("type=Bus&scopeQ=/north/%23", "1"),
        ("type=Bus&scopeQ=/%2B", "2"),
        ("type=Bus&pick=speed", "12"),
        ("type=Bus&pick=id,speed", "123"),
    ],
)
def test_what_is_asked_is_found(fleet: Broker, query: str, found: str) -> None:
    answer = fleet.get(f"/entities?{query}&count=true")
    assert answer.status_code == 200, answer.text
    assert answer.headers["ngsild-results-count"] == str(len(found))
    told = [entity.get("id") for entity in answer.json()]
    assert told == [None] * len(found) or "".join(str(id)[-1] if ":b:" in str(id) else "d" for id in told) == found


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", ""),
        ("id=urn:b:1", ""),
        ("type=*&local=false", ""),
        ("attrs=createdAt", ""),
        ('q=modifiedAt>"2020-01-01T00:00:00Z"', ""),
        ("type=", "type"),
        ("type=Bus&id=bus", "id"),
        ("type=Bus&q=speed>", "q"),
        ("type=Bus&q=(speed", "q"),
        ("type=Bus&csf=))(", ""),
        ("attrs=a b", "attrs"),
        ("type=Bus&georel=near&geometry=Point&coordinates=[1,1]", "georel"),
        ("type=Bus&georel=within&geometry=Polygon&coordinates=[1,1]", "coordinates"),
        ("type=Bus&scopeQ=/", "scopeQ"),
        ("type=Bus&orderBy=name;up", "orderBy"),
        ("type=Bus&orderBy=location;dist-asc", "orderFrom"),
        ("type=Bus&orderBy=name&collation=!!", "collation"),
    ],
)
def test_a_question_that_is_wrong_or_too_wide_is_refused(fleet: Broker, query: str, named: str) -> None:
    """5.7.2.4."""
    refused(fleet.get(f"/entities?{query}"), 400, "BadRequestData", named)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("orderBy=id;desc", "321"),
        ("orderBy=speed", "123"),
        ("orderBy=speed;desc", "213"),
        ("orderBy=name", "123"),
        ("orderBy=name&collation=de", "213"),
        ("orderBy=name[first]", "312"),
        ("orderBy=location;dist-desc&orderFrom=[0,0]", "321"),
        ("orderBy=type,id;desc", "312"),
        ("orderBy=createdAt;desc&limit=2", "32"),
        ("orderBy=speed.observedAt", "1"),
    ],
)
def test_entities_come_in_the_order_that_is_asked_for(fleet: Broker, order: str, found: str) -> None:
    """4.23: what an entity does not have comes last."""
    ids = [entity["id"] for entity in fleet.get(f"/entities?type=Bus&{order}").json()]
    assert "".join(id[-1] for id in ids).startswith(found)


def test_queries_join_linked_entities(fleet: Broker) -> None:
    flat = fleet.get("/entities?type=Bus&join=flat").json()
    assert [entity["id"] for entity in flat] == ["urn:b:1", "urn:b:2", "urn:b:3", "urn:d:1"]
    inline = fleet.get("/entities?type=Bus&join=inline").json()
    assert inline[0]["parkedAt"]["entity"]["name"] == prop("Apple")


def test_geojson_is_a_collection(fleet: Broker) -> None:
    answer = fleet.get("/entities?type=Bus&attrs=speed", headers={"Accept": "application/geo+json"}).json()
    assert (answer["type"], [feature["id"] for feature in answer["features"]]) == (
        "FeatureCollection",
        ["urn:b:1", "urn:b:2"],
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"entities": [{"type": "Bus"}], "q": "speed>10"}, ["urn:b:2"]),
        ({"entities": [{"type": "Depot"}, {"type": "Bus", "id": "urn:b:1"}]}, ["urn:b:1", "urn:d:1"]),
        ({"entities": [{"type": "Bus", "id": "urn:b:3", "idPattern": "1$"}]}, ["urn:b:3"]),
        ({"attrs": ["speed"]}, ["urn:b:1", "urn:b:2"]),
        ({"q": "speed"}, ["urn:b:1", "urn:b:2"]),
        ({"q": "speed%3E10"}, ["urn:b:2"]),
        ({"entities": [{"type": "Bus"}], "scopeQ": "/south"}, ["urn:b:2"]),
        ({"geoQ": {"georel": "within", "geometry": "Polygon", "coordinates": TWO_BY_TWO}}, ["urn:b:1"]),
        ({"entities": [{"type": "Bus"}], "ordering": {"orderBy": ["id;desc"]}}, ["urn:b:3", "urn:b:2", "urn:b:1"]),
        ({"entities": [{"type": "Bus"}], "ordering": {"orderBy": ["location;dist-asc"], "coordinates": [60, 60]}},
         ["urn:b:3", "urn:b:2", "urn:b:1"]),
    ],
)  # fmt: skip
def test_a_query_may_come_in_a_body(fleet: Broker, query: dict[str, Any], found: list[str]) -> None:
    """5.2.23, 6.23."""
    answer = fleet.call("POST", "/entityOperations/query?count=true", {"type": "Query", **query})
    assert [entity["id"] for entity in answer.json()] == found
    assert answer.headers["ngsild-results-count"] == str(len(found))


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"type": "Query"}, {"type": "Query", "entities": []},
        {"type": "Query", "entities": [{"id": "urn:b:1"}]},
        {"type": "Query", "entities": [{"type": "Bus", "id": "bus"}]}, {"type": "Query", "attrs": []},
        {"type": "Query", "attrs": ["speed"], "q": 5}, {"type": "Query", "attrs": ["speed"], "loud": True},
        {"type": "Query", "attrs": ["speed"], "temporalQ": {"timerel": "before", "timeAt": "2026-01-01T00:00:00Z"}},
        {"type": "Query", "attrs": ["speed"], "ordering": {"orderBy": ["location;dist-asc"]}},
        {"type": "Query", "attrs": ["speed"], "ordering": {"orderBy": ["id"], "collation": "!!"}},
    ],
)  # fmt: skip
def test_a_body_that_is_no_query_is_refused(fleet: Broker, body: Any) -> None:
    refused(fleet.call("POST", "/entityOperations/query", body), 400, "BadRequestData")


@pytest.fixture
def depots(broker: Broker) -> Broker:
    """Buses 1 and 2 are parked at depots north and south; north belongs to the city."""
    broker.create("urn:ngsi-ld:City:1", "City", name=prop("Makassar"))
    broker.create(
        "urn:ngsi-ld:Depot:north", "Depot", name=prop("north"), speed=prop(3), city=relation("urn:ngsi-ld:City:1")
    )
    broker.create("urn:ngsi-ld:Depot:south", "Depot", name=prop("south"), speed=prop(5))
    broker.create("urn:ngsi-ld:Bus:1", parkedAt=relation("urn:ngsi-ld:Depot:north"))
    broker.create("urn:ngsi-ld:Bus:2", parkedAt=relation(["urn:ngsi-ld:Depot:none", "urn:ngsi-ld:Depot:south"]))
    broker.create("urn:ngsi-ld:Bus:3", name=prop("north"))
    return broker


@pytest.mark.parametrize(
    ("q", "level", "found"),
    [
        ('parkedAt{name}=="north"', 1, [1]),
        ('parkedAt{Depot:name}=="north"', 1, [1]),
        ('parkedAt{Bus,Depot:name}=="north"', 1, [1]),
        ('parkedAt{Bus:name}=="north"', 1, []),
        ("parkedAt{speed}>=3", 1, [1, 2]),
        ("parkedAt{name}", 1, [1, 2]),
        ('parkedAt{city{name}}=="Makassar"', 2, [1]),
        ('parkedAt{Depot:city{City:name}}~=".*assar"', 5, [1]),
        ('parkedAt{speed}>3|name=="north"', 1, [2, 3]),
        ('parkedAt{speed}>3;parkedAt{name}=="north"', 1, []),
    ],
)
def test_a_query_may_ask_of_linked_entities(depots: Broker, q: str, level: int, found: list[int]) -> None:
    ids = [f"urn:ngsi-ld:Bus:{n}" for n in found]
    answer = depots.get("/entities", type="Bus", q=q, join="inline", joinLevel=level, count="true")
    assert [entity["id"] for entity in answer.json()] == ids
    assert answer.headers["NGSILD-Results-Count"] == str(len(ids))
    query = {"type": "Query", "entities": [{"type": "Bus"}], "q": q, "join": "inline", "joinLevel": level}
    assert [entity["id"] for entity in depots.call("POST", "/entityOperations/query", query).json()] == ids
    assert set(depots.get("/entityMaps", type="Bus", q=q, join="flat", joinLevel=level).json()["entityMap"]) == set(ids)


@pytest.mark.parametrize(
    "more", [{}, {"join": "@none"}, {"join": "inline", "joinLevel": "1"}, {"joinLevel": "3"}], ids=str
)
def test_a_query_reaches_no_further_than_the_join(depots: Broker, more: dict[str, Any]) -> None:
    refused(depots.get("/entities", type="Bus", q='parkedAt{city{name}}=="x"', **more), 400, "BadRequestData", "q")


def test_histories_and_purges_ask_nothing_of_linked_entities(depots: Broker) -> None:
    window = {"timerel": "after", "timeAt": "2000-01-01T00:00:00Z"}
    asked: dict[str, Any] = {"type": "Bus", "q": 'parkedAt{name}=="x"'}
    refused(depots.get("/temporal/entities", **asked, **window), 400, "BadRequestData", "q")
    refused(depots.get("/temporal/entityMaps", **asked, **window), 400, "BadRequestData", "q")
    refused(depots.call("DELETE", "/entities", **asked), 400, "BadRequestData", "q")


def test_a_polygon_that_crosses_itself_is_stored_and_found_by_what_lies_inside(broker: Broker) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    broker.create("urn:ngsi-ld:Bus:1", location={"type": "GeoProperty", "value": bow})
    assert broker.entity("urn:ngsi-ld:Bus:1")["location"]["value"] == bow
    for place, ids in (([0.2, 1.0], ["urn:ngsi-ld:Bus:1"]), ([1.0, 1.8], [])):
        asked = {"georel": "contains", "geometry": "Point", "coordinates": str(place)}
        assert broker.ids(type="Bus", **asked) == ids
