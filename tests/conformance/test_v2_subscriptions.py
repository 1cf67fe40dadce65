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
    device.ok("POST", "/entities", {"id": "r1", "type": "Room"})
    subscribe(device, subscription(receiver, condition={"alterationTypes": ["entityDelete"]}))
    device.ok("DELETE", "/entities/r1")
    assert receiver.next()[1]["data"] == [{"id": "r1", "type": "Room"}]


def test_the_life_of_a_subscription(device: Device, receiver: Receiver) -> None:
    id = subscribe(device, subscription(receiver, throttling=0, expires="2999-01-01T00:00:00Z"))
    told = device.get(f"/subscriptions/{id}")
    assert told["id"] == id
    assert told["status"] == "active"
    assert told["notification"] == {"attrsFormat": "normalized", "http": {"url": receiver.url}}
    device.ok("PATCH", f"/subscriptions/{id}", {"status": "inactive"})
    device.ok("POST", "/entities", {"id": "r1", "type": "Room"})
    receiver.nothing()
    device.ok("PATCH", f"/subscriptions/{id}", {"status": "active", "expires": ""})
    device.ok("POST", "/entities", {"id": "r2", "type": "Room", "a": {"value": 1}})
    receiver.next()
    told = device.get(f"/subscriptions/{id}")
    assert "expires" not in told
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
        ({"expires": "2000-01-01T00:00:00Z"}, "expires"),
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
