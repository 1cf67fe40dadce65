"""How long history is kept: every value for some time, hourly statistics of numbers for ever.

A value goes when it has been known for longer than the raw retention, a newer one stands before the same limit (so
that "as it was then" always finds the last word before it), and no hold covers it. A value that was corrected leaves
no statistics: its correction does. Work is cut into short slices.
"""

from collections.abc import Iterable
from time import perf_counter
from typing import Any

import msgspec

from pinisi.store.change import AuditEntry
from pinisi.store.kept_tenant import KeptTenant
from pinisi.store.log import Position
from pinisi.store.seals import seal_line
from pinisi.store.sql_rows import Connection, first, rows
from pinisi.vocabulary.instant import HOUR, Instant
from pinisi.vocabulary.principal import SYSTEM

SLICE_SECONDS = 0.03
_SLICE_VALUES = 500
_SLICE_LOG = 5_000
TRIMMED = "log-trimmed"
"""The act by which the log says through which position its lines go."""

_EXPIRED = """
SELECT attribute, dataset, observed, position, family, number, EXISTS (
  SELECT 1 FROM history AS correction WHERE correction.entity = old.entity AND correction.attribute = old.attribute
  AND correction.dataset = old.dataset AND correction.observed = old.observed AND correction.position > old.position)
FROM history AS old
WHERE entity = ?1 AND received < ?2 AND EXISTS (
  SELECT 1 FROM history AS newer WHERE newer.entity = old.entity AND newer.attribute = old.attribute
  AND newer.dataset = old.dataset AND (newer.observed, newer.position) > (old.observed, old.position)
  AND newer.received < ?2)
AND NOT EXISTS (
  SELECT 1 FROM hold WHERE hold.entity IN ('', ?3) AND hold.since <= old.observed AND old.observed < hold.until)
LIMIT ?4
"""
_ADD_HOUR = """
INSERT INTO hourly VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
ON CONFLICT (entity, attribute, dataset, hour, family) DO UPDATE SET n = hourly.n + 1,
total = hourly.total + excluded.total, squares = hourly.squares + excluded.squares,
low = CASE WHEN excluded.low < hourly.low THEN excluded.low ELSE hourly.low END,
high = CASE WHEN excluded.high > hourly.high THEN excluded.high ELSE hourly.high END
"""
_CONDENSED = """
INSERT INTO fact VALUES ('condensed', ?) ON CONFLICT (name) DO UPDATE
SET value = CASE WHEN excluded.value > fact.value THEN excluded.value ELSE fact.value END
"""
_DELETE = "DELETE FROM history WHERE entity = ? AND attribute = ? AND dataset = ? AND observed = ? AND position = ?"
_POSITIONS = "SELECT DISTINCT position FROM history WHERE entity = ?"

_TRIMMED_TO = """
INSERT INTO fact VALUES ('trimmed', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_NEEDED = """
SELECT min(p) FROM (SELECT min(position) + 1 AS p FROM cursor UNION ALL SELECT min(position) FROM debt
UNION ALL SELECT min(position) FROM owed UNION ALL SELECT max(position) FROM log) AS needed
"""


class Hold(msgspec.Struct, frozen=True):
    """Exempts history from retention: of one entity, or of all (`entity` empty), between two observed times."""

    name: str
    entity: str
    since: Instant
    until: Instant


async def retain_history(tenant: KeptTenant, before: Instant) -> int:
    """Turn what was received before a moment into hourly statistics; answers how many values went."""
    removed = 0
    last: int | None = 0
    while last is not None:
        gone, last = await tenant.work(lambda connection, after=last: _retain_slice(connection, after, before))
        removed += gone
    if removed:
        await tenant.work(lambda connection: rows(connection, _CONDENSED, (before,)))
    return removed


def _retain_slice(connection: Connection, after: int, before: Instant) -> tuple[int, int | None]:
    """As many entities after a row as time allows: (values gone, the last finished row; None at the end)."""
    started = perf_counter()
    removed = 0
    while perf_counter() - started < SLICE_SECONDS:
        sql = "SELECT row, id FROM entity WHERE row > ? ORDER BY row LIMIT 1"
        found = first(connection, sql, (after,))
        if found is None:
            return removed, None
        row, id = found
        expired = rows(connection, _EXPIRED, (row, before, id, _SLICE_VALUES))
        _condense(connection, row, expired)
        removed += len(expired)
        if len(expired) < _SLICE_VALUES:
            after = row
    return removed, after


def _condense(connection: Connection, row: int, expired: Iterable[tuple[Any, ...]]) -> None:
    """Put values into the statistics of their hours, and take them away."""
    hours: list[tuple[Any, ...]] = []
    gone: list[tuple[Any, ...]] = []
    for attribute, dataset, observed, position, family, number, corrected in expired:
        if number is not None and not corrected:
            hour = observed - observed % HOUR
            hours.append((row, attribute, dataset, hour, family, number, number * number, number, number))
        gone.append((row, attribute, dataset, observed, position))
    connection.executemany(_ADD_HOUR, hours)
    connection.executemany(_DELETE, gone)
    if gone:
        kept = {position for (position,) in rows(connection, _POSITIONS, (row,))}
        dropped = {line[4] for line in gone} - kept
        connection.executemany("DELETE FROM origin WHERE position = ?", [(position,) for position in dropped])


async def trim_log(tenant: KeptTenant, before: Instant) -> int:
    """Forget log entries older than a moment that no cursor and no owed notification still needs.

    First the log itself says through which position it goes, so that whoever takes lines away at the front is found.
    """
    through = await tenant.work(lambda connection: _last_to_go(connection, tenant.trimmed, before))
    removed, begin = 0, tenant.trimmed
    if through <= begin:
        return 0
    trimming = AuditEntry(TRIMMED, "log", {"through": through})
    await tenant.apply([trimming], SYSTEM, atomic=True, key=None, cursor=None)
    while tenant.trimmed < through:
        gone, tenant.trimmed = await tenant.work(lambda connection: _trim_slice(connection, tenant, through, before))
        removed += gone
    return removed


def _last_to_go(connection: Connection, trimmed: Position, before: Instant) -> Position:
    """The last position older than the moment that nobody needs. Time never runs backwards in the log: by bisection."""
    ((needed,),) = rows(connection, _NEEDED)
    low, high = trimmed, (needed or 1) - 1
    while low < high:
        middle = (low + high + 1) // 2
        found = first(connection, "SELECT time FROM log WHERE position >= ? ORDER BY position LIMIT 1", (middle,))
        low, high = (middle, high) if found is not None and found[0] < before else (low, middle - 1)
    return low


def _trim_slice(connection: Connection, tenant: KeptTenant, through: Position, before: Instant) -> tuple[int, Position]:
    """How many of the oldest lines went, and through which; where the rest begins, the chain is sealed."""
    top = min(tenant.trimmed + _SLICE_LOG, through)
    if tenant.chain is not None:
        seal_line(connection, tenant, top)
    connection.execute("DELETE FROM log WHERE position <= ?", (top,))
    count = connection.changes()
    connection.execute(_TRIMMED_TO, (top,))
    connection.execute("DELETE FROM done WHERE time < ?", (before,))
    return count, top
