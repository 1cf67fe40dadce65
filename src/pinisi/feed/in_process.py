"""The feed inside one process: followers are woken by the store's commits and read the log from their own position.

Nothing is queued for a follower: he holds a position, the log holds the entries, so memory stays bounded however slow
he is. One who falls further behind than `patience` entries is cut to `reset`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pinisi.store.protocol import LogEntry, LogSlice, Position, Store
from pinisi.vocabulary.principal import Grants

PATIENCE = 20_000
SLICE = 1_000


class InProcessFeed:
    def __init__(self, store: Store, *, patience: int = PATIENCE) -> None:
        self._store = store
        self._patience = patience
        self._committed: dict[str, asyncio.Event] = {}

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
            yield piece if piece.reset else LogSlice(_seen(piece.entries, grants), piece.position)

    async def resume(self, tenant: str, name: str) -> Position:
        position = await self._store.cursor(tenant, name)
        return 0 if position is None else position


def _seen(entries: Sequence[LogEntry], grants: Grants) -> Sequence[LogEntry]:
    """The entries that a reader may hear of: he could see the entity before or can see it after."""
    if grants.sees_all:
        return entries
    return [entry for entry in entries if _may_hear(entry, grants)]


def _may_hear(entry: LogEntry, grants: Grants) -> bool:
    if entry.op in ("document", "audit"):
        return False
    before = grants.projection(entry.types, entry.areas_before) if entry.op != "create" else None
    after = grants.projection(entry.types, entry.areas_after) if entry.op != "delete" else None
    if before is None and after is None:
        return False
    if before is not None and after is not None and entry.attributes:
        shown = after.attributes
        return shown is None or not shown.isdisjoint(entry.attributes)
    return True
