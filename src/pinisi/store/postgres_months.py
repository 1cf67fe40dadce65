"""History by months: a partition for each month that the tenant's clock has seen, one ahead, and one for all others."""

from datetime import UTC, datetime
from typing import Any

from pinisi.vocabulary.instant import SECOND, Instant

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

    async def see_to(self, connection: Any, now: Instant) -> None:
        """Make the partition of this month and of the next, in the transaction that holds the head."""
        if self.has(now):
            return
        sql = f"SELECT begins FROM {self._schema}.month"
        self._known = {begins for (begins,) in await connection.fetch(sql)}
        self._begin, self._end = month_of(now)
        for begin, end in ((self._begin, self._end), month_of(self._end)):
            if begin not in self._known:
                await self._make(connection, begin, end)
                self._known.add(begin)

    async def _make(self, connection: Any, begin: Instant, end: Instant) -> None:
        """What lies in the month already comes over from the partition of all others."""
        s = self._schema
        table = f"{s}.history_{datetime.fromtimestamp(begin // SECOND, UTC):%Y_%m}"
        await connection.execute(f"CREATE TABLE {table} (LIKE {s}.history INCLUDING ALL)")
        await connection.execute(
            f"WITH gone AS (DELETE FROM {s}.history_other WHERE observed >= {begin} AND observed < {end} RETURNING *) "
            f"INSERT INTO {table} SELECT * FROM gone"
        )
        await connection.execute(
            f"ALTER TABLE {s}.history ATTACH PARTITION {table} FOR VALUES FROM ({begin}) TO ({end})"
        )
        await connection.execute(f"INSERT INTO {s}.month VALUES ($1)", begin)

    def forget(self) -> None:
        """A group failed: what it made was not kept."""
        self._begin, self._end = 1, 0
