"""One PostgreSQL leads, another stands by and takes over: what is kept, what is told, and who finds out.

With real servers; the second is made the first by hand. Patroni does the same by itself: `bench/patroni/trial.py`.
"""

import asyncio
import contextlib
import shutil
import signal
import socket
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cut_line import SOCKET
from test_restarts import Load
from written_at_hand import TENANT, add_one, clock, count, made, named

from patience import PATIENCE
from pinisi.store import postgres_hosts, postgres_pool, postgres_writer
from pinisi.store.change import StoreUnavailable
from pinisi.store.postgres import PostgresStore
from pinisi.store.postgres_lost import lost_of
from pinisi.vocabulary.principal import SYSTEM
from postgres_server import Server, running_server

pytestmark = pytest.mark.anyio


class Pair:
    """A leader and its standby. `both` names them; `line` is an address that leads to the one it is pointed at."""

    def __init__(self, first: Server, second: Server, line: Path) -> None:
        self.first, self.second = first, second
        self.both = f"postgresql://pinisi@/postgres?host={first.folder},{second.folder}"
        self.line = f"postgresql://pinisi@/postgres?host={line}"
        self._line = line

    def point_at(self, server: Server) -> None:
        socket = self._line / SOCKET
        socket.unlink(missing_ok=True)
        socket.symlink_to(server.folder / SOCKET)

    async def be_synchronous(self) -> None:
        await self.first.say(
            "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()", until_synchronous=True
        )

    async def take_over(self) -> None:
        """The first machine is gone, the second leads."""
        await asyncio.to_thread(self.first.stop, signal.SIGKILL)
        await asyncio.to_thread(self.second.promote)


