"""Puts the store's log into the stream, in its order: one process does it for all.

The log stays the truth. Where the stream ends is read in the stream itself, so nothing is noted twice: a relay goes on
after the last line that is there, however long NATS or the relay was away. Each message is taken only after the one
before it (`Nats-Expected-Last-Subject-Sequence`), so that of two who think that it is their turn one is refused; one
that is sent again because its answer was lost is dropped by its id (`Nats-Msg-Id`).
"""

import asyncio
from hashlib import sha256
from typing import NamedTuple

import structlog
from nats.js.api import Header
from nats.js.errors import APIError, NotFoundError

from pinisi.feed.lines import BadMessage, Message, messages, read_message, subject_of
from pinisi.feed.nats_link import AGAIN_SECONDS, ANSWER_SECONDS, FAULTS, NatsLink
from pinisi.store.change import StoreUnavailable
from pinisi.store.log import LogEntry, Position
from pinisi.store.protocol import Store

LINES = 500
LOOK_SECONDS = 5.0
AWAY_SECONDS = 5.0
"""So long a relay waits for a NATS that it cannot reach, before another process may try."""
_WRONG_LAST_SEQUENCE = 10071
_log = structlog.get_logger("pinisi.feed")


class Overtaken(Exception):
    """Another has written into the stream since."""


class End(NamedTuple):
    """Where the stream ends for a tenant: position of its last line, sequence of its last message (0: none)."""

    position: Position
    sequence: int


class NatsRelay:
    """`ring` says that a tenant's log has grown."""

    def __init__(self, store: Store, link: NatsLink) -> None:
        self._store = store
        self._link = link
        self._ends: dict[str, End] = {}
        self._relayed: dict[str, Position] = {}
        self._rung: set[str] = set()
        self._bell = asyncio.Event()

    def ring(self, tenant: str) -> None:
        self._rung.add(tenant)
        self._bell.set()

    async def run(self) -> None:
        """Relay until NATS is out of reach for long; what was known of the stream before is read anew."""
        self._ends.clear()
        await self._begin()
        while await self._link.there_within(AWAY_SECONDS):
            rung, self._rung = self._rung, set()
            self._bell.clear()
            try:
                if not self._ends:
                    await self._link.see_to_stream()
                for tenant in rung:
                    await self._relay(tenant)
            except (*FAULTS, Overtaken, StoreUnavailable) as error:
                _log.info("the relay begins anew", reason=str(error) or repr(error))
                self._ends.clear()
                self._rung |= rung
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            await self._rest()

    async def _begin(self) -> None:
        """Note where each log ends now."""
        while True:
            try:
                for tenant in await self._store.tenants():
                    self._relayed.setdefault(tenant, await self._store.position(tenant))
                    self._rung.add(tenant)
            except StoreUnavailable:
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def _rest(self) -> None:
        """Until the bell rings; all are looked at now and then, whatever bell was missed."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            self._rung.update(await self._tenants())

    async def _tenants(self) -> list[str]:
        try:
            return list(await self._store.tenants())
        except StoreUnavailable:
            return []

    async def _relay(self, tenant: str) -> None:
        """Everything that the log has more than the stream."""
        end = self._ends.get(tenant) or await self._end(tenant)
        while True:
            self._ends[tenant] = end
            piece = await self._store.log(tenant, end.position, LINES)
            if piece.position < end.position:
                raise Overtaken(f"the log of {tenant} ends before the stream")
            if piece.position == end.position:
                return
            for message, body in messages(end.position, piece):
                end = End(message.position, await self._send(tenant, end, body))
                self._relayed[tenant] = end.position

    async def _end(self, tenant: str) -> End:
        """Where to go on; a stream that tells another story than the log (a restored database) is emptied.

        One that says nothing of a tenant begins where the log ended when the relay began: the rest is in the log.
        """
        newest = await self._store.position(tenant)
        subject = subject_of(self._link.address.stream, tenant)
        try:
            last = await self._link.jetstream.get_last_msg(self._link.address.stream, subject)
        except NotFoundError:
            return End(min(newest, self._relayed.get(tenant, 0)), 0)
        message = _read(last.data)
        if message is not None and message.position <= newest and await self._is_of_this_log(tenant, message):
            return End(message.position, last.seq or 0)
        _log.warning("the stream is of another log: it is emptied", tenant=tenant, stream=self._link.address.stream)
        await self._link.jetstream.purge_stream(self._link.address.stream, subject=subject)
        return End(newest, 0)

    async def _is_of_this_log(self, tenant: str, message: Message) -> bool:
        if not message.lines:
            return True
        piece = await self._store.log(tenant, message.position - 1, 1)
        return piece.reset or [_name(line) for line in piece.entries] == [_name(message.lines[-1])]

    async def _send(self, tenant: str, end: End, body: bytes) -> int:
        """Send until it is taken; answers its sequence.

        Raises:
            TimeoutError: it was not answered, and NATS was lost.
            Overtaken: the stream does not end there any more.
        """
        subject = subject_of(self._link.address.stream, tenant)
        headers: dict[str, str] = {
            Header.MSG_ID: f"{tenant}/{end.position}/{sha256(body).hexdigest()}",
            Header.EXPECTED_LAST_SUBJECT_SEQUENCE: str(end.sequence),
        }
        while True:
            try:
                taken = await self._link.jetstream.publish(subject, body, timeout=ANSWER_SECONDS, headers=headers)
            except APIError as error:
                if error.err_code == _WRONG_LAST_SEQUENCE:
                    raise Overtaken(f"{subject}: {error.description}") from error
                raise
            except TimeoutError:
                if not self._link.connected:
                    raise
            else:
                if taken.duplicate:
                    raise Overtaken(f"{subject}: this message is there already")
                return taken.seq


def _read(body: bytes | None) -> Message | None:
    try:
        return read_message(body or b"")
    except BadMessage:
        return None


def _name(line: LogEntry) -> tuple[Position, int, str, str]:
    return line.position, line.time, line.subject, line.principal
