"""What a follower by NATS hears when servers and relays go away: all, once, in order."""

import asyncio
import contextlib
import itertools
import time as clock
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from pathlib import Path
from typing import Any, cast

import nats
import nats.errors
import pytest

from nats_server import NatsServer, running_nats
from patience import PATIENCE
from pinisi.feed.address import read_feed_address
from pinisi.feed.duty import relay_on_duty
from pinisi.feed.ending import end
from pinisi.feed.lines import read_message
from pinisi.feed.nats_feed import LOOK_SECONDS, NatsFeed
from pinisi.store.change import Edit, EntityChange
from pinisi.store.log import LogEntry
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
TENANT = "city"
_numbers = itertools.count()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server() -> Generator[NatsServer]:
    with running_nats() as (server,):
        yield server


@pytest.fixture(scope="module")
def three() -> Generator[list[NatsServer]]:
    with running_nats(3) as servers:
        yield servers


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: 1) as store:
        yield store


@contextlib.asynccontextmanager
async def duty(_name: str) -> AsyncGenerator[asyncio.Event]:
    """Each has it: of several relays only one is right (`test_of_two_relays_…`)."""
    yield asyncio.Event()


class Process:
    """One process as the feed sees it; several of them share a store here."""

    def __init__(self, store: SqliteStore, address: str) -> None:
        self.store = store
        self.feed = NatsFeed(store, read_feed_address(address))
        self.heard: list[int] = []
        self._work: list[asyncio.Task[None]] = []

    async def begin(self, after: int = 0, *, relay: bool = False) -> None:
        await self.feed.open()
        self._work = [asyncio.create_task(self._follow(after))]
        if relay:
            self.store.listen(self.feed.heard)
            self._work.append(asyncio.create_task(relay_on_duty(duty, self.feed)))

    async def _follow(self, after: int) -> None:
        async for piece in self.feed.follow(TENANT, after, EVERYTHING):
            self.heard += [entry.position for entry in piece.entries]

    async def end(self) -> None:
        await end(self._work)
        await self.feed.close()


@contextlib.asynccontextmanager
async def running(store: SqliteStore, address: str, relays: tuple[bool, ...]) -> AsyncGenerator[list[Process]]:
    processes = [Process(store, address) for _ in relays]
    for process, relay in zip(processes, relays, strict=True):
        await process.begin(relay=relay)
    try:
        yield processes
    finally:
        for process in processes:
            await process.end()


async def write(store: SqliteStore, count: int) -> int:
    """Changes one after another; the position of the last."""
    for n in range(count):
        entity = Entity(f"urn:{n}", ["T"], {"urn:n": [Instance(PROPERTY, next(_numbers))]})
        await store.apply(TENANT, [EntityChange(entity.id, lambda _, __, entity=entity: Edit(entity))], SYSTEM)
        await asyncio.sleep(0.001)
    return await store.position(TENANT)


async def write_until_begun(store: SqliteStore, address: str, time: int = 1) -> int:
    """Changes until a line of this time has come into the stream: it begins with what is new when it is made."""
    while True:
        upto = await write(store, 1)
        await asyncio.sleep(0.1)
        with contextlib.suppress(nats.errors.Error):
            if any(line.time == time for line in await lines_of(address)):
                return upto


