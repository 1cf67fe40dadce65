"""Ranges of one attribute's values, each with those who wait for a value in it."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

Value = float | str
_Edge = tuple[Value, str]


class Ranges:
    """Of values of one kind, all numbers or all text. Open ends are None.

    A look-up costs the logarithm of the ranges plus those that hold the value; of ranges closed on both sides it also
    passes those that begin below the value and end below it too.
    """

    __slots__ = ("_above", "_below", "_between")

    def __init__(self) -> None:
        self._above: list[_Edge] = []
        self._below: list[_Edge] = []
        self._between: list[tuple[Value, str, Value]] = []

    def add(self, low: Value | None, high: Value | None, id: str) -> None:
        if low is not None and high is not None:
            insort(self._between, (low, id, high))
        elif low is not None:
            insort(self._above, (low, id))
        elif high is not None:
            insort(self._below, (high, id))

    def remove(self, low: Value | None, high: Value | None, id: str) -> None:
        if low is not None and high is not None:
            self._between.remove((low, id, high))
        elif low is not None:
            self._above.remove((low, id))
        elif high is not None:
            self._below.remove((high, id))

    def holding(self, value: Value) -> Iterator[str]:
        """Ids of all whose range holds the value, ends included."""
        for _, id in self._above[: bisect_right(self._above, (value, "\U0010ffff"))]:
            yield id
        for _, id in self._below[bisect_left(self._below, (value, "")) :]:
            yield id
        for _, id, high in self._between[: bisect_right(self._between, (value, "\U0010ffff"))]:
            if high >= value:  # type: ignore[operator]
                yield id

    def __bool__(self) -> bool:
        return bool(self._above or self._below or self._between)
