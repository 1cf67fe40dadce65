"""Notifications over MQTT (NGSI-LD 7.2), to a real Mosquitto: its forms, its refusals, its cuts."""
# pyright: basic, reportMissingImports=false

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest
from notification_receiver import TENANT, House, open_house, vehicles

from mosquitto import OPEN, Mosquitto, program
from patience import PATIENCE
from pinisi.console.subscription_endpoints import create_subscription
from pinisi.context import notification_lane
from pinisi.context.mqtt_delivery import MqttMessage, MqttSender
from pinisi.context.mqtt_target import parse_mqtt_target
from pinisi.context.problems import BadRequestData
from pinisi.context.targets import Targets
from ports import free_port

pytestmark = pytest.mark.anyio
TOPIC = "city/vehicles"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notification_lane, "BACK_OFF", (0.05, 0.1, 0.2))


class Listener:
    """Hears one topic; `wait` gives what came, decoded."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.topics: list[str] = []
        self._news = asyncio.Event()

    async def run(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            self.heard.append(msgspec.json.decode(message.payload))
            self.topics.append(str(message.topic))
            self._news.set()

    async def wait(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(PATIENCE):
            while len(self.heard) < count:
                self._news.clear()
                await self._news.wait()
        return self.heard


@asynccontextmanager
async def listening(port: int, **members: Any) -> AsyncIterator[Listener]:
    listener = Listener()
    async with aiomqtt.Client("127.0.0.1", port, **members) as client:
        await client.subscribe("#", qos=2)
        task = asyncio.get_running_loop().create_task(listener.run(client))
        try:
            yield listener
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def uri(mosquitto: Mosquitto, user: str = "") -> str:
    return f"mqtt://{user}127.0.0.1:{mosquitto.port}/{TOPIC}"


def info(**pairs: str) -> list[dict[str, str]]:
    return [{"key": key.replace("_", "-"), "value": value} for key, value in pairs.items()]


async def test_a_message_has_metadata_and_the_notification_as_its_body(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with listening(mosquitto.port) as listener, open_house(tmp_path) as house:
        endpoint = {"receiverInfo": info(Authorization="Bearer x", X_Zone="utara")}
        id = await house.subscribe(vehicles(uri(mosquitto), endpoint=endpoint))
        await house.speed("urn:v:1", 7)
        (message,) = await listener.wait(1)
        assert message.keys() == {"metadata", "body"}
        metadata = message["metadata"]
        assert metadata.keys() == {"Content-Type", "Link", "Authorization", "X-Zone"}
        assert metadata["Content-Type"] == "application/json"
        assert metadata["Link"].startswith("<https://uri.etsi.org/ngsi-ld/") and "json-ld#context" in metadata["Link"]
        assert metadata["Authorization"] == "Bearer x"
        body = message["body"]
        assert (body["type"], body["subscriptionId"]) == ("Notification", id)
        assert body["data"][0]["speed"]["value"] == 7
        assert listener.topics == [TOPIC]


async def test_as_json_ld_the_context_is_in_the_body_and_no_link_is_needed(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with listening(mosquitto.port) as listener, open_house(tmp_path) as house:
        await house.subscribe(vehicles(uri(mosquitto), endpoint={"accept": "application/ld+json"}))
        await house.speed("urn:v:1", 7)
        (message,) = await listener.wait(1)
        assert message["metadata"] == {"Content-Type": "application/ld+json"}
        assert "@context" in message["body"]["data"][0]


@pytest.mark.parametrize("version", ["mqtt3.1.1", "mqtt5.0"])
@pytest.mark.parametrize("qos", ["0", "1", "2"])
async def test_every_version_and_quality_of_service_delivers_once_and_in_order(
    tmp_path: Path, mosquitto: Mosquitto, version: str, qos: str
) -> None:
    async with listening(mosquitto.port) as listener, open_house(tmp_path) as house:
        endpoint = {"notifierInfo": info(MQTT_Version=version, MQTT_QoS=qos)}
        id = await house.subscribe(vehicles(uri(mosquitto), endpoint=endpoint))
        for speed in range(40):
            await house.speed(f"urn:v:{speed % 2}", speed)
        heard = await listener.wait(40)
        await house.settled()
        for vehicle in range(2):
            mine = [one["body"]["data"][0] for one in heard if one["body"]["data"][0]["id"] == f"urn:v:{vehicle}"]
            assert [one["speed"]["value"] for one in mine] == list(range(vehicle, 40, 2))
        told = (await house.subscription(id))["notification"]
        assert (told["status"], told["timesSent"]) == ("ok", 40)


async def test_many_subscriptions_share_one_connection(tmp_path: Path, mosquitto: Mosquitto) -> None:
    connections = 0

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        there, here = await asyncio.open_connection("127.0.0.1", mosquitto.port)
        await asyncio.gather(_pump(reader, here), _pump(there, writer))

    between = await asyncio.start_server(forward, "127.0.0.1", 0)
    port = between.sockets[0].getsockname()[1]
    async with listening(mosquitto.port) as listener, open_house(tmp_path) as house:
        for _ in range(20):
            endpoint = {"notifierInfo": info(MQTT_QoS="1")}
            await house.subscribe(vehicles(f"mqtt://127.0.0.1:{port}/{TOPIC}", endpoint=endpoint))
        for speed in range(5):
            await house.speed("urn:v:1", speed)
        await listener.wait(100)
        await house.settled()
    between.close()
    assert connections == 1


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


async def test_a_broker_that_goes_away_gets_all_that_it_missed(
    tmp_path: Path, mosquitto: Mosquitto, impatient: None
) -> None:
    kept = {"identifier": "kept", "clean_session": False}
    async with open_house(tmp_path) as house:
        await house.subscribe(vehicles(uri(mosquitto), endpoint={"notifierInfo": info(MQTT_QoS="1")}))
        async with listening(mosquitto.port, **kept) as listener:
            await house.speed("urn:v:1", 0)
            await listener.wait(1)
        await mosquitto.stop()
        for speed in range(1, 6):
            await house.speed("urn:v:1", speed)
        await mosquitto.start()
        await house.settled()
        async with listening(mosquitto.port, **kept) as listener:
            heard = await listener.wait(5)
            assert [one["body"]["data"][0]["speed"]["value"] for one in heard] == [1, 2, 3, 4, 5]


async def test_a_wrong_password_is_told_and_a_right_one_delivers_what_waits(tmp_path: Path, impatient: None) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    password = Path(program()).with_name("mosquitto_passwd")
    tool = password if password.is_file() else Path("/usr/bin/mosquitto_passwd")
    await asyncio.to_thread(subprocess.run, [tool, "-c", "-b", folder / "people", "dinas", "rahasia"], check=True)
    broker = Mosquitto(folder, f"allow_anonymous false\npassword_file {folder}/people\nuser root")
    await broker.start()
    try:
        async with open_house(tmp_path) as house:
            id = await house.subscribe(vehicles(uri(broker, "dinas:salah@")))
            await house.speed("urn:v:1", 3)
            told = await _failed(house, id)
            assert "timesFailed" in told
            (owed,) = await _tried(house)
            assert "user or password" in owed.reason and "salah" not in owed.reason
            async with listening(broker.port, username="dinas", password="rahasia") as listener:
                fragment = {"notification": {"endpoint": {"uri": uri(broker, "dinas:rahasia@")}}}
                await house.update(id, fragment)
                (message,) = await listener.wait(1)
                assert message["body"]["data"][0]["speed"]["value"] == 3
    finally:
        await broker.stop()


async def _failed(house: House, id: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while (told := (await house.subscription(id))["notification"]).get("status") != "failed":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return told


async def _tried(house: House) -> Any:
    async with asyncio.timeout(PATIENCE):
        while not (owed := await house.store.debts(TENANT)) or not owed[0].reason:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return owed


async def test_what_the_broker_does_not_allow_is_a_failure_and_not_lost(tmp_path: Path) -> None:
    """MQTT 5 tells it in the PUBACK: 0x87, not authorized."""
    folder = tmp_path / "broker"
    folder.mkdir()
    (folder / "rules").write_text("topic read #\n")
    broker = Mosquitto(folder, f"{OPEN}\nacl_file {folder}/rules")
    await broker.start()
    sender = MqttSender(Targets(("loopback",)))
    try:
        target = parse_mqtt_target(uri(broker), (("MQTT-QoS", "1"),))
        receipt = await sender.send(MqttMessage(target, b"{}", PATIENCE))
        assert not receipt.taken and "not allow" in receipt.reason
    finally:
        await sender.close()
        await broker.stop()


async def test_over_tls_the_certificate_is_proved_for_the_name(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, [*command, *named], check=True, capture_output=True)
    broker = Mosquitto(folder, f"{OPEN}\ncertfile {certificate}\nkeyfile {key}")
    await broker.start()
    own = ssl.create_default_context(cafile=str(certificate))
    trusting, strange = MqttSender(Targets(("loopback",)), own), MqttSender(Targets(("loopback",)))
    try:
        target = parse_mqtt_target(f"mqtts://localhost:{broker.port}/{TOPIC}")
        for qos in "012":
            target = parse_mqtt_target(f"mqtts://localhost:{broker.port}/{TOPIC}", (("MQTT-QoS", qos),))
            assert (await trusting.send(MqttMessage(target, b"{}", PATIENCE))).taken
        by_number = parse_mqtt_target(f"mqtts://127.0.0.1:{broker.port}/{TOPIC}")
        assert "certificate" in (await trusting.send(MqttMessage(by_number, b"{}", PATIENCE))).reason.lower()
        assert "certificate" in (await strange.send(MqttMessage(target, b"{}", PATIENCE))).reason.lower()
    finally:
        await trusting.close()
        await strange.close()
        await broker.stop()


async def test_one_that_is_no_mqtt_broker_or_does_not_answer_is_told_so() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    sender = MqttSender(Targets(("loopback",)))
    for handler, word in ((talk, "no MQTT"), (silence, "no answer within")):
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        target = parse_mqtt_target(f"mqtt://127.0.0.1:{port}/t")
        receipt = await sender.send(MqttMessage(target, b"{}", 1.0))
        assert not receipt.taken and word in receipt.reason
        server.close()
    gone = await sender.send(MqttMessage(parse_mqtt_target(f"mqtt://127.0.0.1:{free_port()}/t"), b"{}", PATIENCE))
    assert not gone.taken and "no connection" in gone.reason
    await sender.close()


async def test_the_target_is_judged_when_it_is_written_and_when_it_is_reached(tmp_path: Path) -> None:
    async with open_house(tmp_path, targets=("10.0.0.0/8",)) as house:
        with pytest.raises(BadRequestData) as caught:
            await house.call(create_subscription, vehicles("mqtt://127.0.0.1/t"))
        assert caught.value.field == "notification.endpoint.uri"
    sender = MqttSender(Targets(("10.0.0.0/8",)))
    receipt = await sender.send(MqttMessage(parse_mqtt_target("mqtt://127.0.0.1/t"), b"{}", 1.0))
    assert "notification_targets" in receipt.reason
    await sender.close()


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ({"uri": "mqtt://h"}, "notification.endpoint.uri"),
        ({"uri": "mqtt://h/a/#"}, "notification.endpoint.uri"),
        ({"uri": "mqtt://h/t", "notifierInfo": info(MQTT_QoS="3")}, "notification.endpoint.notifierInfo"),
        ({"uri": "mqtt://h/t", "notifierInfo": info(MQTT_Version="mqtt4")}, "notification.endpoint.notifierInfo"),
    ],
)
async def test_what_mqtt_does_not_have_is_refused_by_name(tmp_path: Path, endpoint: dict[str, Any], field: str) -> None:
    async with open_house(tmp_path, targets=("*",)) as house:
        with pytest.raises(BadRequestData) as caught:
            await house.call(create_subscription, vehicles("", endpoint=endpoint))
        assert caught.value.field == field
