"""Linked entities that lie at other context sources (NGSI-LD 4.5.23, 5.7.1.5, 5.7.2.5, 6.3.17)."""

import time
from typing import Any

import pytest
from broker_at_hand import DEFAULT, Broker, X, prop, refused, relation
from receiver_at_hand import Receiver
from registrar_at_hand import Registrar, warnings
from source_at_hand import Source

from patience import PATIENCE

BUS, NORTH, SOUTH = "urn:ngsi-ld:Bus:1", "urn:ngsi-ld:Depot:north", "urn:ngsi-ld:Depot:south"
DEPOT = {"type": "Depot"}
FULL = X + "Depot"


def bus(broker: Broker, *depots: str, id: str = BUS, **more: Any) -> str:
    leading = relation(list(depots) if len(depots) > 1 else depots[0], objectType="Depot")
    return broker.create(id, parkedAt=leading, **more)


def depot(id: str, **members: Any) -> dict[str, Any]:
    """As a source of the tests says it: with full names, for it knows no @context."""
    return {"id": id, "type": FULL, **{X + name: member for name, member in members.items()}}


@pytest.mark.parametrize("operations", [["retrieveOps"], ["queryEntity"], ["queryBatch"], ["retrieveEntity"]], ids=str)
def test_a_linked_entity_comes_from_the_source_that_holds_it(
    broker: Broker, partner: Broker, register: Registrar, operations: list[str]
) -> None:
    partner.create(NORTH, "Depot", name=prop("north"))
    bus(broker, NORTH)
    register(info=DEPOT, operations=operations)
    inline = broker.entity(BUS, join="inline")
    assert inline["parkedAt"]["entity"] == {"id": NORTH, "type": "Depot", "name": prop("north")}
    assert inline["parkedAt"]["objectType"] == "Depot"
    flat = broker.get("/entities", type="Bus", join="flat")
    assert [entity["id"] for entity in flat.json()] == [BUS, NORTH]
    assert not warnings(flat)
    query = {"type": "Query", "entities": [{"type": "Bus"}], "join": "inline"}
    [posted] = broker.call("POST", "/entityOperations/query", query).json()
    assert posted["parkedAt"]["entity"]["name"] == prop("north")
    assert broker.get(f"/entities/{NORTH}", local="true").status_code == 404


def test_only_here_means_that_no_source_is_asked(broker: Broker, register: Registrar, source: Source) -> None:
    bus(broker, NORTH)
    register(info=DEPOT, endpoint=source.origin)
    assert "entity" not in broker.entity(BUS, join="inline", local="true")["parkedAt"]
    assert "entity" not in broker.get("/entities", type="Bus", join="inline", local="true").json()[0]["parkedAt"]
    query = {"type": "Query", "entities": [{"type": "Bus"}], "join": "inline", "local": True}
    assert broker.call("POST", "/entityOperations/query", query).status_code == 200
    assert broker.get("/entities", type="Bus", join="@none").status_code == 200
    assert source.asked == []


def test_of_what_nobody_says_the_type_nobody_is_asked(broker: Broker, register: Registrar, source: Source) -> None:
    """4.5.23.1: relationships that lead out of the house are followed where they are annotated with an objectType."""
    broker.create(BUS, parkedAt=relation(NORTH))
    register(info=DEPOT, endpoint=source.origin)
    assert broker.get("/entities", type="Bus", join="inline").json()[0]["parkedAt"] == relation(NORTH)
    assert source.asked == []


def test_pieces_of_a_linked_entity_are_put_together(broker: Broker, partner: Broker, register: Registrar) -> None:
    broker.create(NORTH, "Depot", name=prop("here"))
    partner.create(NORTH, "Depot", colour=prop("red"))
    broker.create(BUS, parkedAt=relation(NORTH))
    register(info=DEPOT, properties=["colour"])
    linked = broker.entity(BUS, join="inline")["parkedAt"]["entity"]
    assert linked == {"id": NORTH, "type": "Depot", "name": prop("here"), "colour": prop("red")}


def test_the_way_leads_over_several_sources_and_back(
    broker: Broker, partner: Broker, register: Registrar, source: Source, server: str
) -> None:
    """Level by level; what leads in a circle ends, and what comes back to this house is not asked again."""
    bus(broker, NORTH)
    partner.create(NORTH, "Depot", parkedAt=relation(SOUTH, objectType="Yard"))
    back = relation(BUS, objectType=X + "Bus")
    yard = {"id": SOUTH, "type": DEFAULT + "Yard", X + "name": prop("yard"), X + "parkedAt": back}
    source.answers("GET", "/entities", 200, [yard])
    register(info=DEPOT)
    register(info={"type": "Yard"}, endpoint=source.origin, operations=["queryEntity"])
    Registrar(partner, server)(info={"type": "Bus"})
    inline = broker.entity(BUS, join="inline", joinLevel=9)
    told = inline["parkedAt"]["entity"]["parkedAt"]["entity"]
    assert (told["id"], told["name"]) == (SOUTH, prop("yard"))
    assert "entity" not in told["parkedAt"]
    flat = broker.get(f"/entities/{BUS}", join="flat", joinLevel=9).json()
    assert [entity["id"] for entity in flat] == [BUS, NORTH, SOUTH]
    assert "join" not in source.asked[0].query
    assert "via" in source.asked[0].headers


