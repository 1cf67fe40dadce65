"""Large batches are copied into history: whole or not at all, beside others too."""

import asyncio

import pytest
from written_at_hand import TENANT, add_one, clock, count, made, value

from pinisi.store.change import Edit, EntityChange, Refused
from pinisi.store.history import HistoryQuery
from pinisi.store.postgres import PostgresStore
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
NAMES = [f"urn:attribute:{n}" for n in range(5)]
MANY = 300


def wide(id: str, number: int) -> EntityChange:
    entity = Entity(id, ["urn:type:wide"], {name: [value(number + at)] for at, name in enumerate(NAMES)})
    return EntityChange(id, lambda old, now: Edit(entity))


async def told(store: PostgresStore, id: str) -> list[tuple[str, object]]:
    (story,) = await store.stories(TENANT, [id], HistoryQuery(), EVERYTHING)
    return sorted((one.attribute, one.instance.value) for one in story.moments if one.instance is not None)


def expected(*numbers: int) -> list[tuple[str, object]]:
    return sorted((name, number + at) for number in numbers for at, name in enumerate(NAMES))


async def test_every_value_of_large_batches_is_in_history_whoever_else_writes(address: str) -> None:
    async with PostgresStore(address, clock) as one, PostgresStore(address, clock) as other:
        await one.apply(TENANT, [made("urn:small")], SYSTEM)

        async def batches(store: PostgresStore, side: str) -> None:
            for number in (0, 10):
                await store.apply(TENANT, [wide(f"urn:{side}:{n}", number) for n in range(MANY)], SYSTEM)

        async def small() -> None:
            for _ in range(10):
                await add_one(one, "urn:small")

        await asyncio.gather(batches(one, "a"), batches(other, "b"), small())
        for store in (one, other):
            assert await count(store, "urn:small") == 10
            for id in ("urn:a:0", f"urn:a:{MANY - 1}", "urn:b:0", f"urn:b:{MANY - 1}"):
                assert await told(store, id) == expected(0, 10)
        sql = f'SELECT count(*) FROM "tenant {TENANT}".history'
        assert (await one.postgres.row(sql))[0] == 2 * 2 * MANY * len(NAMES) + 11
        entries = (await other.log(TENANT, 0, 10_000)).entries
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))


async def test_of_a_large_batch_that_is_refused_nothing_is_kept(address: str) -> None:
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:there")], SYSTEM)
        position = await store.position(TENANT)
        with pytest.raises(Refused, match="is there"):
            await store.apply(TENANT, [*(wide(f"urn:{n}", 0) for n in range(MANY)), made("urn:there")], SYSTEM)
        assert await store.position(TENANT) == position
        assert await store.entity(TENANT, "urn:0", EVERYTHING) is None
        assert (await store.postgres.row(f'SELECT count(*) FROM "tenant {TENANT}".history'))[0] == 1


async def test_of_two_values_of_one_moment_in_a_large_batch_the_last_is_kept(address: str) -> None:
    moment = clock() - 1_000_000
    async with PostgresStore(address, clock) as store:
        twice = tuple((NAMES[0], value(number, moment)) for number in (1, 2))
        entity = Entity("urn:twice", ["urn:type:wide"], {NAMES[0]: [value(3)]})
        change = EntityChange("urn:twice", lambda old, now: Edit(entity, late=twice))
        await store.apply(TENANT, [*(wide(f"urn:{n}", 0) for n in range(MANY)), change], SYSTEM)
        assert await told(store, "urn:twice") == [(NAMES[0], 2), (NAMES[0], 3)]
