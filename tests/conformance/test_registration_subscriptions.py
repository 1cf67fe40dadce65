"""Subscriptions to registrations of context sources, and what they send (NGSI-LD 5.11, 5.3.2), to a real receiver."""

import time
from contextlib import ExitStack, closing
from typing import Any

import pytest
from broker_at_hand import V1, Broker, refused
from moments import before_the_end
from receiver_at_hand import Receiver
from test_registrations import ALL, BUSES, register
from test_subscriptions_over_http import subscription

from patience import PATIENCE

SUBSCRIPTIONS = "/csourceSubscriptions"


def follow(broker: Broker, body: dict[str, Any]) -> str:
    answer = broker.call("POST", SUBSCRIPTIONS, body)
    assert answer.status_code == 201, answer.text
    path: str = answer.headers["location"]
    assert path.startswith(V1 + SUBSCRIPTIONS)
    return path.rpartition("/")[2]


def told(receiver: Receiver) -> tuple[str, list[str]]:
    """Why, and of which registrations."""
    _, body = receiver.next()
    assert body["type"] == "ContextSourceNotification"
    return body["triggerReason"], [registration["id"] for registration in body["data"]]


def test_all_that_matches_is_told_at_once(broker: Broker, receiver: Receiver) -> None:
    """5.11.2.4, 5.3.2."""
    one, two = register(broker), register(broker)
    register(broker, information=[{"entities": [{"type": "Depot"}]}])
    id = follow(broker, subscription(receiver.url))
    headers, body = receiver.next()
    assert headers["content-type"] == "application/json"
    assert set(body) == {"id", "type", "subscriptionId", "triggerReason", "notifiedAt", "data"}
    assert (body["subscriptionId"], body["triggerReason"]) == (id, "newlyMatching")
    assert [registration["id"] for registration in body["data"]] == [one, two]


def test_changes_are_told_with_their_reason(broker: Broker, receiver: Receiver) -> None:
    """5.11.7."""
    follow(broker, subscription(receiver.url))
    register(broker, id="urn:r:other", information=[{"entities": [{"type": "Depot"}]}])
    id = register(broker)
    assert told(receiver) == ("newlyMatching", [id])
    broker.call("PATCH", f"{ALL}/{id}", {"description": "more"})
    assert told(receiver) == ("updated", [id])
    broker.call("PATCH", f"{ALL}/{id}", {"information": [{"entities": [{"type": "Depot"}]}]})
    assert told(receiver) == ("noLongerMatching", [id])
    broker.call("PATCH", f"{ALL}/{id}", {"information": BUSES})
    assert told(receiver) == ("newlyMatching", [id])
    broker.call("DELETE", f"{ALL}/{id}")
    assert told(receiver) == ("noLongerMatching", [id])


def test_one_whose_time_is_over_matches_no_longer(broker: Broker) -> None:
    """5.11.7."""
    with ExitStack() as stack:

        def passing(end: str) -> tuple[Receiver, str]:
            receiver = stack.enter_context(closing(Receiver()))
            follow(broker, subscription(receiver.url))
            return receiver, register(broker, expiresAt=end)

        receiver, passed = before_the_end(passing)
        assert told(receiver) == ("newlyMatching", [passed])
        assert told(receiver) == ("noLongerMatching", [passed])


def test_only_what_concerns_the_subscriber_is_told(broker: Broker, receiver: Receiver) -> None:
    """5.11.7: matching RegistrationInfo only; and never what is sent along to the source."""
    follow(broker, subscription(receiver.url))
    secret = [{"key": "Authorization", "value": "Bearer xyz"}]
    register(broker, information=[{"entities": [{"type": "Depot"}]}, *BUSES], contextSourceInfo=secret)
    _, body = receiver.next()
    (registration,) = body["data"]
    assert registration["information"] == [{"entities": [{"type": ["Bus"]}]}]
    assert "contextSourceInfo" not in registration


