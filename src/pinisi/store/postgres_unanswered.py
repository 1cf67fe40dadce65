"""A commit that was asked for and not answered: whether it was made, found out by the link of its last line.

The link is a SHA-256 over all lines before it: no other transaction has it (`store.chain`). A group that took a turn
does not know its links yet: the number of the turn was written with it (`store.postgres_turn`).
"""

import asyncio
from typing import Any

import structlog

from pinisi.store.change import StoreUnavailable
from pinisi.store.postgres_faults import FAULTS
from pinisi.store.postgres_group import Group
from pinisi.store.postgres_pool import Postgres
from pinisi.store.postgres_turn import Place

_log = structlog.get_logger("pinisi.store")
ASKED_SECONDS = 20.0
_AGAIN_SECONDS = 0.1
_END_IT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND pid <> pg_backend_pid() "
    "AND datname = current_database() AND usename = current_user"
)
"""Where a standby has taken over, a session of another program may have this number."""


async def was_kept(postgres: Postgres, schema: str, group: Group, seconds: float = ASKED_SECONDS) -> bool | None:
    """Whether a group is in the database; None where that cannot be found out in time.

    The session that was to commit may not have heard of its end: it is ended, and its lock of the head waited for, so
    that nothing is committed after this has answered. A group without a line in the log may be made twice: it says
    how something shall be, not by how much it changes.
    """
    ends = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await _asked(postgres, schema, group)
        except FAULTS as error:
            if asyncio.get_running_loop().time() > ends:
                _log.error("whether a commit was made cannot be found out now", reason=str(error))
                return None
            await asyncio.sleep(_AGAIN_SECONDS)


async def _asked(postgres: Postgres, schema: str, group: Group) -> bool:
    async with postgres.writing() as connection:
        await connection.execute(_END_IT, group.backend)
        async with connection.transaction():
            if group.turn is not None:
                return await _took_turn(connection, schema, group, *group.turn)
            mark = await connection.fetchval(f"SELECT xmin FROM {schema}.head FOR UPDATE")
            if mark == group.head.mark or not group.draft.log:
                return False
            sql = f"SELECT link FROM {schema}.log WHERE position = $1"
            found = await connection.fetchval(sql, group.draft.position)
            return found is not None and found == group.draft.link


async def _took_turn(connection: Any, schema: str, group: Group, process: str, number: int) -> bool:
    """A turn leaves its number, and where the log ended before it."""
    await connection.execute(f"SELECT FROM {schema}.head FOR UPDATE")
    sql = f"SELECT position, time, next_row FROM {schema}.turn WHERE process = $1 AND number = $2"
    found = await connection.fetchrow(sql, process, number)
    if found is None:
        return False
    group.lies_at(Place(*found))
    return True


def doubt(error: BaseException) -> StoreUnavailable:
    """What is told where nobody can say."""
    return StoreUnavailable(f"PostgreSQL did not answer a commit, and is away: look whether it was kept ({error})")
