"""How a draft is laid down in PostgreSQL: the head moves, if nobody else has moved it, and with it all tables at once.

One statement does both: each table has a part of it, all rows of that table as arrays. The same parts lay down what was
run upon virtual positions and rows: a turn at the head places them (`postgres_turn`).
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from pinisi.store.change import DebtChange, Paid
from pinisi.store.draft import Draft, rows_of_records
from pinisi.store.hot import HotAttributes
from pinisi.store.owed import Settlement, fates_of, owed_rows, settled
from pinisi.store.postgres_head import Head
from pinisi.store.postgres_schema import schema_of
from pinisi.store.postgres_turn import VIRTUAL, Place, Turn

_PARAMETER = re.compile(r"\$(\d+)")
_PLACE = re.compile(r"<(\w+) ([^>]+)>")
_LINKS = re.compile(r"\$10::bytea\[\]")
_HELD = "EXISTS (SELECT FROM h)"
_PLACED = {
    "position": "{0} - {virtual} + (SELECT ends FROM h)",
    "row": "CASE WHEN {0} >= {virtual} THEN {0} - {virtual} + (SELECT next_row FROM h) ELSE {0} END",
    "time": "greatest({0}, (SELECT latest FROM h))",
}


_BIG, _INT, _TEXT, _BYTES, _REAL = "bigint", "integer", "text", "bytea", "double precision"
_POSITION, _ROW, _TIME = "position", "row", "time"
"""A position of the log, a row of an entity, a moment at which a line came: places that a turn gives."""


def _unnested(*types: str) -> str:
    sorts = [_BIG if type in (_POSITION, _ROW, _TIME) else type for type in types]
    return ", ".join(f"${n}::{type}[]" for n, type in enumerate(sorts, start=1))


def _insert(table: str, *types: str, then: str = "") -> str:
    names = [f"c{n}" for n in range(1, len(types) + 1)]
    read = [
        f"<{type} {name}>" if type in (_POSITION, _ROW, _TIME) else name
        for type, name in zip(types, names, strict=True)
    ]
    return (
        f"INSERT INTO {{s}}.{table} SELECT {', '.join(read)} FROM unnest({_unnested(*types)}) "
        f"AS u({', '.join(names)}) WHERE {{held}} {then}"
    )


_HEAD = (
    "UPDATE {s}.head SET position = $1::bigint, time = $2, next_row = $3, link = $4, names = $5, families = $6, "
    "areas = CASE WHEN $7::boolean THEN $1::bigint ELSE areas END, hot = hot + $8::integer "
    "WHERE xmin = $9::xid AND position = $10 RETURNING pg_current_xact_id()::xid AS mark, areas, hot, due"
)
_CALL = "SELECT mark, areas, hot, due, pg_notify('pinisi', $1) FROM h"
_TURN = (
    "SELECT * FROM {s}.turn($1::text, $2::bigint, $3::text, $4::bigint[], $5::bigint[], $6::text[], $7::text[], "
    "$8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::bigint[], $13::bytea[], $14::bytea, $15::bigint)"
)
_TURNED = (
    "SELECT ends, latest, next_row, link, names, families, due, pg_current_xact_id_if_assigned()::xid AS mark FROM h"
)
_SQL = {
    "name": _insert("name", _INT, _TEXT),
    "family": f"INSERT INTO {{s}}.family SELECT *, 0 FROM unnest({_unnested(_INT, _TEXT, _TEXT)}) WHERE {{held}}",
    "family_n": f"UPDATE {{s}}.family SET n = n + d FROM unnest({_unnested(_INT, _BIG)}) AS u(f, d) "
    "WHERE id = f AND {held}",
    "entity_new": _insert("entity", _ROW, _TEXT, _POSITION, _INT, _BYTES),
    "entity_changed": f"UPDATE {{s}}.entity AS e SET position = <position u.p>, body = u.b "
    f"FROM unnest({_unnested(_BIG, _BYTES, _BIG)}) AS u(p, b, r) WHERE e.row = u.r AND {{held}}",
    "entity_moved": f"UPDATE {{s}}.entity AS e SET position = <position u.p>, family = u.f, body = u.b "
    f"FROM unnest({_unnested(_BIG, _INT, _BYTES, _BIG)}) AS u(p, f, b, r) WHERE e.row = u.r AND {{held}}",
    "log": _insert("log", _POSITION, _TIME, _TEXT, _TEXT, _INT, _INT, _TEXT, _INT, _BYTES, _BYTES),
    "history": _insert("history", _ROW, _INT, _INT, _BIG, _POSITION, _TIME, _INT, _INT, _REAL, _BYTES),
    "passage": _insert("passage", _ROW, _POSITION, _TIME, _INT, _INT),
    "strand": _insert("strand (entity, attribute, dataset)", _ROW, _INT, _INT, then="ON CONFLICT DO NOTHING"),
    "usage": _insert(
        "usage",
        _INT,
        _INT,
        _TEXT,
        _BIG,
        then="ON CONFLICT (family, attribute, kind) DO UPDATE SET n = usage.n + excluded.n",
    ),
    "place_out": "DELETE FROM {s}.place WHERE row = ANY($1::bigint[]) AND {held}",
    "place_in": "INSERT INTO {s}.place SELECT <row r>, CASE WHEN w = e AND b = t THEN public.ST_SetSRID("
    "public.ST_MakePoint(w, b), 4326) ELSE public.ST_MakeEnvelope(w, b, e, t, 4326) END "
    f"FROM unnest({_unnested(_BIG, _REAL, _REAL, _REAL, _REAL)}) AS u(r, w, e, b, t) WHERE {{held}} "
    "ON CONFLICT (row) DO UPDATE SET box = excluded.box",
    "hot_number_out": f"DELETE FROM {{s}}.hot AS h2 USING unnest({_unnested(_INT, _REAL, _BIG)}) AS u(a, v, r) "
    "WHERE h2.attribute = a AND h2.number = v AND h2.row = r AND {held}",
    "hot_number_in": _insert("hot (attribute, number, row)", _INT, _REAL, _ROW, then="ON CONFLICT DO NOTHING"),
    "hot_text_out": f"DELETE FROM {{s}}.hot AS h2 USING unnest({_unnested(_INT, _TEXT, _BIG)}) AS u(a, v, r) "
    "WHERE h2.attribute = a AND h2.text = v AND h2.row = r AND {held}",
    "hot_text_in": _insert("hot (attribute, text, row)", _INT, _TEXT, _ROW, then="ON CONFLICT DO NOTHING"),
    "several": "UPDATE {s}.hot_attribute SET several = true WHERE attribute = ANY($1::integer[]) AND NOT several "
    "AND {held}",
    "document_in": _insert(
        "document",
        _TEXT,
        _TEXT,
        _BIG,
        _BYTES,
        then="ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position, body = excluded.body",
    ),
    "document_out": f"DELETE FROM {{s}}.document AS d USING unnest({_unnested(_TEXT, _TEXT)}) AS u(k, i) "
    "WHERE d.kind = k AND d.id = i AND {held}",
    "owed": _insert("owed", _POSITION, _INT, _BYTES),
    "owed_gone": "DELETE FROM {s}.owed WHERE position = ANY($1::bigint[]) AND {held}",
    "owed_shrunk": f"UPDATE {{s}}.owed AS o SET n = u.n, subscriptions = u.i "
    f"FROM unnest({_unnested(_INT, _BYTES, _BIG)}) AS u(n, i, p) WHERE o.position = u.p AND {{held}}",
    "born": "INSERT INTO {s}.debt (position, subscription, attempts, due, dead, reason) SELECT * "
    f"FROM unnest({_unnested(_BIG, _TEXT, _INT, _BIG, _INT, _TEXT)}) WHERE {{held}} ON CONFLICT DO NOTHING",
    "paid": f"DELETE FROM {{s}}.debt AS d USING unnest({_unnested(_BIG, _TEXT)}) AS u(p, s) "
    "WHERE d.position = p AND d.subscription = s AND {held}",
    "moved": "UPDATE {s}.debt AS d SET dead = u.x, attempts = u.a, due = u.t, reason = u.w "
    f"FROM unnest({_unnested(_INT, _INT, _BIG, _TEXT, _BIG, _TEXT, _INT)}) AS u(x, a, t, w, p, s, y) "
    "WHERE d.position = p AND d.subscription = s AND (u.x = 0 OR d.dead = 0) AND {held}",
    "cursor": _insert("cursor", _TEXT, _BIG, then="ON CONFLICT (name) DO UPDATE SET position = excluded.position"),
    "done": _insert("done", _TEXT, _POSITION, _BIG),
    "origin": _insert("origin", _POSITION, _BYTES, then="ON CONFLICT (position) DO UPDATE SET body = excluded.body"),
    "reacted": _insert(
        "reacted",
        _TEXT,
        _TEXT,
        _BYTES,
        then="ON CONFLICT (reaction, subject) DO UPDATE SET versions = excluded.versions",
    ),
    "due_out": "DELETE FROM {s}.due WHERE entity = ANY($1::bigint[])",
    "due_in": _insert("due", _BIG, _BIG, then="ON CONFLICT (entity) DO UPDATE SET at = excluded.at"),
    "next_end": "UPDATE {s}.head SET due = (SELECT min(at) FROM {s}.due) RETURNING due",
    "relocate": "INSERT INTO {s}.fact VALUES ('relocate', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
}

COPIED_CHANGES, COPIED_VALUES = 200, 1_000
"""From so many on, values of history are copied (COPY) under the lock of the head."""
_HISTORY = [
    "entity",
    "attribute",
    "dataset",
    "observed",
    "position",
    "received",
    "principal",
    "family",
    "number",
    "body",
]

Lines = Sequence[Sequence[Any]]
Heads = tuple[Head, Head]
Piece = tuple[str, Sequence[Sequence[Any]]]
"""A part of the statement, and its columns."""


def _plain(sql: str) -> str:
    """Places are as they were given."""
    return _PLACE.sub(r"\2", sql)


def _placed(sql: str) -> str:
    """Places are counted from where the turn found the end of the log."""
    return _PLACE.sub(lambda found: _PLACED[found[1]].format(found[2], virtual=VIRTUAL), sql)


@lru_cache(4_000)
def _composed(schema: str, parts: tuple[tuple[str, int], ...], *, turn: bool = False) -> str:
    """One statement: the head, then each part (its name, and how many parameters it has)."""
    used = len(Turn._fields) if turn else 10

    def moved(sql: str, by: int) -> str:
        return _PARAMETER.sub(lambda found: f"${int(found[1]) + by}", sql)

    sql = f"WITH h AS ({_TURN if turn else _HEAD})"
    for name, count in parts:
        part = _placed(_SQL[name]) if turn else _plain(_SQL[name])
        if turn and name == "log":
            count -= 1
            part = _LINKS.sub("(SELECT links FROM h)", part)
        sql += f", {name} AS ({moved(part, used)})"
        used += count
    sql += f" {_TURNED if turn else moved(_CALL, used)}"
    return sql.replace("{s}", schema).replace("{held}", _HELD)


class Laying:
    """Lays down drafts of one tenant, in its schema."""

    def __init__(self, schema: str, tenant: str) -> None:
        self._tenant = tenant
        self.sql = {name: _plain(text).replace("{s}", schema).replace("{held}", "true") for name, text in _SQL.items()}
        self._schema = schema

    async def take_turn(
        self, connection: Any, turn: Turn, draft: Draft, hot: HotAttributes
    ) -> tuple[Place, Head] | None:
        """Write a draft of virtual places, if all that it rests on is as it was: where it lies, and the head then.

        Without a number the turn writes nothing: it only proves that what the draft rests on is so.
        """
        pieces = list(_pieces(draft, draft.log, hot, set())) if turn.number else []
        parts = tuple((name, len(columns) + (name == "log")) for name, columns in pieces)
        values = [column for _, columns in pieces for column in columns]
        found = await connection.fetchrow(_composed(self._schema, parts, turn=True), *turn, *values)
        if found is None:
            return None
        position, time, next_row, link, names, families, due, mark = found
        after = Head(
            position + len(draft.log),
            max(time, turn.upto),
            next_row + turn.born,
            link,
            names,
            families,
            turn.areas,
            turn.hot,
            due,
            mark,
        )
        return Place(position, time, next_row), after

    async def many(self, connection: Any, what: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one part for all rows by itself."""
        columns = list(zip(*rows, strict=True))
        if columns:
            await connection.execute(self.sql[what], *columns)

    async def lay_down(
        self,
        connection: Any,
        draft: Draft,
        lines: Lines,
        hot: HotAttributes,
        several: set[str],
        heads: tuple[Head, Head],
    ) -> Head | None:
        """Write all that one statement can, if the head is still as it was; the head as it is then, else None.

        Args:
            lines: of the log, linked.
            heads: as it must be, and as it shall be; of the latter `mark`, `areas`, `hot` and `due` are found.
        """
        head, after = heads
        pieces = list(_pieces(draft, lines, hot, several))
        if len(draft.history) >= COPIED_VALUES and connection.is_in_transaction():
            pieces = [piece for piece in pieces if piece[0] != "history"]
            await self._copy_history(connection, draft.history)
        if draft.debt_moves:
            pieces += _settling(await self._settlement(connection, draft.debt_moves))
        parts = tuple((name, len(columns)) for name, columns in pieces)
        values = [column for _, columns in pieces for column in columns]
        found = await connection.fetchrow(
            _composed(self._schema, parts),
            *after[:6],
            draft.areas_changed,
            int(bool(several)),
            head.mark,
            head.position,
            *values,
            f"{after.position} {self._tenant}",
        )
        if found is None:
            return None
        mark, areas, hot_version, due, _ = found
        return after._replace(mark=mark, areas=areas, hot=hot_version, due=due)

    async def _copy_history(self, connection: Any, history: Sequence[Sequence[Any]]) -> None:
        """A transaction is open: if the head has moved, it takes these with it."""
        await connection.copy_records_to_table(
            "history", schema_name=schema_of(self._tenant), columns=_HISTORY, records=_last_words(history)
        )

    async def _settlement(self, connection: Any, moves: Sequence[DebtChange | Paid]) -> Settlement:
        """What becomes of what is owed. Who changes that moves the head: then this is not laid down."""
        fates = fates_of(moves)
        sql = f"SELECT position, subscriptions FROM {self._schema}.owed WHERE position = ANY($1::bigint[])"
        return settled(fates, dict(await connection.fetch(sql, list(fates))))

    async def lay_down_ends(self, connection: Any, draft: Draft, after: Head) -> Head:
        """When entities end by themselves, and what ends first."""
        ended = [row for row, end in draft.dues.items() if end is None]
        await connection.execute(self.sql["due_out"], ended)
        await self.many(connection, "due_in", [(row, end) for row, end in draft.dues.items() if end is not None])
        return after._replace(due=await connection.fetchval(self.sql["next_end"]))


