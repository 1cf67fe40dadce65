"""Processes that write beside one another: groups run without the head, and are placed by a turn, or run again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from written_at_hand import TENANT, add_one, clock, count, gone, made, one_more

from pinisi.store.chain import first_link
from pinisi.store.change import AuditEntry, DocumentChange, EntityChange, Refused, VersionConflict
from pinisi.store.log import LogEntry
from pinisi.store.postgres import PostgresStore
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


class Beside:
    """Another process that writes all the time, so that no group of this one begins at the head that it left."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self.wrote = 0
        self._done = False

    async def __aenter__(self) -> "Beside":
        await self._store.apply(TENANT, [made("urn:beside")], SYSTEM)
        self._task = asyncio.create_task(self._write())
        return self

    async def _write(self) -> None:
        while not self._done:
            await add_one(self._store, "urn:beside")
            self.wrote += 1

    async def __aexit__(self, *_: object) -> None:
        self._done = True
        await self._task


@pytest.fixture
async def two(address: str) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    async with PostgresStore(address, clock) as one, PostgresStore(address, clock) as other:
        yield one, other


async def turns(store: PostgresStore) -> int:
    """How many were taken, by all processes."""
    return (await store.postgres.row('SELECT coalesce(sum(number), 0)::bigint FROM "tenant city".turn'))[0]


async def whole(store: PostgresStore) -> Sequence[LogEntry]:
    """The log: without a hole or a twin, its time never runs backwards, its chain holds."""
    entries = (await store.log(TENANT, 0, 100_000)).entries
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.time for entry in entries] == sorted(entry.time for entry in entries)
    link = first_link(TENANT)
    for line in await store.chain(TENANT, 0, 100_000):
        link = sha256(link + line.text).digest()
        assert line.link == link
    return entries


async def test_who_writes_beside_another_takes_turns(two: tuple[PostgresStore, PostgresStore]) -> None:
    one, other = two
    await one.apply(TENANT, [made(f"urn:{n}") for n in range(8)], SYSTEM)
    async with Beside(other) as beside:
        await add_one(other, "urn:beside")
        await count(one, "urn:beside")
        before = await turns(one)
        for _ in range(10):
            placed = await asyncio.gather(*(add_one(one, f"urn:{n}") for n in range(8)))
            assert len(set(placed)) == 8
            for n, position in enumerate(placed):
                record = await one.entity(TENANT, f"urn:{n}", EVERYTHING)
                assert record is not None
                assert record.position == position
        assert await turns(one) >= before + 10
    assert await count(other, "urn:beside") == beside.wrote + 1
    for store in two:
        assert [await count(store, f"urn:{n}") for n in range(8)] == [10] * 8
        await whole(store)


async def test_what_several_make_at_once_has_one_order(two: tuple[PostgresStore, PostgresStore]) -> None:
    """New entities get their rows at the turn: by row they stand in the order of the log, whoever asks."""
    one, other = two
    await one.apply(TENANT, [made("urn:first")], SYSTEM)
    await count(other, "urn:first")

    async def make(store: PostgresStore, side: str) -> None:
        for n in range(20):
            await asyncio.gather(*(store.apply(TENANT, [made(f"urn:{side}:{n}:{i}")], SYSTEM) for i in range(3)))

    await asyncio.gather(make(one, "a"), make(other, "b"))
    created = [entry.subject for entry in await whole(one)]
    assert len(set(created)) == 121
    for store in two:
        page = await store.find(TENANT, EntityQuery(types=TypeIs("urn:type")), EVERYTHING, limit=1_000)
        assert [record.id for record in page.records] == created
    assert await turns(one) > 0


async def test_of_two_who_make_the_same_one_is_refused(two: tuple[PostgresStore, PostgresStore]) -> None:
    one, other = two
    await one.apply(TENANT, [made("urn:a")], SYSTEM)
    for n in range(20):
        asked = [store.apply(TENANT, [made(f"urn:{n}")], SYSTEM) for store in two]
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert sorted(isinstance(each, Refused) for each in told) == [False, True]
    for n in range(20):
        await one.apply(TENANT, [gone(f"urn:{n}")], SYSTEM)
        with pytest.raises(Refused, match="is not there"):
            await add_one(other, f"urn:{n}")


async def test_a_key_holds_for_all(two: tuple[PostgresStore, PostgresStore]) -> None:
    one, other = two
    await one.apply(TENANT, [made("urn:a")], SYSTEM)
    for n in range(20):
        asked = [store.apply(TENANT, [one_more("urn:a")], SYSTEM, key=f"key {n}") for store in (one, other, one)]
        told = await asyncio.gather(*asked)
        assert sorted(each.repeated for each in told) == [False, True, True]
        assert len({each.position for each in told}) == 1
    assert await count(other, "urn:a") == 20


async def test_an_expected_version_holds_for_all(two: tuple[PostgresStore, PostgresStore]) -> None:
    one, other = two
    position = (await one.apply(TENANT, [made("urn:a")], SYSTEM)).position
    for _ in range(20):
        change = EntityChange("urn:a", one_more("urn:a").transform, expected=position)
        told = await asyncio.gather(
            *(store.apply(TENANT, [change], SYSTEM) for store in (one, other)), return_exceptions=True
        )
        assert sorted(isinstance(each, VersionConflict) for each in told) == [False, True]
        position = await one.position(TENANT)
    assert await count(other, "urn:a") == 20


