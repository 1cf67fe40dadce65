"""The connections of one process to PostgreSQL: some for those who read, some kept free for those who write."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg

from pinisi.store.change import StoreUnavailable
from pinisi.store.postgres_faults import LOST
from pinisi.store.postgres_hosts import Hosts
from pinisi.store.postgres_schema import make_house
from pinisi.store.postgres_timeline import Timeline

FAR_THREADS = 4
"""Long reads side by side. Each holds a connection of the pool."""
WRITERS = 4
"""Connections that only writers may have: reading, however much, keeps nobody from writing."""
PATIENCE_SECONDS = 10.0
"""How long somebody waits for a connection, when all are busy."""
LONGEST_SECONDS = 60.0
"""No statement of ours takes so long; PostgreSQL hangs."""

_SETTINGS = {
    "application_name": "pinisi",
    "timezone": "UTC",
    "jit": "off",
    # A machine that is gone holds no lock for longer than this: PostgreSQL asks the other side, and ends its session.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "idle_in_transaction_session_timeout": "60000",
}
_WRITER_SETTINGS = _SETTINGS | {"plan_cache_mode": "force_generic_plan"}
logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
"""What is wrong is said by whoever asks, in plain words: its pools would add a page of their code to each attempt."""
_KEEPALIVE = ((socket.TCP_KEEPIDLE, 5), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3))


class Postgres:
    """Two pools, opened when they are first needed, and the threads of long reads.

    `another_leads` is called with the first session of a machine that leads where another did before: it answers what
    this process knows and that machine does not, "" if nothing.
    """

    def __init__(self, address: str, another_leads: Callable[[Any], Awaitable[str]], most: int = 16) -> None:
        self._hosts = Hosts(address, self._begun)
        self.timeline = Timeline(self._changed)
        self._another_leads = another_leads
        self._readers = max(2, most - WRITERS)
        self._reading: Any = None
        self._writing: Any = None
        self._opening = asyncio.Lock()
        self.writers: set[int] = set()
        """The sessions of this process that write."""
        self.threads = ThreadPoolExecutor(FAR_THREADS, "read-postgres")

    async def open(self) -> Any:
        """The pool of those who read, with what all tenants share made."""
        if self._reading is None:
            async with self._opening:
                if self._reading is None:
                    await self._open()
        return self._reading

    async def _open(self) -> None:
        writing = await self._pool(WRITERS, _WRITER_SETTINGS, self._writes)
        try:
            async with writing.acquire() as connection:
                await make_house(connection)
            self._reading = await self._pool(self._readers, _SETTINGS)
        except BaseException:
            writing.terminate()
            raise
        self._writing = writing

    async def _begun(self, connection: Any) -> None:
        _mind_the_line(connection)
        await self.timeline.look(connection)

    async def _changed(self, connection: Any) -> str:
        """Another machine leads: no session of the one before is used again."""
        await self.give_up_sessions()
        return await self._another_leads(connection)

    async def give_up_sessions(self) -> None:
        """Whoever asks next gets a new session, of the machine that leads by then."""
        for pool in (self._reading, self._writing):
            if pool is not None:
                await pool.expire_connections()

    async def not_of_the_leader(self) -> None:
        """A session of ours was told that nothing can be written there: what the address leads to is asked anew."""
        if not self._hosts.leader_only:
            await self.give_up_sessions()

    async def _writes(self, connection: Any) -> None:
        session = connection.get_server_pid()
        self.writers.add(session)

        def ended(_connection: Any) -> None:
            self.writers.discard(session)

        connection.add_termination_listener(ended)

    async def _pool(
        self, most: int, settings: dict[str, str], begun: Callable[[Any], Awaitable[None]] | None = None
    ) -> Any:
        return await asyncpg.create_pool(
            connect=self._hosts.connect,
            min_size=1,
            max_size=most,
            reset=_as_it_is,
            init=begun,
            server_settings=settings,
            command_timeout=LONGEST_SECONDS,
            timeout=PATIENCE_SECONDS,
        )

    async def close(self) -> None:
        self.threads.shutdown()
        for pool in (self._reading, self._writing):
            if pool is not None:
                await pool.close()
        self._reading = self._writing = None

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncGenerator[Any]:
        """One for reading."""
        self.timeline.see()
        pool = self._reading or await self.open()
        connection = await _acquired(pool)
        try:
            yield connection
        finally:
            await pool.release(connection)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncGenerator[Any]:
        """One for writing."""
        self.timeline.see()
        if self._writing is None:
            await self.open()
        pool: Any = self._writing
        connection = await _acquired(pool)
        try:
            yield connection
        finally:
            await pool.release(connection)

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Any]:
        """A connection that sees one moment and writes nothing."""
        async with self.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection

    async def fetch(self, sql: str, *values: Any) -> Sequence[Any]:
        """Rows of one reading statement; a lost connection is replaced once."""
        try:
            async with self.connection() as connection:
                return await connection.fetch(sql, *values)
        except TimeoutError:
            raise
        except LOST:
            async with self.connection() as connection:
                return await connection.fetch(sql, *values)

    async def row(self, sql: str, *values: Any) -> Any:
        found = await self.fetch(sql, *values)
        return found[0] if found else None

    async def apart(self) -> Any:
        """A connection of its own, for what lives as long as its session (a duty, a call)."""
        await self.open()
        return await self._hosts.connect(
            server_settings=_SETTINGS, timeout=PATIENCE_SECONDS, command_timeout=LONGEST_SECONDS
        )


async def _acquired(pool: Any) -> Any:
    if pool.get_idle_size() or pool.get_size() < pool.get_max_size():
        return await pool.acquire()
    try:
        return await pool.acquire(timeout=PATIENCE_SECONDS)
    except TimeoutError:
        raise StoreUnavailable(
            f"all {pool.get_max_size()} connections of this process to PostgreSQL were busy for {PATIENCE_SECONDS:g} s"
        ) from None


def _mind_the_line(connection: Any) -> None:
    """Find out within seconds that PostgreSQL's machine is gone, not when the system gives up after a quarter hour."""
    transport = getattr(connection, "_transport", None)
    line = None if transport is None else transport.get_extra_info("socket")
    if line is None or line.family not in (socket.AF_INET, socket.AF_INET6):
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        line.setsockopt(socket.IPPROTO_TCP, option, value)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 10_000)


async def _as_it_is(_connection: Any) -> None:
    """Whoever used a connection left nothing open: resetting it would cost a statement each time."""
