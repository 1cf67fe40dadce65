"""What every feed has of the store: its log, read from a position on, and the positions of those who follow long."""

from pinisi.store.log import LogSlice, Position
from pinisi.store.protocol import Store

PATIENCE = 20_000
SLICE = 1_000


class LogFeed:
    def __init__(self, store: Store, patience: int) -> None:
        """`patience`: entries that a follower may be behind before he is cut to `reset`."""
        self._store = store
        self._patience = patience

    async def resume(self, tenant: str, name: str) -> Position:
        position = await self._store.cursor(tenant, name)
        return 0 if position is None else position

    async def _read(self, tenant: str, after: Position) -> LogSlice:
        """What the store's log has after a position."""
        newest = await self._store.position(tenant)
        if newest - after > self._patience:
            return LogSlice((), newest, reset=True)
        return await self._store.log(tenant, after, SLICE)
