"""Messages of an MQTT broker (3.1.1 or 5): acknowledged once they are on disk, in a session that outlives a cut.

What the broker kept for us while we were away comes when we are back. QoS 1 may bring a message twice: what is repeated
changes nothing.
"""

import ssl
from collections.abc import AsyncIterator
from typing import Any, Literal

import msgspec

from pinisi.runtime.source import Line, Message, Taken, TransportFailed

SESSION_SECONDS = 7 * 86_400
IN_FLIGHT = 200
MOST_BYTES = 4 << 20


class Broker(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the broker is and how it is spoken to. `password` is the name of a secret; `ca` a file for its certificate.

    `client` is the name by which the broker knows this house and keeps its session; unsaid, it is made of the source's
    id.
    """

    host: str
    port: int = 1883
    tls: bool = False
    ca: str = ""
    user: str = ""
    password: str = ""
    client: str = ""
    version: Literal["3.1.1", "5"] = "5"
    keep_alive: int = 30


class Mqtt:
    """Subscribes to topic filters of one broker."""

    def __init__(self, broker: Broker, topics: tuple[str, ...], qos: Literal[0, 1] = 1) -> None:
        """
        Raises:
            ValueError: there is no topic, one that is none, or no host.
        """
        if not topics or not broker.host:
            raise ValueError("topics: there is none" if broker.host else "broker.host: is empty")
        for topic in topics:
            if not topic or len(topic) > 1_000 or "#" in topic[:-1] or "\0" in topic:
                raise ValueError(f"topics: {topic[:80]!r} is no topic filter")
        self._broker = broker
        self._topics = topics
        self._qos = qos
        self._client: Any = None
        self._owed: dict[int, Any] = {}

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        import aiomqtt

        try:
            async with self._session(line) as client:
                self._client = client
                for topic in self._topics:
                    await client.subscribe(topic, qos=self._qos)
                await line.trouble("")
                async for message in client.messages:
                    heard = self._message(message, line)
                    if heard is None:
                        await line.trouble(f"a message on {message.topic} is longer than {MOST_BYTES} bytes: left out")
                        self._acknowledge(message)
                        continue
                    self._owed[id(heard)] = (heard, message)
                    yield heard
        except (aiomqtt.MqttError, ValueError, ssl.SSLError) as error:
            raise TransportFailed(f"{self._broker.host}:{self._broker.port}: {_reason(error)}") from None
        finally:
            self._client = None
            self._owed.clear()

    async def taken(self, line: Line, message: Message, taken: Taken) -> None:
        """Acknowledge what is on disk; a message of a session that has ended comes again."""
        owed = self._owed.pop(id(message), None)
        if owed is not None:
            self._acknowledge(owed[1])

    def _acknowledge(self, message: Any) -> None:
        if self._client is not None and message.qos:
            self._client._client.ack(message.mid, message.qos)

    def _session(self, line: Line) -> Any:
        """A connection whose session is kept by the broker, and that acknowledges by hand."""
        import aiomqtt

        broker = self._broker
        five = broker.version == "5"
        extra: dict[str, Any] = (
            {"clean_start": False, "properties": _properties()} if five else {"clean_session": False}
        )
        client = aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user or None,
            password=line.secret(broker.password) if broker.password else None,
            identifier=broker.client or f"pinisi-{line.id}",
            protocol=aiomqtt.ProtocolVersion.V5 if five else aiomqtt.ProtocolVersion.V311,
            keepalive=broker.keep_alive,
            tls_context=self._tls(line),
            timeout=10,
            **extra,
        )
        client._client.manual_ack_set(True)  # pyright: ignore[reportPrivateUsage]
        return client

    def _tls(self, line: Line) -> ssl.SSLContext | None:
        if not self._broker.tls:
            return None
        if not self._broker.ca:
            return ssl.create_default_context()
        try:
            return ssl.create_default_context(cafile=str(line.folder / self._broker.ca))
        except OSError as error:
            raise TransportFailed(f"broker.ca: {line.folder / self._broker.ca} cannot be read: {error}") from None

    def _message(self, message: Any, line: Line) -> Message | None:
        body: bytes = message.payload if isinstance(message.payload, bytes) else str(message.payload or "").encode()
        if len(body) > MOST_BYTES:
            return None
        return Message(body=body, origin=str(message.topic), received=line.now(), kept=bool(message.retain))


def _properties() -> Any:
    """MQTT 5: the session outlives the connection, and only so much comes unacknowledged."""
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = SESSION_SECONDS
    properties.ReceiveMaximum = IN_FLIGHT
    return properties


def _reason(error: Exception) -> str:
    text = str(error) or type(error).__name__
    if "Not authorized" in text or "Bad user name" in text or "code:135" in text or "code:134" in text:
        return f"the broker refuses user or password ({text})"
    return text
