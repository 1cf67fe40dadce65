"""The chain over the log: the link of a line is SHA-256 over the link before it and over the line as text.

A line's text is a JSON array: position, time in microseconds, what happened, to what, family before and after (types,
areas), attributes, who, and of an act its detail. Names are written out, so that a changed table of names is noticed.
1.3 us a line; why every line has one: docs/decisions. `pinisi.people.proof` checks it without any of this.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from pinisi.store.interning import Families, Names
from pinisi.store.log import ChainedLine
from pinisi.store.sql_rows import Connection, rows
from pinisi.vocabulary.memory import Memory

Link = bytes
_encode = msgspec.json.Encoder().encode
_NOTHING = msgspec.Raw(b"null")
_MOST_KEPT = 4_096
_COLUMNS = "position, time, op, subject, before, after, attributes, principal, detail"


def first_link(tenant: str) -> Link:
    """What stands before the first line of a tenant's chain."""
    return sha256(f"pinisi trail 1 {tenant}".encode()).digest()


class Chain:
    """Lines of one tenant as text. Families and lists of attributes come again and again: they are kept written."""

    def __init__(self, names: Names, families: Families) -> None:
        self._names = names
        self._families = families
        self._sides: dict[int, msgspec.Raw] = {}
        self._lists = Memory[str, msgspec.Raw](_MOST_KEPT)

    def linked(self, link: Link, lines: Iterable[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], Link]:
        """Rows of the log with their links, and the last of them."""
        done: list[tuple[Any, ...]] = []
        for line in lines:
            link = sha256(link + self.text(line)).digest()
            done.append((*line, link))
        return done, link

    def text(self, line: Sequence[Any]) -> bytes:
        """A row of the log (without its link) as text."""
        position, time, op, subject, before, after, attributes, principal, detail = line
        return _encode(
            (
                position,
                time,
                op,
                subject,
                _NOTHING if before is None else self._sides.get(before) or self._side(before),
                _NOTHING if after is None else self._sides.get(after) or self._side(after),
                self._lists.get(attributes) or self._list(attributes),
                self._names.text.get(principal) or f"?{principal}",
                msgspec.Raw(detail) if detail and op == "audit" else None,
            )
        )

    def tail(self, line: Sequence[Any]) -> bytes:
        """The text of a row from what happened on; before it stands `[position,time,`."""
        return self.text((0, 0, *line[2:]))[5:]

    def _side(self, number: int) -> msgspec.Raw:
        family = self._families.all.get(number)
        if family is None:
            return msgspec.Raw(_encode(f"?{number}"))
        side = self._sides[number] = msgspec.Raw(_encode((family.types, family.areas)))
        return side

    def _list(self, attributes: str) -> msgspec.Raw:
        numbers = attributes.split(",") if attributes else ()
        names = [self._names.text.get(int(n) if n.isdecimal() else -1) or f"?{n}" for n in numbers]
        return self._lists.remember(attributes, msgspec.Raw(_encode(names)))


def read_chain(connection: Connection, chain: Chain, after: int, limit: int) -> list[ChainedLine]:
    """Lines after a position, with their links as they stand in the file, right or wrong."""
    sql = f"SELECT {_COLUMNS}, link FROM log WHERE position > ? ORDER BY position LIMIT ?"
    return [ChainedLine(row[0], chain.text(row[:-1]), row[-1] or b"") for row in rows(connection, sql, (after, limit))]


def chain_begin(connection: Connection, tenant: str) -> tuple[int, Link]:
    """After which position the chain that is kept begins, and with which link.

    After retention that is a sealed position; else where the chain was begun.
    """
    sql = "SELECT name, value FROM fact WHERE name IN ('chained', 'trimmed')"
    facts = {str(name): int(value) for name, value in rows(connection, sql)}
    chained, trimmed = facts.get("chained", 0), facts.get("trimmed", 0)
    if trimmed <= chained:
        return chained, first_link(tenant)
    found = rows(connection, "SELECT link FROM seal WHERE position = ?", (trimmed,))
    return trimmed, found[0][0] if found else b""


def chain_head(connection: Connection, tenant: str) -> tuple[int, Link]:
    """Position and link of the last line; of an empty log, where the chain begins."""
    found = rows(connection, "SELECT position, link FROM log ORDER BY position DESC LIMIT 1")
    begin = chain_begin(connection, tenant)
    return (found[0][0], found[0][1] or begin[1]) if found and found[0][0] > begin[0] else begin
