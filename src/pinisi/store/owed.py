"""Owed notifications in the tables: one row a change with all who must hear of it, until one of them fares otherwise.

`owed` has a row for each change: its position and the ids of the subscriptions that have not heard of it yet. Who has
heard leaves the list, and the last one takes the row along. Who is postponed or given up moves to `debt`, where each
has a row of its own. So a change that sixteen must hear of costs one row to write and one to delete.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.store.change import DebtChange, Paid
from pinisi.store.debt import Debt
from pinisi.store.log import Position
from pinisi.vocabulary.instant import Instant

pack = msgspec.json.Encoder().encode
unpack = msgspec.json.Decoder(list[str]).decode

COLUMNS = "l.time, l.op, l.subject, l.attributes, l.detail"
_LISTED = """
SELECT o.position, o.subscriptions, {columns} FROM (
  SELECT position, subscriptions, sum(n) OVER (ORDER BY position) - n AS earlier FROM (
    SELECT * FROM {schema}owed WHERE position > {after} ORDER BY position LIMIT {limit}) AS page
) AS o JOIN {schema}log AS l ON l.position = o.position WHERE o.earlier < {limit} ORDER BY o.position
"""
_SINGLE = """
SELECT d.position, d.subscription, d.attempts, d.due, d.reason, {columns}
FROM {schema}debt AS d JOIN {schema}log AS l ON l.position = d.position
WHERE d.dead = {dead} AND d.position > {after}{more} ORDER BY d.position, d.subscription LIMIT {limit}
"""
_COUNT = "SELECT (SELECT coalesce(sum(n), 0) FROM {s}owed) + (SELECT count(*) FROM {s}debt WHERE dead = 0)"


def listed_sql(after: str, limit: str, schema: str = "") -> str:
    """Who must hear of changes after a position, as many changes as have `limit` debts; parameters by their marks."""
    return _LISTED.format(columns=COLUMNS, schema=schema, after=after, limit=limit)


def single_sql(dead: str, after: str, limit: str, schema: str = "") -> str:
    """Debts with a row of their own."""
    return _SINGLE.format(columns=COLUMNS, schema=schema, dead=dead, after=after, limit=limit, more="")


def letters_sql(after: str, limit: str, since: str, until: str, among: str, schema: str = "") -> str:
    """Debts that were given up, of changes made in a time. `among`: what else is asked of the subscription."""
    more = f" AND l.time >= {since} AND l.time < {until} {among}"
    return _SINGLE.format(columns=COLUMNS, schema=schema, dead="1", after=after, limit=limit, more=more)


def count_sql(schema: str = "") -> str:
    """How many notifications are owed and not given up."""
    return _COUNT.format(s=schema)


def debts_of(
    listed: Iterable[Sequence[Any]], single: Iterable[Sequence[Any]], limit: int, text: Mapping[int, str], dead: bool
) -> list[Debt]:
    """The rows of `listed_sql` and `single_sql` as debts, in order of position and subscription. `text`: the names."""
    lines = _Lines(text)
    found = [
        Debt(subscription=id, position=position, due=line[0], **lines.told(position, line))
        for position, ids, *line in listed
        for id in unpack(ids)
    ]
    found += [
        Debt(
            subscription=id,
            position=position,
            attempts=attempts,
            due=due,
            dead=dead,
            reason=reason,
            **lines.told(position, line),
        )
        for position, id, attempts, due, reason, *line in single
    ]
    return sorted({_place(debt): debt for debt in found}.values(), key=_place)[:limit]


def _place(debt: Debt) -> tuple[Position, str]:
    return debt.position, debt.subscription


class _Lines:
    """What lines of the log tell, once for all who must hear of one."""

    def __init__(self, text: Mapping[int, str]) -> None:
        self._text = text
        self._known: dict[Position, dict[str, Any]] = {}

    def told(self, position: Position, line: Sequence[Any]) -> dict[str, Any]:
        found = self._known.get(position)
        if found is None:
            time, op, subject, attributes, detail = line
            found = self._known[position] = {
                "time": time,
                "subject": subject,
                "attributes": tuple(self._text[int(number)] for number in attributes.split(",") if number),
                "body": detail if detail and op != "document" else None,
            }
        return found


class Settlement:
    """What a set of moves makes of the tables: rows for each statement."""

    __slots__ = ("born", "gone", "moved", "paid", "shrunk")

    def __init__(self) -> None:
        self.gone: list[tuple[Position]] = []
        """Changes of which everyone has heard."""
        self.shrunk: list[tuple[int, bytes, Position]] = []
        """How many are left, who, and of which change."""
        self.paid: list[tuple[Position, str]] = []
        """Rows of their own that go."""
        self.born: list[tuple[Position, str, int, Instant, int, str]] = []
        """Rows of their own that come: position, subscription, attempts, due, dead, reason."""
        self.moved: list[tuple[int, int, Instant, str, Position, str, int]] = []
        """Rows of their own that change: dead, attempts, due, reason; of which; `dead` again."""


_Fates = dict[Position, dict[str, DebtChange | None]]


def fates_of(moves: Iterable[DebtChange | Paid]) -> _Fates:
    """What became of each debt; None: paid. Of several moves of one the last holds, but what was paid stays paid."""
    fates: _Fates = {}
    for move in moves:
        at = fates.setdefault(move.position, {})
        if isinstance(move, Paid):
            at.update(dict.fromkeys(move.subscriptions))
        elif move.state == "paid":
            at[move.subscription] = None
        elif at.get(move.subscription, move) is not None:
            at[move.subscription] = move
    return fates


def settled(fates: _Fates, listed: Mapping[Position, bytes]) -> Settlement:
    """What to write. `listed`: the lists of these changes, as they are in the table."""
    found = Settlement()
    for position, at in fates.items():
        ids = unpack(listed[position]) if position in listed else []
        left = [id for id in ids if id not in at]
        if ids and not left:
            found.gone.append((position,))
        elif len(left) < len(ids):
            found.shrunk.append((len(left), pack(left), position))
        if len(ids) - len(left) < len(at) or any(at.values()):
            _settle_singles(found, position, at, frozenset(ids))
    return found


def _settle_singles(
    found: Settlement, position: Position, at: Mapping[str, DebtChange | None], listed: frozenset[str]
) -> None:
    for id, move in at.items():
        if move is None:
            if id not in listed:
                found.paid.append((position, id))
            continue
        dead = int(move.state == "dead")
        if id in listed:
            found.born.append((position, id, move.attempts, move.due, dead, move.reason))
        else:
            found.moved.append((dead, move.attempts, move.due, move.reason, position, id, dead))


def owed_rows(debts: Iterable[tuple[Position, Sequence[str]]]) -> Iterator[tuple[Position, int, bytes]]:
    """Rows of `owed`: position, how many, who."""
    return ((position, len(ids), pack(ids)) for position, ids in debts)
