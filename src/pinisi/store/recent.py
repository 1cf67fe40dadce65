"""History of what changed here and there, in the order in which it came; many rows go to their places together.

`history` is kept in the order of entities, so that a value's past is read in one go. A change of one sensor touches a
page of it anywhere in the file, and splits it when it is full: 2 to 3 pages of 4 KB go through the write-ahead log
(`docs/reference/speed.md`). Here the rows of a group of writers fill a page together. When there are `KEPT` of them
they are moved, sorted, in slices between the groups; who reads history sees both (`recent_shown`).

Where a move stands is written beside it, in `fact`: `settling` is the position through which rows are being moved,
`settled` the entity before which they lie in `history` already. They are taken from here only at the end of a move.
"""

from collections.abc import Collection, Container, Sequence

import msgspec

from pinisi.store.sql_rows import Connection, Row, first, rows, write_all

FEW = 512
"""Rows of a group that may be scattered; in a larger one many belong to one entity: they go straight."""
KEPT = 16_384
"""Rows after which they are moved: what a reader of history has to take in at most, when he has not read for long."""
SLICE = 1_024
"""Rows moved in one transaction (5 to 10 ms, between two groups)."""
AT_ONCE = 4_096
"""Rows sorted, and taken from here, in one transaction."""
ALL = 1 << 62
COLUMNS = "entity, attribute, dataset, observed, position, received, principal, family, number, body"
UNSETTLED = """NOT (came <= coalesce((SELECT value FROM fact WHERE name = 'settling'), 0)
  AND entity < coalesce((SELECT value FROM fact WHERE name = 'settled'), 0))"""
"""Rows of `recent` that are not in `history` yet."""

SCHEMA = """
CREATE TABLE recent (
  position INTEGER NOT NULL,
  entity INTEGER NOT NULL,
  attribute INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  observed INTEGER NOT NULL,
  received INTEGER NOT NULL,
  principal INTEGER NOT NULL,
  family INTEGER NOT NULL,
  number REAL,
  body BLOB,
  PRIMARY KEY (position, entity, attribute, dataset, observed)
) STRICT, WITHOUT ROWID;
"""
BY_COMING = """
ALTER TABLE recent RENAME TO recent_before;
CREATE TABLE recent (
  came INTEGER NOT NULL,
  entity INTEGER NOT NULL,
  attribute INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  observed INTEGER NOT NULL,
  position INTEGER NOT NULL,
  received INTEGER NOT NULL,
  principal INTEGER NOT NULL,
  family INTEGER NOT NULL,
  number REAL,
  body BLOB,
  PRIMARY KEY (came, entity, attribute, dataset, observed, position)
) STRICT, WITHOUT ROWID;
INSERT INTO recent SELECT position, entity, attribute, dataset, observed, position, received, principal, family, number,
  body FROM recent_before;
DROP TABLE recent_before;
"""
"""`came` is the position at which a row came: what is told of a birth only later (`untold`) has an earlier position."""

IN_ORDER = """CREATE TEMP TABLE {name} (
  entity INTEGER, attribute INTEGER, dataset INTEGER, observed INTEGER, position INTEGER, received INTEGER,
  principal INTEGER, family INTEGER, number REAL, body BLOB, came INTEGER,
  PRIMARY KEY (entity, attribute, dataset, observed, position)) WITHOUT ROWID"""
"""A table of one connection, in memory, with rows of `recent` in the order of `history`."""

_INSERT = f"INSERT OR REPLACE INTO recent ({COLUMNS}, came) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_POSITIONS = "SELECT came FROM recent WHERE came > ? AND came <= ? ORDER BY came"
_FACT = "INSERT OR REPLACE INTO fact VALUES (?, ?)"
_encode = msgspec.json.Encoder().encode


def parted(history: Sequence[Row], straight_of: Container[int]) -> tuple[Sequence[Row], Sequence[Row]]:
    """Rows of a group that go straight into `history`, and those that are scattered.

    `straight_of`: entities of which they go straight: those that are new in the group, whose rows are the last of all
    and fill a page together there, too; and those of which nothing may be recent.
    """
    if len(history) > FEW:
        return history, ()
    straight = [row for row in history if row[0] in straight_of]
    return straight, [row for row in history if row[0] not in straight_of] if straight else history


