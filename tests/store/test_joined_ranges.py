"""Two comparisons of one attribute are one range, but only where no entity has several values."""

from pathlib import Path

import pytest

from pinisi.store.change import Edit, EntityChange
from pinisi.store.query import AllOf, Compare, EntityQuery, TypeIs
from pinisi.store.query import Path as Where
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio

SPEED = "urn:t:speed"
MANY = 3_000


def vehicle(number: int, *speeds: float) -> EntityChange:
    instances = [Instance(PROPERTY, speed, dataset_id=f"urn:d:{i}" if i else None) for i, speed in enumerate(speeds)]
    entity = Entity(f"urn:v:{number}", ["urn:t:Vehicle"], {SPEED: instances})
    return EntityChange(entity.id, lambda _old, _now: Edit(entity))


def between(low: float, high: float) -> EntityQuery:
    terms = (Compare(Where(SPEED), ">", (low,)), Compare(Where(SPEED), "<", (high,)))
    return EntityQuery(types=TypeIs("urn:t:Vehicle"), filter=AllOf(terms))


async def ids(store: SqliteStore, low: float, high: float) -> set[str]:
    page = await store.find("t", between(low, high), EVERYTHING, limit=100)
    return {record.id for record in page.records}


async def test_two_ends_are_one_range_before_and_after_the_attribute_is_hot(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1) as store:
        await store.apply("t", [vehicle(n, n / 10) for n in range(MANY)], SYSTEM, atomic=False)
        wanted = {"urn:v:1001", "urn:v:1002"}
        assert await ids(store, 100, 100.3) == wanted
        await store.wait_until_hot("t", SPEED)
        assert await ids(store, 100, 100.3) == wanted
        assert await ids(store, 100.3, 100) == set()


async def test_of_several_values_each_may_satisfy_its_own_end(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1) as store:
        await store.apply("t", [vehicle(n, n / 10) for n in range(MANY)], SYSTEM, atomic=False)
        await ids(store, 1, 2)
        await store.wait_until_hot("t", SPEED)
        await store.apply("t", [vehicle(MANY, 4.0, 900.0)], SYSTEM)
        assert "urn:v:3000" in await ids(store, 800, 5)
    async with SqliteStore(tmp_path, lambda: 1) as store:
        assert await ids(store, 800, 5) == {"urn:v:3000"}
