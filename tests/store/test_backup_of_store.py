"""A backup taken while others write is one moment of the store, and opens as a store."""

import asyncio
from pathlib import Path

import pytest
from things_at_hand import TENANT, put, thing

from pinisi.store.query import EntityQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio


async def test_a_backup_taken_while_writing_is_one_moment(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    async with SqliteStore(tmp_path / "data", lambda: 1_000_000) as store:

        async def write() -> None:
            for n in range(150):
                pair = [put(thing(f"urn:{n}:one", n=n)), put(thing(f"urn:{n}:two", n=n))]
                await store.apply(TENANT, pair, SYSTEM)

        writing = asyncio.create_task(write())
        await asyncio.sleep(0.02)
        began = await store.position(TENANT)
        await store.backup(copies)
        assert not writing.done()
        await writing
    async with SqliteStore(copies, lambda: 1_000_000) as copy:
        assert await copy.damaged() == []
        page = await copy.find(TENANT, EntityQuery(), EVERYTHING, limit=1_000, count=True)
        assert began <= await copy.position(TENANT) == page.count < 300
        assert page.count is not None and page.count % 2 == 0
        await copy.apply(TENANT, [put(thing("urn:afterwards"))], SYSTEM)


async def test_every_tenant_is_in_the_backup(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    async with SqliteStore(tmp_path / "data", lambda: 1_000_000) as store:
        for tenant in ("jakarta", "makassar"):
            await store.apply(tenant, [put(thing("urn:a"))], SYSTEM)
        await store.backup(copies)
    async with SqliteStore(copies, lambda: 1_000_000) as copy:
        assert await copy.tenants() == ["jakarta", "makassar"]
