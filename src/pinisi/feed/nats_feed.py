"""The feed for several processes: each hears from NATS JetStream what any of them committed. See decision 0010.

The store's log is the truth and the stream its echo: a follower begins with the log, goes on with the stream, and reads
the log again wherever the stream has a gap, is silent or away. So nothing is lost with NATS, only time: a second.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import structlog

from pinisi.feed.address import NatsAddress
from pinisi.feed.ending import end
from pinisi.feed.heard import Heard
from pinisi.feed.lines import BadMessage, read_message
from pinisi.feed.log_feed import PATIENCE, SLICE, LogFeed
from pinisi.feed.nats_link import NatsLink
from pinisi.feed.nats_reader import NatsReader
from pinisi.feed.nats_relay import NatsRelay
from pinisi.feed.seen import seen_by
from pinisi.store.log import LogEntry, LogSlice, Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import Grants

LOOK_SECONDS = 1.0
_log = structlog.get_logger("pinisi.feed")


class NatsFeed(LogFeed):
    """A `Feed` for every process on a store; `heard` must be among the store's listeners.

    `relay` is the work of one process at a time: without it followers hear what the store shows them once a second.
    """

    def __init__(self, store: Store, address: NatsAddress, *, patience: int = PATIENCE) -> None:
        super().__init__(store, patience)
        self._heard: dict[str, Heard] = {}
        self._link = NatsLink(address, self._changed)
        self._reader = NatsReader(self._link, self._take)
        self._relay = NatsRelay(store, self._link)
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Begin to listen. A NATS that is away is waited for in the background."""
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._link.open(), name="connection to NATS"),
            loop.create_task(self._reader.run(), name="reader of NATS"),
        ]

    async def close(self) -> None:
        await end(self._tasks)
        await self._link.close()

    @property
    def connected(self) -> bool:
        return self._link.connected

    async def listening(self) -> None:
        """Until this process hears by NATS."""
        await self._reader.listening.wait()

    async def relay(self) -> None:
        """Put the store's log into the stream, until NATS is out of reach for long."""
        await self._relay.run()

    def heard(self, tenant: str, _entries: Sequence[LogEntry]) -> None:
        """The store's listener: ring for the relay; while NATS is away, wake those who follow."""
        self._relay.ring(tenant)
        if not self._link.connected and tenant in self._heard:
            self._heard[tenant].stir()

    async def follow(self, tenant: str, after: Position, grants: Grants) -> AsyncIterator[LogSlice]:
        heard = self._heard.setdefault(tenant, Heard())
        sure = False
        while True:
            stirred = heard.stirred
            piece = heard.after(after, SLICE) if sure else None
            if piece is None:
                piece = await self._read(tenant, after)
                sure = piece.reset or piece.position <= after or len(piece.entries) < SLICE
            if not piece.reset and piece.position <= after:
                sure = await _rung(stirred) and self._link.connected
                continue
            after = piece.position
            yield piece if piece.reset else LogSlice(seen_by(grants, piece.entries), piece.position)

    def _take(self, tenant: str, body: bytes) -> None:
        """What nobody here follows is not even read: whoever begins to follow begins in the store."""
        heard = self._heard.get(tenant)
        if heard is None:
            return
        try:
            heard.take(read_message(body))
        except BadMessage as error:
            _log.warning("a message of the stream is passed over", tenant=tenant, reason=str(error))

    def _changed(self) -> None:
        """The connection was made or lost: let those who follow look for themselves."""
        for heard in self._heard.values():
            heard.forget()


async def _rung(stirred: asyncio.Event) -> bool:
    """Whether more was heard in time."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await stirred.wait()
    except TimeoutError:
        return False
    return True
