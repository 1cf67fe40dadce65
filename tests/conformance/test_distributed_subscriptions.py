"""Subscriptions that another context source takes part in (NGSI-LD 5.8.1.4 to 5.8.6): two real servers."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from broker_at_hand import Broker, prop, refused
from receiver_at_hand import Receiver
from registrar_at_hand import Registrar
from test_distributed_operations import BUS, DEAD
from test_subscriptions_over_http import subscribe, subscription

from patience import PATIENCE

RELAY = "/ngsi-ld/ex/remote-notify"


def until(found: Callable[[], Any], what: str) -> Any:
    """What is found, as soon as there is anything."""
    end = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.02)
    return result


def copies(partner: Broker) -> list[dict[str, Any]]:
    """The subscriptions at the partner; none where he knows nothing of the tenant."""
    answer = partner.get("/subscriptions")
    return answer.json() if answer.status_code == 200 else []


def the_copy(partner: Broker, **members: Any) -> dict[str, Any]:
    """The one copy there, as soon as it has these members."""

    def found() -> list[dict[str, Any]]:
        there = copies(partner)
        return there if len(there) == 1 and members.items() <= there[0].items() else []

    return until(found, f"one copy with {members}")[0]


def gone(partner: Broker) -> None:
    until(lambda: not copies(partner), "the end of the copies")


def told(receiver: Receiver) -> dict[str, Any]:
    """The one entity of the next notification."""
    (entity,) = receiver.next()[1]["data"]
    return entity


def nothing_more(receiver: Receiver, broker: Broker) -> None:
    """A change here comes next: whatever had been on the way before has not been told."""
    broker.create("urn:ngsi-ld:Bus:last", speed=prop(1_000))
    assert told(receiver)["id"] == "urn:ngsi-ld:Bus:last"
    assert receiver.waiting.empty()


def test_what_changes_at_the_partner_is_told_as_what_changes_here(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.8.6: under our own subscription's id, in its terms and form; and nothing of it is kept here."""
    register()
    wish = subscription(receiver.url)
    wish["notification"] |= {"attributes": ["speed"], "format": "keyValues"}
    id = subscribe(broker, wish)
    the_copy(partner)
    partner.create(BUS, speed=prop(5), name=prop("x"))
    headers, notification = receiver.next()
    assert (notification["subscriptionId"], notification["data"]) == (id, [{"id": BUS, "type": "Bus", "speed": 5}])
    assert headers["ngsild-tenant"] == broker.tenant
    assert broker.get(f"/entities/{BUS}", local="true").status_code == 404
    until(lambda: broker.get(f"/subscriptions/{id}").json()["notification"].get("timesSent") == 1, "the count")


