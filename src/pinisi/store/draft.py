"""What a transaction is going to write: collected in memory, laid down by the store in one go before the commit.

A draft sees its own changes, so that a hundred changes of one entity in one group commit write its row once.
An atomic set of changes fills a draft of its own, which is merged when all of it has succeeded.
"""

from collections.abc import Sequence
from typing import Any

from pinisi.store.chain import Chain, Link
from pinisi.store.change import DebtChange, Paid, RecordChange
from pinisi.store.erasure import Erasure
from pinisi.store.log import LogEntry
from pinisi.store.record import Record
from pinisi.vocabulary.instant import Instant

Shape = tuple[tuple[int, ...], tuple[str, ...]]
"""Attributes of an entity, and the kinds of their first instances."""


class Draft:
    def __init__(self, position: int, next_row: int, parent: "Draft | None" = None) -> None:
        self.parent = parent
        self.position = position
        self.next_row = next_row
        self.records: dict[str, Record] = {}
        self.first: dict[str, Record | None] = {}
        self.documents: dict[tuple[str, str], tuple[int, bytes] | None] = {}
        self.entries: list[LogEntry] = []
        self.log: list[tuple[Any, ...]] = []
        self.history: list[tuple[Any, ...]] = []
        self.passages: list[tuple[int, int, int, int, int]] = []
        self.strands: dict[tuple[int, int, int], None] = {}
        self.erasures: list[Erasure] = []
        self.usage: dict[tuple[int, int, str], int] = {}
        self.shapes: dict[tuple[int, Shape], int] = {}
        self.places: dict[int, tuple[float, float, float, float] | None] = {}
        self.left: dict[int, tuple[float, float, float, float] | None] = {}
        """Row of an entity -> where it was before it came to its place."""
        self.hot: dict[tuple[int, Any, int], bool] = {}
        self.moves: dict[int, list[tuple[int, int]]] = {}
        self.debts: list[tuple[int, Sequence[str]]] = []
        self.debt_moves: list[DebtChange | Paid] = []
        self.cursors: dict[str, int] = {}
        self.done: dict[str, tuple[int, int]] = {}
        self.origins: dict[int, bytes] = {}
        self.reacted: dict[tuple[str, str], bytes] = {}
        self.records_changed: list[tuple[RecordChange, dict[str, Any]]] = []
        self.dues: dict[int, Instant | None] = {}
        """Row of an entity -> when something of it ends first (None: nothing ends)."""
        self.areas_changed = False
        self.chain: Chain | None = None
        self.link: Link = b""

    def goes_on(self, chain: Chain | None, link: Link) -> "Draft":
        """Continue the chain after this link; without one, lines have no links."""
        self.chain, self.link = chain, link
        return self

    def record(self, id: str) -> Record | None:
        found = self.records.get(id)
        return found if found is not None or self.parent is None else self.parent.record(id)

    def document(self, key: tuple[str, str]) -> tuple[bool, tuple[int, bytes] | None]:
        """(whether this draft touched it, its state)."""
        if key in self.documents:
            return True, self.documents[key]
        return (False, None) if self.parent is None else self.parent.document(key)

    def applied(self, key: str) -> int | None:
        """The position at which this draft applied the key."""
        found = self.done.get(key)
        if found is not None:
            return found[0]
        return None if self.parent is None else self.parent.applied(key)

    def said_at(self, key: tuple[int, int, int, int]) -> bytes | None:
        """What this draft put into history of one value (entity, attribute, dataset) at exactly one moment."""
        for line in reversed(self.history):
            if line[:4] == key:
                return line[-1]
        return None if self.parent is None else self.parent.said_at(key)

    def moves_of(self, row: int) -> list[tuple[int, int]]:
        """(when, into which family) of an entity's moves in this draft, in order."""
        mine = self.moves.get(row, [])
        return mine if self.parent is None else self.parent.moves_of(row) + mine

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.log or self.debt_moves or self.cursors or self.done or self.reacted or self.dues)

    def put(self, before: Record | None, after: Record) -> None:
        """Note an entity's new version."""
        self.first.setdefault(after.id, before)
        self.records[after.id] = after

    def count_usage(self, family: int, attribute: int, kind: str, n: int) -> None:
        """One entity more or less in this family has the attribute, of this kind (of its first instance)."""
        key = (family, attribute, kind)
        self.usage[key] = self.usage.get(key, 0) + n

    def count_shape(self, family: int, shape: Shape, n: int) -> None:
        """One entity more or less in this family, with all its attributes: most of a batch are of one shape."""
        key = (family, shape)
        self.shapes[key] = self.shapes.get(key, 0) + n

    def used(self) -> list[tuple[int, int, str, int]]:
        """How many entities more or less have an attribute, as rows of `usage`."""
        used = dict(self.usage)
        for (family, shape), n in self.shapes.items():
            for attribute, kind in zip(*shape, strict=True):
                key = (family, attribute, kind)
                used[key] = used.get(key, 0) + n
        return [(*key, n) for key, n in used.items() if n]

    def forget(self, erasure: Erasure) -> None:
        """Erase what history holds of it so far, here and, when this draft is laid down, in the file."""
        for row in self.history:
            if erasure.holds(row):
                self.origins.pop(row[4], None)
        self.history = [row for row in self.history if not erasure.holds(row)]
        if erasure.whole:
            self.passages = [row for row in self.passages if row[0] != erasure.row]
        self.erasures.append(erasure)

    def merge(self, child: "Draft") -> None:
        """Take over a child's changes as if they had been made here."""
        self.position, self.next_row = child.position, child.next_row
        for id, before in child.first.items():
            self.first.setdefault(id, before)
        self.records.update(child.records)
        self.documents.update(child.documents)
        self.entries += child.entries
        self.log += child.log
        for erasure in child.erasures:
            self.forget(erasure)
        self.history += child.history
        self.passages += child.passages
        self.strands.update(child.strands)
        for key, n in child.usage.items():
            self.count_usage(*key, n)
        for key, n in child.shapes.items():
            self.count_shape(*key, n)
        self.places.update(child.places)
        for row, box in child.left.items():
            self.left.setdefault(row, box)
        self.hot.update(child.hot)
        for row, moves in child.moves.items():
            self.moves.setdefault(row, []).extend(moves)
        self.debts += child.debts
        self.debt_moves += child.debt_moves
        self.cursors.update(child.cursors)
        self.done.update(child.done)
        self.origins.update(child.origins)
        self.reacted.update(child.reacted)
        self.records_changed += child.records_changed
        self.dues.update(child.dues)
        self.areas_changed |= child.areas_changed

    def linked_log(self) -> list[tuple[Any, ...]]:
        """Rows of the log with their links; the last of them is kept as `link`."""
        if self.chain is None:
            return [(*line, None) for line in self.log]
        lines, self.link = self.chain.linked(self.link, self.log)
        return lines


Row = tuple[Any, ...]


def rows_of_records(draft: Draft) -> tuple[list[Row], list[Row], list[Row]]:
    """New rows, changed bodies, and rows that change family: the last alone touch an index (on PostgreSQL)."""
    new: list[Row] = []
    changed: list[Row] = []
    moved: list[Row] = []
    for record in draft.records.values():
        before = draft.first[record.id]
        family = record.family.id if record.body else -record.family.id
        if before is None:
            new.append((record.row, record.id, record.position, family, record.body or None))
        elif before.body and record.body and before.family is record.family:
            changed.append((record.position, record.body, record.row))
        else:
            moved.append((record.position, family, record.body or None, record.row))
    return new, changed, moved
