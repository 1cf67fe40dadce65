"""Publishing to the city's MQTT broker (version 5) with QoS 1: its PUBACK is the proof."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any

from pinisi.incidents.notices.sending import Answer, Outgoing
from pinisi.incidents.notices.server_address import ServerAddress, server_address
from pinisi.incidents.notices.webhook import body_of
from pinisi.runtime.source import TransportFailed

SECONDS = 15.0
_NOBODY = 0x10
"""MQTT 5, 3.4.2.1: the broker has the message, and nobody subscribes to its topic."""


_PORTS = {"mqtt": 1883, "mqtts": 8883}


def broker_of(address: str) -> ServerAddress:
    """Read `mqtt://user@broker.example.org:1883`, or `mqtts://` for TLS. Raises `BadServer`."""
    return server_address("notice_broker", address, _PORTS, "mqtt-password")


class Publisher:
    """One connection a message; `password` is asked for at each."""

    def __init__(self, broker: ServerAddress, password: Callable[[], str], seconds: float = SECONDS) -> None:
        self._broker, self._password, self._seconds = broker, password, seconds

    async def send(self, message: Outgoing) -> Answer:
        import aiomqtt

        body = message.raw or body_of(message)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._publish(message.address, body)
        except TimeoutError:
            return Answer(False, f"no PUBACK of the broker within {self._seconds:g} s")
        except (aiomqtt.MqttError, OSError, ssl.SSLError, ValueError, TransportFailed) as error:
            return Answer(
                False, f"the broker {self._broker.host} does not take it: {str(error) or type(error).__name__}"
            )

    async def _publish(self, topic: str, body: bytes) -> Answer:
        import aiomqtt

        broker = self._broker
        client = aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user or None,
            password=self._password() if broker.user else None,
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=ssl.create_default_context() if broker.scheme == "mqtts" else None,
            timeout=self._seconds,
            logger=logging.getLogger("pinisi.notices.mqtt"),
        )
        async with client:
            acknowledged = _hear_acknowledgement(client)
            await client.publish(topic, body, qos=1)
            code = acknowledged[-1] if acknowledged else None
        number = getattr(code, "value", 0)
        if number == _NOBODY:
            return Answer(True, f"PUBACK {number} on {topic}: the broker has it, nobody subscribes to the topic")
        if number >= 0x80:
            return Answer(False, f"PUBACK {number} on {topic}: {code}", final=True)
        return Answer(True, f"PUBACK {number} on {topic}")


def _hear_acknowledgement(client: Any) -> list[Any]:
    """What the broker says in its PUBACK, which `publish` waits for and does not tell."""
    heard: list[Any] = []
    inner = client._client
    told = inner.on_publish

    def on_publish(paho: Any, data: Any, mid: int, code: Any, properties: Any) -> None:
        heard.append(code)
        told(paho, data, mid, code, properties)

    inner.on_publish = on_publish
    return heard
