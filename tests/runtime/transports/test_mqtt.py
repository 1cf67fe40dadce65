"""MQTT in, from a real Mosquitto: wildcards, passwords, TLS; acknowledged when taken, nothing lost over a cut."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import pytest
from line_at_hand import LineAtHand, listening

from mosquitto import Mosquitto
from patience import PATIENCE
from pinisi.runtime.source import TransportFailed
from pinisi.runtime.transports.mqtt import Broker, Mqtt

pytestmark = pytest.mark.anyio


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    await made.start()
    yield made
    await made.stop()


async def publish(port: int, *messages: tuple[str, str], retain: bool = False) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for topic, payload in messages:
            await client.publish(topic, payload, qos=1, retain=retain)


def mqtt(port: int, *topics: str, **members: object) -> Mqtt:
    return Mqtt(Broker(host="127.0.0.1", port=port, **members), topics or ("wells/+/level",))


async def subscribed(broker: Mosquitto, transport: Mqtt, line: LineAtHand) -> None:
    """Let the broker learn the session, then leave."""
    async with listening(transport, line):
        await publish(broker.port, ("wells/0/level", "first"), retain=True)
        await line.until(lambda line: bool(line.messages))
    line.messages.clear()


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_wildcards_bring_each_message_with_its_topic(broker: Mosquitto, tmp_path: Path, version: str) -> None:
    line = LineAtHand(tmp_path)
    async with listening(mqtt(broker.port, version=version), line):
        await publish(broker.port, ("wells/1/level", "1.5"), retain=True)
        await publish(broker.port, ("wells/2/level", "2.5"), ("wells/2/name", "no"), retain=True)
        await line.until(lambda line: len(line.messages) >= 2)
    assert [(m.origin, m.body) for m in line.messages] == [("wells/1/level", b"1.5"), ("wells/2/level", b"2.5")]


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_what_is_sent_while_we_are_away_comes_when_we_are_back(
    broker: Mosquitto, tmp_path: Path, version: str
) -> None:
    transport, line = mqtt(broker.port, version=version), LineAtHand(tmp_path)
    await subscribed(broker, transport, line)
    await publish(broker.port, *((f"wells/{number}/level", str(number)) for number in range(300)))
    async with listening(transport, line):
        await line.until(lambda line: sum(not message.kept for message in line.messages) >= 300)
    assert [m.body for m in line.messages if not m.kept] == [str(number).encode() for number in range(300)]


async def test_what_was_not_taken_comes_again(broker: Mosquitto, tmp_path: Path) -> None:
    transport, line = mqtt(broker.port), LineAtHand(tmp_path)
    await subscribed(broker, transport, line)
    await publish(broker.port, ("wells/7/level", "seven"))
    messages = transport.messages(line)
    async with asyncio.timeout(PATIENCE):
        while (await anext(messages)).body != b"seven":
            pass
    await messages.aclose()
    async with listening(transport, line):
        await line.until(lambda line: any(message.body == b"seven" for message in line.messages))


async def test_what_the_broker_kept_from_before_is_marked(broker: Mosquitto, tmp_path: Path) -> None:
    await publish(broker.port, ("wells/1/level", "old"), retain=True)
    line = LineAtHand(tmp_path)
    async with listening(mqtt(broker.port), line):
        await line.until(lambda line: bool(line.messages))
    assert line.messages[0].kept


async def test_a_broker_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TransportFailed, match=r"127\.0\.0\.1:1"):
        await anext(mqtt(1).messages(LineAtHand(tmp_path)))


async def test_the_password_comes_from_the_secrets_and_a_wrong_one_is_told_without_it(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "broker").write_text("open sesame\n")
    passwords = tmp_path / "passwords"
    passwd = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
    run(passwd, "-c", "-b", str(passwords), "pinisi", "open sesame")
    passwords.chmod(0o644)
    broker = Mosquitto(tmp_path, f"allow_anonymous false\npassword_file {passwords}\nuser root")
    await broker.start()
    try:
        line = LineAtHand(tmp_path)
        async with listening(mqtt(broker.port, user="pinisi", password="broker"), line):
            async with aiomqtt.Client("127.0.0.1", broker.port, username="pinisi", password="open sesame") as client:
                await client.publish("wells/1/level", "1.5", qos=1, retain=True)
            await line.until(lambda line: bool(line.messages))
        (tmp_path / "secrets" / "broker").write_text("wrong word\n")
        with pytest.raises(TransportFailed, match="refuses user or password") as caught:
            await anext(mqtt(broker.port, user="pinisi", password="broker").messages(line))
        assert "wrong word" not in str(caught.value)
        (tmp_path / "secrets" / "broker").unlink()
        with pytest.raises(TransportFailed, match="PINISI_SECRET_BROKER"):
            await anext(mqtt(broker.port, user="pinisi", password="broker").messages(line))
    finally:
        await broker.stop()


def run(*words: str, cwd: Path | None = None) -> None:
    subprocess.run(words, check=True, capture_output=True, cwd=cwd)


def certificates(folder: Path) -> None:
    """An authority of our own, and a certificate for 127.0.0.1 signed by it."""

    def openssl(*words: str) -> None:
        run("openssl", *words, cwd=folder)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=city")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "asked.pem", "-subj", "/CN=127.0.0.1")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    signing = ("x509", "-req", "-in", "asked.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    openssl(*signing, "-out", "cert.pem", "-extfile", "names")


async def test_over_tls_the_brokers_certificate_is_checked(tmp_path: Path) -> None:
    certificates(tmp_path)
    security = f"allow_anonymous true\ncertfile {tmp_path}/cert.pem\nkeyfile {tmp_path}/key.pem\nuser root"
    broker = Mosquitto(tmp_path, security)
    await broker.start()
    try:
        line = LineAtHand(tmp_path)
        with pytest.raises(TransportFailed, match="certificate"):
            await anext(mqtt(broker.port, tls=True).messages(line))
        async with listening(mqtt(broker.port, tls=True, ca="ca.pem"), line):
            context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
            async with aiomqtt.Client("127.0.0.1", broker.port, tls_context=context) as client:
                await client.publish("wells/1/level", "1.5", qos=1, retain=True)
            await line.until(lambda line: bool(line.messages))
    finally:
        await broker.stop()


@pytest.mark.parametrize("topic", ["", "a/#/b", "a\0b"])
def test_what_is_no_topic_filter_is_refused_when_the_source_is_made(topic: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        Mqtt(Broker(host="x"), (topic,))
