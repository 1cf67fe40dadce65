"""What readers of the stream with equal rights and layers share: one follower of the log, one encoding of each change.

A reader costs what he is sent, not what it takes to write it: 60 consoles on one server hear the same bytes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import msgspec

from pinisi.console.pending import News, Pending
from pinisi.store.log import LogSlice, Position
from pinisi.vocabulary.principal import Grants

MOST_WAITING = 20_000
"""Entities that may wait for one reader: about 4 MB, which all slow readers of a channel share."""


class Audience(msgspec.Struct, frozen=True):
    """Readers who are told the same. `everything`: changes of all types, also of those that no layer draws."""

    tenant: str
    grants: Grants
    layers: frozenset[str]
    everything: bool
    incidents: bool


class Voice(NamedTuple):
    """How a channel hears and speaks: the log after a position, and news in bytes (after the place told before)."""

    follow: Callable[[Position], AsyncIterator[LogSlice]]
    speak: Callable[[News, Position], Awaitable[bytes]]
    rest: float


class Piece(NamedTuple):
    """What was told once to all, and how many entities are in it."""

    told: bytes
    entities: int


class Listener:
    """One reader of a channel. `place`: the position from which on he hears all."""

    def __init__(self, place: Position) -> None:
        self.place = place
        self.cut = False
        self._waiting: deque[Piece] = deque()
        self._entities = 0
        self._stir = asyncio.Event()

    async def stirred(self, seconds: float) -> bool:
        """Wait for something to tell, or to be woken; whether that came in time."""
        try:
            async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 may lose a cancellation
                await self._stir.wait()
        except TimeoutError:
            return False
        return True

    def wake(self) -> None:
        self._stir.set()

    def hear(self, piece: Piece) -> None:
        """Keep it until it is taken. Whoever is too slow is cut: nothing is kept for him, he has to begin anew."""
        self._waiting.append(piece)
        self._entities += piece.entities
        self.cut = self.cut or self._entities > MOST_WAITING
        if self.cut:
            self._forget()
        self._stir.set()

    def take(self) -> bytes:
        """All that waits; afterwards nothing does, and he is no longer cut."""
        told = b"".join(piece.told for piece in self._waiting)
        self._forget()
        self.cut = False
        self._stir.clear()
        return told

    def _forget(self) -> None:
        self._waiting.clear()
        self._entities = 0


class Channel:
    """Follows the log and tells all its listeners, with `rest` seconds between unless there is a hurry."""

    def __init__(self, position: Position, voice: Voice, *, incidents: bool) -> None:
        self.told = position
        self._voice = voice
        self._incidents = incidents
        self._pending = Pending(position)
        self._speaking = False
        self._listeners: set[Listener] = set()
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._tell())]
        for task in self._tasks:
            task.add_done_callback(self._end)

    @property
    def settled(self) -> Position:
        """The newest position with nothing untold before it."""
        return self.told if self._speaking else self._pending.settled

    @property
    def ended(self) -> bool:
        return any(task.done() for task in self._tasks)

    def join(self) -> Listener:
        listener = Listener(self.settled)
        self._listeners.add(listener)
        return listener

    def part(self, listener: Listener) -> bool:
        """He goes; whether he was the last."""
        self._listeners.discard(listener)
        return not self._listeners

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _follow(self) -> None:
        async for piece in self._voice.follow(self.told):
            self._pending.note(piece, incidents=self._incidents)

    async def _tell(self) -> None:
        while True:
            await self._pending.stirred(None)
            self._speaking, news = True, self._pending.take()
            told = await self._voice.speak(news, self.told)
            self._speaking, self.told = False, news.position
            if told:
                for listener in self._listeners:
                    listener.hear(Piece(told, len(news.changed)))
            await self._pending.rest(self._voice.rest)

    def _end(self, _task: "asyncio.Task[None]") -> None:
        for listener in self._listeners:
            listener.wake()


class Channels:
    """The channels that have listeners."""

    def __init__(self) -> None:
        self._open: dict[Audience, Channel] = {}

    def of(self, audience: Audience, position: Position, voice: Voice) -> Channel:
        """The channel of an audience; a new one begins at the position."""
        channel = self._open.get(audience)
        if channel is None or channel.ended:
            channel = self._open[audience] = Channel(position, voice, incidents=audience.incidents)
        return channel

    def part(self, audience: Audience, channel: Channel, listener: Listener) -> None:
        """A reader goes; a channel that nobody hears is closed."""
        if channel.part(listener):
            channel.close()
            if self._open.get(audience) is channel:
                del self._open[audience]