async def all_heard(processes: list[Process], position: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(len(process.heard) < position for process in processes):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    for process in processes:
        assert process.heard == list(range(1, position + 1))


class Counting:
    """A store that counts how often its log is read."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.reads = 0

    def __getattr__(self, name: str) -> Any:
        self.reads += name == "log"
        return getattr(self._store, name)


async def test_a_process_hears_by_the_stream_and_leaves_the_store_alone(store: SqliteStore, server: NatsServer) -> None:
    async with running(store, f"{server.address}/alone", (True,)) as (relaying,):
        counting = Counting(store)
        other = Process(cast(Any, counting), f"{server.address}/alone")
        await other.begin()
        try:
            await write(store, 5)
            await all_heard([other], 5)
            await asyncio.sleep(1.5)
            counting.reads, began = 0, clock.monotonic()
            upto = await write(store, 200)
            await all_heard([relaying, other], upto)
            looks = 2 + (clock.monotonic() - began) / LOOK_SECONDS
        finally:
            await other.end()
    assert counting.reads <= looks, "a look now and then"


async def test_followers_hear_all_while_nats_is_away_and_after(store: SqliteStore) -> None:
    with running_nats() as (server,):
        async with running(store, server.address, (True, False)) as processes:
            await all_heard(processes, await write(store, 50))
            server.stop(kill=True)
            await all_heard(processes, await write(store, 50))
            server.start()
            server.wait()
            await all_heard(processes, await write(store, 50))
            await until(lambda: stream_of(server.address), 150)


async def test_a_process_starts_without_nats(store: SqliteStore) -> None:
    with running_nats() as (server,):
        server.stop()
        async with running(store, server.address, (True, False)) as processes:
            await all_heard(processes, await write(store, 20))
            server.start()
            server.wait()
            await all_heard(processes, await write(store, 20))


@pytest.mark.parametrize(
    "killed", [0, pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long)]
)
async def test_a_node_of_three_may_be_killed(store: SqliteStore, three: list[NatsServer], killed: int) -> None:
    """Whichever it is: that of a connection, of the stream's leader, or neither."""
    address = f"nats://{','.join(server.address.removeprefix('nats://') for server in three)}/k{killed}"
    async with running(store, address, (True, False, False)) as processes:
        await until(lambda: stream_of(address), await write_until_begun(store, address))
        three[killed].stop(kill=True)
        upto = await write(store, 60)
        await all_heard(processes, upto)
        await until(lambda: stream_of(address), upto)
        three[killed].start()
        three[killed].wait()
        upto = await write(store, 30)
        await all_heard(processes, upto)
        await until(lambda: stream_of(address), upto)


@pytest.mark.long
async def test_two_of_three_may_be_killed_and_come_back(store: SqliteStore, three: list[NatsServer]) -> None:
    """No majority is left: followers read the store meanwhile; each line is once in the stream when they are back."""
    address = f"nats://{','.join(server.address.removeprefix('nats://') for server in three)}/two"
    async with running(store, address, (True, False)) as processes:
        await until(lambda: stream_of(address), await write_until_begun(store, address))
        for server in three[:2]:
            server.stop(kill=True)
        await all_heard(processes, await write(store, 60))
        for server in three[:2]:
            server.start()
        for server in three:
            server.wait()
        upto = await write(store, 30)
        await all_heard(processes, upto)
        await until(lambda: stream_of(address), upto)


async def test_of_two_relays_each_line_is_once_in_the_stream(store: SqliteStore, server: NatsServer) -> None:
    address = f"{server.address}/twins"
    async with running(store, address, (True, True, False)) as processes:
        upto = await write(store, 300)
        await all_heard(processes, upto)
        await until(lambda: stream_of(address), upto)


async def test_a_relay_goes_on_where_the_one_before_it_ended(store: SqliteStore, server: NatsServer) -> None:
    address = f"{server.address}/heirs"
    async with running(store, address, (True,)) as processes:
        await all_heard(processes, await write(store, 20))
    await write(store, 700)
    async with running(store, address, (True,)):
        upto = await write(store, 20)
        await until(lambda: stream_of(address), upto)


async def test_the_stream_of_another_log_is_emptied(tmp_path: Path, server: NatsServer) -> None:
    """A database that was restored has another story after the same position."""
    address = f"{server.address}/restored"
    for name, count in (("before", 30), ("shorter", 7), ("longer", 50)):
        async with (
            SqliteStore(tmp_path / name, lambda name=name: len(name)) as store,
            running(store, address, (True,)) as processes,
        ):
            await write_until_begun(store, address, len(name))
            upto = await write(store, count)
            await all_heard(processes, upto)
            await until(lambda: stream_of(address), upto)


async def stream_of(address: str) -> list[int]:
    """Positions of all lines in the stream, from its first message."""
    return [line.position for line in await lines_of(address)]


async def lines_of(address: str) -> list[LogEntry]:
    where = read_feed_address(address)
    client = await nats.connect(list(where.servers))
    try:
        jetstream = client.jetstream()
        state = (await jetstream.stream_info(where.stream)).state
        bodies = [(await jetstream.get_msg(where.stream, n)).data for n in range(state.first_seq, state.last_seq + 1)]
        return [line for body in bodies for line in read_message(body or b"").lines or ()]
    finally:
        await client.close()


async def until(positions: Callable[[], Awaitable[list[int]]], upto: int) -> None:
    """Wait until the stream ends with this line; each line is in it once, in order, from the first that it has."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(nats.errors.Error, OSError):
                found = await positions()
                if found and found[-1] == upto:
                    break
            await asyncio.sleep(0.1)
    assert found == list(range(found[0], upto + 1))
