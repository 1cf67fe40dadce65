"""Lets the rows of all streams of a replay through, one moment after the other, as the day's clock reaches them.

A live city hears its sources in the order of time; a replay at 3,600 times the speed must too. So the streams take
turns: the one whose next rows came first goes, and the others wait until those are written. The clock waits with them.
"""

import asyncio
from collections.abc import Sequence

from pinisi.runtime.clock import ReplayClock
from pinisi.runtime.reel import Batch, Reel
from pinisi.vocabulary.instant import SECOND, Instant


class Turn:
    """A stream's place in the order: what it has to deliver next."""

    def __init__(self, stream: str, order: int, most: int, batch: Batch | None, taken: int) -> None:
        self.stream = stream
        self.order = order
        self.most = most
        self.batch = batch
        self.taken = taken


class Conductor:
    """Of one replay: its streams enter when their transport begins, and leave when it ends."""

    def __init__(self, reel: Reel, clock: ReplayClock, streams: Sequence[str]) -> None:
        self._reel = reel
        self._clock = clock
        self._order = {stream: number for number, stream in enumerate(streams)}
        self._awaited = set(streams)
        self._turns: dict[str, Turn] = {}
        self._stir = asyncio.Event()
        self._target: Instant | None = None
        self._there = asyncio.Event()
        clock.hold(clock.now())

    @property
    def taken(self) -> int:
        """Rows that are written."""
        return sum(turn.taken for turn in self._turns.values())

    @property
    def at_end(self) -> bool:
        """Whether every row is written."""
        return not self._awaited and all(turn.batch is None for turn in self._turns.values())

    def enter(self, stream: str, taken: int, most: int) -> Turn:
        """A stream is ready to go on after its row number `taken`, with so many rows at a time."""
        self._awaited.discard(stream)
        turn = Turn(stream, self._order[stream], most, self._reel.after(stream, taken, most), taken)
        self._turns[stream] = turn
        self.stir()
        return turn

    def leave(self, turn: Turn) -> None:
        """A stream that was switched off, or that failed, keeps nobody waiting."""
        if self._turns.get(turn.stream) is turn:
            turn.batch = None
            self.stir()

    async def next(self, turn: Turn) -> Batch:
        """Wait until it is the stream's turn and the clock has come to its next rows."""
        while True:
            wait = self._wait(turn)
            if wait == 0 and turn.batch is not None:
                return turn.batch
            stir = self._stir
            try:
                async with asyncio.timeout(wait):  # `wait_for` of Python 3.11 may lose a cancellation
                    await stir.wait()
            except TimeoutError:
                continue

    def written(self, turn: Turn, batch: Batch) -> None:
        """The rows are on disk: whose turn is next?"""
        turn.taken = batch.last
        turn.batch = self._reel.after(turn.stream, batch.last, turn.most)
        self.stir()

    def stir(self) -> None:
        """Something has changed (clock, speed, rows): everybody looks again."""
        first = self._first()
        if self._awaited:
            self._clock.hold(self._clock.now())
        else:
            self._clock.hold(None if first is None or first.batch is None else first.batch.at)
            self._arrive(first)
        stir, self._stir = self._stir, asyncio.Event()
        stir.set()

    async def bring_to(self, moment: Instant) -> None:
        """Let everything through up to a moment as fast as it can be written, the clock with it."""
        self._target = moment
        self._there.clear()
        self.stir()
        await self._there.wait()

    def _arrive(self, first: Turn | None) -> None:
        if self._target is None or (first is not None and first.batch is not None and first.batch.at <= self._target):
            return
        self._clock.put_forward(self._target)
        self._target = None
        self._there.set()

    def _first(self) -> Turn | None:
        waiting = [turn for turn in self._turns.values() if turn.batch is not None]
        return min(waiting, key=_place, default=None)

    def _wait(self, turn: Turn) -> float | None:
        """Seconds until it may go: 0 now, None: until something changes."""
        batch = turn.batch
        if self._awaited or batch is None or self._first() is not turn:
            return None
        if self._target is not None:
            self._clock.put_forward(batch.at)
        left = batch.at - self._clock.now()
        if left <= 0:
            return 0
        return left / self._clock.speed / SECOND if self._clock.running else None


def _place(turn: Turn) -> tuple[Instant, int]:
    assert turn.batch is not None
    return turn.batch.at, turn.order
