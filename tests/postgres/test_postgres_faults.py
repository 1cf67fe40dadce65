"""What goes wrong at PostgreSQL is told in plain words, leaves nothing half done, and is over when it is over."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import asyncpg
import pytest
from written_at_hand import TENANT, add_one, clock, count, made, named

from patience import PATIENCE
from pinisi.store import postgres_pool, postgres_schema, postgres_writer
from pinisi.store.change import StoreUnavailable
from pinisi.store.log import LogEntry
from pinisi.store.postgres import PostgresStore
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from postgres_server import Server

pytestmark = pytest.mark.anyio
_connect: Any = cast(Any, asyncpg).connect
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "


@pytest.fixture
async def store(address: str) -> AsyncIterator[PostgresStore]:
    async with PostgresStore(address, clock, connections=6) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
        yield store


async def said(server: Server, *statements: str) -> None:
    """What an administrator says."""
    connection = await _connect(server.address)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def unavailable(text: str) -> Any:
    return pytest.raises(StoreUnavailable, match=re.escape(text))


# read-only


async def test_read_only_is_said_and_reading_goes_on(server: Server, store: PostgresStore) -> None:
    await said(server, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        with unavailable("PostgreSQL is read-only (a standby?): nothing was written"):
            await _until_refused(store)
        before = await count(store, "urn:a")
        with unavailable("PostgreSQL is read-only"):
            await store.apply(TENANT, [named("urn:new", 1)], SYSTEM)
        assert await count(store, "urn:a") == before
        assert (await store.find(TENANT, EntityQuery(), EVERYTHING, limit=5)).records
    finally:
        await said(
            server,
            "SET default_transaction_read_only = off",
            "ALTER SYSTEM RESET default_transaction_read_only",
            "SELECT pg_reload_conf()",
        )
    await _until_kept(store)
    await store.apply(TENANT, [named("urn:new", 1)], SYSTEM)


async def _until_refused(store: PostgresStore) -> None:
    """Sessions hear of a changed setting a moment later."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        await add_one(store, "urn:a")
        await asyncio.sleep(0.02)


async def _until_kept(store: PostgresStore) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            await add_one(store, "urn:a")
        except StoreUnavailable:
            assert time.monotonic() < ends
            await asyncio.sleep(0.02)
        else:
            return


# who may come in