@pytest.mark.parametrize(
    ("members", "one", "other"),
    [
        ({"csf": 'colour=="red"'}, {"colour": "red"}, {"colour": "blue"}),
        ({"scopeQ": "/Makassar/#"}, {"scope": "/Makassar/Tallo"}, {"scope": "/Berlin"}),
        (
            {"geoQ": {"georel": "near;maxDistance==500", "geometry": "Point", "coordinates": [119.4, -5.1]}},
            {"location": {"type": "Point", "coordinates": [119.401, -5.1]}},
            {"location": {"type": "Point", "coordinates": [10, 50]}},
        ),
        (
            {"temporalQ": {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}},
            {"observationInterval": {"startAt": "2025-01-01T00:00:00Z"}},
            {"managementInterval": {"startAt": "2025-01-01T00:00:00Z"}},
        ),
        ({"datasetId": ["urn:d:1"]}, {"datasetId": ["urn:d:1"]}, {"datasetId": ["urn:d:2"]}),
        ({}, {}, {"observationInterval": {"startAt": "2025-01-01T00:00:00Z"}}),
    ],
)
def test_what_a_subscription_asks_is_asked_of_registrations(
    broker: Broker, receiver: Receiver, members: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    """5.11.2.4."""
    follow(broker, subscription(receiver.url, **members))
    register(broker, **other)
    id = register(broker, **one)
    assert told(receiver) == ("newlyMatching", [id])


def test_watched_and_notified_attributes_count_together(broker: Broker, receiver: Receiver) -> None:
    """5.11.2.4, 5.12."""
    body = subscription(receiver.url, watchedAttributes=["speed"])
    body["notification"]["attributes"] = ["name"]
    follow(broker, body)
    register(broker, information=[{"entities": [{"type": "Bus"}], "propertyNames": ["colour"]}])
    id = register(broker, information=[{"entities": [{"type": "Bus"}], "propertyNames": ["name"]}])
    assert told(receiver) == ("newlyMatching", [id])


def test_by_the_clock_all_that_matches_is_told(broker: Broker, receiver: Receiver) -> None:
    """5.11.7: timeInterval."""
    one = register(broker)
    follow(broker, subscription(receiver.url, timeInterval=0.5))
    assert told(receiver) == ("newlyMatching", [one])
    two = register(broker)
    deadline = time.monotonic() + PATIENCE
    while told(receiver)[1] != [one, two]:
        assert time.monotonic() < deadline


def test_a_subscription_is_read_changed_listed_and_deleted(broker: Broker, receiver: Receiver) -> None:
    """5.11.3 to 5.11.6."""
    bus, depot = register(broker), register(broker, information=[{"entities": [{"type": "Depot"}]}])
    ids = [follow(broker, subscription(receiver.url, isActive=False, csf="colour")) for _ in range(2)]
    document = broker.get(f"{SUBSCRIPTIONS}/{ids[0]}").json()
    assert (document["status"], document["csf"], document["entities"]) == ("paused", "colour", [{"type": "Bus"}])
    assert not {"notificationTrigger", "jsonldContext"} & set(document), "they are told of subscriptions to entities"
    assert broker.get(f"{SUBSCRIPTIONS}/{ids[0]}", link=False).json()["csf"] == "https://terms.example/colour"
    page = broker.get(SUBSCRIPTIONS, limit=1, count="true")
    assert ([one["id"] for one in page.json()], page.headers["NGSILD-Results-Count"]) == (ids[:1], "2")
    assert broker.get("/subscriptions").json() == [], "those to entities are others"
    patch = {"isActive": True, "csf": None, "entities": [{"type": "Bus"}, {"type": "Depot"}]}
    assert broker.call("PATCH", f"{SUBSCRIPTIONS}/{ids[0]}", patch).status_code == 204
    assert told(receiver) == ("newlyMatching", [bus, depot])
    assert broker.call("DELETE", f"{SUBSCRIPTIONS}/{ids[0]}").status_code == 204
    refused(broker.get(f"{SUBSCRIPTIONS}/{ids[0]}"), 404, "ResourceNotFound")
    assert [one["id"] for one in broker.get(SUBSCRIPTIONS).json()] == ids[1:]


def test_what_is_wrong_with_a_subscription_is_named(broker: Broker, receiver: Receiver) -> None:
    """5.11.2.4."""
    follow(broker, subscription(receiver.url, id="urn:s:1"))
    cases: list[tuple[dict[str, Any], int, str, str]] = [
        ({"id": "urn:s:1"}, 409, "AlreadyExists", "urn:s:1"),
        ({"type": "Bus"}, 400, "BadRequestData", "type"),
        ({"csf": "(("}, 400, "BadRequestData", "csf"),
        ({"temporalQ": {"timerel": "during"}}, 400, "BadRequestData", "temporalQ.timerel"),
        ({"watchedAttributes": []}, 400, "BadRequestData", "watchedAttributes"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 400, "BadRequestData", "expiresAt"),
    ]
    for members, status, error, named in cases:
        answer = broker.call("POST", SUBSCRIPTIONS, subscription(receiver.url, **members))
        refused(answer, status, error, named)
    refused(broker.get(f"{SUBSCRIPTIONS}/no-uri"), 400, "BadRequestData")
    refused(broker.call("PATCH", f"{SUBSCRIPTIONS}/urn:s:1", {"notification": 5}), 400, "BadRequestData")
