"""Subscriptions of NGSI v2, with a real receiver."""

from typing import Any

import pytest
from broker_at_hand import Broker
from receiver_at_hand import Receiver
from test_ngsi_v2 import Device, refused


@pytest.fixture
def device(broker: Broker) -> Device:
    return Device(broker)


def subscription(receiver: Receiver, **more: Any) -> dict[str, Any]:
    subject: dict[str, Any] = {"entities": [{"idPattern": ".*", "type": "Room"}]}
    if "condition" in more:
        subject["condition"] = more.pop("condition")
    notification = {"http": {"url": receiver.url}, **more.pop("notification", {})}
    return {"subject": subject, "notification": notification, **more}


def subscribe(device: Device, payload: dict[str, Any]) -> str:
    location = device.ok("POST", "/subscriptions", payload).headers["location"]
    return location.removeprefix("/v2/subscriptions/")


def test_a_change_is_told_in_v2(device: Device, receiver: Receiver) -> None:
    id = subscribe(device, subscription(receiver, description="all rooms"))
    entity = {"id": "r1", "type": "Room", "t": {"value": 5, "type": "Celsius", "metadata": {"by": {"value": "x"}}}}
    answer = device.call("POST", "/entities", entity, headers={"Fiware-ServicePath": "/Makassar"})
    assert answer.status_code == 201
    headers, body = receiver.next()
    shown = {"value": 5, "type": "Celsius", "metadata": {"by": {"type": "Text", "value": "x"}}}
    assert body == {"subscriptionId": id, "data": [{"id": "r1", "type": "Room", "t": shown}]}
    assert headers["ngsiv2-attrsformat"] == "normalized"
    assert headers["fiware-service"] == device.broker.tenant
    assert headers["fiware-servicepath"] == "/Makassar"
    assert headers["content-type"] == "application/json; charset=utf-8"


def test_a_change_by_ngsi_ld_is_told_as_well(device: Device, receiver: Receiver) -> None:
    subscribe(device, subscription(receiver, notification={"attrsFormat": "keyValues"}))
    device.broker.call("POST", "/entities", {"id": "urn:r:1", "type": "Room", "level9": 4}, link=False)
    assert receiver.next()[1]["data"] == [{"id": "urn:r:1", "type": "Room", "level9": 4}]


def test_conditions(device: Device, receiver: Receiver) -> None:
    condition = {"attrs": ["t"], "expression": {"q": "t>20"}}
    notification = {"attrs": ["t", "dateModified"], "attrsFormat": "keyValues"}
    subscribe(device, subscription(receiver, condition=condition, notification=notification))
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "t": 5, "u": 1}, options="keyValues")
    device.ok("PATCH", "/entities/r1/attrs", {"u": 30}, options="keyValues")
    device.ok("PATCH", "/entities/r1/attrs", {"t": 25}, options="keyValues")
    data = receiver.next()[1]["data"]
    assert list(data[0]) == ["id", "type", "t", "dateModified"]
    assert data[0]["t"] == 25
    device.ok("POST", "/entities", {"id": "c1", "type": "Car", "t": 50}, options="keyValues")
    receiver.nothing()


def test_forms(device: Device, receiver: Receiver) -> None:
    subscribe(device, subscription(receiver, notification={"attrs": ["b", "a"], "attrsFormat": "values"}))
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "a": 1, "b": 2}, options="keyValues")
    headers, body = receiver.next()
    assert body["data"] == [[2, 1]]
    assert headers["ngsiv2-attrsformat"] == "values"


def test_only_what_changed(device: Device, receiver: Receiver) -> None:
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "a": 1, "b": 2}, options="keyValues")
    subscribe(device, subscription(receiver, notification={"onlyChangedAttrs": True, "attrsFormat": "keyValues"}))
    device.ok("PATCH", "/entities/r1/attrs", {"b": 3}, options="keyValues")
    assert receiver.next()[1]["data"] == [{"id": "r1", "type": "Room", "b": 3}]


def test_an_end_is_told_to_those_who_ask(device: Device, receiver: Receiver) -> None:
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "a": {"value": 1}})
    condition = {"alterationTypes": ["entityDelete"], "attrs": ["b"]}
    told = {"attrs": ["alterationType", "*"], "attrsFormat": "keyValues"}
    subscribe(device, subscription(receiver, notification=told, condition=condition))
    device.ok("PATCH", "/entities/r1/attrs", {"a": {"value": 2}})
    device.ok("DELETE", "/entities/r1")
    assert receiver.next()[1]["data"] == [{"id": "r1", "type": "Room", "alterationType": "entityDelete", "a": 2}]