async def test_a_wrong_password_is_said(server: Server, address: str) -> None:
    rules = server.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    await said(server, "CREATE ROLE guest LOGIN PASSWORD 'right'")
    rules.write_text("local all guest scram-sha-256\n" + before)
    try:
        await said(server, "SELECT pg_reload_conf()")
        await asyncio.sleep(0.1)
        async with PostgresStore(address.replace("pinisi@", "guest:wrong@"), clock) as store:
            with unavailable('PostgreSQL does not let us in: password authentication failed for user "guest"'):
                await add_one(store, "urn:a")
        async with PostgresStore(address.replace("pinisi@", "guest:right@"), clock) as store:
            with unavailable("our account in PostgreSQL may not do this: permission denied"):
                await add_one(store, "urn:a")
    finally:
        rules.write_text(before)
        await said(server, "SELECT pg_reload_conf()", "DROP ROLE guest")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("/test", "/nowhere_test"), "PostgreSQL has no such database"),
        (("host=/", "host=/nowhere/"), "PostgreSQL cannot be reached now"),
    ],
)
async def test_a_wrong_address_is_said(
    address: str, wrong: tuple[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_writer, "_PATIENCE_SECONDS", 0.2)
    async with PostgresStore(address.replace(*wrong), clock) as store:
        with unavailable(told):
            await add_one(store, "urn:a")
        with unavailable(told):
            await store.tenants()


# its tables


async def test_tables_of_a_newer_pinisi_are_refused(server: Server, address: str) -> None:
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
    connection = await _connect(address)
    await connection.execute("UPDATE pinisi.tenant SET version = 99")
    async with PostgresStore(address, clock) as store:
        with unavailable(f"the tenant city has version 99, this Pinisi knows {len(postgres_schema.MIGRATIONS)}"):
            await count(store, "urn:a")
    await connection.execute("UPDATE pinisi.tenant SET version = $1", len(postgres_schema.MIGRATIONS))
    await connection.close()
    async with PostgresStore(address, clock) as store:
        assert await count(store, "urn:a") == 0


async def test_older_tables_are_brought_forward_once_by_whichever_process_comes_first(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
    steps = (*postgres_schema.MIGRATIONS, "CREATE TABLE later (n integer); INSERT INTO later VALUES (1)")
    monkeypatch.setattr(postgres_schema, "MIGRATIONS", steps)
    stores = [PostgresStore(address, clock) for _ in range(4)]
    assert await asyncio.gather(*(count(store, "urn:a") for store in stores)) == [0] * 4
    for store in stores:
        await store.close()
    connection = await _connect(address)
    assert await connection.fetchval('SELECT count(*) FROM "tenant city".later') == 1
    assert await connection.fetchval("SELECT version FROM pinisi.tenant") == len(steps)
    await connection.close()


async def test_a_step_that_fails_leaves_the_tables_as_they_were(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
    with monkeypatch.context() as patch:
        patch.setattr(postgres_schema, "MIGRATIONS", (*postgres_schema.MIGRATIONS, "CREATE TABLE later (n no_type)"))
        async with PostgresStore(address, clock) as store:
            with unavailable("no_type"):
                await count(store, "urn:a")
    async with PostgresStore(address, clock) as store:
        await add_one(store, "urn:a")
        assert await count(store, "urn:a") == 1


# connections


async def test_when_all_connections_are_busy_reading_waits_and_writing_goes_on(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_pool, "PATIENCE_SECONDS", 0.3)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(store.postgres.snapshot())
        with unavailable("all 2 connections of this process to PostgreSQL were busy for 0.3 s"):
            await store.position(TENANT)
        assert await asyncio.gather(*(add_one(store, "urn:a") for _ in range(30)))
    assert await count(store, "urn:a") == 30


async def test_a_database_without_room_for_another_connection_is_said(
    server: Server, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_writer, "_PATIENCE_SECONDS", 0.2)
    await said(server, f'ALTER DATABASE "{_name(address)}" CONNECTION LIMIT 0', "CREATE ROLE plain LOGIN")
    async with PostgresStore(address.replace("pinisi@", "plain@"), clock) as store:
        with unavailable("PostgreSQL cannot be reached now: too many connections"):
            await add_one(store, "urn:a")
    await said(server, f'ALTER DATABASE "{_name(address)}" CONNECTION LIMIT -1', "DROP ROLE plain")


async def test_who_lost_the_line_of_calls_hears_what_was_written_meanwhile(store: PostgresStore, address: str) -> None:
    heard: list[str] = []

    def hear(_tenant: str, entries: Sequence[LogEntry]) -> None:
        heard.extend(entry.subject for entry in entries)

    async with PostgresStore(address, clock) as other:
        other.listen(hear)
        assert await count(other, "urn:a") == 0
        connection = await _connect(address)
        for n in range(5):
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
            await store.apply(TENANT, [made(f"urn:{n}")], SYSTEM)
        ends = time.monotonic() + PATIENCE
        while len(heard) < 5:
            assert time.monotonic() < ends, heard
            await asyncio.sleep(0.02)
        assert heard == [f"urn:{n}" for n in range(5)], "each once, in order"
        await connection.close()


async def test_who_could_not_read_when_he_was_called_reads_later(store: PostgresStore, address: str) -> None:
    heard = asyncio.Event()
    async with PostgresStore(address, clock) as other:
        other.hear_all = True
        other.listen(lambda _tenant, entries: heard.set() if any(e.subject == "urn:b" for e in entries) else None)
        fetch: Any = other.postgres.fetch
        failing = ["once"]

        async def fails_once(sql: str, *values: Any) -> Any:
            if "ORDER BY name" in sql and failing:
                failing.clear()
                raise ConnectionResetError("the line was cut")
            return await fetch(sql, *values)

        other.postgres.fetch = fails_once
        assert await count(other, "urn:a") == 0
        ends = time.monotonic() + PATIENCE
        while failing:
            assert time.monotonic() < ends
            await asyncio.sleep(0.02)
        await store.apply(TENANT, [made("urn:b")], SYSTEM)
        async with asyncio.timeout(PATIENCE):
            await heard.wait()


async def test_sessions_that_an_administrator_ends_are_replaced(store: PostgresStore, address: str) -> None:
    connection = await _connect(address)
    for n in range(1, 6):
        await connection.execute(_END + "application_name = 'pinisi'")
        await add_one(store, "urn:a")
        assert await count(store, "urn:a") == n
    await connection.close()


def _name(address: str) -> str:
    return address.partition("@/")[2].partition("?")[0]
