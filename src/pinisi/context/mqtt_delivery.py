"""Sending notifications over MQTT (NGSI-LD 7.2): one connection a broker and user, shared by all that goes there.

A general client connects in a thread of the pool that all of the process shares, so that a few brokers that do not
answer would hold back everyone; and it connects to a name, while a connection here goes to the address that was judged
(`targets`), with the certificate proved for the name.

Taken is what the broker has answered for: PUBACK (QoS 1), PUBCOMP (QoS 2); with QoS 0, where nothing is acknowledged,
the answer to a ping that was sent behind the message: the broker has read what came before it.
"""

import asyncio
import secrets
import ssl
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import cast

import msgspec

from pinisi.context.delivery import Answered, Receipt
from pinisi.context.dialling import Dialler
from pinisi.context.mqtt_packets import (
    CONNACK,
    DISCONNECT,
    PINGREQ_PACKET,
    PINGRESP,
    PUBACK,
    PUBCOMP,
    PUBREC,
    REFUSED,
    Malformed,
    Packet,
    PacketReader,
    Welcome,
    connect,
    disconnect,
    publish,
    pubrel,
    read_acknowledgement,
    read_welcome,
)
from pinisi.context.mqtt_target import MqttTarget
from pinisi.context.targets import BadTarget, Targets
from pinisi.context.turnstile import Turnstile

KEEP_ALIVE = 120
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 50.0
SILENT_SECONDS = 5.0
SESSIONS = 256
MOST_IN_FLIGHT = 256
SIDE_BY_SIDE = 16
"""Messages that are posted to one broker at a time; others wait in its queue: the slow take no room from the living."""
TAKEN = 200
_STATUS = {0x95: 413, 0x99: 422}
"""Reason codes that concern the one message, as the statuses of HTTP that say the same."""
_REASONS = {
    1: "the broker does not speak this version of MQTT",
    2: "the broker refuses the client's name",
    3: "the broker is not available",
    4: "the broker refuses user or password",
    5: "the broker refuses user or password",
    0x84: "the broker does not speak this version of MQTT",
    0x86: "the broker refuses user or password",
    0x87: "the broker does not allow it to this user or password",
    0x88: "the broker is not available",
    0x89: "the broker is busy",
    0x90: "the broker refuses the topic",
    0x95: "the message is longer than the broker takes",
    0x97: "the broker's quota is used up",
    0x99: "the broker refuses what the message holds",
    0x9B: "the broker does not serve this quality of service",
}


class MqttMessage(msgspec.Struct, frozen=True):
    """One PUBLISH; `timeout` in seconds, connection included."""

    target: MqttTarget
    body: bytes
    timeout: float


class _Lost(Exception):
    """The connection ended before the broker answered; the text says why, where it is known."""


