"""The store's own work between groups of writers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class Work:
    """A short piece of the store's own work, in a transaction of its own that holds the head."""

    __slots__ = ("future", "work")

    def __init__(self, work: Callable[[Any], Awaitable[Any]]) -> None:
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.work = work

    def fail(self, told: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(told)
