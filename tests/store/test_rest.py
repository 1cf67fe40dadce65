"""After bulk work the store gives back what it had in memory; it answers and writes as before."""

from pathlib import Path

import pytest

from pinisi.store.change import Edit, EntityChange
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
MANY = 500


def keep(number: int, value: object) -> EntityChange:
    entity = Entity(f"urn:{number}", ["urn:type"], {"urn:attribute": [Instance(PROPERTY, value)]})
    return EntityChange(entity.id, lambda old, now: Edit(entity))


async def values(store: SqliteStore) -> list[object]:
    page = await store.find("city", EntityQuery(types=TypeIs("urn:type")), EVERYTHING, limit=MANY)
    return [record.entity.attributes["urn:attribute"][0].value for record in page.records]


async def test_what_was_written_leaves_memory_and_not_the_store(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        await store.apply("city", [keep(n, n) for n in range(MANY)], SYSTEM)
        assert len(store.tenant("city").records) == MANY
        await store.rest()
        assert len(store.tenant("city").records) == 0
        assert await values(store) == list(range(MANY))
        applied = await store.apply("city", [keep(7, "anew")], SYSTEM)
        await store.rest()
        record = await store.entity("city", "urn:7", EVERYTHING)
        assert record is not None and record.position == applied.position
        assert (await values(store))[7] == "anew"
