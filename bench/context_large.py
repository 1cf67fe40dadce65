"""A large city: a value query among 1,000,000 entities, histories of 10,000,000 values; memory, start and recovery.

The data are written into a tenant's file while no server runs (a year of loading is not what is measured): entities
through the store, values of the past by SQL, row for row as the store would write them. Questions go over HTTP; every
answer is checked against what was written.
"""

# pyright: basic, reportMissingImports=false

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

from population import MAKASSAR, Sensor, entity, sensors
from server_process import ServerProcess
from wire import Wire

from pinisi.context import edits
from pinisi.context.payload import read_entity
from pinisi.context.term_table import CORE_TABLE
from pinisi.settings import Settings
from pinisi.store.protocol import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Instance, encode_instance
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, format_instant, parse_instant
from pinisi.vocabulary.principal import SYSTEM
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

FIGURES = ("context.query_value_1m.", "context.history_10m.", "context.memory.", "context.start.", "context.recovery.")
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
TENANT = "large"
TYPE = "BenchLarge"
MANY = 1_000_000
METERS, VALUES_EACH = 100, 100_000
BEGIN = parse_instant("2026-01-01T00:00:00Z")
HEADERS = {"NGSILD-Tenant": TENANT}
Questions = Sequence[tuple[str, Callable[[Any], bool]]]


def wanted(*names: str) -> bool:
    return any(name.startswith(ONLY) or ONLY.startswith(name) for name in names)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        if wanted("context.query_value_1m.", "context.memory.", "context.start.", "context.recovery."):
            await among_a_million(Path(folder) / "million")
        if wanted("context.history_10m."):
            await ten_million_values(Path(folder) / "history")


# a million entities


async def among_a_million(folder: Path) -> None:
    folder.mkdir()
    server = ServerProcess(folder / "data")
    try:
        server.start()
        server.stop()
        alone = server.start()
        await asyncio.sleep(3)
        small = server.resident_mb()
        server.stop()
        population = sensors(TYPE, MANY, MAKASSAR)
        await write_entities(folder / "data", population)
        figure(
            "context.start.seconds",
            server.start(),
            "s",
            "",
            f"{MANY:,} entities in another tenant; alone {alone:.2f} s",
        )
        await asyncio.sleep(3)
        started = server.resident_mb()
        counts = Counter(sensor.reading for sensor in population)
        await heat(server, counts)
        asked = random.Random(3).sample(sorted(counts), 2_000)
        questions = [(_value_path(value), _found(min(100, counts[value]))) for value in asked]
        wall, cpu = await answered(server, questions[:200])
        note = f"q=reading==N of one type, about 200 of {MANY:,} fit, limit 100; each value for the first time"
        figure("context.query_value_1m.cold.cpu_us", cpu, "us/request", "", note)
        wall, cpu = await answered(server, questions[:200] * 3)
        note = note.replace("each value for the first time", "200 values again and again; one connection")
        figure("context.query_value_1m.cpu_us", cpu, "us/request", "", note)
        figure("context.query_value_1m.p50_ms", wall, "ms", "", note)
        await answered(server, questions)
        grown = server.resident_mb()
        figure(
            "context.memory.mb_per_100k",
            (started - small) / (MANY / 1e5),
            "MB",
            "",
            "resident after the start, beyond the city alone",
        )
        figure("context.memory.used_mb_per_100k", (grown - small) / (MANY / 1e5), "MB", "", "after 2,000 value queries")
        server.kill()
        figure("context.recovery.seconds", server.start(), "s", "", f"start after kill -9 with {MANY:,} entities")
    finally:
        server.kill()


async def write_entities(data: Path, population: Sequence[Sensor]) -> None:
    async with SqliteStore(Settings(data=data).tenant_folder, _now) as store:
        began = time.perf_counter()
        for start in range(0, len(population), 2_000):
            changes = [_creation(sensor) for sensor in population[start : start + 2_000]]
            await store.apply(TENANT, changes, SYSTEM)
        rate = len(population) / (time.perf_counter() - began)
        print(f"{rate:.0f} entities/s written", file=sys.stderr)


def _creation(sensor: Sensor) -> EntityChange:
    made = read_entity(entity(sensor), CORE_TABLE)
    return EntityChange(made.id, edits.create(made))


async def heat(server: ServerProcess, counts: Counter[int]) -> None:
    """Ask until the attribute has its index: then an answer comes within 50 ms."""
    async with Wire(server.port) as wire:
        for _ in range(600):
            began = time.perf_counter()
            answer = await wire.ask("GET", _value_path(min(counts)), headers=HEADERS)
            if answer.status == 200 and time.perf_counter() - began < 0.05:
                return
            await asyncio.sleep(1)
    raise SystemExit("the attribute did not become hot within ten minutes")


def _value_path(value: int) -> str:
    return f"/ngsi-ld/v1/entities?type={TYPE}&limit=100&q=reading=={value}"


def _found(count: int) -> Callable[[Any], bool]:
    return lambda answer: len(answer) == count


# ten million values of the past


