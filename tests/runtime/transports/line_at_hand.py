"""What a transport has of the house, for tests of transports alone: it notes what it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from well_source import NOW

from patience import PATIENCE
from pinisi.runtime.secrets import secret_of
from pinisi.runtime.source import Message, Taken, Transport


class LineAtHand:
    id = "test"

    def __init__(self, folder: Path, place: bytes | None = None) -> None:
        self.folder = folder
        self.place = place
        self.lives = 0
        self.troubles: list[str] = []
        self.messages: list[Message] = []

    def now(self) -> int:
        return NOW

    def secret(self, name: str) -> str:
        return secret_of(self.folder, name)

    async def kept(self) -> bytes | None:
        return self.place

    async def alive(self) -> None:
        self.lives += 1

    async def trouble(self, reason: str) -> None:
        if reason != (self.troubles[-1] if self.troubles else ""):
            self.troubles.append(reason)

    async def until(self, holds: Callable[["LineAtHand"], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds(self):  # noqa: ASYNC110 (what is waited for comes from another task)
                await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(transport: Transport, line: LineAtHand) -> AsyncIterator[LineAtHand]:
    """The transport at work: its messages are noted, and taken as the keeper would."""

    async def work() -> None:
        async for message in transport.messages(line):
            line.messages.append(message)
            if hasattr(transport, "taken"):
                await transport.taken(line, message, Taken(new=1, entities=1))

    task = asyncio.get_running_loop().create_task(work())
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
