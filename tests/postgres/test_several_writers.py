"""Processes that write the same tenant at the same time: no lock is taken before it is needed, and nothing is lost."""

import asyncio
import contextlib
import random
from hashlib import sha256

import pytest
from written_at_hand import TENANT, add_one, clock, count, gone, made, named

from pinisi.store.chain import first_link
from pinisi.store.change import Refused
from pinisi.store.postgres import PostgresStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio


async def test_nothing_is_lost_between_writers_of_the_same_entities(address: str) -> None:
    """Three processes add to five numbers, in bursts and with pauses: some groups meet, some do not."""
    ids = [f"urn:{n}" for n in range(5)]
    added = dict.fromkeys(ids, 0)

    async def write(store: PostgresStore, seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(30):
            some = [draw.choice(ids) for _ in range(draw.randint(1, 6))]
            await asyncio.gather(*(add_one(store, id) for id in some))
            for id in some:
                added[id] += 1
            await asyncio.sleep(draw.choice((0, 0, 0.002, 0.05)))

    async with contextlib.AsyncExitStack() as stack:
        one, two, three = [await stack.enter_async_context(PostgresStore(address, clock)) for _ in range(3)]
        stores = (one, two, three)
        await one.apply(TENANT, [made(id) for id in ids], SYSTEM)
        await asyncio.gather(*(write(store, n) for n, store in enumerate(stores)))
        for store in stores:
            assert {id: await count(store, id) for id in ids} == added
        entries = (await one.log(TENANT, 0, 10_000)).entries
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1)), "no hole, no twin"
        assert [entry.time for entry in entries] == sorted(entry.time for entry in entries)
        assert len(entries) == len(ids) + sum(added.values())
        link = first_link(TENANT)
        for line in await two.chain(TENANT, 0, 10_000):
            link = sha256(link + line.text).digest()
            assert line.link == link


async def test_a_refusal_rests_on_what_is_so_and_not_on_what_a_process_remembers(address: str) -> None:
    """What another process took away or made may be made, or may not, at once."""
    async with PostgresStore(address, clock) as one, PostgresStore(address, clock) as two:
        await one.apply(TENANT, [made("urn:a")], SYSTEM)
        await add_one(one, "urn:a")
        for n in range(10):
            here, there = (one, two) if n % 2 else (two, one)
            with pytest.raises(Refused, match="is there"):
                await here.apply(TENANT, [made("urn:a")], SYSTEM)
            await there.apply(TENANT, [gone("urn:a")], SYSTEM)
            assert await here.entity(TENANT, "urn:a", EVERYTHING) is None
            await here.apply(TENANT, [made("urn:a", n)], SYSTEM)
            assert await count(there, "urn:a") == n


async def test_new_names_of_two_processes_get_numbers_of_their_own(address: str) -> None:
    async with PostgresStore(address, clock) as one, PostgresStore(address, clock) as two:
        stores = (one, two)
        for n in range(12):
            works = [store.apply(TENANT, [named(f"urn:{n}:{i}", n, i)], SYSTEM) for i, store in enumerate(stores)]
            await asyncio.gather(*works)
        for store in stores:
            for n in range(12):
                for i in range(2):
                    record = await store.entity(TENANT, f"urn:{n}:{i}", EVERYTHING)
                    assert record is not None
                    assert (record.entity.types, list(record.entity.attributes)) == (
                        [f"urn:type:{n}:{i}"],
                        [f"urn:attribute:{n}:{i}"],
                    )
                    assert record.family.types == (f"urn:type:{n}:{i}",)


async def test_a_look_at_the_head_is_shared_and_never_older_than_its_question(address: str) -> None:
    """Two hundred readers who ask at once share a few statements; what was acknowledged before they asked they see."""
    async with PostgresStore(address, clock) as one, PostgresStore(address, clock) as two:
        await one.apply(TENANT, [made("urn:a")], SYSTEM)
        await count(two, "urn:a")
        for n in range(1, 20):
            await add_one(one, "urn:a")
            assert await asyncio.gather(*(count(two, "urn:a") for _ in range(200))) == [n] * 200
