"""The tables of one tenant in PostgreSQL: those of the SQLite file, in a schema of the tenant's own.

What differs: `head` is the row that every group of writers locks (docs/decisions/0007); `family` counts its entities;
`place` is a PostGIS geometry; `hot` has a column for numbers and one for text; `history` is partitioned by time.
"""

from hashlib import blake2b
from typing import Any

from pinisi.store.change import StoreUnavailable
from pinisi.store.postgres_turn import TURN

HOUSE = """
CREATE SCHEMA IF NOT EXISTS pinisi;
CREATE TABLE IF NOT EXISTS pinisi.tenant (name text PRIMARY KEY, schema text NOT NULL UNIQUE, version integer NOT NULL);
CREATE FUNCTION pinisi.json_each(list text) RETURNS TABLE (value text) LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT jsonb_array_elements_text(list::jsonb)';
"""
"""What all tenants share: which there are, and a list given as JSON for services' own statements."""

_VERSION_1 = """
CREATE TABLE head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  position bigint NOT NULL,
  time bigint NOT NULL,
  next_row bigint NOT NULL,
  link bytea NOT NULL,
  names integer NOT NULL,
  families integer NOT NULL,
  areas bigint NOT NULL,
  hot bigint NOT NULL,
  due bigint
) WITH (fillfactor = 10);
INSERT INTO head VALUES (true, 0, 0, 1, '', 1, 0, 0, 0, NULL);
CREATE TABLE name (id integer PRIMARY KEY, text text NOT NULL);
CREATE TABLE family (id integer PRIMARY KEY, types text NOT NULL, areas text NOT NULL, n bigint NOT NULL)
  WITH (fillfactor = 50);
CREATE TABLE entity (
  row bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  family integer NOT NULL,
  body bytea
) WITH (fillfactor = 75);
CREATE UNIQUE INDEX entity_id ON entity (id);
CREATE INDEX entity_family ON entity (family, row);
CREATE TABLE place (row bigint PRIMARY KEY, box public.geometry NOT NULL);
CREATE INDEX place_box ON place USING gist (box);
CREATE TABLE usage (
  family integer NOT NULL, attribute integer NOT NULL, kind text NOT NULL, n bigint NOT NULL,
  PRIMARY KEY (family, attribute, kind)
);
CREATE TABLE log (
  position bigint PRIMARY KEY,
  time bigint NOT NULL,
  op text NOT NULL,
  subject text NOT NULL,
  before integer,
  after integer,
  attributes text NOT NULL,
  principal integer NOT NULL,
  detail bytea,
  link bytea
);
CREATE TABLE history (
  entity bigint NOT NULL,
  attribute integer NOT NULL,
  dataset integer NOT NULL,
  observed bigint NOT NULL,
  position bigint NOT NULL,
  received bigint NOT NULL,
  principal integer NOT NULL,
  family integer NOT NULL,
  number double precision,
  body bytea,
  PRIMARY KEY (entity, attribute, dataset, observed, position)
) PARTITION BY RANGE (observed);
CREATE TABLE history_other PARTITION OF history DEFAULT;
CREATE TABLE hourly (
  entity bigint NOT NULL,
  attribute integer NOT NULL,
  dataset integer NOT NULL,
  hour bigint NOT NULL,
  family integer NOT NULL,
  n bigint NOT NULL,
  total double precision NOT NULL,
  squares double precision NOT NULL,
  low double precision NOT NULL,
  high double precision NOT NULL,
  PRIMARY KEY (entity, attribute, dataset, hour, family)
);
CREATE TABLE hot_attribute (attribute integer PRIMARY KEY, complete boolean NOT NULL, several boolean NOT NULL);
CREATE TABLE hot (attribute integer NOT NULL, number double precision, text text COLLATE "C", row bigint NOT NULL);
CREATE UNIQUE INDEX hot_number ON hot (attribute, number, row) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX hot_text ON hot (attribute, text, row) WHERE text IS NOT NULL;
CREATE TABLE document (
  kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, position bigint NOT NULL, body bytea NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE TABLE debt (
  position bigint NOT NULL, subscription text COLLATE "C" NOT NULL, attempts integer NOT NULL, due bigint NOT NULL,
  dead integer NOT NULL, reason text NOT NULL, PRIMARY KEY (position, subscription)
) WITH (fillfactor = 75);
CREATE INDEX debt_dead ON debt (position, subscription) WHERE dead = 1;
CREATE TABLE cursor (name text PRIMARY KEY, position bigint NOT NULL) WITH (fillfactor = 25);
CREATE TABLE done (key text PRIMARY KEY, position bigint NOT NULL, time bigint NOT NULL);
CREATE INDEX done_time ON done (time);
CREATE TABLE hold (
  name text NOT NULL, entity text NOT NULL, since bigint NOT NULL, until bigint NOT NULL, PRIMARY KEY (name, entity)
);
CREATE TABLE fact (name text PRIMARY KEY, value bigint NOT NULL);
CREATE TABLE passage (
  entity bigint NOT NULL,
  position bigint NOT NULL,
  received bigint NOT NULL,
  was integer NOT NULL,
  family integer NOT NULL,
  PRIMARY KEY (entity, position)
);
CREATE TABLE strand (
  attribute integer NOT NULL, entity bigint NOT NULL, dataset integer NOT NULL,
  PRIMARY KEY (attribute, entity, dataset)
);
CREATE TABLE origin (position bigint PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE reacted (
  reaction text NOT NULL, subject text NOT NULL, versions bytea NOT NULL, PRIMARY KEY (reaction, subject)
);
CREATE TABLE record_migration (
  service text NOT NULL, number integer NOT NULL, digest bytea NOT NULL, PRIMARY KEY (service, number)
);
CREATE TABLE seal (
  position bigint PRIMARY KEY, time bigint NOT NULL, link bytea NOT NULL, key text NOT NULL, signature bytea NOT NULL
);
CREATE TABLE due (entity bigint PRIMARY KEY, at bigint NOT NULL);
CREATE INDEX due_at ON due (at);
CREATE TABLE month (begins bigint PRIMARY KEY);
"""

