"""Calls between processes: PostgreSQL tells each of them that a tenant's log has grown. Data never go this way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from pinisi.store.change import StoreUnavailable
from pinisi.store.postgres_faults import FAULTS, reason
from pinisi.store.postgres_pool import Postgres

CHANNEL = "pinisi"
_LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 0.5
_GATHER_SECONDS = 0.02
"""Between two readings: where others write hundreds of groups a second, lines of several are read at once."""
_log = structlog.get_logger("pinisi.store")


class News:
    """`called` is asked to read what is new of a tenant; of all (None) where calls may have been missed.

    `unheard` tells whether a position of a tenant is news. Calls of what this process wrote itself are none.
    """

    def __init__(
        self,
        postgres: Postgres,
        called: Callable[[str | None], Awaitable[None]],
        unheard: Callable[[str, int], bool],
    ) -> None:
        self._unheard = unheard
        self._postgres = postgres
        self._called = called
        self._task: asyncio.Task[None] | None = None
        self._waiting: set[str | None] = set()
        self._rung = asyncio.Event()
        self._told = ""
        """Why calls are not heard: said once."""

    def begin(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="calls of other processes")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                connection = await self._postgres.apart()
                try:
                    await connection.add_listener(CHANNEL, self._heard)
                    self._told = ""
                    connection.add_termination_listener(self._lost)
                    await self._follow(connection)
                finally:
                    connection.terminate()
            except (*FAULTS, StoreUnavailable) as error:
                told = reason(error)
                if told != self._told:
                    _log.warning("calls of other processes are not heard now", reason=told)
                self._told = told
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _follow(self, connection: Any) -> None:
        """Until the connection is lost; a look now and then costs nothing and needs no call."""
        self._waiting.add(None)
        self._rung.set()
        while not connection.is_closed():
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._rung.wait()
            except TimeoutError:
                self._waiting.add(None)
            self._rung.clear()
            waiting, self._waiting = self._waiting, set()
            for tenant in [None] if None in waiting else waiting:
                await self._called(tenant)
            await asyncio.sleep(_GATHER_SECONDS)

    def _heard(self, _connection: Any, session: int, _channel: str, payload: object) -> None:
        position, _, tenant = str(payload).partition(" ")
        if session not in self._postgres.writers and self._unheard(tenant, int(position)):
            self._waiting.add(tenant)
            self._rung.set()

    def _lost(self, _connection: Any) -> None:
        self._rung.set()