async def test_acts_of_several_are_each_on_record_once(two: tuple[PostgresStore, PostgresStore]) -> None:
    """What rests on nothing is placed all the same."""
    one, other = two
    await one.apply(TENANT, [made("urn:a")], SYSTEM)
    await count(other, "urn:a")

    async def act(store: PostgresStore, side: str) -> None:
        for n in range(30):
            await store.apply(TENANT, [AuditEntry("seen", f"{side}{n}")], SYSTEM)

    await asyncio.gather(act(one, "a"), act(other, "b"))
    subjects = [entry.subject for entry in await whole(other) if entry.op == "audit"]
    assert sorted(subjects) == sorted([f"{side}{n}" for side in "ab" for n in range(30)])


async def test_a_subscription_that_one_was_told_is_kept_is_owed_by_the_next_change_of_the_other(address: str) -> None:
    """Documents are heard of before anything is written after them, also where no lock is taken first."""
    known: set[str] = set()

    async def learn(_tenant: str, entries: Sequence[LogEntry]) -> None:
        known.update(entry.subject for entry in entries if entry.op == "document")

    async with (
        PostgresStore(address, clock) as one,
        PostgresStore(address, clock, owing=lambda _tenant, _seen: sorted(known)) as other,
    ):
        other.learn(learn)
        await one.apply(TENANT, [made("urn:a")], SYSTEM)
        await count(other, "urn:a")
        async with Beside(one):
            for n in range(15):
                await one.apply(TENANT, [DocumentChange("wish", str(n), b"{}")], SYSTEM)
                position = await add_one(other, "urn:a")
                debts = await other.debts(TENANT, after=position - 1, limit=1_000)
                owed = {debt.subscription for debt in debts if debt.position == position}
                assert owed == {f"wish/{i}" for i in range(n + 1)}


async def test_lines_are_told_in_their_order_each_once_in_every_process(
    two: tuple[PostgresStore, PostgresStore],
) -> None:
    told: list[list[int]] = [[], []]
    for store, heard in zip(two, told, strict=True):
        store.listen(lambda _tenant, entries, heard=heard: heard.extend(entry.position for entry in entries))
    await two[0].apply(TENANT, [made(f"urn:{n}") for n in range(6)], SYSTEM)
    await count(two[1], "urn:0")

    async def write(store: PostgresStore, ids: Sequence[str]) -> None:
        for _ in range(25):
            await asyncio.gather(*(add_one(store, id) for id in ids))

    await asyncio.gather(write(two[0], ["urn:0", "urn:1", "urn:5"]), write(two[1], ["urn:2", "urn:3", "urn:5"]))
    for store, heard in zip(two, told, strict=True):
        newest = await store.position(TENANT)
        assert heard == list(range(heard[0], newest + 1))


_WRITER = """
import asyncio, sys
sys.path[:0] = [{here!r}, {tests!r}]
from written_at_hand import TENANT, add_one, clock
from pinisi.store.postgres import PostgresStore

async def write(store, id):
    while True:
        position = await add_one(store, id)
        sys.stdout.write(f"{{id}} {{position}}\\n")
        sys.stdout.flush()

async def main():
    async with PostgresStore({address!r}, clock) as store:
        await asyncio.gather(*(write(store, id) for id in {ids!r} for _ in range(2)))

asyncio.run(main())
"""


async def test_a_process_that_is_killed_while_others_write_loses_nothing_that_was_answered(address: str) -> None:
    """Three real processes add to numbers of their own and to a common one; one after another is killed."""
    names = ["urn:a", "urn:b", "urn:c"]
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made(id) for id in (*names, "urn:all")], SYSTEM)
        processes: list[subprocess.Popen[str]] = []
        told: list[str] = []
        try:
            for name in names:
                here = {"here": str(Path(__file__).parent), "tests": str(ROOT / "tests"), "address": address}
                script = _WRITER.format(ids=[name, name, "urn:all"], **here)
                environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
                command = [sys.executable, "-c", script]
                begin = partial(subprocess.Popen[str], command, stdout=subprocess.PIPE, text=True, env=environment)
                processes.append(await asyncio.to_thread(begin))
            for process in processes:
                assert process.stdout is not None
                told.append(await asyncio.to_thread(process.stdout.readline))
            for process in processes:
                await asyncio.sleep(0.3)
                process.send_signal(signal.SIGKILL)
        finally:
            for process in processes:
                process.kill()
        for process in processes:
            told += (await asyncio.to_thread(process.communicate))[0].splitlines()
        answered = [line.split() for line in told if line.strip()]
        kept = dict.fromkeys((*names, "urn:all"), 0)
        for id, _ in answered:
            kept[id] += 1
        places = {int(position): id for id, position in answered}
        assert len(places) == len(answered), "each was told a place of its own"
        entries = await whole(store)
        for position, id in places.items():
            assert entries[position - 1].subject == id
        waiting = {"urn:a": 4, "urn:b": 4, "urn:c": 4, "urn:all": 6}
        for id, n in kept.items():
            found = await count(store, id)
            assert isinstance(found, int)
            assert n <= found <= n + waiting[id], f"{id}: those who were not answered may have been kept, or not"
            assert found == sum(entry.subject == id for entry in entries) - 1
        assert min(kept.values()) > 3
        assert await turns(store) > 10
