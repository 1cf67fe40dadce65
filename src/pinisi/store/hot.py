"""Hot attributes: the attributes that `q` asks for, in a typed side table (attribute, value, row).

An attribute becomes hot when an identified reader's query had to scan for it. The table is then filled in slices of
at most 50 ms between other writes, and followed by every change. It gives a superset of candidates: the matcher
proves each. At most `limit` attributes for a tenant; the least used gives way.
"""

from collections.abc import Iterable
from typing import Any

import apsw

from pinisi.store.draft import Draft
from pinisi.store.interning import Names
from pinisi.vocabulary.entity import LANGUAGE, LIST, LIST_RELATIONSHIP, VOCAB, Attributes, Instance

_TEXT_LIMIT = 200


class HotAttributes:
    """The state of the side table of one tenant."""

    def __init__(self, names: Names, limit: int) -> None:
        self._names = names
        self._limit = limit
        self.attributes: dict[str, int] = {}
        self.complete: set[str] = set()
        self._used: dict[str, int] = {}
        self._clock = 0

    def load(self, connection: apsw.Connection) -> None:
        for number, complete, used in connection.execute("SELECT attribute, complete, used FROM hot_attribute"):
            name = self._names.text[number]
            self.attributes[name] = number
            self._used[name] = used
            self._clock = max(self._clock, used)
            if complete:
                self.complete.add(name)

    def touch(self, attribute: str) -> None:
        """Note that a query used it."""
        self._clock += 1
        self._used[attribute] = self._clock

    def start(self, connection: apsw.Connection, attribute: str) -> str | None:
        """Begin to keep an attribute, inside a transaction; answers the one that had to give way."""
        evicted = None
        if len(self.attributes) >= self._limit:
            evicted = min(self.attributes, key=lambda name: self._used.get(name, 0))
            self.stop(connection, evicted)
        number = self._names.intern(attribute)
        self.attributes[attribute] = number
        self.touch(attribute)
        connection.execute("INSERT OR REPLACE INTO hot_attribute VALUES (?, 0, 0, ?)", (number, self._clock))
        return evicted

    def stop(self, connection: apsw.Connection, attribute: str) -> None:
        number = self.attributes.pop(attribute)
        self.complete.discard(attribute)
        connection.execute("DELETE FROM hot_attribute WHERE attribute = ?", (number,))
        connection.execute("DELETE FROM hot WHERE attribute = ?", (number,))

    def finish(self, connection: apsw.Connection, attribute: str) -> None:
        connection.execute("UPDATE hot_attribute SET complete = 1 WHERE attribute = ?", (self.attributes[attribute],))

    def follow(self, draft: Draft, row: int, was: Attributes, now: Attributes, touched: Iterable[str]) -> None:
        """Keep the side table in step with one change."""
        for attribute in touched:
            number = self.attributes.get(attribute)
            if number is None:
                continue
            gone = hot_values(was.get(attribute))
            come = hot_values(now.get(attribute))
            draft.hot += [(False, (number, value, row)) for value in gone - come]
            draft.hot += [(True, (number, value, row)) for value in come - gone]


def hot_values(instances: list[Instance] | None) -> set[Any]:
    """Every scalar that a comparison on the attribute's own value may meet: numbers as float, all else as text."""
    found: set[Any] = set()
    for instance in instances or ():
        value = instance.value
        if instance.kind == LANGUAGE:
            continue
        if instance.kind in (LIST, LIST_RELATIONSHIP, VOCAB) or isinstance(value, list):
            for element in value if isinstance(value, list) else (value,):
                _take(element, found)
        else:
            _take(value, found)
    return found


def _take(value: Any, found: set[Any]) -> None:
    if isinstance(value, dict):
        value = value.get("@value", value.get("object", value.get("vocab")))
    if isinstance(value, bool):
        found.add("true" if value else "false")
    elif isinstance(value, (int, float)):
        found.add(float(value) if abs(value) < 1e300 else value if isinstance(value, float) else 1e300)
    elif isinstance(value, str):
        found.add(value[:_TEXT_LIMIT])
    elif isinstance(value, list):
        for element in value:
            _take(element, found)
