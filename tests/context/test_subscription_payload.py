"""The payload of a subscription: what is read, and which member a problem names."""

from typing import Any

import pytest

from pinisi.context.problems import BadRequestData, NgsiLdError
from pinisi.context.q_language import parse_q
from pinisi.context.query_error import TooComplexQuery
from pinisi.context.subscription_payload import read_subscription, wanted_members
from pinisi.store.query import TypeIs
from pinisi.vocabulary.instant import SECOND


def payload(**members: Any) -> dict[str, Any]:
    base = {
        "id": "urn:s:1",
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "notification": {"endpoint": {"uri": "http://receiver.example/notify"}},
    }
    return {name: value for name, value in {**base, **members}.items() if value is not ...}


def notification(**members: Any) -> dict[str, Any]:
    return payload(notification={"endpoint": {"uri": "http://receiver.example/notify"}, **members})


def endpoint(**members: Any) -> dict[str, Any]:
    return notification(endpoint={"uri": "http://receiver.example/notify", **members})


def read(document: dict[str, Any]) -> Any:
    return read_subscription(document, lambda name: f"iri:{name}", "ani", None)


def test_names_are_expanded_and_times_are_read() -> None:
    subscription = read(
        payload(
            watchedAttributes=["speed"],
            q="speed>50",
            throttling=2.5,
            expiresAt="2030-01-01T00:00:00Z",
            notification={
                "attributes": ["speed"],
                "format": "keyValues",
                "endpoint": {"uri": "https://receiver.example/", "timeout": 1500, "cooldown": 250},
            },
        )
    )
    assert subscription.selectors[0].types == TypeIs("iri:Vehicle")
    assert subscription.watched == {"iri:speed"}
    assert subscription.throttling == 2.5 * SECOND
    assert subscription.notification.attributes == {"iri:speed"}
    assert subscription.notification.format == "simplified"
    assert subscription.notification.endpoint.timeout == 1.5
    assert subscription.notification.endpoint.cooldown == 0.25


def test_status_follows_from_activity_and_expiry() -> None:
    subscription = read(payload(expiresAt="2030-01-01T00:00:00Z"))
    assert subscription.status(0) == "active"
    assert subscription.status(2**62) == "expired"
    assert read(payload(isActive=False)).status(0) == "paused"


