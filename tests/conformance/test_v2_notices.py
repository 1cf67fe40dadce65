"""What NGSI v2 can ask of a notification: which change counts, what it holds, in which form, how often it goes out."""

import asyncio
import time
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest
from broker_at_hand import Broker
from receiver_at_hand import Receiver
from test_ngsi_v2 import Device
from test_v2_subscriptions import subscribe, subscription

from mosquitto import OPEN, Mosquitto
from patience import PATIENCE


@pytest.fixture
def device(broker: Broker) -> Device:
    return Device(broker)


@pytest.fixture
def room(device: Device) -> Device:
    device.ok("POST", "/entities", {"id": "r1", "type": "Room", "t": 5, "u": "x"}, options="keyValues")
    return device


def soon_rests(device: Device, id: str) -> None:
    until = time.monotonic() + PATIENCE
    while device.get(f"/subscriptions/{id}")["status"] != "inactive":
        assert time.monotonic() < until
        time.sleep(0.02)


def write(device: Device, **values: Any) -> None:
    device.ok("PATCH", "/entities/r1/attrs", values, options="keyValues")


def test_what_is_not_there_is_told_as_null(room: Device, receiver: Receiver) -> None:
    subscribe(room, subscription(receiver, notification={"attrs": ["w", "t"], "covered": True}))
    write(room, t=6)
    (told,) = receiver.next()[1]["data"]
    assert list(told) == ["id", "type", "w", "t"]
    assert told["w"] == {"type": "None", "value": None, "metadata": {}}
    assert told["t"]["value"] == 6


def test_covered_values_stand_in_their_order(room: Device, receiver: Receiver) -> None:
    told = {"attrs": ["w", "t", "v"], "covered": True, "attrsFormat": "values"}
    subscribe(room, subscription(receiver, notification=told))
    write(room, t=6)
    assert receiver.next()[1]["data"] == [[None, 6, None]]


def test_only_what_changes_is_told_unless_every_update_is_asked_for(room: Device, receiver: Receiver) -> None:
    for attrs, kinds in (["u"], ["entityUpdate"]), (["t"], ["entityChange"]):
        told = {"attrs": attrs, "attrsFormat": "values"}
        subscribe(room, subscription(receiver, notification=told, condition={"alterationTypes": kinds}))
    write(room, t=5, u="x")
    assert receiver.next()[1]["data"] == [["x"]]
    receiver.nothing()
    write(room, t=7, u="y")
    assert sorted([receiver.next()[1]["data"][0][0] for _ in range(2)], key=str) == [7, "y"]


@pytest.mark.parametrize("metadata_too", [True, False])
def test_a_change_of_metadata_counts_unless_it_shall_not(room: Device, receiver: Receiver, metadata_too: bool) -> None:
    subscribe(room, subscription(receiver, condition={"attrs": ["t"], "notifyOnMetadataChange": metadata_too}))
    room.ok("PUT", "/entities/r1/attrs/t", {"value": 5, "metadata": {"by": {"value": "hand"}}})
    if metadata_too:
        assert receiver.next()[1]["data"][0]["t"]["metadata"]["by"]["value"] == "hand"
    else:
        receiver.nothing()
        write(room, t=6)
        assert receiver.next()[1]["data"][0]["t"]["value"] == 6


def test_what_was_before_and_what_was_done_can_be_told(room: Device, receiver: Receiver) -> None:
    told = {"metadata": ["previousValue", "actionType"]}
    subscribe(room, subscription(receiver, notification=told))
    room.ok("POST", "/entities/r1/attrs", {"t": 9, "new": True}, options="keyValues")
    (entity,) = receiver.next()[1]["data"]
    assert entity["t"]["metadata"] == {
        "actionType": {"type": "Text", "value": "update"},
        "previousValue": {"type": "Number", "value": 5},
    }
    assert entity["new"]["metadata"] == {"actionType": {"type": "Text", "value": "append"}}
    assert entity["u"]["metadata"] == {"previousValue": {"type": "Text", "value": "x"}}


def test_an_entity_alone_can_be_the_notification(room: Device, receiver: Receiver) -> None:
    subscribe(room, subscription(receiver, notification={"attrsFormat": "simplifiedKeyValues"}))
    write(room, t=6)
    headers, body = receiver.next()
    assert body == {"id": "r1", "type": "Room", "t": 6, "u": "x"}
    assert headers["ngsiv2-attrsformat"] == "simplifiedKeyValues"


def test_one_shot_is_one(room: Device, receiver: Receiver) -> None:
    id = subscribe(room, subscription(receiver, status="oneshot"))
    assert room.get(f"/subscriptions/{id}")["status"] == "oneshot"
    write(room, t=6)
    receiver.next()
    soon_rests(room, id)
    write(room, t=7)
    receiver.nothing()
    room.ok("PATCH", f"/subscriptions/{id}", {"status": "oneshot"})
    write(room, t=8)
    assert receiver.next()[1]["data"][0]["t"]["value"] == 8
    soon_rests(room, id)


def test_after_too_many_failures_it_rests(room: Device, receiver: Receiver) -> None:
    told = {"http": {"url": "http://127.0.0.1:9/"}, "maxFailsLimit": 1}
    id = subscribe(room, subscription(receiver, notification=told))
    write(room, t=6)
    soon_rests(room, id)
    shown = room.get(f"/subscriptions/{id}")["notification"]
    assert (shown["failsCounter"], shown["maxFailsLimit"]) == (1, 1)