@contextlib.contextmanager
def _pair(line: Path) -> Generator[Pair]:
    with running_server("fsync=off", "wal_level=replica", "max_wal_senders=4") as first:
        second = first.standby()
        try:
            second.start()
            yield Pair(first, second, line)
        finally:
            second.stop(signal.SIGQUIT)
            shutil.rmtree(second.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """For those who leave both as they were."""
    with _pair(tmp_path_factory.mktemp("line")) as pair:
        yield pair


@pytest.fixture
def own_pair(tmp_path: Path) -> Iterator[Pair]:
    with _pair(tmp_path) as pair:
        yield pair


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy is no machine that is gone."""
    monkeypatch.setattr(postgres_hosts, "HOST_SECONDS", PATIENCE / 3)
    monkeypatch.setattr(postgres_pool, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(postgres_writer, "_PATIENCE_SECONDS", PATIENCE)


async def _ends(lost: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE):
        await lost.wait()


async def test_a_standby_takes_over_and_nothing_that_was_acknowledged_is_lost(own_pair: Pair) -> None:
    pair = own_pair
    await pair.be_synchronous()
    async with (
        PostgresStore(pair.both, clock) as store,
        PostgresStore(pair.both, clock) as other,
        PostgresStore(pair.second.address, clock) as of_standby,
    ):
        async with Load(store, 8) as load:
            await load.more(5)
            await _until(lambda: count(of_standby, "urn:0"))  # a hot standby may be read
            taken = asyncio.create_task(of_standby.duty("a duty").__aenter__())
            await asyncio.sleep(0.7)
            assert not taken.done(), "a standby has locks of its own: no duty is taken there"
            await pair.take_over()
            await load.more(5)
            async with asyncio.timeout(PATIENCE):
                await taken
        await load.check(store)
        await load.check(other)
        assert not store.lost.is_set()


async def test_what_a_late_standby_has_lost_is_found_out(own_pair: Pair) -> None:
    """It takes over without the last line: its position is given again, to something else."""
    pair = own_pair
    async with PostgresStore(pair.both, clock) as store:
        await store.apply(TENANT, [made("urn:a"), named("urn:b", 1)], SYSTEM)
        async with PostgresStore(pair.second.address, clock) as reader:
            await _until(lambda: count(reader, "urn:a"))
        await asyncio.to_thread(pair.second.stop, signal.SIGINT)
        assert await add_one(store, "urn:a") == 3
        await asyncio.to_thread(pair.first.stop, signal.SIGKILL)
        await asyncio.to_thread(pair.second.start)
        await asyncio.to_thread(pair.second.promote)
        async with PostgresStore(pair.both, clock) as new:
            assert await add_one(new, "urn:a") == 3, "the same place as the one that was lost"
            assert await add_one(new, "urn:a") == 4
            with pytest.raises(StoreUnavailable, match=r"has lost what this process knew.*line 3"):
                await count(store, "urn:a")
            await _ends(store.lost)
            with pytest.raises(StoreUnavailable, match="has lost what this process knew"):
                await add_one(store, "urn:a")
            async with new.postgres.connection() as connection:
                told = await lost_of(await store.tenant(TENANT), connection)
            assert told == "line 3 of the log of city is another"
            assert await count(new, "urn:a") == 2


async def test_an_address_that_leads_to_a_standby_is_asked_anew(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a proxy, or an address that moves, does for a while."""
    async with PostgresStore(pair.line, clock) as store:
        pair.point_at(pair.first)
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
    async with PostgresStore(pair.line, clock) as store:
        pair.point_at(pair.second)
        await _until(lambda: count(store, "urn:a"))
        waiting = asyncio.create_task(add_one(store, "urn:a"))
        await asyncio.sleep(0.3)
        assert not waiting.done(), "it waits for the one that takes writes"
        pair.point_at(pair.first)
        await waiting
        assert await count(store, "urn:a") == 1, "nothing is read from the standby any more"
        monkeypatch.setattr(postgres_writer, "_PATIENCE_SECONDS", 0.2)
    async with PostgresStore(pair.line, clock) as store:
        pair.point_at(pair.second)
        assert await count(store, "urn:a") is not None
        with pytest.raises(StoreUnavailable, match=r"PostgreSQL is read-only \(a standby\?\): nothing was written"):
            await add_one(store, "urn:a")


async def _until(ask: Any) -> None:
    """What the leader says arrives at its standby a moment later."""
    ends = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(StoreUnavailable):
            if await ask() is not None:
                return
        assert time.monotonic() < ends
        await asyncio.sleep(0.02)


async def test_a_machine_that_says_nothing_holds_nobody_up_for_long(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It takes connections, and answers nothing."""
    monkeypatch.setattr(postgres_hosts, "HOST_SECONDS", 1.0)
    silent = tmp_path / "silent"
    silent.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(silent / SOCKET))
        listening.listen()
        listening.setblocking(False)
        address = f"postgresql://pinisi@/postgres?host={silent},{pair.second.folder},{pair.first.folder}"
        async with PostgresStore(address, clock) as store:
            await _until(store.tenants)
            await store.apply(TENANT, [made("urn:silent")], SYSTEM)
            for _ in range(10):
                await store.postgres.give_up_sessions()
                await add_one(store, "urn:silent")
                await _until(lambda: count(store, "urn:silent"))
        asked = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                listening.accept()[0].close()
                asked += 1
        assert 1 <= asked <= 12, "the one that served last is asked first"


async def test_of_several_each_is_told_why_it_does_not_serve(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres_writer, "_PATIENCE_SECONDS", 0.2)
    (tmp_path / SOCKET).touch()
    address = f"postgresql://pinisi@/postgres?host={tmp_path},{pair.second.folder}"
    async with PostgresStore(address, clock) as store:
        with pytest.raises(StoreUnavailable) as told:
            await add_one(store, "urn:a")
    assert str(told.value) == (
        f"PostgreSQL cannot be reached now: {tmp_path}: the connection is refused; "
        f"{pair.second.folder}: it takes no writes (a standby?)"
    )
