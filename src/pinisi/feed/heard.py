"""What one process has heard of a tenant: the newest lines, as they follow one another without a gap."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence

from pinisi.feed.lines import Message
from pinisi.store.log import LogEntry, LogSlice, Position

MOST = 5_000


class Heard:
    """The tail of a log. `stir` wakes all who wait at its end."""

    def __init__(self) -> None:
        self._begin: Position = 0
        self._end: Position = -1
        self._lines: list[LogEntry] = []
        self._stirred = asyncio.Event()

    def take(self, message: Message) -> None:
        """Add what is new; where something between is missing, what was before is forgotten."""
        if message.position <= self._end:
            return
        if message.lines is None or message.after > self._end:
            self._begin = message.position if message.lines is None else message.after
            self._lines = []
        self._lines += [line for line in message.lines or () if line.position > max(self._end, self._begin)]
        self._end = message.position
        if len(self._lines) > 2 * MOST:
            self._begin = self._lines[-MOST - 1].position
            del self._lines[:-MOST]
        self.stir()

    def forget(self) -> None:
        """Nothing is sure any more."""
        self._end, self._lines = -1, []
        self.stir()

    def after(self, position: Position, most: int) -> LogSlice | None:
        """Lines after a position; none at the end of what was heard; None where the store has to be asked."""
        if self._end < 0 or position < self._begin:
            return None
        if position >= self._end:
            return LogSlice((), position)
        at = bisect_right(self._lines, position, key=_position)
        lines: Sequence[LogEntry] = self._lines[at : at + most]
        return LogSlice(lines, lines[-1].position)

    def stir(self) -> None:
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    @property
    def stirred(self) -> asyncio.Event:
        """Set when there is more than now."""
        return self._stirred


def _position(line: LogEntry) -> Position:
    return line.position