def put_recent(connection: Connection, history: Sequence[Row], came: int) -> None:
    """Write rows, as `history` has them, which came at the end of a group at this position."""
    write_all(connection, _INSERT, [(*row, came) for row in history])


def prepare_to_settle(connection: Connection) -> int:
    """Make ready the connection that writes; answers how many rows are here."""
    connection.execute(IN_ORDER.format(name="moving"))
    connection.execute("CREATE TEMP TABLE sorted (through INTEGER, upto INTEGER)")
    return count(connection)


def count(connection: Connection) -> int:
    """How many rows are here."""
    return rows(connection, "SELECT count(*) FROM recent")[0][0]


def settle_slice(connection: Connection) -> int | None:
    """Go on with the move, or begin one, in the open transaction; answers how many rows are here when it is over."""
    begun = first(connection, "SELECT value FROM fact WHERE name = 'settling'")
    if begun is None:
        (through,) = rows(connection, "SELECT max(came) FROM recent")[0]
        if through is None:
            return 0
        connection.execute(_FACT, ("settling", through))
        after = 0
    else:
        (through,) = begun
        after = (first(connection, "SELECT value FROM fact WHERE name = 'settled'") or (0,))[0]
    if after == ALL:
        return _take_moved(connection, through)
    if not _sort(connection, through):
        return None
    end = first(connection, "SELECT entity FROM moving WHERE entity >= ? LIMIT 1 OFFSET ?", (after, SLICE))
    before = ALL if end is None else max(end[0], after + 1)
    into = f"INSERT OR REPLACE INTO history SELECT {COLUMNS} FROM moving WHERE entity >= ? AND entity < ?"
    connection.execute(into, (after, before))
    connection.execute(_FACT, ("settled", before))
    return None


def _sort(connection: Connection, through: int) -> bool:
    """Bring some of the rows that are to be moved into the order of `history`; answers whether all are.

    What lies in `history` already need not be among them.
    """
    begun = first(connection, "SELECT upto FROM sorted WHERE through = ?", (through,))
    if begun is None:
        connection.execute("DELETE FROM moving")
        connection.execute("DELETE FROM sorted")
        connection.execute("INSERT INTO sorted VALUES (?, 0)", (through,))
    after = 0 if begun is None else begun[0]
    if after == through:
        return True
    last = first(connection, f"{_POSITIONS} LIMIT 1 OFFSET ?", (after, through, AT_ONCE - 1))
    upto = through if last is None else last[0]
    which = f"came > ? AND came <= ? AND {UNSETTLED} ORDER BY entity, attribute, dataset, observed, position"
    connection.execute(f"INSERT INTO moving SELECT {COLUMNS}, came FROM recent WHERE {which}", (after, upto))
    connection.execute("UPDATE sorted SET upto = ?", (upto,))
    return upto == through


def _take_moved(connection: Connection, through: int) -> int | None:
    """Take some of what lies in `history` from here."""
    connection.execute("DELETE FROM moving")
    last = first(connection, f"{_POSITIONS} LIMIT 1 OFFSET ?", (0, through, AT_ONCE - 1))
    upto = through if last is None else last[0]
    connection.execute("DELETE FROM recent WHERE came <= ?", (upto,))
    if upto < through:
        return None
    connection.execute("DELETE FROM fact WHERE name IN ('settling', 'settled')")
    return count(connection)


def pull(connection: Connection, entities: Collection[int]) -> None:
    """Move what is here of some entities at once, so that history may be taken away where it lies.

    `recut` tells readers that rows went from amid the others.
    """
    of_these = "entity IN (SELECT value FROM json_each(?))"
    chosen = (_encode(sorted(entities)).decode(),)
    if first(connection, f"SELECT 1 FROM recent WHERE {of_these} LIMIT 1", chosen) is None:
        return
    which = f"{of_these} AND {UNSETTLED}"
    connection.execute(f"INSERT OR REPLACE INTO history SELECT {COLUMNS} FROM recent WHERE {which}", chosen)
    connection.execute(f"DELETE FROM recent WHERE {of_these}", chosen)
    connection.execute(f"DELETE FROM moving WHERE {of_these}", chosen)
    connection.execute("INSERT INTO fact VALUES ('recut', 1) ON CONFLICT DO UPDATE SET value = value + 1")
