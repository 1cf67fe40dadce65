"""PostgreSQL is stopped, killed, filled up, replaced while many write: nothing told kept is lost, or done twice."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from written_at_hand import TENANT, add_one, clock, count, made, sized

from patience import PATIENCE
from pinisi.store.change import Refused, StoreUnavailable
from pinisi.store.postgres import PostgresStore
from pinisi.vocabulary.principal import SYSTEM
from postgres_server import Server, running_server

pytestmark = pytest.mark.anyio


@pytest.fixture
def durable() -> Iterator[Server]:
    """A server of the test's own, which it may stop."""
    with running_server("fsync=on") as server:
        yield server


class Load:
    """Writers that each add to a number of their own, one after another, and count what they were told."""

    def __init__(self, store: PostgresStore, writers: int) -> None:
        self._store = store
        self._ids = [f"urn:{n}" for n in range(writers)]
        self.kept = dict.fromkeys(self._ids, 0)
        self.doubtful = dict.fromkeys(self._ids, 0)
        self._stopped = False

    async def __aenter__(self) -> "Load":
        await self._store.apply(TENANT, [made(id) for id in self._ids], SYSTEM)
        self._tasks = [asyncio.create_task(self._write(id)) for id in self._ids]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopped = True
        await asyncio.gather(*self._tasks)

    async def _write(self, id: str) -> None:
        while not self._stopped:
            try:
                await add_one(self._store, id)
            except StoreUnavailable as error:
                self.doubtful[id] += "look whether it was kept" in str(error)
                await asyncio.sleep(0.05)
            else:
                self.kept[id] += 1

    async def more(self, n: int = 1) -> None:
        """Every writer is told that something was kept, once more."""
        wanted = {id: kept + n for id, kept in self.kept.items()}
        ends = time.monotonic() + PATIENCE
        while any(self.kept[id] < n for id, n in wanted.items()):
            assert time.monotonic() < ends
            await asyncio.sleep(0.02)

    async def check(self, store: PostgresStore) -> None:
        for id, kept in self.kept.items():
            found = await count(store, id)
            assert isinstance(found, int)
            assert kept <= found <= kept + self.doubtful[id], id
        entries = (await store.log(TENANT, 0, 100_000)).entries
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize(
    "ends", [[signal.SIGINT], pytest.param([signal.SIGQUIT, signal.SIGKILL, signal.SIGINT] * 3, marks=pytest.mark.long)]
)
async def test_a_server_that_starts_again_is_waited_for(durable: Server, ends: list[signal.Signals]) -> None:
    async with PostgresStore(durable.address, clock) as store:
        async with Load(store, 8) as load:
            await load.more(5)
            for how in ends:
                await asyncio.to_thread(durable.stop, how)
                await asyncio.to_thread(durable.start)
                await load.more(3)
        assert sum(load.doubtful.values()) == 0, "it was away for less than five seconds"
        await load.check(store)
    async with PostgresStore(durable.address, clock) as store:
        await load.check(store)


@pytest.mark.long
async def test_many_who_write_to_a_server_that_is_away_are_told_soon_and_fill_no_memory(durable: Server) -> None:
    async with PostgresStore(durable.address, clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
        await asyncio.to_thread(durable.stop, signal.SIGQUIT)
        told = 0
        for round in range(20):
            began = time.monotonic()
            answers = await asyncio.gather(*(add_one(store, "urn:a") for _ in range(500)), return_exceptions=True)
            assert all(isinstance(answer, StoreUnavailable) for answer in answers)
            assert time.monotonic() - began < (10 if round == 0 else 3), "after the first group nobody waits"
            told += len(answers)
        with pytest.raises(StoreUnavailable, match="PostgreSQL cannot be reached now"):
            await count(store, "urn:a")
        await asyncio.to_thread(durable.start)
        await add_one(store, "urn:a")
        assert await count(store, "urn:a") == 1
    assert told == 10_000


@pytest.fixture
def small_disk(durable: Server) -> Iterator[Path]:
    """A file system of 24 MB, where only its own fault can be found."""
    disk = durable.folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=777", "tmpfs", disk]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a file system of its own can only be mounted by root")
    yield disk
    durable.stop(signal.SIGQUIT)
    subprocess.run(["umount", disk], check=True)


@pytest.mark.long
async def test_a_full_disk_is_said_and_over_when_there_is_room(durable: Server, small_disk: Path) -> None:
    """A real one: the tables lie in a file system of their own."""
    ballast, place = small_disk / "ballast", small_disk / "tables"
    ballast.write_bytes(bytes(4_000_000))
    place.mkdir(mode=0o777)
    shutil.chown(place, "postgres", "postgres")
    async with PostgresStore(durable.make("small", f"small LOCATION '{place}'"), clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
        kept = 0
        with pytest.raises(StoreUnavailable, match="the disk of PostgreSQL is full: nothing was written"):
            for kept in range(1_000):
                await store.apply(TENANT, [sized(f"urn:{kept}", 200_000)], SYSTEM)
        assert 5 < kept < 999
        assert await count(store, "urn:a") == 0
        assert await count(store, f"urn:{kept}") is None
        ballast.unlink()
        await store.apply(TENANT, [sized(f"urn:{kept}", 200_000)], SYSTEM)
        with pytest.raises(Refused):
            await store.apply(TENANT, [made(f"urn:{kept}")], SYSTEM)
