"""Signed checkpoints of the chain, in the tenant's file beside the log."""

from collections.abc import Sequence

from pinisi.store.kept_tenant import KeptTenant
from pinisi.store.log import Position, Seal
from pinisi.store.sql_rows import Connection, first, rows

_COLUMNS = "position, time, link, key, signature"
_SEAL = """
INSERT INTO seal VALUES (?, ?, ?, ?, ?) ON CONFLICT (position) DO UPDATE
SET time = excluded.time, link = excluded.link, key = excluded.key, signature = excluded.signature
"""


def seal_head(connection: Connection, tenant: KeptTenant) -> Seal | None:
    """The seal of the last line; None where there is none that has a link."""
    found = first(connection, "SELECT max(position) FROM log")
    return None if found is None or found[0] is None else seal_line(connection, tenant, found[0])


def seal_line(connection: Connection, tenant: KeptTenant, position: Position) -> Seal | None:
    """The seal of a line, made where it has none that is signed; None where the line has no link."""
    kept = first(connection, f"SELECT {_COLUMNS} FROM seal WHERE position = ?", (position,))
    if kept is not None and kept[3]:
        return Seal(*kept)
    line = first(connection, "SELECT link FROM log WHERE position = ?", (position,))
    if line is None or line[0] is None:
        return None
    now = tenant.now()
    seal = Seal(position, now, line[0], *tenant.sealing(tenant.name, position, line[0], now))
    values = (seal.position, seal.time, seal.link, seal.key, seal.signature)
    connection.execute(_SEAL, values)
    return seal


def read_seals(connection: Connection, after: Position) -> Sequence[Seal]:
    sql = f"SELECT {_COLUMNS} FROM seal WHERE position > ? AND key != '' ORDER BY position"
    return [Seal(*row) for row in rows(connection, sql, (after,))]
