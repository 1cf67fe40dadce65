"""Subscriptions and what they send (NGSI-LD 5.8, 5.2.12 to 5.2.15), to a real receiver."""

from typing import Any

import pytest
from broker_at_hand import CONTEXT, V1, Broker, prop, refused
from receiver_at_hand import Receiver


def subscription(uri: str, **members: Any) -> dict[str, Any]:
    notification = {"endpoint": {"uri": uri, "accept": "application/json"}}
    return {"type": "Subscription", "entities": [{"type": "Bus"}], "notification": notification, **members}


def subscribe(broker: Broker, body: dict[str, Any]) -> str:
    answer = broker.call("POST", "/subscriptions", body)
    assert answer.status_code == 201, answer.text
    path: str = answer.headers["location"]
    assert path.startswith(f"{V1}/subscriptions/")
    return path.rpartition("/")[2]


def test_a_change_is_told_to_who_subscribed(broker: Broker, receiver: Receiver) -> None:
    """5.8.6."""
    id = subscribe(broker, subscription(receiver.url))
    broker.create("urn:b:1", speed=prop(5))
    headers, notification = receiver.next()
    assert (notification["type"], notification["subscriptionId"]) == ("Notification", id)
    assert notification["data"] == [{"id": "urn:b:1", "type": "Bus", "speed": prop(5)}]
    assert headers["ngsild-tenant"] == broker.tenant
    assert CONTEXT in headers["link"]


def test_only_what_is_watched_and_fits_is_told(broker: Broker, receiver: Receiver) -> None:
    subscribe(broker, subscription(receiver.url, watchedAttributes=["speed"], q="speed>10"))
    broker.create("urn:b:1", speed=prop(5))
    broker.call("PATCH", "/entities/urn:b:1", {"name": prop("x")})
    broker.create("urn:d:1", type="Depot", speed=prop(50))
    broker.call("PATCH", "/entities/urn:b:1", {"speed": prop(20)})
    assert receiver.next()[1]["data"][0]["speed"] == prop(20)
    assert receiver.waiting.empty()


def test_a_notification_has_the_form_that_was_asked_for(broker: Broker, receiver: Receiver) -> None:
    """5.2.14."""
    wish = subscription(receiver.url)
    wish["notification"] |= {"attributes": ["speed"], "format": "keyValues"}
    subscribe(broker, wish)
    broker.create("urn:b:1", speed=prop(5), name=prop("x"))
    assert receiver.next()[1]["data"] == [{"id": "urn:b:1", "type": "Bus", "speed": 5}]


def test_a_subscription_lives_from_post_to_delete(broker: Broker, receiver: Receiver) -> None:
    id = subscribe(broker, subscription(receiver.url, id="urn:s:1", description="buses"))
    refused(broker.call("POST", "/subscriptions", subscription(receiver.url, id="urn:s:1")), 409, "AlreadyExists")
    told = broker.get(f"/subscriptions/{id}").json()
    assert (told["description"], told["status"]) == ("buses", "active")
    assert [one["id"] for one in broker.get("/subscriptions").json()] == ["urn:s:1"]
    assert broker.call("PATCH", f"/subscriptions/{id}", {"isActive": False}).status_code == 204
    assert broker.get(f"/subscriptions/{id}").json()["status"] == "paused"
    assert broker.call("DELETE", f"/subscriptions/{id}").status_code == 204
    refused(broker.get(f"/subscriptions/{id}"), 404, "ResourceNotFound")
    refused(broker.call("DELETE", f"/subscriptions/{id}"), 404, "ResourceNotFound")


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Query"},
        {"entities": []},
        {"entities": [{"id": "urn:b:1"}]},
        {"notification": {}},
        {"q": "speed>"},
        {"expiresAt": "2020-01-01T00:00:00Z"},
        {"throttling": -1},
        {"id": "subscription"},
    ],
)
def test_what_is_no_subscription_is_refused(broker: Broker, change: dict[str, Any]) -> None:
    body = subscription("http://127.0.0.1:9/notify") | change
    refused(broker.call("POST", "/subscriptions", body), 400, "BadRequestData")


@pytest.mark.parametrize("trigger", [None, ["attributeUpdated"], ["entityUpdated"]])
def test_what_is_said_once_more_is_no_change(broker: Broker, receiver: Receiver, trigger: list[str] | None) -> None:
    """5.8.6: an attribute changes when a member is updated with a value different than the existing one."""
    seen = {"observedAt": "2026-01-01T00:00:00Z", "unitCode": "KMH"}
    broker.create("urn:b:1", speed=prop(5, **seen, source=prop("a")))
    body = {"type": "Subscription", "entities": [{"type": "Bus"}], "notification": {"endpoint": {"uri": receiver.url}}}
    told = broker.call("POST", "/subscriptions", body | ({} if trigger is None else {"notificationTrigger": trigger}))
    assert told.status_code == 201

    def write(**attribute: Any) -> None:
        assert broker.call("PATCH", "/entities/urn:b:1/attrs", {"speed": attribute}).status_code == 204

    write(**prop(5, **seen, source=prop("a")))
    again = [{"id": "urn:b:1", "type": "Bus", "speed": prop(5, **seen, source=prop("a"))}]
    assert broker.call("POST", "/entityOperations/upsert", again, options="update").status_code == 204
    for changed in (
        prop(5, **seen | {"observedAt": "2026-01-02T00:00:00Z"}, source=prop("a")),
        prop(5, **seen | {"observedAt": "2026-01-02T00:00:00Z"}, source=prop("b")),
        prop(True, **seen | {"observedAt": "2026-01-02T00:00:00Z"}, source=prop("b")),
        prop(1, **seen | {"observedAt": "2026-01-02T00:00:00Z"}, source=prop("b")),
    ):
        write(**changed)
        assert receiver.next()[1]["data"][0]["speed"] == changed
    receiver.nothing()
