"""The stores and feeds that every contract is asked of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from city_at_hand import Clock

from pinisi.feed.in_process import InProcessFeed
from pinisi.store.sqlite import SqliteStore


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, clock) as store:
        yield store


@pytest.fixture(params=["in process"])
def feed(request: pytest.FixtureRequest, store: SqliteStore) -> InProcessFeed:
    feed = InProcessFeed(store)
    store.listen(feed.heard)
    return feed
