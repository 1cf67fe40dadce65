"""Makassar, opened once for tests that only read, and fresh for those that write."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from house_at_hand import Opened, copy_data, open_house

from pinisi.people.accounts import Assignment

sys.path.append(str(Path(__file__).parents[1] / "runtime"))
sys.path.append(str(Path(__file__).parents[1] / "context"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the city loaded, closed."""
    data = tmp_path_factory.mktemp("makassar") / "data"
    async with open_house(data):
        pass
    return data


@pytest.fixture(scope="session")
async def calm(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """A house without accounts in which nobody writes."""
    async with open_house(copy_data(template, tmp_path_factory.mktemp("calm") / "data")) as opened:
        yield opened


@pytest.fixture(scope="session")
async def reader(calm: Opened) -> AsyncIterator[httpx.AsyncClient]:
    """The demo's administrator, who only reads."""
    async with calm.client() as client:
        yield client


@pytest.fixture
async def fresh(template: Path, tmp_path: Path) -> AsyncIterator[Opened]:
    """A house of one's own, without accounts."""
    async with open_house(copy_data(template, tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
async def demo(fresh: Opened) -> AsyncIterator[httpx.AsyncClient]:
    """The demo's administrator in a house of his own."""
    async with fresh.client() as client:
        yield client


@pytest.fixture(scope="session")
async def lived_in(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """A house with an administrator, in which nobody writes the context."""
    async with open_house(copy_data(template, tmp_path_factory.mktemp("lived-in") / "data")) as opened:
        await opened.account("ani", Assignment(role="administrator"))
        yield opened