def test_an_attribute_that_goes_is_a_change(device: Device, receiver: Receiver) -> None:
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "a": {"value": 1}, "b": {"value": 2}})
    subscribe(device, subscription(receiver, condition={"attrs": ["a"]}, notification={"attrsFormat": "keyValues"}))
    device.ok("DELETE", "/entities/r1/attrs/a")
    assert receiver.next()[1]["data"] == [{"id": "r1", "type": "Room", "b": 2}]


@pytest.mark.parametrize(
    ("kinds", "heard"),
    [
        (None, ["entityCreate", "entityChange"]),
        (["entityCreate"], ["entityCreate"]),
        (["entityChange"], ["entityChange"]),
        (["entityUpdate"], ["entityUpdate", "entityChange"]),
        (["entityDelete"], ["entityDelete"]),
        (["entityCreate", "entityDelete"], ["entityCreate", "entityDelete"]),
    ],
)
def test_each_hears_of_the_kinds_of_change_that_he_asks_for(
    device: Device, receiver: Receiver, kinds: list[str] | None, heard: list[str]
) -> None:
    condition = {} if kinds is None else {"alterationTypes": kinds}
    notification = {"attrs": ["alterationType"], "attrsFormat": "values"}
    subscribe(device, subscription(receiver, condition=condition, notification=notification))
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "a": {"value": {"list": [1, {"null": None}]}}})
    device.ok("PATCH", "/entities/r1/attrs", {"a": {"value": {"list": [1, {"null": None}]}}})
    device.ok("PATCH", "/entities/r1/attrs", {"a": {"value": {"list": [1, {"null": 0}]}}})
    device.ok("DELETE", "/entities/r1")
    assert [receiver.next()[1]["data"] for _ in heard] == [[[kind]] for kind in heard]
    receiver.nothing()


@pytest.mark.parametrize(("path", "heard"), [("/a", ["a"]), ("/a/#", ["a", "ab"]), ("", ["a", "ab", "c"])])
def test_a_subscription_hears_of_its_service_path(
    device: Device, receiver: Receiver, path: str, heard: list[str]
) -> None:
    headers = {"Fiware-ServicePath": path} if path else {}
    notification = {"attrs": ["servicePath"], "attrsFormat": "keyValues"}
    answer = device.call("POST", "/subscriptions", subscription(receiver, notification=notification), headers=headers)
    assert answer.status_code == 201, answer.text
    paths = {"a": "/a", "ab": "/a/b", "c": "/c"}
    for id, under in paths.items():
        told = {"id": id, "type": "Room", "t": {"value": 1}}
        assert device.call("POST", "/entities", told, headers={"Fiware-ServicePath": under}).status_code == 201
    letters = [receiver.next() for _ in heard]
    assert [letter[1]["data"][0] for letter in letters] == [
        {"id": id, "type": "Room", "servicePath": paths[id]} for id in heard
    ]
    assert [letter[0]["fiware-servicepath"] for letter in letters] == [paths[id] for id in heard]
    receiver.nothing()
    listed = device.call("GET", "/subscriptions", headers={"Fiware-ServicePath": "/a"}).json()
    assert len(listed) == (path == "/a")
    one = answer.headers["location"].removeprefix("/v2")
    moved = device.call("PATCH", one, {"status": "active"}, headers={"Fiware-ServicePath": "/b"})
    assert moved.status_code == 204, moved.text
    assert len(device.call("GET", "/subscriptions", headers={"Fiware-ServicePath": "/b"}).json()) == 1
    two = device.call("POST", "/subscriptions", subscription(receiver), headers={"Fiware-ServicePath": "/a,/b"})
    refused(two, 400, "BadRequest", "Fiware-ServicePath")
    assert device.get("/entities/ab", attrs="servicePath,t", options="keyValues") == {
        "id": "ab", "type": "Room", "servicePath": "/a/b", "t": 1,
    }  # fmt: skip


def test_metadata_that_stay_the_same_however_deep_are_no_change(device: Device, receiver: Receiver) -> None:
    subscribe(device, subscription(receiver))
    deep = {"a": {"value": 1, "metadata": {"m": {"type": "Json", "value": {"x": [1, None, {"y": 2}]}}}}}
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", **deep})
    receiver.next()
    device.ok("PATCH", "/entities/r1/attrs", deep)
    receiver.nothing()


