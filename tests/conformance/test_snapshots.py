"""Snapshots: entities taken out of the stream of changes (NGSI-LD 4.3.7, 5.5.15, 5.16; 6.3.22, 6.36 to 6.38)."""

import time
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest
from broker_at_hand import JSON_LD, Broker, prop, refused
from moments import before_the_end, until
from receiver_at_hand import Receiver

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
    for fragment in ({"snapshotQueries": [QUERY]}, {"id": "urn:s:2"}, {"other": 1}, {}):
        refused(fleet.call("PATCH", path, fragment), 400, "BadRequestData")
    ignored = fleet.call("PATCH", path, {"expiresAt": "2030-01-01T00:00:00Z", "snapshotStatus": "failure"}).json()
    assert (ignored["expiresAt"], ignored["snapshotStatus"]) == (answer.json()["expiresAt"], "success")
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
    body = {"type": "Snapshot", "snapshotQueries": [QUERY], "snapshotLifetime": "PT1S"}
    id = fleet.call("POST", "/snapshots", body).headers["location"].rpartition("/")[2]
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
    body = {
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": "Bus"}]}],
        "endpoint": "http://x.y",
    }
    refused(within(fleet, id, "POST", "/csourceRegistrations", body), 422, "OperationNotSupported", "NGSILD-Snapshot")


def test_a_subscription_upon_a_snapshot_hears_of_it_alone(fleet: Broker, receiver: Receiver) -> None:
    """5.5.15, 6.3.22: subscriptions are of the Core API; what they tell names the snapshot and its tenant."""
    id = make(fleet, QUERY)
    body = {
        "type": "Subscription",
        "entities": [{"type": "Bus"}],
        "notification": {"endpoint": {"uri": receiver.url}},
    }
    made = within(fleet, id, "POST", "/subscriptions", body)
    assert (made.status_code, made.headers["NGSILD-Snapshot"]) == (201, id)
    fleet.call("PATCH", f"/entities/{FAST}/attrs/speed", prop(10))
    assert within(fleet, id, "PATCH", f"/entities/{FAST}/attrs/speed", prop(99)).status_code == 204
    headers, told = receiver.next()
    assert (headers["ngsild-snapshot"], headers["ngsild-tenant"]) == (id, fleet.tenant)
    assert [entity["speed"]["value"] for entity in told["data"]] == [99]
    assert len(within(fleet, id, "GET", "/subscriptions").json()) == 1
    assert fleet.get("/subscriptions").json() == []
    fleet.call("DELETE", f"/snapshots/{id}")
    receiver.nothing()


def told_next(receiver: Receiver, id: str) -> dict[str, Any]:
    """The next notification of a snapshot's status (5.3.4)."""
    _, told = receiver.next()
    assert (told["type"], told["snapshotId"]) == ("SnapshotNotification", id)
    assert told["id"].startswith("urn:ngsi-ld:Notification:")
    return told


def test_the_status_is_told_when_a_snapshot_is_ready_changed_and_gone(fleet: Broker, receiver: Receiver) -> None:
    """5.16.6: after all queries, after each update, and when it is no more."""
    nothing = {"type": "Query", "entities": [{"type": "Depot"}], "temporalQ": WINDOW}
    info = [{"key": "Authorization", "value": "Bearer t"}]
    id = make(fleet, QUERY, snapshotTemporalQueries=[nothing], endpoint=receiver.url, receiverInfo=info)
    headers, ready_told = receiver.next()
    assert (headers["authorization"], headers["ngsild-tenant"]) == ("Bearer t", fleet.tenant)
    assert headers["content-type"] == "application/json"
    assert (ready_told["type"], ready_told["snapshotId"]) == ("SnapshotNotification", id)
    assert (ready_told["snapshotStatus"], ready_told["snapshotPriority"]) == ("partial", 5)
    assert ready_told["snapshotQueriesDetails"] == [{"resultStatus": "success"}]
    assert ready_told["temporalSnapshotQueriesDetails"] == [{"resultStatus": "empty"}]
    assert ready_told["notifiedAt"] < ready_told["expiresAt"] == status(fleet, id)["expiresAt"]
    fleet.call("PATCH", f"/snapshots/{id}", {"snapshotLifetime": "PT3H", "snapshotPriority": 7})
    changed = told_next(receiver, id)
    assert (changed["snapshotPriority"], changed["expiresAt"]) == (7, status(fleet, id)["expiresAt"])
    assert changed["expiresAt"] > ready_told["expiresAt"]
    fleet.call("DELETE", f"/snapshots/{id}")
    gone = told_next(receiver, id)
    assert gone["expiresAt"] < gone["notifiedAt"]
    receiver.nothing()