def test_what_is_missing_is_said_and_the_rest_is_told_in_time(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    partner.create(NORTH, "Depot", name=prop("north"))
    source.answers("GET", "/entities", 200, [depot(SOUTH)], after=PATIENCE)
    bus(broker, NORTH, SOUTH)
    register(info={"type": "Depot", "id": NORTH})
    silent = register(
        info={"type": "Depot", "id": SOUTH}, endpoint=source.origin, operations=["queryEntity"],
        management={"timeout": 200},
    )  # fmt: skip
    began = time.monotonic()
    answer = broker.get("/entities", type="Bus", join="inline", joinLevel=3)
    assert time.monotonic() - began < PATIENCE / 2
    assert answer.status_code == 200
    [told] = answer.json()
    assert told["parkedAt"]["object"] == [NORTH, SOUTH]
    assert [one["id"] for one in told["parkedAt"]["entity"]] == [NORTH]
    assert "199" in warnings(answer)
    assert silent in warnings(answer)
    assert warnings(answer).count(silent) == 1


def test_many_links_make_few_requests(broker: Broker, register: Registrar, source: Source) -> None:
    ids = [f"urn:ngsi-ld:Depot:{number}" for number in range(120)]
    source.answers("GET", "/entities", 200, [depot(id) for id in ids])
    for number in range(4):
        bus(broker, *ids[number * 30 : number * 30 + 30], id=f"{BUS}{number}")
    register(info=DEPOT, endpoint=source.origin, operations=["queryEntity"])
    told = broker.get("/entities", type="Bus", join="flat").json()
    assert [entity["id"] for entity in told[4:]] == ids
    many = sorted((len(asked.query["id"].split(",")) for asked in source.asked), reverse=True)
    assert many == [50, 50, 20], "side by side"
    assert {asked.query["type"] for asked in source.asked} == {"Depot"}


def test_too_many_requests_are_not_made(broker: Broker, register: Registrar, source: Source) -> None:
    ids = [f"urn:ngsi-ld:Depot:{number}" for number in range(104)]
    bus(broker, *ids)
    id = register(info=DEPOT, endpoint=source.origin, operations=["retrieveEntity"])
    answer = broker.get("/entities", type="Bus", join="inline")
    assert answer.status_code == 200
    assert len(source.asked) == 100
    assert f"{id}: too many requests" in warnings(answer)


def test_what_the_reader_has_met_before_is_not_told_again(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    """`containedBy` (6.4.3.2, 6.5.3.1, 5.2.23)."""
    bus(broker, NORTH)
    broker.create(NORTH, "Depot")
    register(info=DEPOT, endpoint=source.origin)
    for above in (f"{SOUTH},{NORTH}", NORTH):
        [told] = broker.get("/entities", type="Bus", join="inline", containedBy=above).json()
        assert told["parkedAt"] == relation(NORTH, objectType="Depot")
    flat = broker.get("/entities", type="Bus", join="flat", containedBy=NORTH).json()
    assert [entity["id"] for entity in flat] == [BUS]
    query = {"type": "Query", "entities": [{"type": "Bus"}], "join": "flat", "containedBy": [NORTH]}
    assert len(broker.call("POST", "/entityOperations/query", query).json()) == 1
    assert source.asked == []
    assert "entity" not in broker.entity(BUS, join="inline", containedBy=NORTH)["parkedAt"]
    refused(broker.get("/entities", type="Bus", join="flat", containedBy="x y"), 400, "BadRequestData", "containedBy")


def test_roots_and_what_they_lead_to_may_both_lie_elsewhere(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    bus(partner, NORTH)
    source.answers("GET", "/entities", 200, [depot(NORTH, name=prop("north"))])
    register()
    register(info=DEPOT, endpoint=source.origin, operations=["queryEntity"])
    assert broker.entity(BUS, join="inline")["parkedAt"]["entity"]["name"] == prop("north")
    [told] = broker.get("/entities", type="Bus", join="inline", pick="id,parkedAt{name}").json()
    assert told["parkedAt"]["entity"] == {"name": prop("north")}


def test_a_notification_joins_what_lies_elsewhere(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.2.14.1: as it is when the notification is written; `localOnly` leaves it out."""
    partner.create(NORTH, "Depot", name=prop("north"))
    register(info=DEPOT, operations=["retrieveOps"])
    notification = {"endpoint": {"uri": receiver.url}, "join": "inline"}
    for local, id in ((False, "urn:ngsi-ld:Subscription:all"), (True, "urn:ngsi-ld:Subscription:here")):
        body = {
            "id": id, "type": "Subscription", "entities": [{"type": "Bus"}], "localOnly": local,
            "notification": notification,
        }  # fmt: skip
        assert broker.call("POST", "/subscriptions", body).status_code == 201
    bus(broker, NORTH)
    told = {message["subscriptionId"]: message["data"][0] for message in (receiver.next()[1] for _ in range(2))}
    assert told["urn:ngsi-ld:Subscription:all"]["parkedAt"]["entity"]["name"] == prop("north")
    assert "entity" not in told["urn:ngsi-ld:Subscription:here"]["parkedAt"]
