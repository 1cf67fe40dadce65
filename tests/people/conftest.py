"""A real store in a temporary folder, and people in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from people_at_hand import ADMINISTRATOR, NOW, OPERATOR, quick_passwords, wish

from pinisi.people.accounts import Account
from pinisi.people.fixed import DEMO
from pinisi.people.register import People
from pinisi.store.sqlite import SqliteStore


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: NOW) as store:
        yield store


@pytest.fixture
def people(store: SqliteStore) -> People:
    """People of a server that others can reach."""
    return People(store, loopback=False, passwords=quick_passwords())


@pytest.fixture
async def ani(people: People) -> Account:
    """The administrator."""
    return await people.accounts.create(wish("ani", ADMINISTRATOR), DEMO, NOW)


@pytest.fixture
async def budi(people: People, ani: Account) -> Account:
    """An operator of everything in the city's tenant."""
    return await people.accounts.create(wish("budi", OPERATOR, name="Budi S."), DEMO, NOW)
