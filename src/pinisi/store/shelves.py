"""Rendered bytes of many entities, by row: a page of twenty costs twenty look-ups, and no record is touched.

A shelf belongs to the families that a query asks for and to one way of showing them; it holds what was asked for since
its entities changed last. Every commit takes what it changed off all shelves, in the step that makes it visible. Of a
page of twenty over HTTP the shelf spares 12 us of records and their memos (`bench/context.py`, query_limit20).
"""

from collections.abc import Hashable, Iterable

SHELVES_MOST = 32
NOT_OF_THEM = b""
"""Stands at a row that is of other families."""

Shelf = dict[int, bytes]


class Shelves:
    """`most`: bytes of so many entities are kept, on all shelves together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._shelves: dict[tuple[frozenset[int], Hashable], Shelf] = {}
        self._put = 0

    @property
    def size(self) -> int:
        """How many entities' bytes are kept."""
        return sum(map(len, self._shelves.values()))

    def of(self, families: frozenset[int], way: Hashable) -> Shelf:
        """The shelf, to read and to fill; whoever puts something on it says so (`put`)."""
        key = (families, way)
        shelf = self._shelves.pop(key, None)
        if shelf is None:
            shelf = {}
            if len(self._shelves) >= SHELVES_MOST:
                del self._shelves[next(iter(self._shelves))]
        self._shelves[key] = shelf
        return shelf

    def put(self, number: int) -> None:
        """Note that so many were put on shelves; what was used longest ago gives way."""
        self._put += number
        if self._put <= self._most:
            return
        self._put = self.size
        while self._put > self._most:
            oldest = self._shelves.pop(next(iter(self._shelves)))
            self._put -= len(oldest)

    def forget(self, rows: Iterable[int]) -> None:
        """These have changed, or are gone."""
        for shelf in self._shelves.values():
            for row in rows:
                shelf.pop(row, None)

    def clear(self) -> None:
        self._shelves.clear()
        self._put = 0