def test_the_life_of_a_subscription(device: Device, receiver: Receiver) -> None:
    id = subscribe(device, subscription(receiver, throttling=0, expires="2999-01-01T00:00:00Z"))
    told = device.get(f"/subscriptions/{id}")
    assert told["id"] == id
    assert told["status"] == "active"
    assert told["expires"] == "2999-01-01T00:00:00.000Z"
    usual = {"attrs": [], "attrsFormat": "normalized", "covered": False, "onlyChangedAttrs": False}
    assert told["notification"] == {**usual, "http": {"url": receiver.url}}
    assert told["subject"]["condition"] == {"attrs": [], "notifyOnMetadataChange": True}
    device.ok("PATCH", f"/subscriptions/{id}", {"status": "inactive"})
    device.ok("POST", "/entities", {"id": "r1", "type": "Room"})
    receiver.nothing()
    device.ok("PATCH", f"/subscriptions/{id}", {"status": "active", "expires": ""})
    device.ok("POST", "/entities", {"id": "r2", "type": "Room", "a": {"value": 1}})
    receiver.next()
    told = device.get(f"/subscriptions/{id}")
    assert "expires" not in told
    device.ok("PATCH", f"/subscriptions/{id}", {"expires": "2000-01-01T00:00:00Z"})
    assert device.get(f"/subscriptions/{id}")["status"] == "expired"
    device.ok("POST", "/entities", {"id": "r3", "type": "Room", "a": {"value": 1}})
    receiver.nothing()
    answer = device.call("GET", "/subscriptions", options="count")
    assert answer.headers["fiware-total-count"] == "1"
    assert [each["id"] for each in answer.json()] == [id]
    assert device.broker.get("/subscriptions").json() == [], "each language lists its own"
    device.ok("DELETE", f"/subscriptions/{id}")
    refused(device.call("GET", f"/subscriptions/{id}"), 404, "NotFound", id)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"subject": None}, "subject"),
        ({"subject": {"entities": []}}, "subject.entities"),
        ({"subject": {"entities": [{"type": "T"}]}}, "subject.entities[0]"),
        ({"subject": {"entities": [{"idPattern": "("}]}}, "subject.entities[0].idPattern"),
        ({"subject": {"entities": [{"id": "a"}], "condition": {"attrs": "t"}}}, "subject.condition.attrs"),
        ({"subject": {"entities": [{"id": "a"}], "condition": {"alterationTypes": ["x"]}}}, "alterationTypes"),
        ({"subject": {"entities": [{"id": "a"}], "condition": {"expression": {"q": "a==1..b"}}}}, "q"),
        ({"notification": {}}, "notification"),
        ({"notification": {"http": {"url": "ftp://x/"}}}, "notification.http.url"),
        ({"notification": {"http": {"url": "http://169.254.169.254/"}}}, "notification.http.url"),
        ({"notification": {"http": {"url": "http://127.0.0.1/"}, "attrsFormat": "x"}}, "notification.attrsFormat"),
        ({"expires": "never"}, "expires"),
        ({"description": 5}, "description"),
        ({"description": "x" * 1025}, "description"),
        ({"subject": {"entities": [{"id": "a"}], "condition": {"attrs": ["t", "t"]}}}, "subject.condition.attrs"),
        ({"notification": {"http": {"url": "http://127.0.0.1/"}, "attrs": ["t", "t"]}}, "notification.attrs"),
        ({"notification": {"http": {"url": "http://127.0.0.1/"}, "exceptAttrs": []}}, "notification.exceptAttrs"),
        ({"notification": {"http": {"url": "http://127.0.0.1/"}, "covered": True}}, "notification.covered"),
        ({"notification": {"http": {"url": "http://.example.org/"}}}, "notification.http.url"),
        ({"notification": {"http": {"url": "http://a..b/"}}}, "notification.http.url"),
        ({"notification": {"http": {"url": f"http://{'x' * 64}.org/"}}}, "notification.http.url"),
        ({"notification": {"http": {"url": "http://-a.org/"}}}, "notification.http.url"),
        ({"notification": {"http": {"url": "http://" + "x." * 130 + "org/"}}}, "notification.http.url"),
        ({"throttling": -1}, "throttling"),
        ({"status": "asleep"}, "status"),
        ({"odd": 1}, "odd"),
    ],
)
def test_bad_subscriptions_name_what_is_wrong(
    device: Device, receiver: Receiver, change: dict[str, Any], named: str
) -> None:
    refused(device.call("POST", "/subscriptions", subscription(receiver) | change), 400, "BadRequest", named)


def test_what_is_not_served_is_said(device: Device) -> None:
    payload = {
        "subject": {"entities": [{"idPattern": ".*"}]},
        "notification": {"kafka": {"url": "kafka://127.0.0.1/", "topic": "a"}},
    }
    refused(device.call("POST", "/subscriptions", payload), 422, "Unprocessable", "kafka")


def test_what_clients_say_though_it_holds_anyway_is_taken(device: Device, receiver: Receiver) -> None:
    """As FiLiP writes it: `options=normalized`, and `covered` false."""
    told = {"http": {"url": receiver.url}, "covered": False, "onlyChangedAttrs": False}
    device.ok("POST", "/subscriptions", subscription(receiver) | {"notification": told})
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "t": {"value": 5}}, options="normalized")

    assert device.get("/entities/r1", options="normalized")["t"]["value"] == 5
    assert device.ids(options="normalized,count") == ["r1"]
    refused(device.call("GET", "/entities", options="odd"), 400, "BadRequest", "odd")
