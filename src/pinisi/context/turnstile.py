"""Lets so many in at a time."""

import asyncio
from collections import deque


class Turnstile:
    """Who cannot wait learns so at once; those who wait come in in their order."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def open(self) -> bool:
        return self._room > 0

    def enter_at_once(self) -> bool:
        if self._room <= 0:
            return False
        self._room -= 1
        return True

    async def enter(self) -> None:
        if self.enter_at_once():
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._room += 1
