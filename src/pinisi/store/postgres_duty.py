"""What only one process may do at a time: held by an advisory lock of a session, so that it ends with its process."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

from pinisi.store.postgres_faults import FAULTS
from pinisi.store.postgres_pool import Postgres

_AGAIN_SECONDS = 0.5
_LOOK_SECONDS = 5.0
_TAKE = "SELECT NOT pg_is_in_recovery() AND pg_try_advisory_lock(hashtextextended($1, 4242))"
"""A standby has locks of its own: who takes one there would have the duty beside him who has it where writes go."""


@contextlib.asynccontextmanager
async def duty(postgres: Postgres, name: str) -> AsyncGenerator[asyncio.Event]:
    """Wait until no other process has this duty, and have it. The event is set when it was lost with its session."""
    lost = asyncio.Event()
    connection = await _taken(postgres, name)
    connection.add_termination_listener(_setting(lost))
    watch = asyncio.get_running_loop().create_task(_watched(connection, lost), name=f"duty {name}")
    try:
        yield lost
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        connection.terminate()


def _setting(lost: asyncio.Event) -> Callable[[Any], None]:
    def ended(_connection: Any) -> None:
        lost.set()

    return ended


async def _taken(postgres: Postgres, name: str) -> Any:
    """A connection whose session has the duty."""
    while True:
        try:
            connection = await postgres.apart()
            try:
                while True:
                    if await connection.fetchval(_TAKE, f"pinisi {name}"):
                        break
                    await asyncio.sleep(_AGAIN_SECONDS)
            except BaseException:
                connection.terminate()
                raise
        except FAULTS:
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            return connection


async def _watched(connection: Any, lost: asyncio.Event) -> None:
    """A session whose machine has gone is found by asking it."""
    with contextlib.suppress(*FAULTS):
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await connection.fetchval("SELECT 1", timeout=_LOOK_SECONDS)
    lost.set()