def test_read_only_and_unknown_members_are_ignored() -> None:
    document = payload(
        status="expired",
        __context="http://x/",
        notification={
            "endpoint": {"uri": "http://receiver.example/"},
            "timesSent": 42,
        },
    )
    kept = wanted_members(document)
    assert "status" not in kept
    assert "__context" not in kept
    assert "timesSent" not in kept["notification"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (payload(id="no uri"), "id"),
        (payload(type="Entity"), "type"),
        (payload(type=...), "type"),
        (payload(entities=...), "entities"),
        (payload(entities=[]), "entities"),
        (payload(entities=[{}]), "entities[0].type"),
        (payload(entities=[{"type": "A;;B"}]), "entities[0].type"),
        (payload(entities=[{"type": "A", "id": "x y"}]), "entities[0].id"),
        (payload(entities=[{"type": "A", "idPattern": "("}]), "entities[0].idPattern"),
        (payload(watchedAttributes=[]), "watchedAttributes"),
        (payload(watchedAttributes=[1]), "watchedAttributes"),
        (payload(notificationTrigger=["entityChanged"]), "notificationTrigger"),
        (payload(notificationTrigger=[["entityCreated"]]), "notificationTrigger"),
        (payload(q="speed>"), "q"),
        (payload(q=5), "q"),
        (payload(scopeQ="/a//"), "scopeQ"),
        (payload(geoQ={}), "geoQ"),
        (payload(geoQ=[]), "geoQ"),
        (
            payload(geoQ={"georel": "near;maxDistance==1", "geometry": "Point", "coordinates": [0, 95]}),
            "geoQ.coordinates",
        ),
        (payload(geoQ={"georel": "beside", "geometry": "Point", "coordinates": [0, 9]}), "geoQ.georel"),
        (payload(csf="(("), "csf"),
        (payload(lang="en;q=x"), "lang"),
        (payload(datasetId=["no uri"]), "datasetId"),
        (payload(throttling=-1), "throttling"),
        (payload(throttling="1"), "throttling"),
        (payload(throttling=True), "throttling"),
        (payload(throttling=1, timeInterval=1), "timeInterval"),
        (payload(timeInterval=0), "timeInterval"),
        (payload(timeInterval=5, watchedAttributes=["a"]), "timeInterval"),
        (payload(isActive="yes"), "isActive"),
        (payload(expiresAt="tomorrow"), "expiresAt"),
        (payload(jsonldContext="no uri"), "jsonldContext"),
        (payload(description=5), "description"),
        (payload(notification=...), "notification"),
        (payload(notification=[]), "notification"),
        (payload(notification={}), "notification.endpoint"),
        (notification(format="xml"), "notification.format"),
        (notification(format=["normalized"]), "notification.format"),
        (notification(attributes=[]), "notification.attributes"),
        (notification(attributes=["a"], pick=["a"]), "notification.attributes"),
        (notification(pick=["a"], omit=["a"]), "notification.omit"),
        (notification(showChanges=True, format="keyValues"), "notification.showChanges"),
        (notification(sysAttrs=1), "notification.sysAttrs"),
        (endpoint(uri=...), "notification.endpoint.uri"),
        (endpoint(uri="file:///etc/passwd"), "notification.endpoint.uri"),
        (endpoint(uri="ftp://x/"), "notification.endpoint.uri"),
        (endpoint(uri="http://user:secret@x/"), "notification.endpoint.uri"),
        (endpoint(uri="http:///x"), "notification.endpoint.uri"),
        (endpoint(uri="http://x:99999/"), "notification.endpoint.uri"),
        (endpoint(uri="http://x/\r\nHost: y"), "notification.endpoint.uri"),
        (endpoint(accept="text/html"), "notification.endpoint.accept"),
        (endpoint(accept=["text/html"]), "notification.endpoint.accept"),
        (endpoint(timeout=-1), "notification.endpoint.timeout"),
        (endpoint(receiverInfo={}), "notification.endpoint.receiverInfo"),
        (endpoint(receiverInfo=[{"value": "x"}]), "notification.endpoint.receiverInfo[0].key"),
        (endpoint(receiverInfo=[{"key": "A", "value": 1}]), "notification.endpoint.receiverInfo[0].value"),
        (endpoint(receiverInfo=[{"key": "A b", "value": "x"}]), "notification.endpoint.receiverInfo[0].key"),
        (endpoint(receiverInfo=[{"key": "A", "value": "x\r\nB: y"}]), "notification.endpoint.receiverInfo[0].value"),
        (endpoint(receiverInfo=[{"key": "Content-Length", "value": "0"}]), "notification.endpoint.receiverInfo[0].key"),
    ],
)
def test_a_rule_that_is_broken_is_told_with_the_member(document: dict[str, Any], field: str) -> None:
    uri = document.get("notification")
    if isinstance(uri, dict) and isinstance(uri.get("endpoint"), dict) and uri["endpoint"].get("uri") is ...:
        del uri["endpoint"]["uri"]
    with pytest.raises(BadRequestData) as caught:
        read(document)
    assert caught.value.field == field


def test_which_sources_take_part_is_read() -> None:
    subscription = read(payload(csf="provider==%22gowa%22", splitEntities=True))
    assert subscription.csf == parse_q('provider=="gowa"', lambda name: f"iri:{name}")
    assert (subscription.spreads, subscription.split, subscription.local) == (True, True, False)
    assert not read(payload(localOnly=True)).spreads


def test_a_query_beyond_its_limits_is_too_complex() -> None:
    with pytest.raises((TooComplexQuery, NgsiLdError)):
        read(payload(q="a==1;" * 5_000 + "a==1"))
