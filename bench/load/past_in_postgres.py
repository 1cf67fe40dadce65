"""Fills a tenant in PostgreSQL with ten million values of the past, one a minute for each of a hundred meters.

Entities go through the store. Values are written by SQL, row for row as the store writes them, in the order of time, as
a city's come: the values of one meter lie far apart in the table.
"""

# pyright: basic, reportMissingImports=false

import time
from typing import Any

from large_tenants import (
    BEGIN,
    HISTORY,
    METERS,
    TYPE,
    VALUES_EACH,
    around_value_and_moment,
    creation,
)
from population import MAKASSAR, sensors

from pinisi.store.postgres import PostgresStore
from pinisi.store.postgres_months import month_of
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant
from pinisi.vocabulary.principal import SYSTEM
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

_VALUES = """
INSERT INTO history (entity, attribute, dataset, observed, position, received, principal, family, number, body)
SELECT e.row, $1, 0, t.at, e.position, t.at, 0, e.family, t.n % 1000, convert_to(
  $2::text || t.n % 1000 || $3::text || to_char(to_timestamp(t.at / 1000000), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  || $4::text, 'UTF8')
FROM (SELECT n, $5::bigint + n * 60000000 AS at FROM generate_series($6::bigint, $7::bigint) AS n) AS t
CROSS JOIN entity AS e WHERE e.body IS NOT NULL ORDER BY t.at, e.row
"""
_AT_ONCE = 10_000


def _now() -> Instant:
    return BEGIN + 200 * DAY - HOUR


async def write_past(address: str) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    async with PostgresStore(address, _now) as store:
        await store.apply(HISTORY, [creation(sensor) for sensor in sensors(TYPE, METERS, MAKASSAR)], SYSTEM)
        tenant = await store.tenant(HISTORY)
        number = tenant.names.number[DEFAULT_CONTEXT + "reading"]

        async def make_months(connection: Any) -> None:
            await tenant.see_own_tables(connection)
            month, end = month_of(BEGIN)[0], BEGIN + VALUES_EACH * MINUTE
            while month < end:
                tenant.writer.months.forget()
                await tenant.writer.months.see_to(connection, month)
                month = month_of(month)[1]
            await connection.execute("DELETE FROM history WHERE attribute = $1", number)

        await tenant.writer.work(make_months)
        around = around_value_and_moment()
        for first in range(0, VALUES_EACH, _AT_ONCE):
            last = min(first + _AT_ONCE, VALUES_EACH) - 1

            async def values(connection: Any, first: int = first, last: int = last) -> None:
                await tenant.see_own_tables(connection)
                await connection.execute(_VALUES, number, *around, BEGIN, first, last)

            await tenant.writer.work(values)
        async with store.postgres.connection() as connection:
            await connection.execute(f"VACUUM ANALYZE {tenant.schema}.history", timeout=600)
    return time.perf_counter() - began
