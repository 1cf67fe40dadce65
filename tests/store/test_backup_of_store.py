"""A backup taken while others write is one moment of the store, and opens as a store."""

import asyncio
import itertools
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
            for n in itertools.count():
                if taken.is_set():
                    return
                pair = [put(thing(f"urn:{n}:one", n=n)), put(thing(f"urn:{n}:two", n=n))]
                await store.apply(TENANT, pair, SYSTEM)

        taken = asyncio.Event()
        writing = asyncio.create_task(write())
        while (began := await store.position(TENANT)) < 20:  # noqa: ASYNC110 (the store says it to nobody)
            await asyncio.sleep(0)
        await store.backup(copies)
        taken.set()
        await writing
        ended = await store.position(TENANT)
    async with SqliteStore(copies, lambda: 1_000_000) as copy:
        assert await copy.damaged() == []
        page = await copy.find(TENANT, EntityQuery(), EVERYTHING, limit=1, count=True)
        assert began <= await copy.position(TENANT) == page.count <= ended
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
