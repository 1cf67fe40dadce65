"""A way in for those who send by themselves: `POST /pinisi/v1/push/SOURCE`. The door hands each body to the keeper."""

import asyncio
from collections.abc import AsyncIterator

from pinisi.runtime.source import Line, Message


class Push:
    """Waits; whatever is pushed comes by the door."""

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        await asyncio.Event().wait()
        return
        yield