class _Session(asyncio.Protocol):
    """One connection, from CONNECT to its end."""

    def __init__(self, target: MqttTarget) -> None:
        loop = asyncio.get_running_loop()
        self.usable = True
        self.used = False
        self.idle: asyncio.TimerHandle | None = None
        self.welcome: asyncio.Future[Welcome] = loop.create_future()
        self._five = target.version == "mqtt5.0"
        self._hello = connect(f"pinisi{secrets.token_hex(8)}", target.user, target.password, self._five, KEEP_ALIVE)
        self._reader = PacketReader()
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._pings: deque[asyncio.Future[int]] = deque()
        self._room = Turnstile(MOST_IN_FLIGHT)
        self._posted = 0
        self._last = 0
        self._heard_at = loop.time()
        self._why = "the connection was closed without an answer"

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._pings)

    @property
    def silent(self) -> bool:
        """Whether the broker has said nothing for so long that the connection may be dead."""
        return asyncio.get_running_loop().time() - self._heard_at > SILENT_SECONDS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        waiting = [self.welcome, *self._waiting.values(), *self._pings]
        for answer in waiting:
            if not answer.done():
                answer.set_exception(_Lost(self._why))
                answer.exception()

    def data_received(self, data: bytes) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        try:
            if not self.welcome.done() and data[:1] != b"\x20":
                raise Malformed("it begins with no CONNACK")
            for packet in self._reader.feed(data):
                self._heard(packet)
        except Malformed as error:
            self._end(f"the answer is no MQTT: {error}")

    def _heard(self, packet: Packet) -> None:
        if packet.kind == CONNACK and not self.welcome.done():
            welcome = read_welcome(packet.body, self._five)
            self._room = Turnstile(min(welcome.in_flight, MOST_IN_FLIGHT))
            self.welcome.set_result(welcome)
        elif packet.kind == PINGRESP and self._pings:
            _answer(self._pings.popleft(), 0)
        elif packet.kind in (PUBACK, PUBREC, PUBCOMP):
            self._acknowledged(packet)
        elif packet.kind == DISCONNECT:
            self._end(_reason(packet.body[0] if packet.body else 0, "the broker closed the connection"))

    def _acknowledged(self, packet: Packet) -> None:
        told = read_acknowledgement(packet.body)
        if packet.kind == PUBREC and told.code < REFUSED:
            self._write(pubrel(told.packet))
        elif (waiting := self._waiting.pop(told.packet, None)) is not None:
            _answer(waiting, told.code)

    async def publish(self, target: MqttTarget, body: bytes) -> Receipt:
        """
        Raises:
            _Lost: the connection ended before the answer.
        """
        welcome = self.welcome.result()
        if target.qos > welcome.highest_qos:
            return Receipt(0, f"the broker takes at most QoS {welcome.highest_qos}")
        if target.retain and not welcome.retains:
            return Receipt(0, "the broker retains no messages")
        await self._room.enter()
        try:
            number = self._next() if target.qos else 0
            data = publish(target.topic, body, target.qos, number, self._five, target.retain)
            if len(data) > welcome.longest_packet:
                return Receipt(_STATUS[0x95], _REASONS[0x95])
            if not self.usable:
                raise _Lost(self._why)
            try:
                return _receipt(await self._put(number, data))
            finally:
                self._waiting.pop(number, None)
        finally:
            self._room.leave()

    def _put(self, number: int, data: bytes) -> "asyncio.Future[int]":
        """Write a message; the future holds the reason code of its answer. `number` 0: with QoS 0, a ping behind it."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if number:
            self._waiting[number] = answer
        else:
            self._pings.append(answer)
        self._write(data if number else data + PINGREQ_PACKET)
        return answer

    @property
    def has_turn(self) -> bool:
        """Whether `post` will take a message now."""
        return self.usable and self._room.open and self._posted < SIDE_BY_SIDE

    def post(self, target: MqttTarget, body: bytes, answered: Answered) -> Callable[[], None] | None:
        """Publish without waiting; see `post.Sender.post`."""
        welcome = self.welcome.result()
        if not self.has_turn or target.qos > welcome.highest_qos or (target.retain and not welcome.retains):
            return None
        number = self._next() if target.qos else 0
        data = publish(target.topic, body, target.qos, number, self._five, target.retain)
        if len(data) > welcome.longest_packet or not self._room.enter_at_once():
            return None
        self._posted += 1
        self.wake()
        answer = self._put(number, data)
        answer.add_done_callback(partial(self._came, number, answered))
        return partial(self._abandon, answer)

    def _came(self, number: int, answered: Answered, answer: "asyncio.Future[int]") -> None:
        """What was posted has come to an end."""
        self._waiting.pop(number, None)
        self._room.leave()
        self._posted -= 1
        self.rest_if_idle()
        lost = answer.cancelled() or answer.exception() is not None
        answered(None if lost else _receipt(answer.result()))

    def _abandon(self, answer: "asyncio.Future[int]") -> None:
        """Nobody waits for this answer any more. A ping keeps its place: it tells of those behind it too."""
        if self.silent:
            self.close()
        elif answer not in self._pings:
            answer.cancel()

    def wake(self) -> None:
        """It is used again."""
        self.used = True
        if self.idle is not None:
            self.idle.cancel()

    def rest_if_idle(self) -> None:
        """Let it be closed after a while, where nothing is under way."""
        if not self.usable or self.busy:
            return
        told = self.welcome.result().keep_alive
        wait = IDLE_SECONDS if not told else min(IDLE_SECONDS, told / 2)
        if self.idle is not None:
            self.idle.cancel()
        self.idle = asyncio.get_running_loop().call_later(wait, self.close)

    def _next(self) -> int:
        """A packet identifier that is free."""
        while True:
            self._last = self._last % 65_535 + 1
            if self._last not in self._waiting:
                return self._last

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _end(self, why: str) -> None:
        self._why = why
        self.close()

    def close(self) -> None:
        self.usable = False
        if self.idle is not None:
            self.idle.cancel()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(disconnect())
            self._transport.close()


_Key = tuple[str, int, bool, str | None, str | None, str]


class MqttSender:
    """Keeps a connection to each broker and user, at most `SESSIONS`, until it was idle for `IDLE_SECONDS`."""

    def __init__(self, targets: Targets, tls: ssl.SSLContext | None = None) -> None:
        """`tls`: how certificates are judged; None: by the system's authorities."""
        self._dialler = Dialler(targets, tls)
        self._sessions: OrderedDict[_Key, asyncio.Task[_Session]] = OrderedDict()

    async def send(self, message: MqttMessage) -> Receipt:
        """Publish once; never raises but when cancelled."""
        try:
            async with asyncio.timeout(message.timeout):
                return await self._publish(message)
        except TimeoutError:
            return Receipt(0, f"no answer within {message.timeout:g} s")
        except (BadTarget, _Lost) as error:
            return Receipt(0, str(error))
        except (OSError, ssl.SSLError) as error:
            return Receipt(0, f"no connection: {error.strerror or error}")

    async def close(self) -> None:
        opening = list(self._sessions.values())
        self._sessions.clear()
        for task in opening:
            task.cancel()
        for session in await asyncio.gather(*opening, return_exceptions=True):
            if isinstance(session, _Session):
                session.close()
        await asyncio.sleep(0)

    async def _publish(self, message: MqttMessage) -> Receipt:
        session = await self._session(message.target)
        if session.used:
            try:
                return await self._with(session, message)
            except _Lost:
                session = await self._session(message.target)
        return await self._with(session, message)

    async def _with(self, session: _Session, message: MqttMessage) -> Receipt:
        session.wake()
        try:
            return await session.publish(message.target, message.body)
        except asyncio.CancelledError:
            if session.silent:
                session.close()
            raise
        finally:
            session.rest_if_idle()

    def post(self, message: MqttMessage, answered: Answered) -> Callable[[], None] | None:
        """Publish once without waiting, where the connection is open; see `post.Sender.post`."""
        session = self._at_hand(message.target)
        return None if session is None else session.post(message.target, message.body, answered)

    def idle(self, target: MqttTarget) -> bool:
        """Whether `post` will take a message to this broker, as far as is known."""
        session = self._at_hand(target)
        return session is not None and session.has_turn

    def _at_hand(self, target: MqttTarget) -> _Session | None:
        task = self._sessions.get(_key(target))
        if task is None or not task.done() or not _is_open(task):
            return None
        self._sessions.move_to_end(_key(target))
        return task.result()

    async def _session(self, target: MqttTarget) -> _Session:
        """The connection to a broker: the one that is there, or one that is opened for all who wait for it."""
        key = _key(target)
        task = self._sessions.get(key)
        if task is None or (task.done() and not _is_open(task)):
            self._make_room()
            task = self._sessions[key] = asyncio.get_running_loop().create_task(self._open(target))
            task.add_done_callback(_retrieve)
        self._sessions.move_to_end(key)
        return await asyncio.shield(task)

    def _make_room(self) -> None:
        for key, task in list(self._sessions.items()):
            if task.done() and not _is_open(task):
                del self._sessions[key]
            elif len(self._sessions) >= SESSIONS and task.done() and not task.result().busy:
                self._sessions.pop(key).result().close()

    async def _open(self, target: MqttTarget) -> _Session:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                session = await self._dialler.dial(target, lambda: _Session(target))
                try:
                    welcome = await session.welcome
                except asyncio.CancelledError:
                    session.close()
                    raise
        except TimeoutError:
            raise _Lost(f"the broker did not welcome us within {CONNECT_SECONDS:g} s") from None
        if welcome.code:
            session.close()
            raise _Lost(_reason(welcome.code, "the broker refuses the connection"))
        return session


def _key(target: MqttTarget) -> _Key:
    return target.host, target.port, target.tls, target.user, target.password, target.version


def _receipt(code: int) -> Receipt:
    if code >= REFUSED:
        return Receipt(_STATUS.get(code, 0), _reason(code, "the broker does not take the message"))
    return Receipt(TAKEN)


def _is_open(task: "asyncio.Task[_Session]") -> bool:
    return not task.cancelled() and task.exception() is None and task.result().usable


def _retrieve(task: "asyncio.Task[_Session]") -> None:
    """Whoever waited may have gone: then nobody asks how it ended."""
    if not task.cancelled():
        task.exception()


def _answer(future: "asyncio.Future[int]", code: int) -> None:
    if not future.done():
        future.set_result(code)


def _reason(code: int, otherwise: str) -> str:
    return _REASONS.get(code, f"{otherwise} (MQTT reason {code:#x})" if code else otherwise)
