"""The stores and feeds that every contract is asked of."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from city_at_hand import Clock
from feeds_at_hand import FEEDS, AnyFeed, FeedPlace
from stores_at_hand import KINDS, AnyStore, Place

from nats_server import running_nats
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


@pytest.fixture(scope="session")
def nats() -> Iterator[str]:
    """The address of a NATS of this session's own."""
    with running_nats() as (server,):
        yield server.address


@pytest.fixture(params=FEEDS)
def feed_place(request: pytest.FixtureRequest) -> FeedPlace:
    return FeedPlace(request.param, lambda: request.getfixturevalue("nats"))


@pytest.fixture
async def feed(feed_place: FeedPlace, store: AnyStore) -> AsyncIterator[AnyFeed]:
    async with feed_place.open(store) as feed:
        yield feed