async def ten_million_values(folder: Path) -> None:
    folder.mkdir()
    server = ServerProcess(folder / "data")
    try:
        server.start()
        server.stop()
        await write_entities(folder / "data", sensors(TYPE, METERS, MAKASSAR))
        write_values(Settings(data=folder / "data").tenant_folder / f"{TENANT}.sqlite")
        server.start()
        ids = [f"urn:ngsi-ld:{TYPE}:{n:06}" for n in range(METERS)]
        end = BEGIN + VALUES_EACH * MINUTE
        size = f"{METERS * VALUES_EACH:,} values: {METERS} entities, one a minute"
        day = [(_path(id, end - DAY, end, "options=temporalValues"), _a_day) for id in ids]
        await report(server, "context.history_10m.day", day, "20", f"last day of one attribute, 1,440 values; {size}")
        month = [(_path(id, end - 30 * DAY, end, _HOURLY), _a_month) for id in ids[:50]]
        await report(server, "context.history_10m.month_hourly", month, "100", f"hourly averages of 30 days; {size}")
        last = [(f"/ngsi-ld/v1/temporal/entities/{id}?attrs=reading&lastN=10", _ten) for id in ids]
        await report(server, "context.history_10m.last10", last, "", f"the last ten values; {size}")
    finally:
        server.kill()


_HOURLY = "options=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=PT1H"


def _path(id: str, since: Instant, until: Instant, how: str) -> str:
    times = f"timerel=between&timeAt={format_instant(since)}&endTimeAt={format_instant(until)}"
    return f"/ngsi-ld/v1/temporal/entities/{id}?attrs=reading&{times}&{how}"


def _a_day(answer: Any) -> bool:
    return len(answer["reading"]["values"]) == DAY // MINUTE


def _a_month(answer: Any) -> bool:
    """Minute n has the value n mod 1,000: the average of an hour follows from where it begins."""
    rows = answer["reading"]["avg"]
    first = (VALUES_EACH - 30 * DAY // MINUTE) % 1_000
    expected = statistics.fmean((first + n) % 1_000 for n in range(60))
    return len(rows) == 720 and abs(rows[0][0] - expected) < 1e-9


def _ten(answer: Any) -> bool:
    return len(answer["reading"]) == 10


def write_values(file: Path) -> None:
    """Rows of history as the store writes them, a million at a time, in the order of the key."""
    connection = apsw.Connection(str(file))
    connection.pragma("synchronous", 0)
    ((number,),) = connection.execute("SELECT id FROM name WHERE text = ?", (DEFAULT_CONTEXT + "reading",))
    entities = list(connection.execute("SELECT row, family FROM entity WHERE id LIKE ?", (f"%{TYPE}%",)))
    ((position, by),) = connection.execute("SELECT max(position), max(principal) FROM log")
    before, after = _around_the_moment()
    connection.execute("DELETE FROM history WHERE attribute = ?", (number,))
    for row, family in entities:
        with connection:
            connection.execute(
                "INSERT INTO history WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ?) "
                "SELECT ?, ?, 0, ? + n * ?, ?, ? + n * ?, ?, ?, n % 1000, CAST(? || (n % 1000) || ? || "
                "strftime('%Y-%m-%dT%H:%M:%SZ', (? + n * ?) / 1000000, 'unixepoch') || ? AS BLOB) FROM n",
                (VALUES_EACH - 1, row, number, BEGIN, MINUTE, position, BEGIN, MINUTE, by, family, *before,
                 BEGIN, MINUTE, after),
            )  # fmt: skip
    connection.close()


def _around_the_moment() -> tuple[tuple[str, str], str]:
    """An encoded instance, cut where its value and its moment stand."""
    made = Instance(PROPERTY, 7, observed_at="MOMENT", unit_code="CEL", created_at=BEGIN, modified_at=BEGIN)
    head, _, rest = encode_instance(made).decode().partition("7")
    middle, _, tail = rest.partition("MOMENT")
    return (head, middle), tail


# asking


async def report(server: ServerProcess, name: str, questions: Questions, goal: str, note: str) -> None:
    await answered(server, questions[:3])
    wall, cpu = await answered(server, questions)
    figure(f"{name}.ms", wall, "ms", f"goal {goal} ms" if goal else "", f"median of {len(questions)}; {note}")
    figure(f"{name}.cpu_ms", cpu / 1_000, "ms/request", "", note)


async def answered(server: ServerProcess, questions: Questions) -> tuple[float, float]:
    """Ask one after another: median milliseconds of an answer, and microseconds of CPU a request."""
    times: list[float] = []
    async with Wire(server.port) as wire:
        cpu = server.cpu_seconds()
        for path, holds in questions:
            began = time.perf_counter()
            answer = await wire.ask("GET", path, headers=HEADERS)
            times.append((time.perf_counter() - began) * 1_000)
            if answer.status != 200 or not holds(msgspec.json.decode(answer.body)):
                raise SystemExit(f"{path} was answered {answer.status}: {answer.body[:300]!r}")
        used = server.cpu_seconds() - cpu
    return statistics.median(times), used / len(questions) * 1e6


def _now() -> Instant:
    return BEGIN + 200 * DAY - HOUR


if __name__ == "__main__":
    asyncio.run(main())