def test_the_copy_asks_for_no_more_than_is_registered(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.8.1.4: reduced to what is matched; the subscriber's address goes to nobody."""
    register(properties=["speed"])
    wish = subscription(receiver.url, entities=[{"type": "Bus"}, {"type": "Depot"}], q="speed>1", description="mine")
    wish["notification"] |= {"pick": ["id", "speed"], "format": "concise"}
    subscribe(broker, wish | {"throttling": 0.1})
    copy = the_copy(partner)
    assert copy["entities"] == [{"type": "Bus"}]
    assert (copy["watchedAttributes"], copy["q"]) == (["speed"], "speed>1")
    assert copy["notification"]["endpoint"]["uri"].endswith(RELAY)
    assert not {"description", "throttling"} & set(copy)
    assert not {"pick", "attributes", "format"} & set(copy["notification"])
    partner.create(BUS, speed=prop(5), name=prop("x"))
    assert told(receiver) == {"id": BUS, "speed": 5}
    partner.call("PATCH", f"/entities/{BUS}", {"name": prop("y")})
    nothing_more(receiver, broker)


def test_a_change_of_the_subscription_reaches_the_partner(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.8.2.4: a filter is changed and taken away, the subscription paused and ended."""
    register()
    id = subscribe(broker, subscription(receiver.url, q="speed>10"))
    first = the_copy(partner, q="speed>10")
    broker.call("PATCH", f"/subscriptions/{id}", {"q": "speed>100"})
    assert the_copy(partner, q="speed>100")["id"] == first["id"]
    partner.create(BUS, speed=prop(60))
    partner.call("PATCH", f"/entities/{BUS}", {"speed": prop(150)})
    assert told(receiver)["speed"]["value"] == 150
    broker.call("PATCH", f"/subscriptions/{id}", {"q": None})
    until(lambda: [1 for one in copies(partner) if "q" not in one] and len(copies(partner)) == 1, "a copy without q")
    partner.call("PATCH", f"/entities/{BUS}", {"speed": prop(2)})
    assert told(receiver)["speed"]["value"] == 2
    broker.call("PATCH", f"/subscriptions/{id}", {"isActive": False})
    the_copy(partner, status="paused")
    partner.call("PATCH", f"/entities/{BUS}", {"speed": prop(3)})
    broker.call("PATCH", f"/subscriptions/{id}", {"isActive": True})
    the_copy(partner, status="active")
    partner.call("PATCH", f"/entities/{BUS}", {"speed": prop(4)})
    assert told(receiver)["speed"]["value"] == 4
    assert broker.call("DELETE", f"/subscriptions/{id}").status_code == 204
    gone(partner)


def test_registrations_that_come_change_and_go_are_followed(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    subscribe(broker, subscription(receiver.url))
    registration = register(info={"type": "Depot"})
    assert not copies(partner)
    information = [{"entities": [{"type": "Bus"}]}]
    broker.call("PATCH", f"/csourceRegistrations/{registration}", {"information": information})
    the_copy(partner)
    partner.create(BUS, speed=prop(1))
    assert told(receiver)["id"] == BUS
    assert broker.call("DELETE", f"/csourceRegistrations/{registration}").status_code == 204
    gone(partner)
    partner.call("PATCH", f"/entities/{BUS}", {"speed": prop(2)})
    nothing_more(receiver, broker)


def test_each_part_with_attributes_of_its_own_has_a_copy_of_its_own(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    information = [{"entities": [{"type": "Bus"}], "propertyNames": ["speed"]}, {"entities": [{"type": "Depot"}]}]
    register(information=information)
    subscribe(broker, subscription(receiver.url, entities=[{"type": "Bus,Depot"}]))
    until(lambda: len(copies(partner)) == 2, "two copies")
    partner.create("urn:ngsi-ld:Depot:1", type="Depot", name=prop("north"))
    assert told(receiver)["name"]["value"] == "north"
    partner.create(BUS, name=prop("x"), speed=prop(1))
    assert "name" not in told(receiver)


def test_ids_and_patterns_are_narrowed(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.12: of two patterns nobody knows whether they meet, so that what comes is held against both."""
    register(info={"type": "Bus", "idPattern": "urn:ngsi-ld:Bus:a.*"})
    subscribe(broker, subscription(receiver.url, entities=[{"type": "Bus", "idPattern": "urn:ngsi-ld:Bus:.b"}]))
    the_copy(partner)
    for name in ("cb", "ac", "ab"):
        partner.create(f"urn:ngsi-ld:Bus:{name}", speed=prop(1))
    assert told(receiver)["id"] == "urn:ngsi-ld:Bus:ab"


@pytest.mark.parametrize(
    "source",
    [
        {"mode": "auxiliary", "operations": ["retrieveOps"]},
        {"operations": ["retrieveOps"]},
        {"provider": {"type": "Property", "value": "other"}},
        {"contextSourceAlias": "gowa", "headers": {"Via": "1.1 gowa"}},
    ],
)
def test_sources_that_take_no_part(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver, source: dict[str, Any]
) -> None:
    """By mode, operations, source filter (csf), and because the subscription came from there."""
    headers = source.pop("headers", None)
    register(**source)
    body = subscription(receiver.url, csf='provider=="gowa"')
    if headers is not None:
        del body["csf"]
    assert broker.call("POST", "/subscriptions", body, headers=headers).status_code == 201
    register(info={"type": "Bus", "id": BUS}, provider={"type": "Property", "value": "gowa"})
    assert the_copy(partner)["entities"] == [{"type": "Bus", "id": BUS}], "the first source has none"


def test_who_asks_for_what_is_here_alone_spreads_nothing(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    register()
    id = subscribe(broker, subscription(receiver.url, localOnly=True))
    assert broker.get("/csourceSubscriptions").json() == []
    broker.call("PATCH", f"/subscriptions/{id}", {"localOnly": False})
    the_copy(partner)
    broker.call("PATCH", f"/subscriptions/{id}", {"localOnly": True})
    gone(partner)


def test_deletions_are_told_as_they_are_asked_for(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.8.6: only the moment of an entity's end; attributes as NGSI-LD Null, with what was before."""
    register()
    triggers = ["attributeDeleted", "entityDeleted"]
    wish = subscription(receiver.url, notificationTrigger=triggers)
    wish["notification"] |= {"showChanges": True}
    subscribe(broker, wish)
    the_copy(partner)
    partner.create(BUS, speed=prop(1), name=prop("x"))
    partner.call("DELETE", f"/entities/{BUS}/attrs/name")
    entity = told(receiver)
    assert entity["name"] == {"type": "Property", "value": "urn:ngsi-ld:null", "previousValue": "x"}
    assert entity["speed"] == prop(1)
    partner.call("DELETE", f"/entities/{BUS}")
    entity = told(receiver)
    assert set(entity) == {"id", "type", "deletedAt", "speed"}
    assert entity["speed"]["previousValue"] == 1


def test_pieces_are_put_together_before_the_filter(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.8.6, splitEntities: the filter is asked of the whole, and the copy goes without it."""
    register()
    broker.create(BUS, name=prop("north"))
    subscribe(broker, subscription(receiver.url, q='speed>10;name=="north"', splitEntities=True))
    assert "q" not in the_copy(partner, splitEntities=True)
    partner.create(BUS, speed=prop(5))
    partner.call("PATCH", f"/entities/{BUS}", {"speed": prop(50)})
    assert told(receiver) == {"id": BUS, "type": "Bus", "speed": prop(50), "name": prop("north")}
    assert receiver.waiting.empty()


def test_pieces_of_a_third_source_are_fetched(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver, partner_address: str
) -> None:
    register()
    elsewhere = Broker(partner.wire, broker.tenant + "x")
    elsewhere.create(BUS, name=prop("north"))
    register(tenant=elsewhere.tenant, operations=["retrieveOps"])
    subscribe(broker, subscription(receiver.url, q='name=="north"', splitEntities=True))
    the_copy(partner)
    partner.create(BUS, speed=prop(5))
    assert told(receiver) == {"id": BUS, "type": "Bus", "speed": prop(5), "name": prop("north")}


def notify(broker: Broker, id: str, entity: dict[str, Any], number: int = 1, **more: Any) -> httpx.Response:
    """Notify as a source does."""
    body = {"id": f"urn:n:{number}", "type": "Notification", "subscriptionId": id, "data": [entity], **more}
    headers = {"Link": '<https://contexts.example/test.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'}
    return broker.wire.post(RELAY, json=body, headers=headers)


def test_a_notification_that_is_repeated_is_told_once_and_one_of_nobody_not_at_all(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    register()
    subscribe(broker, subscription(receiver.url))
    id = the_copy(partner)["id"]
    for _ in range(3):
        assert notify(broker, id, {"id": BUS, "type": "Bus", "speed": prop(1)}).status_code == 200
    refused(notify(broker, id + "0", {"id": BUS, "type": "Bus", "speed": prop(2)}), 404, "ResourceNotFound")
    assert notify(broker, id, {"id": BUS, "type": "Bus", "speed": prop(3)}).status_code == 200
    assert [told(receiver)["speed"]["value"] for _ in range(2)] == [1, 3]
    nothing_more(receiver, broker)


@pytest.mark.parametrize(
    ("entity", "named"),
    [
        ("no object", "data[0]"),
        ({"id": BUS}, "data[0]: type"),
        ({"id": "no uri", "type": "Bus"}, "data[0]: id"),
        ({"id": BUS, "type": "Bus", "speed": {"type": "Property"}}, "data[0]: speed"),
        ({"id": BUS, "type": "Bus", "deletedAt": "yesterday"}, "data[0]: deletedAt"),
    ],
)
def test_what_is_no_entity_is_refused_by_name(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver, entity: Any, named: str
) -> None:
    register()
    subscribe(broker, subscription(receiver.url))
    id = the_copy(partner)["id"]
    refused(notify(broker, id, entity), 400, "BadRequestData", named)
    assert notify(broker, id, {"id": "urn:ngsi-ld:Tram:1", "type": "Tram", "speed": prop(1)}).status_code == 200
    nothing_more(receiver, broker)


def test_a_subscription_that_comes_back_is_refused(broker: Broker, receiver: Receiver) -> None:
    """4.3.6.4: nobody hears of a change twice because two sources know each other."""
    alias = broker.get("/info/sourceIdentity").json()["contextSourceAlias"]
    via = {"Via": f"1.1 {alias}, 1.1 gowa"}
    answer = broker.call("POST", "/subscriptions", subscription(receiver.url), headers=via)
    assert answer.status_code == 508, answer.text
    assert broker.get("/subscriptions").status_code == 404, "nothing was made, not even the tenant"


def test_two_that_know_each_other_tell_each_change_once(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver, server: str
) -> None:
    register()
    Registrar(partner, server)()
    subscribe(broker, subscription(receiver.url))
    the_copy(partner)
    partner.create(BUS, speed=prop(1))
    assert told(receiver)["speed"]["value"] == 1
    broker.create("urn:ngsi-ld:Bus:here", speed=prop(2))
    assert told(receiver)["id"] == "urn:ngsi-ld:Bus:here"
    nothing_more(receiver, broker)


def test_the_subscription_to_registrations_comes_and_goes_with_its_subscription(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.8.1.4, 5.11.2."""
    id = subscribe(broker, subscription(receiver.url, watchedAttributes=["speed"]))
    assert broker.get("/csourceSubscriptions").json() == []
    register()
    (following,) = broker.get("/csourceSubscriptions").json()
    assert (following["entities"], following["watchedAttributes"]) == ([{"type": "Bus"}], ["speed"])
    path = f"/csourceSubscriptions/{following['id']}"
    assert broker.get(path).json() == following
    refused(broker.call("DELETE", path), 422, "OperationNotSupported", id)
    refused(broker.call("PATCH", path, {"isActive": False}), 422, "OperationNotSupported", id)
    broker.call("DELETE", f"/subscriptions/{id}")
    assert broker.get("/csourceSubscriptions").json() == []
    refused(broker.get(path), 404, "ResourceNotFound")


def test_a_source_that_is_not_there_costs_nobody_anything(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    dead = register(endpoint=DEAD)
    register()
    subscribe(broker, subscription(receiver.url))
    the_copy(partner)
    partner.create(BUS, speed=prop(1))
    assert told(receiver)["id"] == BUS
    broker.create("urn:ngsi-ld:Bus:here", speed=prop(2))
    assert told(receiver)["id"] == "urn:ngsi-ld:Bus:here"
    until(lambda: broker.get(f"/csourceRegistrations/{dead}").json().get("timesFailed"), "the failure is counted")


def test_a_picture_by_the_clock_is_of_all_that_match(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """5.8.6, timeInterval: one notification of what is held here and there, anew each time; and no copy there."""
    register()
    broker.create("urn:ngsi-ld:Bus:here", speed=prop(20), name=prop("x"))
    partner.create("urn:ngsi-ld:Bus:there", speed=prop(30), name=prop("y"))
    partner.create("urn:ngsi-ld:Bus:slow", speed=prop(1))
    wish = subscription(receiver.url, timeInterval=0.2, q="speed%3E10")
    wish["notification"] |= {"attributes": ["speed"], "format": "keyValues"}
    subscribe(broker, wish)

    def speeds() -> dict[str, Any]:
        return {one["id"].rpartition(":")[2]: one["speed"] for one in receiver.next()[1]["data"]}

    assert speeds() == {"here": 20, "there": 30}
    partner.call("PATCH", "/entities/urn:ngsi-ld:Bus:there", {"speed": prop(40)})
    until(lambda: speeds() == {"here": 20, "there": 40}, "the picture of the change")
    assert not copies(partner)


def test_those_who_run_the_broker_see_which_sources_hold_a_copy(
    broker: Broker, partner: Broker, register: Registrar, receiver: Receiver
) -> None:
    """Since when, and why one does not."""
    register()
    register(endpoint=DEAD)
    subscribe(broker, subscription(receiver.url))
    the_copy(partner)

    def told() -> list[dict[str, Any]]:
        answer = broker.wire.get("/pinisi/v1/broker/subscriptions", headers={"NGSILD-Tenant": broker.tenant})
        held = {copy["endpoint"]: copy for copy in answer.json()["subscriptions"][0]["copies"]}
        dead = held.pop(DEAD, None)
        living = next(iter(held.values()), None)
        return [living, dead] if living and dead and living["since"] and dead["failures"] else []

    living, dead = until(told, "what became of both copies")
    assert (living["state"], living["failures"], living["reason"]) == ("held", 0, "")
    assert (dead["state"], dead["since"]) == ("waiting", None)
    assert dead["reason"].startswith("no connection")
