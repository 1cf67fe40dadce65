"""Snapshots: entities taken out of the stream of changes (NGSI-LD 4.3.7, 5.5.15, 5.16; 6.3.22, 6.36 to 6.38)."""

import time
from typing import Any

import httpx
import pytest
from broker_at_hand import JSON_LD, Broker, prop, refused

from patience import PATIENCE

FAST, SLOW = "urn:ngsi-ld:Bus:fast", "urn:ngsi-ld:Bus:slow"
QUERY = {"type": "Query", "entities": [{"type": "Bus"}], "q": "speed>50"}
WINDOW = {"timerel": "after", "timeAt": "2000-01-01T00:00:00Z", "timeproperty": "modifiedAt"}


@pytest.fixture
def fleet(broker: Broker) -> Broker:
    broker.create(FAST, speed=prop(80))
    broker.create(SLOW, speed=prop(30))
    return broker


def make(broker: Broker, *queries: dict[str, Any], **members: Any) -> str:
    """The id of a new snapshot that is ready."""
    body = {"type": "Snapshot", **({"snapshotQueries": list(queries)} if queries else {}), **members}
    answer = broker.call("POST", "/snapshots", body)
    assert answer.status_code == 201, answer.text
    location = answer.headers["location"]
    assert location.startswith("/ngsi-ld/v1/snapshots/urn:")
    return ready(broker, location.rpartition("/")[2])