def _pieces(draft: Draft, lines: Lines, hot: HotAttributes, several: set[str]) -> Iterable[Piece]:
    """The parts that this draft needs."""
    for name, rows in _rows(draft, lines):
        columns = list(zip(*rows, strict=True))
        if columns:
            yield name, columns
    gone = [row for row, box in draft.places.items() if box is None]
    if gone:
        yield "place_out", [gone]
    if several:
        yield "several", [[hot.attributes[name] for name in several]]


def _settling(settlement: Settlement) -> Iterable[Piece]:
    named = {
        "owed_gone": settlement.gone,
        "owed_shrunk": settlement.shrunk,
        "paid": settlement.paid,
        "born": settlement.born,
        "moved": settlement.moved,
    }
    return [(name, list(zip(*rows, strict=True))) for name, rows in named.items() if rows]


def _rows(draft: Draft, lines: Lines) -> Iterable[tuple[str, Iterable[Sequence[Any]]]]:
    yield from _records(draft)
    yield "log", lines
    yield "history", _last_words(draft.history)
    yield "passage", draft.passages
    yield "strand", draft.strands
    yield "usage", draft.used()
    yield "place_in", [(row, *box) for row, box in draft.places.items() if box is not None]
    yield from _hot(draft).items()
    yield "document_out", [key for key, state in draft.documents.items() if state is None]
    yield "document_in", [(*key, *state) for key, state in draft.documents.items() if state]
    yield "owed", owed_rows(draft.debts)
    yield "cursor", draft.cursors.items()
    yield "done", [(key, *state) for key, state in draft.done.items()]
    yield "origin", draft.origins.items()
    yield "reacted", [(*key, versions) for key, versions in draft.reacted.items()]


