"""The row that every group of writers locks, and how many readers learn with one look what it says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pinisi.store.log import Position
from pinisi.store.record import Record
from pinisi.vocabulary.instant import Instant


class Head(NamedTuple):
    """`mark` is the transaction that wrote it: whoever wrote since has left another."""

    position: Position
    time: Instant
    next_row: int
    link: bytes
    names: int
    families: int
    areas: Position
    hot: int
    due: Instant | None
    """When something ends first by its `expiresAt` (`store.lapse`)."""
    mark: int


class Floor(NamedTuple):
    """What was seen of the time of a log: a line after this position came at this time, or later."""

    position: Position
    time: Instant


HEAD = "position, time, next_row, link, names, families, areas, hot, due, xmin"

Looked = tuple[Head, Mapping[str, Record]]


class Looks:
    """Whoever asks hears what the head said after he asked, and the records that he named.

    All who ask while one look is on its way share the next.
    """

    def __init__(self, look: Callable[[Sequence[str]], Awaitable[Looked]]) -> None:
        self._look = look
        self._next: asyncio.Future[Looked] | None = None
        self._ids: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def ask(self, id: str | None = None) -> Looked:
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if id is not None:
            self._ids.add(id)
        asked = self._next
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="a look at the head")
        return await asyncio.shield(asked)

    async def _run(self) -> None:
        try:
            while self._next is not None:
                asked, self._next = self._next, None
                ids, self._ids = list(self._ids), set()
                try:
                    asked.set_result(await self._look(ids))
                except Exception as error:
                    asked.set_exception(error)
                    asked.exception()
        finally:
            self._task = None

    async def close(self) -> None:
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


def head_of(row: Sequence[Any]) -> Head:
    return Head(*row)
