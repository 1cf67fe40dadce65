"""What a transaction is going to write: collected in memory, laid down in one go before the commit.

A draft sees its own changes, so that a hundred changes of one entity in one group commit write its row once.
An atomic set of changes fills a draft of its own, which is merged when all of it has succeeded.
"""

from typing import Any

import apsw

from pinisi.store.protocol import LogEntry, Record

_SQL = {
    "name": "INSERT INTO name (id, text) VALUES (?, ?)",
    "family": "INSERT INTO family (id, types, areas) VALUES (?, ?, ?)",
    "entity": "INSERT INTO entity (row, id, position, family, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (row) DO UPDATE "
    "SET position = excluded.position, family = excluded.family, body = excluded.body",
    "log": "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "history": "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "usage": "INSERT INTO usage VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
    "place_out": "DELETE FROM place WHERE row = ?",
    "place_in": "INSERT INTO place VALUES (?, ?, ?, ?, ?)",
    "hot_out": "DELETE FROM hot WHERE attribute = ? AND value = ? AND row = ?",
    "hot_in": "INSERT OR IGNORE INTO hot VALUES (?, ?, ?)",
    "document_in": "INSERT INTO document VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
    "SET position = excluded.position, body = excluded.body",
    "document_out": "DELETE FROM document WHERE kind = ? AND id = ?",
    "debt": "INSERT INTO debt VALUES (?, ?, 0, ?, 0, '')",
    "cursor": "INSERT INTO cursor VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position",
    "done": "INSERT INTO done VALUES (?, ?, ?)",
}


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
        self.usage: dict[tuple[int, int], int] = {}
        self.places: dict[int, tuple[float, float, float, float] | None] = {}
        self.hot: list[tuple[bool, tuple[int, Any, int]]] = []
        self.debts: list[tuple[int, str, int]] = []
        self.debt_moves: list[tuple[str, tuple[Any, ...]]] = []
        self.cursors: dict[str, int] = {}
        self.done: dict[str, tuple[int, int]] = {}
        self.areas_changed = False

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

    def put(self, before: Record | None, after: Record) -> None:
        """Note an entity's new version."""
        self.first.setdefault(after.id, before)
        self.records[after.id] = after

    def count_usage(self, family: int, attribute: int, n: int) -> None:
        self.usage[family, attribute] = self.usage.get((family, attribute), 0) + n

    def merge(self, child: "Draft") -> None:
        """Take over a child's changes as if they had been made here."""
        self.position, self.next_row = child.position, child.next_row
        for id, before in child.first.items():
            self.first.setdefault(id, before)
        self.records.update(child.records)
        self.documents.update(child.documents)
        self.entries += child.entries
        self.log += child.log
        self.history += child.history
        for (family, attribute), n in child.usage.items():
            self.count_usage(family, attribute, n)
        self.places.update(child.places)
        self.hot += child.hot
        self.debts += child.debts
        self.debt_moves += child.debt_moves
        self.cursors.update(child.cursors)
        self.done.update(child.done)
        self.areas_changed |= child.areas_changed

    def lay_down(self, connection: apsw.Connection) -> None:
        """Write everything through an open transaction."""
        many = connection.executemany
        if self.records:
            rows = self.records.values()
            many(_SQL["entity"], [(r.row, r.id, r.position, r.family.id, r.body or None) for r in rows])
        if self.log:
            many(_SQL["log"], self.log)
        if self.history:
            many(_SQL["history"], self.history)
        if self.usage:
            many(_SQL["usage"], [(*key, n) for key, n in self.usage.items() if n])
        if self.places:
            many(_SQL["place_out"], [(row,) for row in self.places])
            many(_SQL["place_in"], [(row, *box) for row, box in self.places.items() if box is not None])
        for inserted, values in self.hot:
            connection.execute(_SQL["hot_in" if inserted else "hot_out"], values)
        for (kind, id), state in self.documents.items():
            if state is None:
                connection.execute(_SQL["document_out"], (kind, id))
            else:
                connection.execute(_SQL["document_in"], (kind, id, *state))
        if self.debts:
            many(_SQL["debt"], self.debts)
        for sql, values in self.debt_moves:
            connection.execute(sql, values)
        if self.cursors:
            many(_SQL["cursor"], list(self.cursors.items()))
        if self.done:
            many(_SQL["done"], [(key, *state) for key, state in self.done.items()])


def lay_down_names(connection: apsw.Connection, names: list[tuple[int, str]], families: list[tuple[int, str, str]]) -> None:
    """Write newly interned words; they come before the rows that use them."""
    if names:
        connection.executemany(_SQL["name"], names)
    if families:
        connection.executemany(_SQL["family"], families)