def ready(broker: Broker, id: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while status(broker, id)["snapshotStatus"] == "preparing":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return id


def status(broker: Broker, id: str) -> dict[str, Any]:
    answer = broker.get(f"/snapshots/{id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def within(broker: Broker, id: str, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
    return broker.call(method, path, body, headers={"NGSILD-Snapshot": id}, **query)


def found(broker: Broker, id: str, **query: Any) -> list[str]:
    answer = within(broker, id, "GET", "/entities", **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["NGSILD-Snapshot"] == id
    return [entity["id"] for entity in answer.json()]


def test_a_snapshot_holds_what_its_queries_find_and_stands_still(fleet: Broker) -> None:
    id = make(fleet, QUERY)
    told = status(fleet, id)
    assert (told["type"], told["snapshotStatus"], told["snapshotPriority"]) == ("Snapshot", "success", 5)
    assert told["snapshotQueriesDetails"] == [{"resultStatus": "success"}]
    assert told["snapshotQueries"] == [QUERY]
    assert told["createdAt"] <= told["lastUsedAt"] < told["expiresAt"]
    assert found(fleet, id, type="Bus") == [FAST]
    fleet.call("PATCH", f"/entities/{FAST}/attrs", {"speed": prop(10)})
    fleet.call("DELETE", f"/entities/{SLOW}")
    assert within(fleet, id, "GET", f"/entities/{FAST}").json()["speed"]["value"] == 80
    assert fleet.entity(FAST)["speed"]["value"] == 10


def test_a_snapshot_keeps_the_times_of_the_system(fleet: Broker) -> None:
    before = fleet.entity(FAST, options="sysAttrs")
    id = make(fleet, QUERY)
    assert within(fleet, id, "GET", f"/entities/{FAST}", options="sysAttrs").json() == before


def test_work_upon_a_snapshot_leaves_the_city_alone(fleet: Broker) -> None:
    id = make(fleet, QUERY)
    assert within(fleet, id, "PATCH", f"/entities/{FAST}/attrs/speed", prop(1)).status_code == 204
    assert within(fleet, id, "POST", "/entities", {"id": "urn:b:new", "type": "Bus"}).status_code == 201
    assert within(fleet, id, "GET", f"/entities/{FAST}").json()["speed"]["value"] == 1
    assert sorted(found(fleet, id, type="Bus")) == ["urn:b:new", FAST]
    assert within(fleet, id, "GET", "/types").json()["typeList"] == ["Bus"]
    assert fleet.entity(FAST)["speed"]["value"] == 80
    assert fleet.get("/entities/urn:b:new").status_code == 404


def test_what_became_of_each_query_is_told(fleet: Broker) -> None:
    nothing = {"type": "Query", "entities": [{"type": "Depot"}]}
    partial = status(fleet, make(fleet, QUERY, nothing))
    assert partial["snapshotStatus"] == "partial"
    assert [one["resultStatus"] for one in partial["snapshotQueriesDetails"]] == ["success", "empty"]
    assert status(fleet, make(fleet, nothing))["snapshotStatus"] == "empty"


def test_a_snapshot_of_histories(fleet: Broker) -> None:
    fleet.call("PATCH", f"/entities/{FAST}/attrs/speed", prop(90, observedAt="2030-01-01T00:00:00Z"))
    query = {"type": "Query", "entities": [{"type": "Bus"}], "temporalQ": WINDOW}
    id = make(fleet, snapshotTemporalQueries=[query])
    told = status(fleet, id)
    assert (told["snapshotStatus"], told["snapshotTemporalQueriesDetails"]) == (
        "success",
        [{"resultStatus": "success"}],
    )
    fleet.call("DELETE", f"/temporal/entities/{FAST}")
    history = within(fleet, id, "GET", f"/temporal/entities/{FAST}").json()
    assert {one["value"] for one in history["speed"]} == {80, 90}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"type": "Snapshot"}, "snapshotQueries"),
        ({"snapshotQueries": [QUERY]}, "type"),
        ({"type": "Snapshot", "snapshotQueries": []}, "snapshotQueries"),
        ({"type": "Snapshot", "snapshotQueries": [QUERY | {"temporalQ": WINDOW}]}, "temporalQ"),
        ({"type": "Snapshot", "snapshotTemporalQueries": [QUERY]}, "time"),
        ({"type": "Snapshot", "snapshotQueries": [QUERY], "snapshotPriority": 11}, "snapshotPriority"),
        ({"type": "Snapshot", "snapshotQueries": [QUERY], "snapshotLifetime": "1h"}, "snapshotLifetime"),
        ({"type": "Snapshot", "snapshotQueries": [QUERY], "endpoint": "here"}, "endpoint"),
        ({"type": "Snapshot", "snapshotQueries": [QUERY], "receiverInfo": [1]}, "receiverInfo"),
        ({"type": "Snapshot", "snapshotQueries": [QUERY], "id": "x"}, "id"),
        ({"type": "Snapshot", "snapshotQueries": [QUERY], "other": 1}, "other"),
    ],
)
def test_what_is_no_snapshot_is_refused(fleet: Broker, body: dict[str, Any], named: str) -> None:
    refused(fleet.call("POST", "/snapshots", body), 400, "BadRequestData", named)


def test_an_id_is_taken_once(fleet: Broker) -> None:
    make(fleet, QUERY, id="urn:s:1")
    body = {"type": "Snapshot", "snapshotQueries": [QUERY], "id": "urn:s:1"}
    refused(fleet.call("POST", "/snapshots", body), 409, "AlreadyExists")
    refused(fleet.call("POST", "/snapshots/urn:s:1/clone", {"type": "Snapshot", "id": "urn:s:1"}), 409, "AlreadyExists")


def test_only_what_its_maker_says_can_be_changed(fleet: Broker) -> None:
    id = make(fleet, QUERY)
    path = f"/snapshots/{id}"
    answer = fleet.call("PATCH", path, {"snapshotPriority": 2, "snapshotLifetime": "PT2H"})
    assert answer.status_code == 200
    assert (answer.json()["snapshotPriority"], answer.json()["snapshotStatus"]) == (2, "success")
    assert status(fleet, id) == answer.json()
    for fragment in ({"snapshotQueries": [QUERY]}, {"expiresAt": "2030-01-01T00:00:00Z"}, {"id": "urn:s:2"}, {}):
        refused(fleet.call("PATCH", path, fragment), 400, "BadRequestData")
    refused(fleet.call("PATCH", "/snapshots/urn:s:none", {"snapshotPriority": 1}), 404, "ResourceNotFound")
    assert "@context" in fleet.get(path, headers={"Accept": JSON_LD}).json()