def custom(receiver: Receiver, **members: Any) -> dict[str, Any]:
    subject = {"entities": [{"idPattern": ".*", "type": "Room"}]}
    return {"subject": subject, "notification": {"httpCustom": {"url": receiver.url, **members}}}


def test_a_custom_entity_is_made_of_the_one_that_changed(room: Device, receiver: Receiver) -> None:
    template = {
        "id": "copy:${id}",
        "doubled": {"type": "Text", "value": "t=${t}"},
        "t": {"type": "Number", "value": "${t}", "metadata": {}},
    }
    subscribe(room, custom(receiver, ngsi=template))
    write(room, t=6)
    headers, body = receiver.next()
    assert headers["ngsiv2-attrsformat"] == "normalized"
    assert body["data"] == [
        {
            "id": "copy:r1",
            "type": "Room",
            "t": {"type": "Number", "value": 6, "metadata": {}},
            "u": {"type": "Text", "value": "x", "metadata": {}},
            "doubled": {"type": "Text", "value": "t=6", "metadata": {}},
        }
    ]


def test_a_custom_notification_may_have_no_body(room: Device, receiver: Receiver) -> None:
    subscribe(room, custom(receiver, payload=None, method="GET", qs={"t": "${t}"}))
    write(room, t=6)
    letter = receiver.letter()
    assert (letter.method, letter.path, letter.body) == ("GET", "/notify?t=6", "")


def test_topic_and_body_over_mqtt_are_made_of_the_entity(room: Device, tmp_path: Path) -> None:
    async def heard() -> list[tuple[str, bytes]]:
        mosquitto = Mosquitto(tmp_path, OPEN)
        await mosquitto.start()
        try:
            async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
                await client.subscribe("#", qos=1)
                for body in {"payload": "t=${t}"}, {"json": {"t": "${t}"}}, {"payload": None}:
                    told = {"url": f"mqtt://127.0.0.1:{mosquitto.port}", "topic": "rooms/${id}/${u}", "qos": 1, **body}
                    subject = {"entities": [{"id": "r1"}], "condition": {"attrs": ["t"]}}
                    await asyncio.to_thread(subscribe, room, {"subject": subject, "notification": {"mqttCustom": told}})
                await asyncio.to_thread(write, room, t=6, u="a+#b")
                async with asyncio.timeout(PATIENCE):
                    messages = [await anext(client.messages) for _ in range(3)]
                return [(str(message.topic), bytes(message.payload or b"")) for message in messages]  # pyright: ignore
        finally:
            await mosquitto.stop()

    assert sorted(asyncio.run(heard())) == [
        ("rooms/r1/ab", b""), ("rooms/r1/ab", b"t=6"), ("rooms/r1/ab", b'{"t":6}'),
    ]  # fmt: skip


@pytest.mark.parametrize("retain", [True, False])
def test_the_last_message_stays_for_those_who_come_later_where_that_is_asked_for(
    room: Device, tmp_path: Path, retain: bool
) -> None:
    async def heard_later() -> list[tuple[bool, Any]]:
        mosquitto = Mosquitto(tmp_path, OPEN)
        await mosquitto.start()
        try:
            told = {"url": f"mqtt://127.0.0.1:{mosquitto.port}", "topic": "rooms", "qos": 1, "retain": retain}
            document = {"subject": {"entities": [{"id": "r1"}]}, "notification": {"mqtt": told}}
            id = await asyncio.to_thread(subscribe, room, document)
            assert (await asyncio.to_thread(room.get, f"/subscriptions/{id}"))["notification"]["mqtt"] == told
            await asyncio.to_thread(write, room, t=6)
            await asyncio.to_thread(soon_sent, room, id)
            async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
                await client.subscribe("rooms", qos=1)
                await client.publish("rooms", b'{"data": "the last"}', qos=1)
                async with asyncio.timeout(PATIENCE):
                    first = await anext(client.messages)
                return [(bool(first.retain), msgspec.json.decode(bytes(first.payload))["data"])]  # pyright: ignore
        finally:
            await mosquitto.stop()

    ((kept, data),) = asyncio.run(heard_later())
    assert kept is retain
    assert data[0]["t"]["value"] == 6 if retain else data == "the last"


def soon_sent(device: Device, id: str) -> None:
    until = time.monotonic() + PATIENCE
    while "lastSuccess" not in device.get(f"/subscriptions/{id}")["notification"]:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("pattern", "heard"), [("^Ro", ["Room", "Road"]), ("om$", ["Room"]), (".*", ["Room", "Road", "Car"]), ("^odd-", [])]
)
def test_types_are_told_by_a_pattern(device: Device, receiver: Receiver, pattern: str, heard: list[str]) -> None:
    subject = {"entities": [{"idPattern": ".*", "typePattern": pattern}]}
    id = subscribe(device, {"subject": subject, "notification": {"http": {"url": receiver.url}}})
    assert device.get(f"/subscriptions/{id}")["subject"]["entities"] == subject["entities"]
    for type in "Room", "Road", "Car":
        device.ok("POST", "/entities", {"id": type, "type": type, "t": 1}, options="keyValues")
    assert sorted(receiver.next()[1]["data"][0]["type"] for _ in heard) == sorted(heard)
    device.ok("POST", "/entities", {"id": "x", "type": "odd-Room", "t": 1}, options="keyValues")
    if pattern in ("om$", ".*", "^odd-"):
        assert receiver.next()[1]["data"][0]["type"] == "odd-Room"
    receiver.nothing()
