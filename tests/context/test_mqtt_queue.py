"""The queue of an MQTT broker: messages over an open connection go out without a task; the slow keep to themselves."""
# pyright: basic, reportMissingImports=false

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from notification_receiver import open_house, vehicles
from test_mqtt_notifications import TOPIC, info, listening, uri

from mosquitto import Mosquitto
from patience import PATIENCE
from pinisi.context.delivery import Receipt
from pinisi.context.mqtt_delivery import SIDE_BY_SIDE, MqttMessage, MqttSender
from pinisi.context.mqtt_target import parse_mqtt_target
from pinisi.context.targets import Targets

pytestmark = pytest.mark.anyio
WELCOME = b"\x20\x03\x00\x00\x00"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def silent_broker() -> AsyncIterator[int]:
    """One that welcomes everybody and answers for no message."""

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(WELCOME)
        while await reader.read(65_536):
            pass
        writer.close()

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize("qos", ["0", "1", "2"])
async def test_each_subscription_hears_all_in_order_and_hardly_any_by_a_task(
    tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch, qos: str
) -> None:
    by_task = 0
    send = MqttSender.send

    async def counted(self: MqttSender, message: MqttMessage) -> Receipt:
        nonlocal by_task
        by_task += 1
        return await send(self, message)

    monkeypatch.setattr(MqttSender, "send", counted)
    async with listening(mosquitto.port) as listener, open_house(tmp_path) as house:
        for _ in range(20):
            await house.subscribe(vehicles(uri(mosquitto), endpoint={"notifierInfo": info(MQTT_QoS=qos)}))
        await house.speed("urn:v:1", 0)
        await listener.wait(20)
        begun = by_task
        for speed in range(1, 30):
            await house.speed("urn:v:1", speed)
        heard = defaultdict(list)
        for one in await listener.wait(20 * 30):
            heard[one["body"]["subscriptionId"]].append(one["body"]["data"][0]["speed"]["value"])
        await house.settled()
    assert list(heard.values()) == [list(range(30))] * 20
    assert by_task - begun < 20 * 29 / 4


async def test_a_broker_that_does_not_answer_holds_no_more_than_its_share() -> None:
    sender = MqttSender(Targets(("loopback",)))
    async with silent_broker() as port:
        target = parse_mqtt_target(f"mqtt://127.0.0.1:{port}/{TOPIC}", [("MQTT-QoS", "1")])
        message = MqttMessage(target, b"x", 0.2)
        told: list[Receipt | None] = []
        assert sender.post(message, told.append) is None
        assert not sender.idle(target)
        assert (await sender.send(message)).reason == "no answer within 0.2 s"
        ways = [sender.post(message, told.append) for _ in range(SIDE_BY_SIDE)]
        assert all(way is not None for way in ways)
        assert not sender.idle(target)
        assert sender.post(message, told.append) is None
        ways[0]()  # pyright: ignore
        await asyncio.sleep(0)
        assert sender.idle(target)
        await sender.close()
        async with asyncio.timeout(PATIENCE):
            while len(told) < SIDE_BY_SIDE:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert told == [None] * SIDE_BY_SIDE


async def test_a_broker_that_does_not_answer_holds_nobody_back(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with silent_broker() as port, listening(mosquitto.port) as listener, open_house(tmp_path) as house:
        dead = [
            await house.subscribe(
                vehicles(f"mqtt://127.0.0.1:{port}/{TOPIC}", endpoint={"notifierInfo": info(MQTT_QoS="1")})
            )
            for _ in range(40)
        ]
        await house.subscribe(vehicles(uri(mosquitto), endpoint={"notifierInfo": info(MQTT_QoS="1")}))
        for speed in range(30):
            await house.speed("urn:v:1", speed)
        heard = await listener.wait(30)
        assert [one["body"]["data"][0]["speed"]["value"] for one in heard] == list(range(30))
        assert all(house.subscriptions.get("makassar", id).state.last_success == 0 for id in dead)  # pyright: ignore
