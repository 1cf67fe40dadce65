"""Long work on the event loop, done in pieces: others are served between them."""

import asyncio
from time import perf_counter

PIECE_SECONDS = 0.005


class Turn:
    """Of one piece of work after the other; each begins when the last pause ended."""

    __slots__ = ("_began",)

    def __init__(self) -> None:
        self._began = perf_counter()

    async def pause(self) -> None:
        """Let others have their turn, where this piece has taken long enough."""
        if perf_counter() - self._began >= PIECE_SECONDS:
            await asyncio.sleep(0)
            self._began = perf_counter()
