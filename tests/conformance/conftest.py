"""One real server for the whole folder, an empty city in it; each test has a tenant of its own."""

import itertools
from collections.abc import Iterator

import httpx
import pytest
from broker_at_hand import Broker
from server_at_hand import running

from patience import PATIENCE

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server."""
    with running(tmp_path_factory.mktemp("conformance"), PINISI_CONTEXT_SOURCE_TIMEOUT_MS="1000") as address:
        yield address


@pytest.fixture(scope="session")
def wire(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def broker(wire: httpx.Client) -> Broker:
    """The NGSI-LD interface, in a tenant that nobody else uses."""
    return Broker(wire, f"t{next(_numbers)}")
