"""Which entities belong to which family: sorted rows in memory, so that a page costs a slice and a count costs `len`.

The arrays mirror the index `entity_family` of the file: loaded when first asked, kept in step after every commit,
dropped when they could be wrong. Eight bytes an entity.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence

import apsw

_MERGED_VIEWS = 64


class Members:
    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: dict[int, array[int]] = {}
        self._merged: dict[frozenset[int], array[int]] = {}

    def clear(self) -> None:
        self._rows.clear()
        self._merged.clear()

    def count(self, family: int) -> int:
        return len(self._of(family))

    def rows(self, families: frozenset[int]) -> "array[int]":
        """Rows of all these families, ascending. Shared: read only."""
        if len(families) == 1:
            (family,) = families
            return self._of(family)
        view = self._merged.pop(families, None)
        if view is None:
            view = array("q", sorted(row for family in families for row in self._of(family)))
            if len(self._merged) >= _MERGED_VIEWS:
                del self._merged[next(iter(self._merged))]
        self._merged[families] = view
        return view

    def move(self, row: int, before: int | None, after: int | None) -> None:
        """Follow one entity from a family into another, after the commit."""
        if before == after:
            return
        if before is not None:
            for view in self._views(before):
                _remove(view, row)
        if after is not None:
            for view in self._views(after):
                _insert(view, row)

    def enter(self, rows: Sequence[int], family: int) -> None:
        """Take in new entities of one family, after the commit."""
        for view in self._views(family):
            for row in rows:
                _insert(view, row)

    def _views(self, family: int) -> "list[array[int]]":
        merged = [view for families, view in self._merged.items() if family in families] if self._merged else []
        own = self._rows.get(family)
        return merged if own is None else [own, *merged]

    def _of(self, family: int) -> "array[int]":
        rows = self._rows.get(family)
        if rows is None:
            sql = "SELECT row FROM entity INDEXED BY entity_family WHERE family = ? ORDER BY row"
            rows = array("q", (row for (row,) in self._connection.execute(sql, (family,))))
            self._rows[family] = rows
        return rows


def _insert(view: "array[int]", row: int) -> None:
    if not view or view[-1] < row:
        view.append(row)
        return
    at = bisect_left(view, row)
    if view[at] != row:
        view.insert(at, row)


def _remove(view: "array[int]", row: int) -> None:
    at = bisect_left(view, row)
    if at < len(view) and view[at] == row:
        del view[at]
