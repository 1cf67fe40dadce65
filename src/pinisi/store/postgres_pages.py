"""Pages of a tenant in PostgreSQL from what this process has heard: members of families, and rendered bytes by row.

Whoever reads looks at the head first (one statement for all who ask at a time) and hears of every line up to it: what
is kept here is as new as the answer has to be. A page costs a slice then: the database neither sorts the members of
fifteen families for it nor sends twenty bodies.
"""

from array import array
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any

from pinisi.store.interning import Families
from pinisi.store.log import LogEntry, Position
from pinisi.store.record import Record
from pinisi.store.shelves import Shelf, Shelves
from pinisi.vocabulary.memory import Memory

QUIET_SECONDS = 1.0
"""How long nothing came into a family or left it, before its members are read once more."""
_MERGED_MOST = 64
_CREATES_OR_ENDS = ("create", "delete")


class Pages:
    """`most`: rendered bytes of so many entities are kept."""

    def __init__(self, families: Families, most: int) -> None:
        self._families = families
        self._most = most
        self.shelves = Shelves(most)
        self._row_of: dict[str, int] = {}
        self._members: dict[int, array[int]] = {}
        self._merged: Memory[frozenset[int], array[int]] = Memory(_MERGED_MOST)
        self._left: dict[int, tuple[Position, float]] = {}

    def rows(self, families: frozenset[int]) -> "array[int] | None":
        """Rows of all these families, ascending; None where the members of one are not known."""
        found = self._merged.get(families)
        if found is None and not self.lacking(families):
            rows = array("q", sorted(row for family in families for row in self._members[family]))
            found = self._merged.remember(families, rows)
        return found

    def lacking(self, families: frozenset[int]) -> list[int]:
        """The families whose members are not known."""
        return [family for family in families if family not in self._members]

    def in_motion(self, families: Iterable[int]) -> bool:
        """Whether one of them changed its members a moment ago: what is read of it would not last."""
        since = monotonic() - QUIET_SECONDS
        return any(self._left[family][1] > since for family in families if family in self._left)

    def take(self, families: Iterable[int], position: Position, members: Iterable[Sequence[Any]]) -> None:
        """Members of families, (family, rows) of those that have any, as they were at a position."""
        found = {family: array("q", rows) for family, rows in members}
        for family in families:
            if self._left.get(family, (0, 0.0))[0] <= position:
                self._members[family] = found.get(family) or array("q")

    def put(self, shelf: Shelf, record: Record, body: bytes) -> None:
        """Bytes of a record that is the newest known."""
        if len(self._row_of) >= self._most:
            self.shelves.clear()
            self._row_of.clear()
        self._row_of[record.id] = record.row
        shelf[record.row] = body

    def clear(self) -> None:
        """Forget all; what is read now would not be told to be gone by a line that was lost."""
        self.shelves.clear()
        self._row_of.clear()
        self._members.clear()
        self._merged.clear()
        self._left.clear()

    def stayed(self, rows: Iterable[int], tail: Sequence[LogEntry], position: Position) -> bool:
        """Whether none of these rows, which are on a shelf, has changed after a position; `tail`: the newest lines."""
        changed: set[int] = set()
        for entry in reversed(tail):
            if entry.position <= position:
                return changed.isdisjoint(rows)
            row = self._row_of.get(entry.subject)
            if row is not None:
                changed.add(row)
        return False

    def hear(self, entries: Iterable[LogEntry]) -> None:
        """Take off what these lines changed."""
        changed: list[int] = []
        for entry in entries:
            row = self._row_of.get(entry.subject)
            if row is not None:
                changed.append(row)
            before, after = (entry.types_before, entry.areas_before), (entry.types, entry.areas_after)
            if entry.op in _CREATES_OR_ENDS or before != after:
                self._leave(before, entry.position)
                self._leave((entry.types, entry.areas_after), entry.position)
        if changed:
            self.shelves.forget(changed)

    def _leave(self, key: tuple[tuple[str, ...], tuple[str, ...]], position: Position) -> None:
        family = self._families.number(*key)
        if family is None:
            return
        self._left[family] = (position, monotonic())
        if self._members.pop(family, None) is not None:
            for families in [families for families in self._merged if family in families]:
                del self._merged[families]