def test_the_end_is_told_when_it_comes_though_nobody_looks(fleet: Broker, receiver: Receiver) -> None:
    """5.16.6: told once, at the end that the last update gave it."""
    id = make(fleet, QUERY, endpoint=receiver.url, snapshotLifetime="PT1H")
    assert told_next(receiver, id)["snapshotStatus"] == "success"
    fleet.call("PATCH", f"/snapshots/{id}", {"snapshotLifetime": "PT0.5S"})
    end = told_next(receiver, id)["expiresAt"]
    gone = told_next(receiver, id)
    assert gone["expiresAt"] == end < gone["notifiedAt"]
    assert fleet.get(f"/snapshots/{id}").status_code == 404
    receiver.nothing()


def test_an_end_that_is_put_off_does_not_come(fleet: Broker) -> None:
    with ExitStack() as stack:

        def put_off(end: str) -> tuple[Receiver, str]:
            receiver = stack.enter_context(closing(Receiver()))
            id = make(fleet, QUERY, endpoint=receiver.url, snapshotLifetime=until(end))
            told_next(receiver, id)
            fleet.call("PATCH", f"/snapshots/{id}", {"snapshotLifetime": "PT1H"})
            assert told_next(receiver, id)["expiresAt"] == status(fleet, id)["expiresAt"]
            return receiver, id

        receiver, id = before_the_end(put_off)
        receiver.nothing()
        assert found(fleet, id, type="Bus") == [FAST]


def test_the_status_is_told_to_whom_the_last_update_names(fleet: Broker, receiver: Receiver) -> None:
    id = make(fleet, QUERY)
    path = f"/snapshots/{id}"
    assert fleet.call("PATCH", path, {"endpoint": receiver.url}).json()["endpoint"] == receiver.url
    assert told_next(receiver, id)["snapshotStatus"] == "success"
    assert "endpoint" not in fleet.call("PATCH", path, {"endpoint": "urn:ngsi-ld:null"}).json()
    fleet.call("PATCH", path, {"snapshotPriority": 1})
    receiver.nothing()


def test_a_clone_tells_its_own_receiver(fleet: Broker, receiver: Receiver) -> None:
    id = make(fleet, QUERY)
    body = {"type": "Snapshot", "endpoint": receiver.url}
    other = fleet.call("POST", f"/snapshots/{id}/clone", body).headers["location"].rpartition("/")[2]
    assert told_next(receiver, other)["snapshotStatus"] == "success"


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"endpoint": "ftp://receiver"}, "endpoint"),
        ({"endpoint": "http://169.254.169.254/latest"}, "endpoint"),
        ({"receiverInfo": [{"key": "Content-Length", "value": "1"}]}, "receiverInfo[0].key"),
        ({"receiverInfo": [{"key": "A B", "value": "1"}]}, "receiverInfo[0].key"),
        ({"receiverInfo": [{"key": "A", "value": "1\r\nB: 2"}]}, "receiverInfo[0].value"),
    ],
)
def test_what_no_status_may_be_told_to_is_refused(fleet: Broker, members: dict[str, Any], named: str) -> None:
    body = {"type": "Snapshot", "snapshotQueries": [QUERY], **members}
    refused(fleet.call("POST", "/snapshots", body), 400, "BadRequestData", named)
    id = make(fleet, QUERY)
    refused(fleet.call("PATCH", f"/snapshots/{id}", members), 400, "BadRequestData", named)
