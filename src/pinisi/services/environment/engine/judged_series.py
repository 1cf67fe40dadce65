"""The verdicts on a long series that grows: what was judged of it before is not judged again.

A window of 150 days moves on by an hour: all but its last value have been judged. What is kept is bounded, and only
saves work: the verdicts are those of `settled(judge_all(...))`, but for the first `SPAN` of a window, which know what
came before it. A month of forecasts (720 windows) takes seconds with it, and two minutes without.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from pinisi.services.environment.engine.cleaning import SPAN, Reading, Verdict, judge, settled
from pinisi.services.environment.engine.quantity import Quantity
from pinisi.vocabulary.instant import HOUR

T = TypeVar("T")
MOST_SERIES = 64
_UNSETTLED = 2 * SPAN + HOUR
"""Verdicts older than this, before the newest, are not changed by what comes."""


class JudgedSeries(Generic[T]):
    """Remembers the last windows of up to `MOST_SERIES` series. `reading` makes a reading of a row, None of others."""

    def __init__(self, quantity: Quantity, reading: Callable[[T], Reading | None]) -> None:
        self._quantity = quantity
        self._reading = reading
        self._kept: dict[T, _Judged[T]] = {}

    def verdicts(self, rows: Sequence[T]) -> list[Verdict]:
        """The verdicts on rows in the order of coming, as known at their end."""
        if not rows:
            return []
        judged = self._continued(rows) or _Judged[T]([], [], [])
        judged = judged.grown(rows, self._quantity, self._reading)
        self._kept[judged.last] = judged
        while len(self._kept) > MOST_SERIES:
            self._kept.pop(next(iter(self._kept)))
        return judged.settled()

    def _continued(self, rows: Sequence[T]) -> "_Judged[T] | None":
        """What is kept of a window that these rows continue."""
        for place in range(len(rows) - 1, max(-1, len(rows) - 50), -1):
            kept = self._kept.pop(rows[place], None)
            if kept is not None:
                return kept.from_row(rows, place)
        return None


class _Judged(Generic[T]):
    """Rows, their readings, and the verdicts as they were when each came. Rows that are no readings have None."""

    def __init__(self, rows: list[T], readings: list[Reading | None], verdicts: list[Verdict | None]) -> None:
        self._rows = rows
        self._readings = readings
        self._verdicts = verdicts

    @property
    def last(self) -> T:
        return self._rows[-1]

    def from_row(self, rows: Sequence[T], place: int) -> "_Judged[T] | None":
        """What of it is the beginning of `rows`, up to a place; None where it is another series."""
        begin = len(self._rows) - (place + 1)
        if begin < 0 or self._rows[begin:] != list(rows[: place + 1]):
            return None
        return _Judged(self._rows[begin:], self._readings[begin:], self._verdicts[begin:])

    def grown(self, rows: Sequence[T], quantity: Quantity, make: Callable[[T], Reading | None]) -> "_Judged[T]":
        for row in rows[len(self._rows) :]:
            reading = make(row)
            verdict = None if reading is None else judge(quantity, self._near(reading), reading)
            self._rows.append(row)
            self._readings.append(reading)
            self._verdicts.append(verdict)
        return self

    def _near(self, newest: Reading) -> list[Reading]:
        """Readings of the span before one, in the order of coming; what came two spans ago tells nothing of it."""
        near: list[Reading] = []
        for reading in reversed(self._readings):
            if reading is None:
                continue
            if reading.at < newest.at - 2 * SPAN:
                break
            near.append(reading)
        return near[::-1]

    def settled(self) -> list[Verdict]:
        """The verdicts as known at the end; those that nothing can change any more are settled for good."""
        end = max((verdict.at for verdict in self._verdicts if verdict is not None), default=0)
        begin = next((n for n, one in enumerate(self._verdicts) if one is not None and one.at > end - _UNSETTLED), 0)
        places = [place for place in range(begin, len(self._verdicts)) if self._verdicts[place] is not None]
        tail = [verdict for verdict in self._verdicts[begin:] if verdict is not None]
        for place, verdict in zip(places, settled(tail), strict=True):
            self._verdicts[place] = verdict
        return [verdict for verdict in self._verdicts if verdict is not None]