_VERSION_2 = """
CREATE TABLE owed (position bigint PRIMARY KEY, n integer NOT NULL, subscriptions bytea NOT NULL)
  WITH (fillfactor = 50);
"""
"""Who must hear of a change, in one row (`store.owed`); `debt` keeps those that fare by themselves."""

_VERSION_4 = """
ALTER TABLE history
  ADD COLUMN plain boolean NOT NULL GENERATED ALWAYS AS (coalesce(
    number IS NOT NULL AND substring(body FROM 1 FOR 16) = '{"t":"Property",'::bytea
    AND position('"expires_at":'::bytea IN body) = 0, false)) STORED,
  DROP CONSTRAINT history_pkey,
  ADD PRIMARY KEY (entity, attribute, dataset, observed, position) INCLUDE (number, family, plain);
DO $each$
DECLARE part regclass;
BEGIN
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'history'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_scale_factor = 0.02)', part);
  END LOOP;
END
$each$;
"""
"""Statistics of periods are read from the index alone: a month of a sensor lies on 400 pages of it, and on 43,200 of
the table, where the values of all sensors lie in the order in which they came. What was written since the last vacuum
is looked up in the table: hence a vacuum for every fiftieth value, not every fifth."""

MIGRATIONS: tuple[str, ...] = (_VERSION_1, _VERSION_2, TURN, _VERSION_4)
"""Numbered from 1, forward only; a released one is never changed."""

_MAKING = 0x70696E69736900
"""The advisory lock of those who make or change tables."""
_LONGEST = 48
_BRINGING_SECONDS = 6 * 3600.0
"""A step may write a large history anew."""


def schema_of(tenant: str) -> str:
    """The schema of a tenant: its name where that is short enough to be told apart by PostgreSQL (63 bytes)."""
    if len(tenant) <= _LONGEST:
        return f"tenant {tenant}"
    return f"tenant {tenant[: _LONGEST - 17]} {blake2b(tenant.encode(), digest_size=8).hexdigest()}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def make_house(connection: Any) -> None:
    """Make what all tenants share, where it is missing."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING)
        if await connection.fetchval("SELECT to_regclass('pinisi.tenant') IS NULL"):
            await connection.execute(HOUSE)
        if await connection.fetchval("SELECT to_regtype('public.geometry') IS NULL"):
            await connection.execute("CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public")


async def make_tenant(connection: Any, tenant: str, begin: int = 0) -> None:
    """Make a tenant's schema, unless another process just did, and bring it to the newest version.

    `begin`: its log goes on after this position; what came before counts as trimmed.

    Raises:
        StoreUnavailable: it was written by a newer Pinisi.
    """
    schema = schema_of(tenant)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING, timeout=_BRINGING_SECONDS)
        sql = "SELECT version FROM pinisi.tenant WHERE name = $1"
        version = await connection.fetchval(sql, tenant)
        if version is None:
            version = 0
            await connection.execute(f"CREATE SCHEMA {quoted(schema)}")
            await connection.execute("INSERT INTO pinisi.tenant VALUES ($1, $2, 0)", tenant, schema)
        if version > len(MIGRATIONS):
            raise StoreUnavailable(
                f"the tenant {tenant} has version {version}, this Pinisi knows {len(MIGRATIONS)}: install the newer "
                "Pinisi again"
            )
        if version == len(MIGRATIONS):
            return
        await connection.execute(f"SET LOCAL search_path TO {quoted(schema)}, public")
        for script in MIGRATIONS[version:]:
            await connection.execute(script.replace("{schema}", quoted(schema)), timeout=_BRINGING_SECONDS)
        if version == 0:
            await connection.execute("UPDATE head SET position = $1", begin)
            await connection.execute("INSERT INTO fact VALUES ('chained', $1), ('trimmed', $1)", begin)
        await connection.execute("UPDATE pinisi.tenant SET version = $2 WHERE name = $1", tenant, len(MIGRATIONS))
