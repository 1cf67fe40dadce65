"""Who relays: of all processes on a store one, which holds the duty; another takes it over when it is gone."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pinisi.feed.ending import end

DUTY = "relay of the log"
AGAIN_SECONDS = 2.0
"""Whoever cannot relay leaves the duty alone for so long: another takes it."""


class Relaying(Protocol):
    async def relay(self) -> None:
        """Put the store's log into the feed, for as long as it can be reached."""
        ...


Duty = Callable[[str], AbstractAsyncContextManager[asyncio.Event]]
"""Waits until no other process has a duty of this name; the event tells that it was lost."""


async def relay_on_duty(duty: Duty, feed: Relaying) -> None:
    """Relay whenever it is this process's turn; it goes on where the one before it ended.

    One who cannot reach the feed gives the duty to another, who perhaps can.
    """
    while True:
        async with duty(DUTY) as lost:
            waiting, relay = asyncio.create_task(lost.wait()), asyncio.create_task(feed.relay())
            try:
                await asyncio.wait((waiting, relay), return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end((waiting, relay))
            if not relay.cancelled():
                relay.result()
        await asyncio.sleep(AGAIN_SECONDS)
