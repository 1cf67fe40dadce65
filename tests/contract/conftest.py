"""The stores and feeds that every contract is asked of."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from city_at_hand import Clock
from stores_at_hand import KINDS, AnyStore, Place

from pinisi.feed.in_process import InProcessFeed
from postgres_server import Server, running_server

NOT_YET_ON_POSTGRES = frozenset[str]()
"""Contracts that the PostgreSQL store does not keep yet: it cannot be chosen by an operator while there are any."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "place" in metafunc.fixturenames:
        module = str(cast(Any, metafunc).module.__name__).rpartition(".")[2]
        metafunc.parametrize("kind", KINDS[:1] if module in NOT_YET_ON_POSTGRES else KINDS)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL of this session's own. `fsync=off`: no test here asks what a power cut leaves."""
    with running_server() as server:
        yield server


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    place = Place(kind, tmp_path / "tenants", lambda: request.getfixturevalue("server").address)
    place.empty()
    return place


@pytest.fixture
async def store(place: Place, clock: Clock) -> AsyncIterator[AnyStore]:
    async with place.open(clock) as store:
        yield store


@pytest.fixture(params=["in process"])
def feed(request: pytest.FixtureRequest, store: AnyStore) -> InProcessFeed:
    feed = InProcessFeed(store)
    store.listen(feed.heard)
    return feed