def _records(draft: Draft) -> Iterable[tuple[str, Iterable[Sequence[Any]]]]:
    new, changed, moved = rows_of_records(draft)
    members: dict[int, int] = {}
    for record in draft.records.values():
        before = draft.first[record.id]
        if before is not None and before.body:
            members[before.family.id] = members.get(before.family.id, 0) - 1
        if record.body:
            members[record.family.id] = members.get(record.family.id, 0) + 1
    yield "entity_new", new
    yield "entity_changed", changed
    yield "entity_moved", moved
    yield "family_n", [(family, n) for family, n in members.items() if n]


def _hot(draft: Draft) -> dict[str, list[Sequence[Any]]]:
    sorts: dict[str, list[Sequence[Any]]] = {}
    for (attribute, value, row), comes in draft.hot.items():
        kept = hot_text(value) if isinstance(value, str) else value
        sort = f"hot_{'text' if isinstance(value, str) else 'number'}_{'in' if comes else 'out'}"
        sorts.setdefault(sort, []).append((attribute, kept, row))
    return sorts


def hot_text(text: str) -> str:
    """A text as the side table keeps it: PostgreSQL has no character 0. The order of texts stays."""
    return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01") if "\x01" in text or "\x00" in text else text


def _last_words(history: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """One row a key: of what one change says twice of one moment, the last word is kept."""
    return {row[:5]: row for row in history}.values()
