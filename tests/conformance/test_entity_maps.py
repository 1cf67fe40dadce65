"""Entity maps: a result fixed for the pages that follow (NGSI-LD 5.14, 5.5.9.3, 5.5.14; 6.32, 6.34, 6.35)."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from broker_at_hand import DEFAULT, JSON_LD, Broker, X, prop, refused, relation

BUSES = [f"urn:ngsi-ld:Bus:{n}" for n in range(6)]
WINDOW = {"timerel": "after", "timeAt": "2000-01-01T00:00:00Z", "timeproperty": "createdAt"}
DEAD = "urn:ngsi-ld:entitymap:dead"


@pytest.fixture
def fleet(broker: Broker) -> Broker:
    for n, id in enumerate(BUSES):
        broker.create(id, speed=prop(n * 10))
    return broker


def made(broker: Broker, **query: Any) -> str:
    """The header that names a new map."""
    answer = broker.get("/entityMaps", **query)
    assert answer.status_code == 201, answer.text
    return answer.headers["NGSILD-EntityMap"]


def going_on(broker: Broker, reference: str, path: str = "/entities", **query: Any) -> httpx.Response:
    return broker.get(path, headers={"NGSILD-EntityMap": reference}, **query)


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code in (200, 201), answer.text
    return [entity["id"] for entity in answer.json()]


def last(reference: str) -> str:
    return reference.rpartition("/")[2]


def links(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """Relation -> parameters of the pages beside this one."""
    found: dict[str, dict[str, str]] = {}
    for link in answer.headers.get_list("link"):
        if 'rel="next"' in link or 'rel="prev"' in link:
            url = httpx.URL(link[link.index("<") + 1 : link.index(">")])
            found["next" if 'rel="next"' in link else "prev"] = dict(url.params)
    return found


def test_a_map_of_a_query_names_its_entities_and_that_they_are_held_here(fleet: Broker) -> None:
    answer = fleet.get("/entityMaps", type="Bus", q="speed>30")
    assert answer.status_code == 201
    document = answer.json()
    assert document["type"] == "EntityMap"
    assert document["entityMap"] == {BUSES[4]: ["@none"], BUSES[5]: ["@none"]}
    assert document["id"] == last(answer.headers["NGSILD-EntityMap"])
    assert fleet.get(f"/entityMaps/{document['id']}").json() == document
    shown = fleet.get(f"/entityMaps/{document['id']}", headers={"Accept": JSON_LD})
    assert shown.headers["content-type"] == JSON_LD
    assert "@context" in shown.json()


def test_a_posted_query_makes_a_map_too(fleet: Broker) -> None:
    body = {"type": "Query", "entities": [{"type": "Bus"}], "q": "speed<15", "entityMapLifetime": "PT1H"}
    answer = fleet.call("POST", "/entityMaps", body)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()["entityMap"]) == set(BUSES[:2])
    ahead = datetime.fromisoformat(answer.json()["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=55) < ahead <= timedelta(hours=1)


@pytest.mark.parametrize("query", [{"id": BUSES[0]}, {"attrs": DEFAULT + "x", "q": "speed>>3"}, {"idPattern": ".*"}])
def test_what_no_query_may_ask_makes_no_map(fleet: Broker, query: dict[str, str]) -> None:
    refused(fleet.get("/entityMaps", **query), 400, "BadRequestData")


@pytest.mark.parametrize("lifetime", ["1hour", "", "P", "PT", "-PT1H", "3600"])
def test_a_lifetime_is_a_duration(fleet: Broker, lifetime: str) -> None:
    for path in ("/entityMaps", "/entities"):
        answer = fleet.get(path, type="Bus", entityMap="true", entityMapLifetime=lifetime)
        refused(answer, 400, "BadRequestData", "entityMapLifetime")


def test_the_broker_bounds_the_lifetime(fleet: Broker) -> None:
    for lifetime in ("P3650D", "P1Y"):
        end = fleet.get("/entityMaps", type="Bus", entityMapLifetime=lifetime).json()["expiresAt"]
        assert datetime.fromisoformat(end) - datetime.now(UTC) <= timedelta(days=1)


def test_the_flag_of_a_query_makes_a_map_beside_the_answer(fleet: Broker) -> None:
    answer = fleet.get("/entities", type="Bus", entityMap="true", limit=2)
    assert answer.status_code == 201
    assert ids(answer) == BUSES[:2]
    assert links(answer)["next"]["offset"] == "2"
    reference = answer.headers["NGSILD-EntityMap"]
    again = going_on(fleet, reference, type="Bus")
    assert (again.status_code, again.headers["NGSILD-EntityMap"]) == (200, reference)
    assert ids(again) == BUSES
    refused(fleet.get("/entities", type="Bus", entityMap="perhaps"), 400, "BadRequestData", "entityMap")
    assert fleet.get("/entities", type="Bus", entityMap="false").status_code == 200


def test_the_flag_in_a_posted_query(fleet: Broker) -> None:
    query = {"type": "Query", "entities": [{"type": "Bus"}], "entityMap": True}
    answer = fleet.call("POST", "/entityOperations/query", query)
    assert answer.status_code == 201, answer.text
    reference = answer.headers["NGSILD-EntityMap"]
    del query["entityMap"]
    again = fleet.call("POST", "/entityOperations/query", query, headers={"NGSILD-EntityMap": reference})
    assert (again.status_code, ids(again)) == (200, BUSES)
    refused(fleet.call("POST", "/entityOperations/query", {**query, "entityMap": "x"}), 400, "BadRequestData")


def test_what_comes_later_is_on_no_page(fleet: Broker) -> None:
    reference = made(fleet, type="Bus")
    fleet.create("urn:ngsi-ld:Bus:late", speed=prop(1))
    assert ids(going_on(fleet, reference, type="Bus")) == BUSES


def test_each_entity_is_met_once_whatever_leaves_meanwhile(fleet: Broker) -> None:
    reference = made(fleet, type="Bus")
    first = going_on(fleet, reference, type="Bus", limit=2)
    assert ids(first) == BUSES[:2]
    fleet.call("DELETE", f"/entities/{BUSES[0]}")
    fleet.call("DELETE", f"/entities/{BUSES[3]}")
    second = going_on(fleet, reference, **links(first)["next"])
    assert ids(second) == [BUSES[2], BUSES[4]]
    third = going_on(fleet, reference, **links(second)["next"])
    assert ids(third) == [BUSES[5]]
    assert "next" not in links(third)
    assert links(third)["prev"]


def test_what_fits_no_more_leaves_the_map_and_the_page_is_filled(fleet: Broker) -> None:
    reference = made(fleet, type="Bus", q="speed>=10")
    fleet.call("DELETE", f"/entities/{BUSES[1]}")
    fleet.call("PATCH", f"/entities/{BUSES[2]}/attrs/speed", {"value": 0})
    page = going_on(fleet, reference, type="Bus", q="speed>=10", limit=3, count="true")
    assert ids(page) == BUSES[3:]
    assert page.headers["NGSILD-Results-Count"] == "3"
    assert set(fleet.get(f"/entityMaps/{last(reference)}").json()["entityMap"]) == set(BUSES[3:])
    fleet.call("PATCH", f"/entities/{BUSES[2]}/attrs/speed", {"value": 50})
    assert ids(going_on(fleet, reference, type="Bus", q="speed>=10")) == BUSES[3:]


def test_a_map_keeps_the_order_in_which_it_was_made(fleet: Broker) -> None:
    answer = fleet.get("/entities", type="Bus", orderBy="speed;desc", entityMap="true", limit=3)
    assert ids(answer) == BUSES[:2:-1]
    reference = answer.headers["NGSILD-EntityMap"]
    fleet.call("PATCH", f"/entities/{BUSES[0]}/attrs/speed", {"value": 1000})
    assert ids(going_on(fleet, reference, **links(answer)["next"])) == BUSES[2::-1]


def test_ids_may_be_asked_of_a_map_without_harm_to_the_others(fleet: Broker) -> None:
    reference = made(fleet, type="Bus")
    assert ids(going_on(fleet, reference, type="Bus", id=f"{BUSES[1]},urn:ngsi-ld:Bus:none")) == [BUSES[1]]
    assert ids(going_on(fleet, reference, type="Bus")) == BUSES


@pytest.mark.parametrize("path", ["/entities", "/temporal/entities"])
def test_an_unknown_map_is_made_anew(fleet: Broker, path: str) -> None:
    window = WINDOW if "temporal" in path else {}
    answer = going_on(fleet, DEAD, path, type="Bus", **window)
    assert answer.status_code == 201
    assert ids(answer) == BUSES
    assert "dead" not in answer.headers["NGSILD-EntityMap"]


def test_a_retrieval_names_its_map(fleet: Broker) -> None:
    for path, window in ((f"/entities/{BUSES[0]}", {}), (f"/temporal/entities/{BUSES[0]}", WINDOW)):
        answer = fleet.get(path, entityMap="true", **window)
        assert answer.status_code == 200
        assert "entityMap" not in answer.json()
        reference = answer.headers["NGSILD-EntityMap"]
        assert fleet.get(f"/entityMaps/{last(reference)}").json()["entityMap"] == {BUSES[0]: ["@none"]}
        assert going_on(fleet, reference, path, **window).headers["NGSILD-EntityMap"] == reference
        assert "dead" not in going_on(fleet, DEAD, path, **window).headers["NGSILD-EntityMap"]
        assert "NGSILD-EntityMap" not in fleet.get(path, **window).headers


def test_a_map_of_histories(fleet: Broker) -> None:
    answer = fleet.get("/temporal/entities", type="Bus", id=BUSES[2], entityMap="true", **WINDOW)
    assert answer.status_code == 201
    reference = answer.headers["NGSILD-EntityMap"]
    again = going_on(fleet, reference, "/temporal/entities", type="Bus", **WINDOW)
    assert (again.status_code, ids(again)) == (200, [BUSES[2]])
    refused(fleet.get("/temporal/entityMaps", type="Bus"), 400, "BadRequestData")
    some = fleet.get("/temporal/entityMaps", type="Bus", q="speed>30", **WINDOW)
    assert (some.status_code, set(some.json()["entityMap"])) == (201, set(BUSES[4:]))
    early = WINDOW | {"timerel": "before"}
    assert fleet.get("/temporal/entityMaps", type="Bus", **early).json()["entityMap"] == {}
    query = {"type": "Query", "entities": [{"type": "Bus"}], "temporalQ": WINDOW}
    posted = fleet.call("POST", "/temporal/entityMaps", query)
    assert (posted.status_code, set(posted.json()["entityMap"])) == (201, set(BUSES))


def test_linked_entities_come_with_the_pages_of_a_map(broker: Broker) -> None:
    broker.create("urn:ngsi-ld:Depot:1", "Depot", name=prop("north"))
    broker.create(BUSES[0], parkedAt=relation("urn:ngsi-ld:Depot:1"))
    answer = broker.get("/entities", type="Bus", join="flat", joinLevel=1, entityMap="true")
    assert (answer.status_code, ids(answer)) == (201, [BUSES[0], "urn:ngsi-ld:Depot:1"])
    reference = answer.headers["NGSILD-EntityMap"]
    assert set(broker.get(f"/entityMaps/{last(reference)}").json()["entityMap"]) == {BUSES[0]}
    again = going_on(broker, reference, type="Bus", join="flat", joinLevel=1)
    assert ids(again) == [BUSES[0], "urn:ngsi-ld:Depot:1"]


def test_only_the_end_of_a_map_can_be_changed(fleet: Broker) -> None:
    path = "/entityMaps/" + last(made(fleet, type="Bus"))
    before = fleet.get(path).json()
    fragment = {"expiresAt": "2099-01-01T00:00:00Z", "entityMap": {X + "forged": ["@none"]}, "linkedMaps": {"a": "b"}}
    assert fleet.call("PATCH", path, fragment).status_code == 204
    after = fleet.get(path).json()
    assert before["expiresAt"] < after["expiresAt"] < "2099"
    assert after["entityMap"] == before["entityMap"]
    assert "linkedMaps" not in after
    refused(fleet.call("PATCH", path, {"expiresAt": "tomorrow"}), 400, "BadRequestData", "expiresAt")
    refused(fleet.call("PATCH", path, {"type": "Entity"}), 400, "BadRequestData", "type")
    assert fleet.call("PATCH", path, {}).status_code == 204
    assert fleet.call("PATCH", path, {"expiresAt": "2000-01-01T00:00:00Z"}).status_code == 204
    for method in ("GET", "DELETE"):
        refused(fleet.call(method, path), 404, "ResourceNotFound")


def test_a_map_ends_at_its_moment(fleet: Broker) -> None:
    reference = made(fleet, type="Bus", entityMapLifetime="PT0.3S")
    time.sleep(0.4)
    refused(fleet.get(f"/entityMaps/{last(reference)}"), 404, "ResourceNotFound")
    assert going_on(fleet, reference, type="Bus").status_code == 201


def test_a_deleted_map_is_gone(fleet: Broker) -> None:
    path = "/entityMaps/" + last(made(fleet, type="Bus"))
    assert fleet.call("DELETE", path).status_code == 204
    for method in ("GET", "DELETE"):
        refused(fleet.call(method, path), 404, "ResourceNotFound")
    refused(fleet.call("PATCH", path, {}), 404, "ResourceNotFound")
    for method in ("GET", "DELETE"):
        refused(fleet.call(method, "/entityMaps/not%20a%20uri"), 400, "BadRequestData", "entityMapId")


def test_maps_of_another_tenant_are_not_known(fleet: Broker) -> None:
    path = "/entityMaps/" + last(made(fleet, type="Bus"))
    other = Broker(fleet.wire, fleet.tenant + "other")
    for method in ("GET", "DELETE"):
        assert other.call(method, path).status_code == 404
    other.create(BUSES[0])
    for method in ("GET", "DELETE"):
        refused(other.call(method, path), 404, "ResourceNotFound")
    assert fleet.get(path).status_code == 200


def test_a_reader_keeps_no_more_than_twenty_maps(fleet: Broker) -> None:
    references = [made(fleet, type="Bus", entityMapLifetime=f"PT{n}M") for n in range(1, 23)]
    states = [fleet.get(f"/entityMaps/{last(reference)}").status_code for reference in references]
    assert states == [404] * 2 + [200] * 20
