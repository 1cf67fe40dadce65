"""What `q` asks of linked entities, wherever they and the entities that lead to them are (NGSI-LD 4.9, 5.7.2.4)."""

from typing import Any

import pytest
from broker_at_hand import Broker, X, prop, refused, relation
from registrar_at_hand import Registrar, warnings
from source_at_hand import Source

from pinisi.context.linked_filter import LINKED_MOST

HERE, THERE = "urn:ngsi-ld:Bus:here", "urn:ngsi-ld:Bus:there"
NORTH_HERE, NORTH_THERE, SOUTH = (f"urn:ngsi-ld:Depot:{name}" for name in ("north-here", "north-there", "south"))
NORTH = {"type": "Bus", "q": 'parkedAt{name}=="north"', "join": "inline"}


def shown(answer: Any) -> list[str]:
    assert answer.status_code in (200, 201), answer.text
    return [entity["id"] for entity in answer.json()]


def parked(broker: Broker, bus: str, depot: str) -> None:
    broker.create(bus, parkedAt=relation(depot, objectType="Depot"))


def depots(broker: Broker, partner: Broker) -> None:
    broker.create(NORTH_HERE, "Depot", name=prop("north"))
    partner.create(NORTH_THERE, "Depot", name=prop("north"))
    broker.create(SOUTH, "Depot", name=prop("south"))


@pytest.mark.parametrize("joined", ["inline", "flat"])
@pytest.mark.parametrize("name", ["parkedAt{name}", "parkedAt{Depot:name}"])
def test_bus_and_depot_may_each_be_here_or_there(
    broker: Broker, partner: Broker, register: Registrar, name: str, joined: str
) -> None:
    """Four ways, and one that leads to what does not fit."""
    depots(broker, partner)
    ways = {(where, depot): f"urn:ngsi-ld:Bus:{place}{number}" for place, where in (("h", broker), ("t", partner))
            for number, depot in enumerate((NORTH_HERE, NORTH_THERE, SOUTH))}  # fmt: skip
    for (where, depot), bus in ways.items():
        parked(where, bus, depot)
    register()
    register(info={"type": "Depot"})
    answer = broker.get("/entities", type="Bus", q=f'{name}=="north"', join=joined)
    buses = [entity["id"] for entity in answer.json() if entity["type"] == "Bus"]
    assert buses == [bus for (_, depot), bus in ways.items() if depot != SOUTH]
    assert warnings(answer) == ""
    posted = {"type": "Query", "entities": [{"type": "Bus"}], "q": f'{name}=="north"', "join": joined}
    found = broker.call("POST", "/entityOperations/query", posted, count="true")
    assert [entity["id"] for entity in found.json() if entity["type"] == "Bus"] == buses
    assert found.headers["NGSILD-Results-Count"] == "4"


def test_a_linked_entity_elsewhere_decides_of_one_that_is_here_alone(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    depots(broker, partner)
    parked(broker, HERE, NORTH_THERE)
    assert shown(broker.get("/entities", **NORTH)) == []
    register(info={"type": "Depot"})
    assert shown(broker.get("/entities", **NORTH)) == [HERE]
    assert shown(broker.get("/entities", local="true", **NORTH)) == []
    assert shown(broker.get("/entities", entityMap="true", **NORTH)) == [HERE]
    assert list(broker.get("/entityMaps", **NORTH).json()["entityMap"]) == [HERE]


def test_a_source_is_asked_what_one_entity_answers(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    """No braces and no `join` go out: a source refuses them without one another (5.7.2.4)."""
    depots(broker, partner)
    source.answers("GET", "/entities", 200, [{"id": THERE, "type": X + "Bus", X + "parkedAt": relation(NORTH_HERE)}])
    register(endpoint=source.origin)
    wish = {"type": "Bus", "q": 'parkedAt{Depot:name}=="north"', "join": "flat", "joinLevel": 1}
    assert THERE in shown(broker.get("/entities", **wish))
    asked = source.asked[0]
    assert asked.query["q"] == f'parkedAt=="{NORTH_HERE}"'
    assert not {"join", "joinLevel"} & asked.query.keys()


def test_what_leads_to_nothing_asks_no_source(broker: Broker, register: Registrar, source: Source) -> None:
    register(endpoint=source.origin)
    wish = {"type": "Bus", "q": 'parkedAt{Depot:name}=="north"', "join": "inline"}
    assert shown(broker.get("/entities", **wish)) == []
    assert source.asked == []


def test_relationships_may_be_followed_over_several_brokers(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    owner = "urn:ngsi-ld:Owner:1"
    partner.create(owner, "Owner", name=prop("city"))
    broker.create(SOUTH, "Depot", owner=relation(owner, objectType="Owner"))
    parked(partner, THERE, SOUTH)
    register()
    register(info={"type": "Owner"})
    wish = {"type": "Bus", "q": 'parkedAt{owner{name}}=="city"', "join": "inline"}
    assert shown(broker.get("/entities", joinLevel=2, **wish)) == [THERE]
    refused(broker.get("/entities", joinLevel=1, **wish), 400, "BadRequestData", "q")


def test_a_silent_source_of_linked_entities_is_told_of(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    depots(broker, partner)
    parked(broker, HERE, NORTH_HERE)
    silent = register(info={"type": "Depot"}, endpoint="http://127.0.0.1:9")
    answer = broker.get("/entities", **NORTH)
    assert shown(answer) == [HERE]
    assert silent in warnings(answer)


def test_many_linked_entities_are_asked_of_what_comes_back(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    """A filter that has grown too long for an address stays here."""
    many = [{"id": f"urn:ngsi-ld:Depot:{n:04}", "type": X + "Depot", X + "name": prop("north")} for n in range(900)]
    source.answers("GET", "/entities", 200, many)
    register(info={"type": "Depot"}, endpoint=source.origin)
    parked(partner, THERE, many[7]["id"])
    parked(partner, "urn:ngsi-ld:Bus:other", SOUTH)
    register()
    answer = broker.get("/entities", **NORTH)
    assert shown(answer) == [THERE], warnings(answer)
    assert len(many) < LINKED_MOST
