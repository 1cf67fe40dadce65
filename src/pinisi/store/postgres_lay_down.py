"""How a draft is laid down in PostgreSQL: one statement a table, all rows of it as arrays, in the open transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from pinisi.store.draft import Draft
from pinisi.store.erasure import Erasure
from pinisi.store.hot import HotAttributes
from pinisi.store.owed import fates_of, owed_rows, settled
from pinisi.store.protocol import DebtChange, Paid

_NOT_HELD = (
    " AND NOT EXISTS (SELECT 1 FROM {{s}}.hold WHERE hold.entity IN ('', ${id}) AND hold.since <= {time} "
    "AND {time} < hold.until)"
)


def _unnested(*types: str) -> str:
    return ", ".join(f"${n}::{type}[]" for n, type in enumerate(types, start=1))


def _insert(table: str, *types: str, then: str = "") -> str:
    return f"INSERT INTO {{s}}.{table} SELECT * FROM unnest({_unnested(*types)}) {then}"


_BIG, _INT, _TEXT, _BYTES, _REAL = "bigint", "integer", "text", "bytea", "double precision"
_SQL = {
    "name": _insert("name", _INT, _TEXT),
    "family": f"INSERT INTO {{s}}.family SELECT *, 0 FROM unnest({_unnested(_INT, _TEXT, _TEXT)})",
    "family_n": f"UPDATE {{s}}.family SET n = n + d FROM unnest({_unnested(_INT, _BIG)}) AS u(f, d) WHERE id = f",
    "entity_new": _insert("entity", _BIG, _TEXT, _BIG, _INT, _BYTES),
    "entity_changed": f"UPDATE {{s}}.entity AS e SET position = u.p, body = u.b "
    f"FROM unnest({_unnested(_BIG, _BYTES, _BIG)}) AS u(p, b, r) WHERE e.row = u.r",
    "entity_moved": f"UPDATE {{s}}.entity AS e SET position = u.p, family = u.f, body = u.b "
    f"FROM unnest({_unnested(_BIG, _INT, _BYTES, _BIG)}) AS u(p, f, b, r) WHERE e.row = u.r",
    "log": _insert("log", _BIG, _BIG, _TEXT, _TEXT, _INT, _INT, _TEXT, _INT, _BYTES, _BYTES),
    "history": _insert("history", _BIG, _INT, _INT, _BIG, _BIG, _BIG, _INT, _INT, _REAL, _BYTES),
    "passage": _insert("passage", _BIG, _BIG, _BIG, _INT, _INT),
    "strand": "INSERT INTO {s}.strand (entity, attribute, dataset) "
    f"SELECT * FROM unnest({_unnested(_BIG, _INT, _INT)}) ON CONFLICT DO NOTHING",
    "usage": _insert(
        "usage",
        _INT,
        _INT,
        _TEXT,
        _BIG,
        then="ON CONFLICT (family, attribute, kind) DO UPDATE SET n = usage.n + excluded.n",
    ),
    "place_out": "DELETE FROM {s}.place WHERE row = ANY($1::bigint[])",
    "place_in": "INSERT INTO {s}.place SELECT r, CASE WHEN w = e AND b = t THEN public.ST_SetSRID("
    "public.ST_MakePoint(w, b), 4326) ELSE public.ST_MakeEnvelope(w, b, e, t, 4326) END "
    f"FROM unnest({_unnested(_BIG, _REAL, _REAL, _REAL, _REAL)}) AS u(r, w, e, b, t) "
    "ON CONFLICT (row) DO UPDATE SET box = excluded.box",
    "hot_number_out": f"DELETE FROM {{s}}.hot AS h USING unnest({_unnested(_INT, _REAL, _BIG)}) AS u(a, v, r) "
    "WHERE h.attribute = a AND h.number = v AND h.row = r",
    "hot_number_in": f"INSERT INTO {{s}}.hot (attribute, number, row) SELECT * FROM "
    f"unnest({_unnested(_INT, _REAL, _BIG)}) ON CONFLICT DO NOTHING",
    "hot_text_out": f"DELETE FROM {{s}}.hot AS h USING unnest({_unnested(_INT, _TEXT, _BIG)}) AS u(a, v, r) "
    "WHERE h.attribute = a AND h.text = v AND h.row = r",
    "hot_text_in": f"INSERT INTO {{s}}.hot (attribute, text, row) SELECT * FROM "
    f"unnest({_unnested(_INT, _TEXT, _BIG)}) ON CONFLICT DO NOTHING",
    "several": "UPDATE {s}.hot_attribute SET several = true WHERE attribute = ANY($1::integer[]) AND NOT several",
    "document_in": _insert(
        "document",
        _TEXT,
        _TEXT,
        _BIG,
        _BYTES,
        then="ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position, body = excluded.body",
    ),
    "document_out": f"DELETE FROM {{s}}.document AS d USING unnest({_unnested(_TEXT, _TEXT)}) AS u(k, i) "
    "WHERE d.kind = k AND d.id = i",
    "owed": _insert("owed", _BIG, _INT, _BYTES),
    "owed_gone": "DELETE FROM {s}.owed WHERE position = ANY($1::bigint[])",
    "owed_shrunk": f"UPDATE {{s}}.owed AS o SET n = u.n, subscriptions = u.i "
    f"FROM unnest({_unnested(_INT, _BYTES, _BIG)}) AS u(n, i, p) WHERE o.position = u.p",
    "born": "INSERT INTO {s}.debt (position, subscription, attempts, due, dead, reason) SELECT * "
    f"FROM unnest({_unnested(_BIG, _TEXT, _INT, _BIG, _INT, _TEXT)}) ON CONFLICT DO NOTHING",
    "paid": f"DELETE FROM {{s}}.debt AS d USING unnest({_unnested(_BIG, _TEXT)}) AS u(p, s) "
    "WHERE d.position = p AND d.subscription = s",
    "moved": "UPDATE {s}.debt AS d SET dead = u.x, attempts = u.a, due = u.t, reason = u.w "
    f"FROM unnest({_unnested(_INT, _INT, _BIG, _TEXT, _BIG, _TEXT, _INT)}) AS u(x, a, t, w, p, s, y) "
    "WHERE d.position = p AND d.subscription = s AND (u.x = 0 OR d.dead = 0)",
    "cursor": _insert("cursor", _TEXT, _BIG, then="ON CONFLICT (name) DO UPDATE SET position = excluded.position"),
    "done": _insert("done", _TEXT, _BIG, _BIG),
    "origin": _insert("origin", _BIG, _BYTES, then="ON CONFLICT (position) DO UPDATE SET body = excluded.body"),
    "reacted": _insert(
        "reacted",
        _TEXT,
        _TEXT,
        _BYTES,
        then="ON CONFLICT (reaction, subject) DO UPDATE SET versions = excluded.versions",
    ),
    "due_out": "DELETE FROM {s}.due WHERE entity = ANY($1::bigint[])",
    "due_in": _insert("due", _BIG, _BIG, then="ON CONFLICT (entity) DO UPDATE SET at = excluded.at"),
    "next_end": "UPDATE {s}.head SET due = (SELECT min(at) FROM {s}.due)",
    "relocate": "INSERT INTO {s}.fact VALUES ('relocate', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    "head": "UPDATE {s}.head SET position = $1, time = $2, next_row = $3, link = $4, names = $5, families = $6, "
    "areas = CASE WHEN $7::boolean THEN $1 ELSE areas END, hot = hot + $8::integer",
    "call": "SELECT pg_notify('pinisi', $1)",
}


class Laying:
    """Lays down drafts of one tenant, in its schema."""

    def __init__(self, schema: str) -> None:
        self.sql = {name: text.replace("{s}", schema) for name, text in _SQL.items()}
        self._schema = schema

    async def many(self, connection: Any, what: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for all rows."""
        columns = list(zip(*rows, strict=True))
        if columns:
            await connection.execute(self.sql[what], *columns)

    async def lay_down(self, connection: Any, draft: Draft, hot: HotAttributes, several: set[str]) -> None:
        """Write everything but names, families and head."""
        many = self.many
        await self._records(connection, draft)
        await many(connection, "log", draft.linked_log())
        for erasure in draft.erasures:
            await self._erase(connection, erasure)
        await many(connection, "history", _last_words(draft.history))
        await many(connection, "passage", draft.passages)
        await many(connection, "strand", draft.strands)
        await many(connection, "usage", [(*key, n) for key, n in draft.usage.items() if n])
        await self._places(connection, draft)
        if draft.hot:
            await self._hot(connection, draft)
        if several:
            await connection.execute(self.sql["several"], [hot.attributes[name] for name in several])
        await many(connection, "document_out", [key for key, state in draft.documents.items() if state is None])
        await many(connection, "document_in", [(*key, *state) for key, state in draft.documents.items() if state])
        await many(connection, "owed", owed_rows(draft.debts))
        if draft.debt_moves:
            await self._settle(connection, draft.debt_moves)
        await many(connection, "cursor", draft.cursors.items())
        await many(connection, "done", [(key, *state) for key, state in draft.done.items()])
        await many(connection, "origin", draft.origins.items())
        await many(connection, "reacted", [(*key, versions) for key, versions in draft.reacted.items()])
        if draft.dues:
            ended = [row for row, end in draft.dues.items() if end is None]
            await connection.execute(self.sql["due_out"], ended)
            await many(connection, "due_in", [(row, end) for row, end in draft.dues.items() if end is not None])
            await connection.execute(self.sql["next_end"])
        if draft.areas_changed:
            await connection.execute(self.sql["relocate"], draft.position)

    async def _records(self, connection: Any, draft: Draft) -> None:
        """New rows, changed bodies, and rows that change family; the last alone touch an index."""
        new: list[Sequence[Any]] = []
        changed: list[Sequence[Any]] = []
        moved: list[Sequence[Any]] = []
        members: dict[int, int] = {}
        for record in draft.records.values():
            before = draft.first[record.id]
            family = record.family.id if record.body else -record.family.id
            if before is None:
                new.append((record.row, record.id, record.position, family, record.body or None))
            elif before.body and record.body and before.family is record.family:
                changed.append((record.position, record.body, record.row))
                continue
            else:
                moved.append((record.position, family, record.body or None, record.row))
            if before is not None and before.body:
                members[before.family.id] = members.get(before.family.id, 0) - 1
            if record.body:
                members[record.family.id] = members.get(record.family.id, 0) + 1
        await self.many(connection, "entity_new", new)
        await self.many(connection, "entity_changed", changed)
        await self.many(connection, "entity_moved", moved)
        await self.many(connection, "family_n", [(family, n) for family, n in members.items() if n])

    async def _places(self, connection: Any, draft: Draft) -> None:
        gone = [row for row, box in draft.places.items() if box is None]
        if gone:
            await connection.execute(self.sql["place_out"], gone)
        await self.many(connection, "place_in", [(row, *box) for row, box in draft.places.items() if box is not None])

    async def _hot(self, connection: Any, draft: Draft) -> None:
        sorts: dict[str, list[Sequence[Any]]] = {}
        for (attribute, value, row), comes in draft.hot.items():
            kept = hot_text(value) if isinstance(value, str) else value
            sort = f"hot_{'text' if isinstance(value, str) else 'number'}_{'in' if comes else 'out'}"
            sorts.setdefault(sort, []).append((attribute, kept, row))
        for sort in sorted(sorts, reverse=True):
            await self.many(connection, sort, sorts[sort])

    async def _settle(self, connection: Any, moves: Sequence[DebtChange | Paid]) -> None:
        """Write what became of owed notifications."""
        fates = fates_of(moves)
        sql = f"SELECT position, subscriptions FROM {self._schema}.owed WHERE position = ANY($1::bigint[])"
        settlement = settled(fates, dict(await connection.fetch(sql, list(fates))))
        if settlement.gone:
            await connection.execute(self.sql["owed_gone"], [position for (position,) in settlement.gone])
        await self.many(connection, "owed_shrunk", settlement.shrunk)
        await self.many(connection, "paid", settlement.paid)
        await self.many(connection, "born", settlement.born)
        await self.many(connection, "moved", settlement.moved)

    async def _erase(self, connection: Any, erasure: Erasure) -> None:
        """Erase rows that are written; hourly statistics too, but for those of a single moment."""
        s = self._schema
        if erasure.whole:
            await connection.execute(f"DELETE FROM {s}.passage WHERE entity = $1", erasure.row)
        columns = (("entity", erasure.row), ("attribute", erasure.attribute), ("dataset", erasure.dataset))
        asked = [(column, value) for column, value in columns if value is not None]
        if erasure.observed is not None:
            asked.append(("observed", erasure.observed))
        where = " AND ".join(f"{column} = ${n}" for n, (column, _) in enumerate(asked, start=1))
        values = [*(value for _, value in asked), erasure.id]
        if erasure.observed is None:
            held = _NOT_HELD.format(id=len(values), time="hourly.hour").replace("{s}", s)
            await connection.execute(f"DELETE FROM {s}.hourly WHERE {where}{held}", *values)
        held = _NOT_HELD.format(id=len(values), time="history.observed").replace("{s}", s)
        positions = f"SELECT position FROM {s}.history WHERE {where}{held}"
        await connection.execute(f"DELETE FROM {s}.origin WHERE position IN ({positions})", *values)
        await connection.execute(f"DELETE FROM {s}.history WHERE {where}{held}", *values)


def hot_text(text: str) -> str:
    """A text as the side table keeps it: PostgreSQL has no character 0. The order of texts stays."""
    return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01") if "\x01" in text or "\x00" in text else text


def _last_words(history: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """One row a key: of what one change says twice of one moment, the last word is kept."""
    return {row[:5]: row for row in history}.values()
