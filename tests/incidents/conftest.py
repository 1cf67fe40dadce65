"""A real store with a small city in it, and the desk upon it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pinisi.incidents.desk import Desk
from pinisi.incidents.queue import Queue
from pinisi.store.change import Edit, EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import GEO, PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import SYSTEM
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: 1_000_000_000_000_000) as store:
        for code, west in (("west", 0.0), ("east", 1.0)):
            ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
            area = Entity(
                f"urn:area:{code}",
                [ADMINISTRATIVE_AREA],
                {
                    CODE: [Instance(PROPERTY, code)],
                    LOCATION: [Instance(GEO, {"type": "Polygon", "coordinates": [ring]})],
                },
            )
            await store.apply("city", [EntityChange(area.id, lambda old, now, area=area: Edit(area))], SYSTEM)
        yield store


@pytest.fixture
def desk(store: SqliteStore) -> Desk:
    return Desk(store)


@pytest.fixture
def queue(store: SqliteStore) -> Queue:
    return Queue(store)
