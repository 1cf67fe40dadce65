"""Ranges of one attribute's values, each with those who wait for a value in it."""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

Value = float | str
_Edge = tuple[Value, str]
_Closed = tuple[Value, Value, str]
MOST_CELLS = 64
_LAST = "\U0010ffff"


class Ranges:
    """Of values of one kind, all numbers or all text. Open ends are None.

    Ranges that are closed on both sides lie under the cell in which they begin, of cells as wide as they are (powers
    of two): a look-up sees two cells of each width that there is. Open ones are sorted by their end, closed ones of
    text by their beginning. So it costs the number that hold the value, and little beside it.
    """

    __slots__ = ("_above", "_below", "_cells", "_levels", "_texts")

    def __init__(self) -> None:
        self._above: list[_Edge] = []
        self._below: list[_Edge] = []
        self._texts: list[_Closed] = []
        self._cells: dict[tuple[int, int], list[_Closed]] = {}
        self._levels: dict[int, int] = {}

    def add(self, low: Value | None, high: Value | None, id: str) -> None:
        if low is not None and high is not None:
            self._add_closed(low, high, id)
        elif low is not None:
            insort(self._above, (low, id))
        elif high is not None:
            insort(self._below, (high, id))

    def remove(self, low: Value | None, high: Value | None, id: str) -> None:
        if low is not None and high is not None:
            self._remove_closed(low, high, id)
        elif low is not None:
            self._above.remove((low, id))
        elif high is not None:
            self._below.remove((high, id))

    def holding(self, least: Value, most: Value) -> Iterator[str]:
        """Ids of all whose range meets the values from `least` to `most`, ends included; one value: twice the same."""
        for _, id in self._above[: bisect_right(self._above, (most, _LAST))]:
            yield id
        for _, id in self._below[bisect_left(self._below, (least, "")) :]:
            yield id
        for _, high, id in self._texts[: bisect_right(self._texts, most, key=_low)]:
            if high >= least:  # type: ignore[operator]
                yield id
        if isinstance(least, (int, float)) and isinstance(most, (int, float)):
            for level in self._levels:
                yield from self._in_cells(level, least, most)

    def _in_cells(self, level: int, least: float, most: float) -> Iterator[str]:
        """A range is no wider than its cell: it begins in a cell of the values, or in the one before."""
        first, last = _cell(least, level) - 1, _cell(most, level)
        if last - first > MOST_CELLS or most - least == math.inf:
            chosen = [ranges for (of, _), ranges in self._cells.items() if of == level]
        else:
            chosen = [self._cells.get((level, cell), ()) for cell in range(first, last + 1)]
        for ranges in chosen:
            for low, high, id in ranges:
                if low <= most and high >= least:  # type: ignore[operator]
                    yield id

    def _add_closed(self, low: Value, high: Value, id: str) -> None:
        place = _place(low, high)
        if place is None:
            insort(self._texts, (low, high, id))
            return
        if place not in self._cells:
            self._levels[place[0]] = self._levels.get(place[0], 0) + 1
        self._cells.setdefault(place, []).append((low, high, id))

    def _remove_closed(self, low: Value, high: Value, id: str) -> None:
        place = _place(low, high)
        if place is None:
            self._texts.remove((low, high, id))
            return
        self._cells[place].remove((low, high, id))
        if not self._cells[place]:
            del self._cells[place]
            self._levels[place[0]] -= 1
            if not self._levels[place[0]]:
                del self._levels[place[0]]

    def __bool__(self) -> bool:
        return bool(self._above or self._below or self._texts or self._cells)


def _low(closed: _Closed) -> Value:
    return closed[0]


def _place(low: Value, high: Value) -> tuple[int, int] | None:
    """Level and number of the cell of a range of numbers; None for text, and where numbers are beyond cells."""
    if isinstance(low, str) or isinstance(high, str) or not (math.isfinite(low) and math.isfinite(high)):
        return None
    level = math.frexp(max(high - low, 2.0**-20))[1]
    return (level, _cell(low, level)) if level < 1_000 and high >= low else None


def _cell(value: float, level: int) -> int:
    return math.floor(value / 2.0**level) if math.isfinite(value) else 0
