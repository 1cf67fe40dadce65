"""The feed inside one process: followers are woken by the store's commits and read the log from their own position.

Nothing is queued for a follower: he holds a position, the log holds the entries, so memory stays bounded however slow
he is. One who falls further behind than `patience` entries is cut to `reset`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pinisi.feed.log_feed import PATIENCE, LogFeed
from pinisi.feed.seen import seen_by
from pinisi.store.log import LogEntry, LogSlice, Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import Grants


class InProcessFeed(LogFeed):
    """A `Feed` in the process of the store; `heard` must be among the store's listeners."""

    def __init__(self, store: Store, *, patience: int = PATIENCE) -> None:
        super().__init__(store, patience)
        self._committed: dict[str, asyncio.Event] = {}

    async def open(self) -> None:
        """Nothing has to be opened."""

    async def close(self) -> None:
        """Nothing has to be closed."""

    @property
    def connected(self) -> bool:
        """There is nobody to lose."""
        return True

    async def listening(self) -> None:
        """At once."""

    async def relay(self) -> None:
        """Nothing is relayed: whoever follows reads the log itself."""

    def heard(self, tenant: str, _entries: Sequence[LogEntry]) -> None:
        """The store's listener: wake all followers of the tenant."""
        event = self._committed.pop(tenant, None)
        if event is not None:
            event.set()

    async def follow(self, tenant: str, after: Position, grants: Grants) -> AsyncIterator[LogSlice]:
        while True:
            waiting = self._committed.setdefault(tenant, asyncio.Event())
            piece = await self._read(tenant, after)
            if not piece.reset and piece.position <= after:
                await waiting.wait()
                continue
            after = piece.position
            yield piece if piece.reset else LogSlice(seen_by(grants, piece.entries), piece.position)
