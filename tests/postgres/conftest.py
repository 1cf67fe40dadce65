"""A PostgreSQL of this folder's own, and a new database for each test."""

import itertools
from collections.abc import Iterator

import pytest

from postgres_server import Server, running_server

_numbers = itertools.count(1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Written through, as an operator's is: what is told kept must be there after it was killed."""
    with running_server("fsync=on") as server:
        yield server


@pytest.fixture
def address(server: Server) -> str:
    return server.make(f"test{next(_numbers)}")
