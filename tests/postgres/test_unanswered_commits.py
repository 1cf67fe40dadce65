"""The line is cut at a commit: the write is kept once, whether the commit arrived or not, and the writer is told so."""

import asyncio
from pathlib import Path

import pytest
from cut_line import Cut, Line
from written_at_hand import TENANT, add_one, clock, count, made, named

from pinisi.store.postgres import PostgresStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from postgres_server import Server

pytestmark = pytest.mark.anyio
CUTS: tuple[Cut, ...] = ("before it is sent", "before it is answered", "and it arrives late")


@pytest.mark.parametrize("how", CUTS)
async def test_one_more_is_one_more(how: Cut, server: Server, address: str, tmp_path: Path) -> None:
    """In one statement, without a lock: what is not the same when it is done twice is done once."""
    async with Line(server.folder, tmp_path) as line, PostgresStore(line.address(_name(address)), clock) as store:
        await store.apply(TENANT, [made("urn:a"), made("urn:b")], SYSTEM)
        await add_one(store, "urn:a")
        for n in range(2, 5):
            line.cut(how, b"urn:a")
            position = await add_one(store, "urn:a")
            assert (await count(store, "urn:a"), position) == (n, await store.position(TENANT))
        assert line.cuts == 3
        await asyncio.gather(*(add_one(store, "urn:b") for _ in range(20)))
        assert (await count(store, "urn:a"), await count(store, "urn:b")) == (4, 20)
        await _whole(store)
    async with PostgresStore(address, clock) as store:
        assert await count(store, "urn:a") == 4


@pytest.mark.parametrize("how", CUTS)
async def test_under_the_lock_too(how: Cut, server: Server, address: str, tmp_path: Path) -> None:
    """New names need the lock: the COMMIT is a message of its own."""
    async with Line(server.folder, tmp_path) as line, PostgresStore(line.address(_name(address)), clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
        for n in range(3):
            line.cut(how, b"COMMIT\x00")
            await store.apply(TENANT, [named(f"urn:{n}", n)], SYSTEM)
        assert line.cuts == 3
        entries = (await store.log(TENANT, 0, 100)).entries
        assert [entry.subject for entry in entries] == ["urn:a", "urn:0", "urn:1", "urn:2"]
        record = await store.entity(TENANT, "urn:2", EVERYTHING)
        assert record is not None
        assert record.entity.types == ["urn:type:2"]
        await _whole(store)


async def test_another_process_may_write_between_the_cut_and_the_question(
    server: Server, address: str, tmp_path: Path
) -> None:
    async with (
        Line(server.folder, tmp_path) as line,
        PostgresStore(address, clock) as other,
        PostgresStore(line.address(_name(address)), clock) as store,
    ):
        await store.apply(TENANT, [made("urn:a"), made("urn:b")], SYSTEM)
        for how in CUTS:
            await add_one(store, "urn:a")
            line.cut(how, b"urn:a")
            works = [asyncio.create_task(add_one(store, "urn:a"))]
            works += [asyncio.create_task(add_one(other, id)) for id in ("urn:a", "urn:b") for _ in range(5)]
            await asyncio.gather(*works)
        assert line.cuts >= 1
        for each in (store, other):
            assert (await count(each, "urn:a"), await count(each, "urn:b")) == (3 * 7, 3 * 5)
        await _whole(other)


async def _whole(store: PostgresStore) -> None:
    """The log has no hole and no twin."""
    entries = (await store.log(TENANT, 0, 1_000)).entries
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))


def _name(address: str) -> str:
    return address.partition("@/")[2].partition("?")[0]
