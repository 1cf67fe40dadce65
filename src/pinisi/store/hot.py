"""Hot attributes: the attributes that `q` asks for, in a typed side table (attribute, value, row).

An attribute becomes hot when an identified reader's query had to scan for it. The table is then filled in slices of
at most 50 ms between other writes, and followed by every change. It gives a superset of candidates: the matcher
proves each. At most `limit` attributes for a tenant; the least used gives way.
"""

from collections.abc import Iterable
from time import perf_counter
from typing import Any

import apsw

from pinisi.store.candidates import hot_values
from pinisi.store.interning import Names
from pinisi.store.sql_rows import rows
from pinisi.vocabulary.entity import Attributes, decode_entity

SLICE_SECONDS = 0.03
_SLICE_ROWS = 4_096
_CLEAR_ROWS = 20_000

_SEVERAL = "SELECT 1 FROM hot WHERE attribute = ? GROUP BY row HAVING count(*) > 1 LIMIT 1"

Moves = dict[tuple[int, Any, int], bool]
"""(attribute, value, row) of the side table -> whether it comes or goes."""


class HotAttributes:
    """The state of the side table of one tenant. What takes a connection runs in the writer's transaction."""

    def __init__(self, names: Names, limit: int) -> None:
        self._names = names
        self._limit = limit
        self.attributes: dict[str, int] = {}
        self.complete: set[str] = set()
        self.several: set[str] = set()
        """Attributes of which some entity has, or had, more than one value: their ranges may not be joined."""
        self._used: dict[str, int] = {}
        self._clock = 0

    def load(self, connection: apsw.Connection) -> None:
        """Take up what is complete; what a stop left half filled begins anew when it is asked for again."""
        for number, complete, used in rows(connection, "SELECT attribute, complete, used FROM hot_attribute"):
            self._clock = max(self._clock, used)
            if complete:
                name = self._names.text[number]
                if rows(connection, _SEVERAL, (number,)):
                    self.several.add(name)
                self.attributes[name] = number
                self._used[name] = used
                self.complete.add(name)

    def touch(self, attribute: str) -> None:
        """Note that a query used it."""
        self._clock += 1
        self._used[attribute] = self._clock

    @property
    def least_used(self) -> str:
        return min(self.attributes, key=lambda name: self._used.get(name, 0))

    def start(self, connection: apsw.Connection, attribute: str) -> None:
        """Begin to follow an attribute; the least used gives way to it."""
        while len(self.attributes) >= self._limit:
            self.stop(connection, self.least_used)
        number = self._names.intern(attribute)
        self.touch(attribute)
        connection.execute("INSERT OR REPLACE INTO hot_attribute VALUES (?, 0, ?)", (number, self._clock))
        self.attributes[attribute] = number

    def stop(self, connection: apsw.Connection, attribute: str) -> None:
        """Follow an attribute no longer. What it leaves in the table is for `clear`."""
        self.complete.discard(attribute)
        number = self.attributes.pop(attribute)
        self._used.pop(attribute, None)
        connection.execute("DELETE FROM hot_attribute WHERE attribute = ?", (number,))

    def fill(self, connection: apsw.Connection, attribute: str, after: int) -> int | None:
        """Fill one slice beginning after a row; answers its last row, None when there is no more to fill."""
        number = self.attributes.get(attribute)
        if number is None:
            return None
        started = perf_counter()
        last: int | None = None
        filled: list[tuple[int, Any, int]] = []
        sql = "SELECT row, body FROM entity WHERE row > ? AND body IS NOT NULL ORDER BY row LIMIT ?"
        for row, body in connection.execute(sql, (after, _SLICE_ROWS)):
            last = row
            values = hot_values(decode_entity(body).attributes.get(attribute))
            if len(values) > 1:
                self.several.add(attribute)
            filled += [(number, value, row) for value in values]
            if perf_counter() - started > SLICE_SECONDS:
                break
        connection.executemany("INSERT OR IGNORE INTO hot VALUES (?, ?, ?)", filled)
        return last

    def finish(self, connection: apsw.Connection, attribute: str) -> None:
        """The past is filled: queries may use it, unless it had to give way meanwhile."""
        number = self.attributes.get(attribute)
        if number is not None:
            connection.execute("UPDATE hot_attribute SET complete = 1 WHERE attribute = ?", (number,))
            self.complete.add(attribute)

    def clear(self, connection: apsw.Connection) -> bool:
        """Take away a slice of what attributes left that are hot no more; whether there may be more."""
        for number in _kept(connection):
            if self._names.text[number] not in self.attributes:
                sql = (
                    "DELETE FROM hot WHERE attribute = ?1 AND (value, row) IN "
                    "(SELECT value, row FROM hot WHERE attribute = ?1 LIMIT ?2)"
                )
                connection.execute(sql, (number, _CLEAR_ROWS))
                return True
        return False

    def moves(self, row: int, had: Attributes, has: Attributes, touched: Iterable[str]) -> Moves:
        """What one change does to the side table."""
        moves: Moves = {}
        for attribute in touched:
            number = self.attributes.get(attribute)
            if number is not None:
                gone, come = hot_values(had.get(attribute)), hot_values(has.get(attribute))
                if len(come) > 1:
                    self.several.add(attribute)
                moves.update(((number, value, row), False) for value in gone - come)
                moves.update(((number, value, row), True) for value in come - gone)
        return moves


def _kept(connection: apsw.Connection) -> Iterable[int]:
    """The attributes that have rows in the table, by seeking from one to the next."""
    after = -1
    while True:
        ((number,),) = rows(connection, "SELECT min(attribute) FROM hot WHERE attribute > ?", (after,))
        if number is None:
            return
        yield number
        after = number
