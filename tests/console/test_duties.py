"""A process that has a duty when its database goes away, in the moment in which it begins it."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from pinisi.console import house_opening
from pinisi.store.change import StoreUnavailable

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Store:
    """Gives each duty at once."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    @asynccontextmanager
    async def duty(self, name: str) -> AsyncGenerator[asyncio.Event]:
        self.taken.append(name)
        yield asyncio.Event()


class Notifier:
    """Cannot begin twice: the store is away."""

    def __init__(self) -> None:
        self.begun = self.stopped = 0
        self.delivers = asyncio.Event()

    async def start(self) -> None:
        self.begun += 1
        if self.begun < 3:
            raise StoreUnavailable("PostgreSQL cannot be reached now")
        self.delivers.set()

    async def stop(self) -> None:
        self.stopped += 1


class Copier:
    def start(self) -> None:
        return

    async def stop(self) -> None:
        return


async def test_who_cannot_begin_to_deliver_gives_the_duty_away_and_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_opening, "_AGAIN_SECONDS", 0.01)
    house: Any = SimpleNamespace(store=Store(), notifier=Notifier(), copier=Copier())
    delivering = asyncio.create_task(house_opening.deliver_on_duty(house))
    async with asyncio.timeout(10):
        await house.notifier.delivers.wait()
    assert house.store.taken == ["notifications"] * 3
    assert house.notifier.stopped == 2
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)


async def test_who_cannot_begin_the_citys_own_work_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it runs, and another process may have the duty by then."""
    sent: list[tuple[int, int]] = []

    def kill(pid: int, how: int) -> None:
        sent.append((pid, how))

    monkeypatch.setattr(os, "kill", kill)

    async def away(_house: object, _town: object) -> None:
        raise StoreUnavailable("PostgreSQL cannot be reached now")

    monkeypatch.setattr(house_opening, "run_city", away)
    house: Any = SimpleNamespace(store=Store(), towns={"city": None}, default_tenant="city")
    await house_opening.take_care_on_duty(house)
    assert sent == [(os.getpid(), signal.SIGTERM)]
