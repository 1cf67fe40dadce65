"""Which machine's story the sessions of this process tell: PostgreSQL begins a new timeline with each new leader.

A process remembers what it has read and written, by the position in the log. A standby that takes over has all of it
where replication is synchronous. Where it is not, positions that were lost are given again, to other changes: a process
that knew the first would answer from what is no longer true. So each new session is looked at before it is used. A
machine of an older timeline is one that does not know yet that it leads no longer: nothing is read from it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from pinisi.store.change import StoreUnavailable

_ASK = (
    "SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END, "
    "pg_postmaster_start_time()"
)
_log = structlog.get_logger("pinisi.store")


class OfAnOlderLeader(ConnectionError):
    """A machine that led before another does: it has not heard of it yet."""


class Timeline:
    """`changed` is called with the first session of a leader that is new, or has started again.

    It answers what has been lost, "" if nothing.
    """

    def __init__(self, changed: Callable[[Any], Awaitable[str]]) -> None:
        self._changed = changed
        self._newest: tuple[int, Any] = (0, None)
        self._looking = asyncio.Lock()
        self.lost = asyncio.Event()
        """What this process knows is not what PostgreSQL says: it has to begin anew."""
        self._what = ""

    def see(self) -> None:
        """Raises `StoreUnavailable` where this process knows what has been lost."""
        if self._what:
            raise StoreUnavailable(f"PostgreSQL has lost what this process knew, which has to begin anew: {self._what}")

    async def look(self, connection: Any) -> None:
        """Look at a new session. A standby, which somebody named who wants no more than to read, is not looked at.

        Raises:
            OfAnOlderLeader: see there.
            StoreUnavailable: as `see`.
        """
        async with self._looking:
            told, started = await connection.fetchrow(_ASK)
            if not told:
                return
            timeline, (newest, since) = int(told, 16), self._newest
            if timeline < newest:
                raise OfAnOlderLeader(f"timeline {timeline} of PostgreSQL has ended, {newest} has begun")
            if newest and (timeline, started) != (newest, since):
                _log.info("PostgreSQL is there again", timeline=timeline, before=newest)
                self._what = await self._changed(connection)
            self._newest = (timeline, started)
            if self._what:
                self.lost.set()
            self.see()
