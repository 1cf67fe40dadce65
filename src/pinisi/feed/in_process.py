"""The feed inside one process: followers are woken by the store's commits and read the log from their own position.

Nothing is queued for a follower: he holds a position, the log holds the entries, so memory stays bounded however slow
he is. One who falls further behind than `patience` entries is cut to `reset`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pinisi.feed.seen import seen_by
from pinisi.store.protocol import LogEntry, LogSlice, Position, Store
from pinisi.vocabulary.principal import Grants

PATIENCE = 20_000
SLICE = 1_000


class InProcessFeed:
    """A `Feed` in the process of the store; `heard` must be among the store's listeners."""

    def __init__(self, store: Store, *, patience: int = PATIENCE) -> None:
        self._store = store
        self._patience = patience
        self._committed: dict[str, asyncio.Event] = {}

    async def open(self) -> None:
        """Nothing has to be opened."""

    async def close(self) -> None:
        """Nothing has to be closed."""

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
            newest = await self._store.position(tenant)
            if newest - after > self._patience:
                after = newest
                yield LogSlice((), newest, reset=True)
                continue
            piece = await self._store.log(tenant, after, SLICE)
            if not piece.reset and piece.position <= after:
                await waiting.wait()
                continue
            after = piece.position
            yield piece if piece.reset else LogSlice(seen_by(grants, piece.entries), piece.position)

    async def resume(self, tenant: str, name: str) -> Position:
        position = await self._store.cursor(tenant, name)
        return 0 if position is None else position
