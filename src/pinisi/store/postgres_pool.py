"""The connections of one process to PostgreSQL: a pool, opened when it is first needed."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import asyncpg

from pinisi.store.postgres_faults import LOST
from pinisi.store.postgres_schema import make_house

FAR_THREADS = 4
"""Long reads side by side. Each holds a connection of the pool."""


class Postgres:
    """A pool, and the threads of long reads."""

    def __init__(self, address: str, most: int = 16) -> None:
        self.address = address
        self._most = most
        self._pool: Any = None
        self._opening = asyncio.Lock()
        self.threads = ThreadPoolExecutor(FAR_THREADS, "read-postgres")

    async def open(self) -> Any:
        """The pool, with what all tenants share made."""
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    pool = await asyncpg.create_pool(
                        self.address, min_size=1, max_size=self._most, reset=_as_it_is, server_settings=_SETTINGS
                    )
                    try:
                        async with cast(Any, pool).acquire() as connection:
                            await make_house(connection)
                    except BaseException:
                        pool.terminate()
                        raise
                    self._pool = pool
        return self._pool

    async def close(self) -> None:
        self.threads.shutdown()
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncGenerator[Any]:
        pool = self._pool or await self.open()
        async with pool.acquire() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Any]:
        """A connection that sees one moment and writes nothing."""
        async with self.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection

    async def fetch(self, sql: str, *values: Any) -> Sequence[Any]:
        """Rows of one reading statement; a lost connection is replaced once."""
        pool = self._pool or await self.open()
        try:
            return await pool.fetch(sql, *values)
        except LOST:
            return await pool.fetch(sql, *values)

    async def row(self, sql: str, *values: Any) -> Any:
        found = await self.fetch(sql, *values)
        return found[0] if found else None

    async def apart(self) -> Any:
        """A connection of its own, for what lives as long as its session (a duty, a call)."""
        await self.open()
        return await cast(Any, asyncpg).connect(self.address, server_settings=_SETTINGS)


_SETTINGS = {"application_name": "pinisi", "timezone": "UTC", "jit": "off"}


async def _as_it_is(_connection: Any) -> None:
    """Whoever used a connection left nothing open: resetting it would cost a statement each time."""
