"""History by months: a partition for each month that the tenant's clock has seen, one ahead, and one for all others."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pinisi.vocabulary.instant import DAY, SECOND, Instant

OBSERVED = 3
"""Where a row of history tells when it was true."""
MANY_ROWS = 500
_COLUMNS = "entity, attribute, dataset, observed, position, received, principal, family, number, body"
_LITTLE = 20_000
_EARLIEST, _LATEST = 0, 8_000 * 366 * 86_400 * SECOND


def month_of(moment: Instant) -> tuple[Instant, Instant]:
    """Where the month of a moment begins, and where the next does."""
    day = datetime.fromtimestamp(min(max(moment, _EARLIEST), _LATEST) // SECOND, UTC)
    begin = day.replace(day=1, hour=0, minute=0, second=0)
    end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    return int(begin.timestamp()) * SECOND, int(end.timestamp()) * SECOND


class Months:
    """Which months of one tenant have a partition."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._known: set[Instant] = set()
        self._end: Instant = 0
        self._begin: Instant = 1

    def has(self, now: Instant) -> bool:
        """Whether the month of a moment, and the next, are known to be there."""
        return self._begin <= now < self._end

    def lacking(self, history: Sequence[Sequence[Any]]) -> set[Instant]:
        """Months of many rows at once (an import of the past) that have no partition."""
        if len(history) < MANY_ROWS:
            return set()
        days = Counter(row[OBSERVED] // DAY for row in history)
        months: Counter[Instant] = Counter()
        for day, n in days.items():
            months[month_of(day * DAY)[0]] += n
        return {month for month, n in months.items() if n >= MANY_ROWS} - self._known

    async def see_to(self, connection: Any, now: Instant, history: Sequence[Sequence[Any]] = ()) -> None:
        """Make the partition of this month, of the next, and of those that much is said of; under the lock."""
        if not self.has(now):
            sql = f"SELECT begins FROM {self._schema}.month"
            self._known = {begins for (begins,) in await connection.fetch(sql)}
            self._begin, self._end = month_of(now)
            for begin in {self._begin, self._end} - self._known:
                await self._make(connection, begin)
        for begin in sorted(self.lacking(history)):
            await self._make(connection, begin)

    async def _make(self, connection: Any, begin: Instant) -> None:
        """What lies in the month already comes over from the partition of all others."""
        s, table, end = self._schema, self._table(begin), month_of(begin)[1]
        often = "autovacuum_vacuum_insert_scale_factor = 0.02"
        await connection.execute(f"CREATE TABLE {table} (LIKE {s}.history INCLUDING ALL) WITH ({often})")
        await connection.execute(
            f"WITH gone AS (DELETE FROM {s}.history_other WHERE observed >= {begin} AND observed < {end} RETURNING *) "
            f"INSERT INTO {table} ({_COLUMNS}) SELECT {_COLUMNS} FROM gone"
        )
        await connection.execute(
            f"ALTER TABLE {s}.history ATTACH PARTITION {table} FOR VALUES FROM ({begin}) TO ({end})"
        )
        await connection.execute(f"INSERT INTO {s}.month VALUES ($1)", begin)
        self._known.add(begin)

    async def clear(self, connection: Any, before: Instant) -> None:
        """Drop the months that ended before a moment and of which retention has left little: it goes to all others.

        A long reading of history stands in the way: then it is for the next time.
        """
        s = self._schema
        await connection.execute("SET LOCAL lock_timeout = '2s'")
        months = await connection.fetch(f"SELECT begins FROM {s}.month ORDER BY begins")
        for (begin,) in months:
            if month_of(begin)[1] > before:
                return
            table = self._table(begin)
            sql = f"SELECT count(*) FROM (SELECT FROM {table} LIMIT {_LITTLE + 1}) AS part"
            if await connection.fetchval(sql) <= _LITTLE:
                await connection.execute(f"ALTER TABLE {s}.history DETACH PARTITION {table}")
                await connection.execute(f"INSERT INTO {s}.history ({_COLUMNS}) SELECT {_COLUMNS} FROM {table}")
                await connection.execute(f"DROP TABLE {table}")
                await connection.execute(f"DELETE FROM {s}.month WHERE begins = $1", begin)
                self.forget()

    def _table(self, begin: Instant) -> str:
        return f"{self._schema}.history_{datetime.fromtimestamp(begin // SECOND, UTC):%Y_%m}"

    def forget(self) -> None:
        """What is known may be wrong: a group failed, or a month has gone."""
        self._begin, self._end = 1, 0
        self._known = set()
