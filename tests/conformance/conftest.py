"""One real server of each store for the whole folder, an empty city in it; each test has a tenant of its own.

Every test is asked of both stores: of SQLite and of PostgreSQL, of which `make test` takes the files named here and
`make test-long` all.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, cast

import httpx
import pytest
from broker_at_hand import Broker
from receiver_at_hand import Receiver
from registrar_at_hand import Registrar
from server_at_hand import running
from source_at_hand import Source

from patience import PATIENCE
from postgres_server import running_server

SHORT = frozenset({"test_history", "test_entities_queried"})
"""Files that `make test` asks of PostgreSQL too: those that speak most to the store itself."""

_numbers = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        short = str(cast(Any, metafunc).module.__name__).rpartition(".")[2] in SHORT
        postgres = pytest.param("postgresql", marks=() if short else pytest.mark.long)
        metafunc.parametrize("kind", ["sqlite", postgres], scope="session")


@pytest.fixture(scope="session")
def stores() -> Iterator[Callable[[str, str], str]]:
    """Gives the address of an empty store of a kind; PostgreSQL is started for the first who asks for it."""
    with ExitStack() as stack:
        servers: list[Any] = []

        def address(kind: str, name: str) -> str:
            if kind == "sqlite":
                return ""
            if not servers:
                servers.append(stack.enter_context(running_server()))
            return servers[0].make(name)

        yield address


@pytest.fixture(scope="session")
def servers(
    stores: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], str]]:
    """Gives the address of the running server of a kind of store and a name, which is its alias among others."""
    with ExitStack() as stack:
        started: dict[tuple[str, str], str] = {}

        def address(kind: str, alias: str) -> str:
            if (kind, alias) not in started:
                name = alias or "here"
                settings = {"PINISI_CONTEXT_SOURCE_TIMEOUT_MS": "4000", "PINISI_STORE": stores(kind, name)}
                if alias:
                    settings["PINISI_CONTEXT_SOURCE_ALIAS"] = alias
                server = running(tmp_path_factory.mktemp(name), **settings)
                started[kind, alias] = stack.enter_context(server)
            return started[kind, alias]

        yield address


@pytest.fixture(scope="session")
def server(kind: str, servers: Callable[[str, str], str]) -> str:
    """The address of a running server."""
    return servers(kind, "")


@pytest.fixture(scope="session")
def wire(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def broker(wire: httpx.Client) -> Broker:
    """The NGSI-LD interface, in a tenant that nobody else uses."""
    return Broker(wire, f"t{next(_numbers)}")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def partner_address(kind: str, servers: Callable[[str, str], str]) -> str:
    return servers(kind, "partner")


@pytest.fixture
def partner(partner_address: str, broker: Broker) -> Iterator[Broker]:
    with httpx.Client(base_url=partner_address, timeout=PATIENCE) as wire:
        yield Broker(wire, broker.tenant)


@pytest.fixture
def register(broker: Broker, partner_address: str) -> Registrar:
    return Registrar(broker, partner_address)


@pytest.fixture
def source() -> Iterator[Source]:
    source = Source()
    yield source
    source.close()
