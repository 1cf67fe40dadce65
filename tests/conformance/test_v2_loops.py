"""Subscriptions whose receiver writes back to this broker: each change is told, and none goes round for ever.

The templates below write to the very server that notifies, as rules without a program beside them do. `count` grows at
every round: each write changes something, and would be told again.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from broker_at_hand import DEFAULT, Broker
from receiver_at_hand import Receiver
from test_ngsi_v2 import Device

from patience import PATIENCE
from pinisi.context.ngsi_v2.correlator import MOST_ROUNDS

COUNTED = "1${count}"


@pytest.fixture
def device(broker: Broker) -> Device:
    return Device(broker)


def rule(device: Device, server: str, type: str, **custom: Any) -> str:
    """A subscription whose template writes to the server itself."""
    headers = {"Fiware-Service": device.broker.tenant, "Content-Type": "application/json"}
    url = server + custom.pop("path")
    told = {"url": url, "headers": headers, **custom}
    body = {
        "subject": {"entities": [{"idPattern": ".*", "type": type}]},
        "notification": {"httpCustom": told},
    }
    answer = device.call("POST", "/subscriptions", body)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def value(device: Device, id: str) -> Any:
    return device.get(f"/entities/{id}", options="keyValues")["count"]


def rests(look: Callable[[], Any], last: Any) -> None:
    """Wait until what is looked at is the last of all, and see that nothing comes behind it."""
    until = time.monotonic() + PATIENCE
    while (found := look()) != last and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.5)
    assert (found, look()) == (last, last)


def test_a_subscription_does_not_hear_of_what_it_caused(device: Device, server: str) -> None:
    rule(device, server, "Loop", path="/v2/entities/${id}/attrs", method="PATCH",
         json={"count": {"type": "Text", "value": COUNTED}})  # fmt: skip
    device.ok("POST", "/entities", {"id": "L1", "type": "Loop", "count": "0"}, options="keyValues")
    rests(lambda: value(device, "L1"), "10")
    device.ok("PATCH", "/entities/L1/attrs", {"count": "5"}, options="keyValues")
    rests(lambda: value(device, "L1"), "15")


def test_two_that_wake_each_other_come_to_rest(device: Device, server: str) -> None:
    for id in ("A1", "B1"):
        device.ok("POST", "/entities", {"id": id, "type": id[0], "count": "0"}, options="keyValues")
    for here, there in (("A", "B1"), ("B", "A1")):
        rule(device, server, here, path=f"/v2/entities/{there}/attrs", method="PATCH",
             json={"count": {"type": "Text", "value": COUNTED}})  # fmt: skip
    device.ok("PATCH", "/entities/A1/attrs", {"count": "5"}, options="keyValues")
    rests(lambda: (value(device, "A1"), value(device, "B1")), ("115", "15"))


def test_a_rule_that_writes_in_ngsi_ld_is_stopped_too(device: Device, server: str) -> None:
    told = {"NGSILD-Tenant": device.broker.tenant, "Content-Type": "application/json"}
    rule(device, server, "Loop", path="/ngsi-ld/v1/entities/urn:v2:${id}/attrs", method="PATCH", headers=told,
         json={DEFAULT + "count": {"type": "Property", "value": COUNTED}})  # fmt: skip
    device.ok("POST", "/entities", {"id": "L2", "type": "Loop", "count": "0"}, options="keyValues")
    rests(lambda: value(device, "L2"), "10")


def test_a_rule_that_makes_ever_new_entities_ends(device: Device, server: str) -> None:
    rule(device, server, "Loop", path="/v2/entities", method="POST",
         json={"id": "${id}x", "type": "Loop", "count": {"type": "Text", "value": COUNTED}})  # fmt: skip
    device.ok("POST", "/entities", {"id": "L", "type": "Loop", "count": "0"}, options="keyValues")
    rests(lambda: len(device.ids(type="Loop")), MOST_ROUNDS + 1)


def test_others_hear_of_what_a_rule_wrote(device: Device, server: str, receiver: Receiver) -> None:
    rule(device, server, "Loop", path="/v2/entities/${id}/attrs", method="PATCH",
         json={"count": {"type": "Text", "value": COUNTED}})  # fmt: skip
    body = {
        "subject": {"entities": [{"idPattern": ".*", "type": "Loop"}]},
        "notification": {"http": {"url": receiver.url}, "attrs": ["count"]},
    }
    assert device.call("POST", "/subscriptions", body).status_code == 201
    device.ok("POST", "/entities", {"id": "L3", "type": "Loop", "count": "0"}, options="keyValues")
    heard = [receiver.next() for _ in range(2)]
    assert [told["data"][0]["count"]["value"] for _, told in heard] == ["0", "10"]
    steps = [headers["fiware-correlator"].rpartition("pinisi=")[2].count(".") + 1 for headers, _ in heard]
    assert steps == [1, 2]
    receiver.nothing()


def test_what_others_wrote_into_the_header_stays(device: Device, receiver: Receiver) -> None:
    """As a rule engine adds its own words and writes because of a notification."""
    body = {
        "subject": {"entities": [{"idPattern": ".*", "type": "Lamp"}]},
        "notification": {"http": {"url": receiver.url}},
    }
    assert device.call("POST", "/subscriptions", body).status_code == 201
    device.ok("POST", "/entities", {"id": "P1", "type": "Lamp", "on": 0}, options="keyValues")
    root, count, steps = receiver.next()[0]["fiware-correlator"].split("; ")
    assert count == "cbnotif=1"
    handed_on = {"Fiware-Correlator": f"{root}; {count}; {steps}; node=q1; perseocep=2"}
    other = {"id": "P2", "type": "Lamp", "on": 1}
    assert device.call("POST", "/entities", other, headers=handed_on, options="keyValues").status_code == 201
    told = receiver.next()[0]["fiware-correlator"]
    assert told.startswith(f"{root}; node=q1; perseocep=2; cbnotif=2; {steps}.")
    again = device.call("PATCH", "/entities/P1/attrs", {"on": 5}, headers=handed_on, options="keyValues")
    assert again.status_code == 204
    receiver.nothing()


@pytest.mark.parametrize(
    "header", ["", "pinisi=", "pinisi=0", "x; pinisi=" + "." * 60, "pinisi=" + "f" * 5_000, "\u00e9"]
)
def test_a_header_that_is_none_of_ours_keeps_nothing_from_anybody(
    device: Device, receiver: Receiver, header: str
) -> None:
    body = {
        "subject": {"entities": [{"idPattern": ".*", "type": "Lamp"}]},
        "notification": {"http": {"url": receiver.url}},
    }
    assert device.call("POST", "/subscriptions", body).status_code == 201
    lamp = {"id": "P1", "type": "Lamp", "on": 0}
    told: Any = {"Fiware-Correlator": header.encode("latin-1")}
    assert device.call("POST", "/entities", lamp, headers=told, options="keyValues").status_code == 201
    assert receiver.next()[1]["data"][0]["id"] == "P1"
