"""The tables of one tenant's SQLite file, and how an older file becomes a newer one."""

import apsw

from pinisi.store import grid, recent
from pinisi.store.change import StoreUnavailable

_VERSION_1 = """
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE family (id INTEGER PRIMARY KEY, types TEXT NOT NULL, areas TEXT NOT NULL, UNIQUE (types, areas)) STRICT;
CREATE TABLE entity (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  family INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE INDEX entity_family ON entity (family);
CREATE VIRTUAL TABLE place USING rtree (row, min_lon, max_lon, min_lat, max_lat);
CREATE TABLE usage (
  family INTEGER NOT NULL, attribute INTEGER NOT NULL, kind TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (family, attribute, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE log (
  position INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  op TEXT NOT NULL,
  subject TEXT NOT NULL,
  before INTEGER,
  after INTEGER,
  attributes TEXT NOT NULL,
  principal INTEGER NOT NULL,
  detail BLOB
) STRICT;
CREATE TABLE history (
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
  PRIMARY KEY (entity, attribute, dataset, observed, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE hourly (
  entity INTEGER NOT NULL,
  attribute INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  family INTEGER NOT NULL,
  n INTEGER NOT NULL,
  total REAL NOT NULL,
  squares REAL NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  PRIMARY KEY (entity, attribute, dataset, hour, family)
) STRICT, WITHOUT ROWID;
CREATE TABLE hot_attribute (
  attribute INTEGER PRIMARY KEY, complete INTEGER NOT NULL, used INTEGER NOT NULL
) STRICT;
CREATE TABLE hot (attribute INTEGER NOT NULL, value ANY NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY (attribute, value, row)) STRICT, WITHOUT ROWID;
CREATE TABLE document (
  kind TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE debt (
  position INTEGER NOT NULL, subscription TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL,
  dead INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (dead, position, subscription)
) STRICT, WITHOUT ROWID;
CREATE TABLE cursor (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE done (key TEXT PRIMARY KEY, position INTEGER NOT NULL, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE hold (
  name TEXT NOT NULL, entity TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (name, entity)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

_VERSION_2 = """
CREATE TABLE passage (
  entity INTEGER NOT NULL,
  position INTEGER NOT NULL,
  received INTEGER NOT NULL,
  was INTEGER NOT NULL,
  family INTEGER NOT NULL,
  PRIMARY KEY (entity, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE strand (
  attribute INTEGER NOT NULL, entity INTEGER NOT NULL, dataset INTEGER NOT NULL,
  PRIMARY KEY (attribute, entity, dataset)
) STRICT, WITHOUT ROWID;
INSERT INTO passage SELECT e.row, l.position, l.time, coalesce(l.before, 0), coalesce(l.after, -l.before)
  FROM log l JOIN entity e ON e.id = l.subject WHERE l.op IN ('create', 'update', 'delete') AND l.before IS NOT l.after;
INSERT INTO strand SELECT DISTINCT attribute, entity, dataset FROM history WHERE dataset != 0;
"""
"""What a picture of the past needs beside history: passages into another family (negative: out of existence) that no
row of a location tells of, and which attributes have named instances."""

_VERSION_3 = """
CREATE TABLE origin (position INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE reacted (
  reaction TEXT NOT NULL, subject TEXT NOT NULL, versions BLOB NOT NULL, PRIMARY KEY (reaction, subject)
) STRICT, WITHOUT ROWID;
"""
"""Where values come from, by the position that wrote them; and what reactions have answered."""

WHOLE_FILE = 1 << 40
"""Bytes that are mapped at most."""

_VERSION_4 = """
CREATE TABLE record_migration (
  service TEXT NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (service, number)
) STRICT, WITHOUT ROWID;
"""
"""Which steps the tables of services have taken. The tables themselves are the services' own."""

_VERSION_5 = """
ALTER TABLE log ADD COLUMN link BLOB;
CREATE TABLE seal (
  position INTEGER PRIMARY KEY, time INTEGER NOT NULL, link BLOB NOT NULL, key TEXT NOT NULL, signature BLOB NOT NULL
) STRICT;
INSERT OR REPLACE INTO fact SELECT 'chained', max(
  coalesce((SELECT max(position) FROM log), 0), coalesce((SELECT value FROM fact WHERE name = 'trimmed'), 0));
"""
"""The chain over the log (`store.chain`) begins after the position `chained`; `seal` has its signed checkpoints."""

_VERSION_6 = """
CREATE TABLE due (entity INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE INDEX due_at ON due (at);
INSERT INTO due SELECT row, 0 FROM entity WHERE body IS NOT NULL AND instr(body, CAST('"expires_at":' AS BLOB)) > 0;
"""
"""When something of an entity ends first by its `expiresAt` (`store.lapse`); 0: to be looked at."""

_VERSION_7 = """
CREATE TABLE owed (position INTEGER PRIMARY KEY, n INTEGER NOT NULL, subscriptions BLOB NOT NULL) STRICT;
"""
"""Who must hear of a change, in one row (`store.owed`); `debt` keeps those that fare by themselves."""

_VERSION_8 = "DELETE FROM hot_attribute;"
"""Numbers inside an `object` are indexed no longer (`store.candidates`): what is hot is filled anew when asked for."""

_VERSION_10 = """
ALTER TABLE entity ADD COLUMN birth INTEGER;
ALTER TABLE entity ADD COLUMN untold TEXT;
"""
"""Values that are in history only by the state that says them still (`store.untold`), since the position `birth`."""

MIGRATIONS: tuple[str, ...] = (
    _VERSION_1,
    _VERSION_2,
    _VERSION_3,
    _VERSION_4,
    _VERSION_5,
    _VERSION_6,
    _VERSION_7,
    _VERSION_8,
    recent.SCHEMA,
    _VERSION_10,
    grid.SCHEMA,
    recent.BY_COMING,
)
"""Numbered from 1, forward only; a released one is never changed."""


def migrate(connection: apsw.Connection) -> None:
    """Bring the file to the newest version, each step in a transaction of its own.

    Raises:
        StoreUnavailable: the file was written by a newer Pinisi.
    """
    version = connection.pragma("user_version")
    if version > len(MIGRATIONS):
        raise StoreUnavailable(
            f"the database has version {version}, this Pinisi knows {len(MIGRATIONS)}: install the newer Pinisi again"
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        with connection:
            connection.execute(script)
            connection.pragma("user_version", number)


def open_connection(
    path: str, *, read_only: bool = False, far: bool = False, vfs: str | None = None, replayed: bool = False
) -> apsw.Connection:
    """Open one connection to a tenant's file: write-ahead log, synced at every commit.

    What is `replayed` can be made again: it is synced when the log is brought into the file. A crash of the process
    loses nothing of it; a power cut may lose its last seconds, never a part of a commit.

    One who only reads may have tables of his own in memory (`recent_shown`). One who reads `far`, in much of the file,
    sees it mapped into memory: 120,000 seeks among 10 million values of history take 0.26 s of CPU instead of 0.47 s.
    What is mapped counts as resident memory until the system needs it.
    """
    writes = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    flags = apsw.SQLITE_OPEN_READONLY if read_only else writes
    connection = apsw.Connection(path, flags=flags, vfs=vfs, statementcachesize=128)
    connection.set_busy_timeout(10_000)
    if not read_only:
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", 1 if replayed else 2)
    connection.pragma("cache_size", -8_000 if read_only else -16_000)
    connection.pragma("temp_store", 2)
    connection.pragma("journal_size_limit", 64 << 20)
    if far:
        connection.pragma("mmap_size", WHOLE_FILE)
    return connection


def begin_after(path: str, position: int, vfs: str | None = None) -> None:
    """Let the log of a file, which is made if it is not there, go on after a position: what came before is trimmed."""
    connection = open_connection(path, vfs=vfs)
    try:
        migrate(connection)
        connection.execute("INSERT OR REPLACE INTO fact VALUES ('trimmed', ?)", (position + 1,))
    finally:
        connection.close()
