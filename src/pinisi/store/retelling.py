"""A span of a tenant's history in the order in which it was received, for those who live through it again."""

from collections.abc import Container, Iterator, Sequence
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any

import apsw
import msgspec

from pinisi.store.interning import Families, Names
from pinisi.store.recent_shown import show_unsorted
from pinisi.store.untold import values_of
from pinisi.vocabulary.entity import Attributes, Instance, decode_instance
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.terms import SCOPE

_SQL = """
SELECT e.id, h.attribute, h.dataset, h.position, h.received, abs(h.family), h.body
FROM history h JOIN entity e ON e.row = h.entity
WHERE abs(h.family) IN ({families}) AND h.received < ? AND h.attribute != ?
ORDER BY h.position
"""
_UNTOLD = "SELECT id, body, birth, untold FROM entity WHERE untold IS NOT NULL ORDER BY birth"


class Told(msgspec.Struct, frozen=True):
    """What one change said of one entity. What it took away is not in it."""

    received: Instant
    id: str
    types: tuple[str, ...]
    attributes: Attributes


def retell(path: Path, types: Sequence[str] | None, since: Instant, until: Instant) -> Iterator[Told]:
    """What was received of entities of these types (IRIs; None: of all) from `since` until before `until`.

    First comes what was known at `since`, received then. Blocks, on a connection of its own; SQLite sorts on disk.
    """
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        show_unsorted(connection)
        connection.pragma("query_only", True)
        yield from _told(connection, types, since, until)
    finally:
        connection.close()


def _told(connection: apsw.Connection, types: Sequence[str] | None, since: Instant, until: Instant) -> Iterator[Told]:
    names, families = Names(), Families()
    names.load(connection)
    families.load(connection)
    wanted = {id for id, family in families.all.items() if types is None or not set(types).isdisjoint(family.types)}
    sql = _SQL.format(families=",".join(map(str, wanted)))
    rows_of = connection.execute(sql, (until, names.number.get(SCOPE, -1)))
    lines = merge(rows_of, _only_in_state(connection, names, wanted, until), key=_position)
    known: dict[str, tuple[tuple[str, ...], dict[tuple[str, int], Instance]]] = {}
    begun = False
    for (_, id), group in groupby(lines, key=_change):
        rows = list(group)
        received, kind = rows[0][4], families.all[rows[0][5]].types
        if received < since:
            _remember(known, id, kind, rows, names)
            continue
        if not begun:
            begun = True
            yield from _picture(known, since)
        attributes = _attributes(rows, names)
        if attributes:
            yield Told(received, id, kind, attributes)
    if not begun:
        yield from _picture(known, since)


def _only_in_state(
    connection: apsw.Connection, names: Names, families: Container[int], until: Instant
) -> Iterator[tuple[Any, ...]]:
    """Lines of what is told, but not in rows of history (`store.untold`)."""
    for id, body, birth, untold in connection.execute(_UNTOLD):
        for value in values_of(body, (birth, untold), names.text):
            if value.family in families and value.received < until:
                yield id, value.attribute, 0, value.position, value.received, value.family, value.body


def _position(row: tuple[Any, ...]) -> int:
    return row[3]


def _change(row: tuple[Any, ...]) -> tuple[int, str]:
    return row[3], row[0]


def _attributes(rows: Sequence[tuple[Any, ...]], names: Names) -> Attributes:
    found: Attributes = {}
    for _, attribute, _, _, _, _, body in rows:
        if body is not None:
            found.setdefault(names.text[attribute], []).append(decode_instance(body))
    return found


def _remember(
    known: dict[str, tuple[tuple[str, ...], dict[tuple[str, int], Instance]]],
    id: str,
    kind: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    names: Names,
) -> None:
    values = known.get(id, ((), {}))[1]
    for _, attribute, dataset, _, _, _, body in rows:
        key = (names.text[attribute], dataset)
        if body is None:
            values.pop(key, None)
        elif not _is_newer(values.get(key), told := decode_instance(body)):
            values[key] = told
    known[id] = (kind, values)


def _is_newer(one: Instance | None, other: Instance) -> bool:
    """Whether the value that is known was true later than one that came late."""
    return one is not None and (one.observed_at or "") > (other.observed_at or "")


def _picture(
    known: dict[str, tuple[tuple[str, ...], dict[tuple[str, int], Instance]]], since: Instant
) -> Iterator[Told]:
    for id, (kind, values) in known.items():
        attributes: Attributes = {}
        for (attribute, _), instance in values.items():
            attributes.setdefault(attribute, []).append(instance)
        if attributes:
            yield Told(since, id, kind, attributes)