def test_a_clone_lives_on_by_itself(fleet: Broker) -> None:
    id = make(fleet, QUERY)
    answer = fleet.call("POST", f"/snapshots/{id}/clone", {"type": "Snapshot", "snapshotPriority": 9})
    assert answer.status_code == 201
    other = ready(fleet, answer.headers["location"].rpartition("/")[2])
    within(fleet, other, "PATCH", f"/entities/{FAST}/attrs/speed", prop(5))
    assert within(fleet, id, "GET", f"/entities/{FAST}").json()["speed"]["value"] == 80
    assert fleet.call("DELETE", f"/snapshots/{id}").status_code == 204
    told = status(fleet, other)
    assert (told["snapshotStatus"], told["snapshotPriority"], told["snapshotQueries"]) == ("success", 9, [QUERY])
    assert within(fleet, other, "GET", f"/entities/{FAST}").json()["speed"]["value"] == 5
    refused(fleet.call("POST", f"/snapshots/{id}/clone", {"type": "Snapshot"}), 404, "ResourceNotFound")
    refused(
        fleet.call("POST", f"/snapshots/{other}/clone", {"type": "Snapshot", "snapshotQueries": [QUERY]}),
        400,
        "BadRequestData",
    )


def test_a_deleted_snapshot_is_gone_with_all_that_is_in_it(fleet: Broker) -> None:
    id = make(fleet, QUERY)
    assert fleet.call("DELETE", f"/snapshots/{id}").status_code == 204
    for method, path in (("GET", f"/snapshots/{id}"), ("DELETE", f"/snapshots/{id}")):
        refused(fleet.call(method, path), 404, "ResourceNotFound")
    refused(within(fleet, id, "GET", "/entities", type="Bus"), 404, "ResourceNotFound")
    refused(fleet.get("/snapshots/no%20uri"), 400, "BadRequestData", "snapshotId")


def test_a_snapshot_ends_at_its_time(fleet: Broker) -> None:
    id = make(fleet, QUERY, snapshotLifetime="PT1S")
    time.sleep(1.1)
    refused(within(fleet, id, "GET", "/entities", type="Bus"), 404, "ResourceNotFound")
    refused(fleet.get(f"/snapshots/{id}"), 404, "ResourceNotFound")


def test_a_purge_takes_those_that_fit(fleet: Broker) -> None:
    low, high = make(fleet, QUERY, snapshotPriority=1), make(fleet, QUERY, snapshotPriority=8)
    refused(fleet.call("DELETE", "/snapshots"), 400, "BadRequestData", "q")
    refused(fleet.call("DELETE", "/snapshots", q="speed>1"), 400, "BadRequestData", "speed")
    refused(fleet.call("DELETE", "/snapshots", q="snapshotPriority>9"), 404, "ResourceNotFound")
    assert fleet.call("DELETE", "/snapshots", q='snapshotPriority<5;snapshotStatus=="success"').status_code == 204
    assert fleet.get(f"/snapshots/{low}").status_code == 404
    assert fleet.get(f"/snapshots/{high}").status_code == 200


def test_a_snapshot_belongs_to_its_tenant(fleet: Broker) -> None:
    id = make(fleet, QUERY)
    other = Broker(fleet.wire, fleet.tenant + "other")
    other.create(FAST)
    refused(other.get(f"/snapshots/{id}"), 404, "ResourceNotFound")
    assert within(other, id, "GET", "/entities", type="Bus").status_code == 404


def test_what_does_not_work_upon_snapshots_says_so(fleet: Broker) -> None:
    id = make(fleet, QUERY)
    body = {"type": "Subscription", "entities": [{"type": "Bus"}], "notification": {"endpoint": {"uri": "http://x.y"}}}
    refused(within(fleet, id, "POST", "/subscriptions", body), 422, "OperationNotSupported", "NGSILD-Snapshot")
