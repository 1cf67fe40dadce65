"""Fills one tenant of a data folder while no server runs: `large_tenants.py DATA million|history`.

Entities go through the store, so that log, history and indexes are what a city's would be. The ten million values of
the past are written by SQL, row for row as the store writes them, in the order of their key.
"""

# pyright: basic, reportMissingImports=false

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import apsw
from population import MAKASSAR, Sensor, entity, sensors

from pinisi.context import edits
from pinisi.context.payload import read_entity
from pinisi.context.term_table import CORE_TABLE
from pinisi.settings import Settings
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Instance, encode_instance
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, parse_instant
from pinisi.vocabulary.principal import SYSTEM
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

MILLION, HISTORY = "million", "history"
TYPE = "BenchLarge"
SHARE = float(os.environ.get("BENCH_SHARE", "1"))
"""Less than 1 only to try the bench out: its figures are not those of a large city then, and say so by their sizes."""
MANY = round(1_000_000 * SHARE)
METERS = 100
VALUES_EACH = max(50_000, round(100_000 * SHARE))
BEGIN = parse_instant("2026-01-01T00:00:00Z")
_AT_ONCE = 5_000


def population() -> list[Sensor]:
    return sensors(TYPE, MANY, MAKASSAR)


def meter_id(number: int) -> str:
    return f"urn:ngsi-ld:{TYPE}:{number:06}"


async def write_entities(data: Path, tenant: str, people: Sequence[Sensor]) -> None:
    async with SqliteStore(Settings(data=data).tenant_folder, _now) as store:
        for start in range(0, len(people), _AT_ONCE):
            await store.apply(tenant, [creation(sensor) for sensor in people[start : start + _AT_ONCE]], SYSTEM)


def creation(sensor: Sensor) -> EntityChange:
    made = read_entity(entity(sensor), CORE_TABLE)
    return EntityChange(made.id, edits.create(made))


def _now() -> Instant:
    return BEGIN + 200 * DAY - HOUR


def write_values(file: Path) -> None:
    """One value a minute for each meter; minute n has the value n mod 1,000. A transaction for each meter."""
    connection = apsw.Connection(str(file))
    connection.pragma("synchronous", 0)
    connection.pragma("cache_size", -256_000)
    ((number,),) = connection.execute("SELECT id FROM name WHERE text = ?", (DEFAULT_CONTEXT + "reading",))
    meters = list(connection.execute("SELECT row, family FROM entity WHERE id LIKE ? ORDER BY row", (f"%{TYPE}%",)))
    ((position, by),) = connection.execute("SELECT max(position), max(principal) FROM log")
    connection.execute("DELETE FROM recent WHERE attribute = ?", (number,))
    connection.execute("DELETE FROM history WHERE attribute = ?", (number,))
    head, middle, tail = around_value_and_moment()
    moments = [(BEGIN + n * MINUTE, middle + _text(n)) for n in range(VALUES_EACH)]
    connection.execute("CREATE TEMP TABLE minute (n INTEGER PRIMARY KEY, at INTEGER, body TEXT)")
    lines = [(n, at, f"{head}{n % 1_000}{rest}{tail}".encode()) for n, (at, rest) in enumerate(moments)]
    with connection:
        connection.executemany("INSERT INTO minute VALUES (?, ?, ?)", lines)
    sql = "INSERT INTO history SELECT ?, ?, 0, at, ?, at, ?, ?, n % 1000, body FROM minute ORDER BY n"
    for row, family in meters:
        with connection:
            connection.execute(sql, (row, number, position, by, family))
    connection.close()


def _text(minute: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime((BEGIN + minute * MINUTE) // 1_000_000))


def around_value_and_moment() -> tuple[str, str, str]:
    """An encoded instance, cut where its value and its moment stand."""
    made = Instance(PROPERTY, 7, observed_at="MOMENT", unit_code="CEL", created_at=BEGIN, modified_at=BEGIN)
    head, _, rest = encode_instance(made).decode().partition("7")
    middle, _, tail = rest.partition("MOMENT")
    return head, middle, tail


def main() -> None:
    data, tenant = Path(sys.argv[1]), sys.argv[2]
    people = population() if tenant == MILLION else sensors(TYPE, METERS, MAKASSAR)
    asyncio.run(write_entities(data, tenant, people))
    if tenant == HISTORY:
        write_values(Settings(data=data).tenant_folder / f"{tenant}.sqlite")


if __name__ == "__main__":
    main()
