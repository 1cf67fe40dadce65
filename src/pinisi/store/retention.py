"""How long history is kept: every value for some time, hourly statistics of numbers for ever.

A value goes when it has been known for longer than the raw retention, a newer one stands before the same limit (so
that "as it was then" always finds the last word before it), and no hold covers it. Work is cut into short slices.
"""

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from pinisi.store.sqlite_tenant import Tenant
from pinisi.vocabulary.instant import HOUR, Instant

_SLICE_ENTITIES = 50
_SLICE_LOG = 5_000

_EXPIRED = """
SELECT attribute, dataset, observed, position, family, number FROM history AS old
WHERE entity = ? AND received < ? AND EXISTS (
  SELECT 1 FROM history AS newer WHERE newer.entity = old.entity AND newer.attribute = old.attribute
  AND newer.dataset = old.dataset AND (newer.observed, newer.position) > (old.observed, old.position)
  AND newer.received < ?)
"""
_ADD_HOUR = """
INSERT INTO hourly VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + 1,
total = total + excluded.total, squares = squares + excluded.squares,
low = min(low, excluded.low), high = max(high, excluded.high)
"""
_DELETE = "DELETE FROM history WHERE entity = ? AND attribute = ? AND dataset = ? AND observed = ? AND position = ?"


class Hold(msgspec.Struct, frozen=True):
    """Exempts history from retention: of one entity, or of all (`entity` empty), between two observed times."""

    name: str
    entity: str
    since: Instant
    until: Instant


async def retain_history(tenant: Tenant, before: Instant) -> int:
    """Turn what was received before a moment into hourly statistics; answers how many values went."""
    removed = 0
    last: int | None = 0
    while last is not None:
        gone, last = await tenant.work(lambda connection, after=last: _retain_slice(connection, after, before))
        removed += gone
    return removed


def _retain_slice(connection: apsw.Connection, after: int, before: Instant) -> tuple[int, int | None]:
    entities = list(
        connection.execute("SELECT row, id FROM entity WHERE row > ? ORDER BY row LIMIT ?", (after, _SLICE_ENTITIES))
    )
    holds = [Hold(*row) for row in connection.execute("SELECT name, entity, since, until FROM hold")]
    removed = 0
    for row, id in entities:
        covering = [hold for hold in holds if hold.entity in ("", id)]
        removed += _retain_entity(connection, row, before, covering)
    return removed, entities[-1][0] if entities else None


def _retain_entity(connection: apsw.Connection, row: int, before: Instant, holds: Sequence[Hold]) -> int:
    expired: list[Any] = list(connection.execute(_EXPIRED, (row, before, before)))
    removed = 0
    for attribute, dataset, observed, position, family, number in expired:
        if any(hold.since <= observed < hold.until for hold in holds):
            continue
        if number is not None:
            hour = observed - observed % HOUR
            values = (row, attribute, dataset, hour, family, number, number * number, number, number)
            connection.execute(_ADD_HOUR, values)
        connection.execute(_DELETE, (row, attribute, dataset, observed, position))
        removed += 1
    return removed


async def trim_log(tenant: Tenant, before: Instant) -> int:
    """Forget log entries older than a moment that no cursor and no owed notification still needs."""
    removed = 0
    while True:
        gone = await tenant.work(lambda connection: _trim_slice(connection, before))
        removed += gone
        if gone == 0:
            return removed
        (tenant.trimmed,) = next(tenant.reader.execute("SELECT value FROM fact WHERE name = 'trimmed'"))


def _trim_slice(connection: apsw.Connection, before: Instant) -> int:
    (keep,) = next(
        connection.execute(
            "SELECT min(p) FROM (SELECT min(position) AS p FROM cursor UNION ALL SELECT min(position) FROM debt "
            "UNION ALL SELECT max(position) FROM log)"
        )
    )
    sql = "SELECT max(position), count(*) FROM (SELECT position FROM log WHERE time < ? AND position < ? LIMIT ?)"
    top, count = next(connection.execute(sql, (before, keep or 0, _SLICE_LOG)))
    if count:
        connection.execute("DELETE FROM log WHERE position <= ?", (top,))
        connection.execute("INSERT OR REPLACE INTO fact VALUES ('trimmed', ?)", (top,))
        connection.execute("DELETE FROM done WHERE time < ?", (before,))
    return count
