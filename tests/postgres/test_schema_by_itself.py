"""A tenant's schema stands by itself: it can be dumped, restored and moved without any other (Citus moves schemas)."""

import asyncio
import subprocess
from typing import Any, cast

import asyncpg
import pytest
from written_at_hand import TENANT, add_one, clock, count, made, named

from pinisi.store.postgres import PostgresStore
from pinisi.vocabulary.principal import SYSTEM
from postgres_server import Server, binaries

pytestmark = pytest.mark.anyio
_connect: Any = cast(Any, asyncpg).connect

_REFERENCES = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = $1::regnamespace"
_TRIGGERS = (
    "SELECT tgname FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid "
    "WHERE NOT tgisinternal AND c.relnamespace = $1::regnamespace"
)
_OTHER_KINDS = (
    "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = $1::regnamespace "
    "AND relkind NOT IN ('r', 'p', 'i', 'I', 't')"
)
_TYPES = (
    "SELECT DISTINCT t.typnamespace::regnamespace::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid "
    "JOIN pg_type AS t ON t.oid = atttypid WHERE c.relnamespace = $1::regnamespace ORDER BY 1"
)
_LEVELS = (
    "SELECT c.relname FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid "
    "WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'p'"
)


async def test_nothing_in_it_refers_to_another(address: str) -> None:
    """Foreign keys, triggers, views and sequences there are none; types are PostgreSQL's and PostGIS's."""
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
    connection = await _connect(address)
    schema = f'"tenant {TENANT}"'
    for asked in (_REFERENCES, _TRIGGERS, _OTHER_KINDS, _LEVELS):
        assert await connection.fetch(asked, schema) == [], asked
    assert [name for (name,) in await connection.fetch(_TYPES, schema)] == ["pg_catalog", "public"]
    await connection.close()


def _copy(address: str, elsewhere: str) -> None:
    dump = [binaries() / "pg_dump", "--schema", f'"tenant {TENANT}"', "--dbname", address]
    told = subprocess.run(dump, check=True, capture_output=True).stdout
    restore = [binaries() / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", elsewhere]
    subprocess.run(restore, input=told, check=True, capture_output=True)


async def test_it_is_restored_alone_and_written_on(server: Server, address: str) -> None:
    """Beside PostGIS it needs one line: that there is such a tenant."""
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a"), named("urn:b", 1)], SYSTEM)
        await store.apply("other", [made("urn:a")], SYSTEM)
        await add_one(store, "urn:a")
    elsewhere = server.make(f"{address.partition('@/')[2].partition('?')[0]}elsewhere")
    async with PostgresStore(elsewhere, clock) as store:
        await store.tenants()
    await asyncio.to_thread(_copy, address, elsewhere)
    here, there = await _connect(address), await _connect(elsewhere)
    line = await here.fetchrow("SELECT * FROM pinisi.tenant WHERE name = $1", TENANT)
    await there.execute("INSERT INTO pinisi.tenant VALUES ($1, $2, $3)", *line)
    await here.close()
    await there.close()
    async with PostgresStore(elsewhere, clock) as store:
        assert await store.tenants() == [TENANT]
        assert await add_one(store, "urn:a") == 4
        assert await count(store, "urn:a") == 2
