"""Messages that wait together are taken together: one commit for many, and none waits for another to come."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from pinisi.runtime.source import Message

MOST = 256
MOST_BYTES = 4 << 20


async def gathered(messages: AsyncIterator[Message], most: int = MOST) -> AsyncGenerator[list[Message]]:
    """Lists of messages in their order: the first that comes, and what is there already behind it.

    An exception of `messages` is raised once what came before it has been yielded.
    """
    coming = asyncio.ensure_future(_next(messages))
    try:
        while True:
            first = await coming
            if first is None:
                return
            batch, size = [first], len(first.body)
            coming = asyncio.ensure_future(_next(messages))
            await asyncio.sleep(0)
            while len(batch) < most and size < MOST_BYTES and _is_there(coming):
                message = coming.result()
                if message is None:
                    break
                batch.append(message)
                size += len(message.body)
                coming = asyncio.ensure_future(_next(messages))
                await asyncio.sleep(0)
            yield batch
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


def _is_there(coming: "asyncio.Future[Message | None]") -> bool:
    return coming.done() and not coming.cancelled() and coming.exception() is None


async def _next(messages: AsyncIterator[Message]) -> Message | None:
    return await anext(messages, None)
