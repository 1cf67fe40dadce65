"""Who hears of a change: durable cursors over the log of a tenant."""

from collections.abc import AsyncIterator
from typing import Protocol

from pinisi.store.log import LogSlice, Position
from pinisi.vocabulary.principal import Grants


class Feed(Protocol):
    def follow(self, tenant: str, after: Position, grants: Grants) -> AsyncIterator[LogSlice]:
        """Slices of the log after a position, as they are committed, for ever.

        A slice with `reset` says that what came between is gone (older than the log, or the reader was too slow):
        begin with a new picture at its position. A slice with no entries moves the position past what the reader may
        not see.
        """
        ...

    async def resume(self, tenant: str, name: str) -> Position:
        """Where a durable cursor stands; a new one at 0, whose first slice is a reset where the log was trimmed."""
        ...
