"""Any moment of the past, shown: a layer of 20,000 sensors at random moments among 10 million values of their past.

The data folder is made here: the sensors go in over HTTP, their history straight into the tenant's file, in the form in
which the store writes it. One value in ten came a day late. What never changes (a name, a place, a district) has no
rows of history: only its state tells of it (`store.untold`), as in any city whose sensors came in a batch. Before that
past is made, the same sensors are asked for as they were born: of a moment since then, and of moments before it. Of
every answer a sample is compared with what a naive reading says of what was written.
"""

import asyncio
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import msgspec

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

from population import MAKASSAR, Sensor, sensors
from server_process import ROOT, ServerProcess
from wire import Wire

from context import UPSERT, make_tokens
from pinisi.commands.people import now
from pinisi.store.recent import COLUMNS
from pinisi.vocabulary.entity import Instance, encode_instance
from pinisi.vocabulary.instant import DAY, SECOND, Instant, format_instant

FIGURES = ("time.query.",)
SENSORS = int(os.environ.get("BENCH_SENSORS", "20000"))
VALUES = 100
"""Of each of the five attributes that change: 500 a sensor, 10 million in all."""
CHANGING = ("reading", "level", "status", "flow", "charge")
UPDATE = "/ngsi-ld/v1/entityOperations/update"
SHOWN = ("reading", "level", "status")
DAYS = 30
STEP = DAYS * DAY // VALUES
RUNS = 15
SAMPLE = 300
LAYER = """
[[layers]]
id = "bench"
title = { id = "Sensor", en = "Sensors", ja = "センサー" }
type = "BenchSensor"
shape = "circle"
hue = 1
columns = [
  { key = "reading", label = { id = "a", en = "a", ja = "a" } },
  { key = "level", label = { id = "b", en = "b", ja = "b" } },
  { key = "status", label = { id = "c", en = "c", ja = "c" } },
]
"""


class Made(msgspec.Struct, frozen=True):
    """One value of the made history: when it was true, when it was known, what it said."""

    observed: Instant
    received: Instant
    value: float | str


Truth = Callable[[str, Instant], list[float | str | None]]
"""What an entity ought to be shown with at a moment."""


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measure(Path(folder))


async def measure(folder: Path) -> None:
    city = city_with_sensors(folder)
    server = ServerProcess(folder / "data", city=city)
    population = sensors("BenchSensor", SENSORS, MAKASSAR)
    begin = (time.time_ns() // 1000 - (DAYS + 2) * DAY) // SECOND * SECOND
    await asyncio.to_thread(server.start)
    try:
        before = now() // SECOND * SECOND
        await load(server, population, UPSERT, before - DAY)
        server.stop()
        whole, limited = await asyncio.to_thread(make_tokens, folder / "data", "console.read")
        await asyncio.to_thread(server.start)
        await ask_as_born(server, population, before, whole)
        await load(server, population, UPDATE, before - DAY, whole)
        server.stop()
        rows = await asyncio.to_thread(write_history, folder / "data" / "tenants" / "makassar.sqlite", begin)
        await asyncio.to_thread(server.start)
        size = (folder / "data" / "tenants" / "makassar.sqlite").stat().st_size / 1e9
        about = f"{rows:,} values in {size:.1f} GB, file in the system's cache; the layer over HTTP with all its JSON"
        for name, token in (("", whole), (".two_kecamatan", limited)):
            for known in ("then", "now"):
                truth = partial(naive_values, begin, known)
                moments = Moments(begin, begin + DAYS * DAY, known)
                await ask_moments(server, moments, f"time.query{name}.{known}", token, about, truth)
    finally:
        server.stop()


def city_with_sensors(folder: Path) -> Path:
    """Makassar with one more layer."""
    city = folder / "makassar"
    shutil.copytree(ROOT / "cities" / "makassar", city)
    with (city / "city.toml").open("a") as file:
        file.write(LAYER)
    return city


async def load(
    server: ServerProcess, population: list[Sensor], path: str, observed: Instant, token: str | None = None
) -> None:
    """Tell of all sensors, in batches; of an update only what changes."""
    context = f"http://127.0.0.1:{server.port}/pinisi/v1/context.jsonld"
    link = {"Link": f'<{context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'}
    async with Wire(server.port, token=token) as wire:
        for start in range(0, len(population), 1_000):
            some = population[start : start + 1_000]
            batch = [(first_state if path == UPSERT else changed)(sensor, observed) for sensor in some]
            answer = await wire.ask("POST", path, msgspec.json.encode(batch), headers=link)
            if answer.status not in (201, 204):
                raise SystemExit(f"{path} was answered {answer.status}: {answer.body[:300]!r}")


def changed(sensor: Sensor, observed: Instant) -> dict[str, Any]:
    """What a sensor tells of itself again and again."""
    at = {"observedAt": format_instant(observed)}
    values = {"reading": sensor.reading, "level": 0.5, "status": "operating", "flow": 1, "charge": 99}
    told = {name: {"type": "Property", "value": value, **at} for name, value in values.items()}
    return {"id": sensor.id, "type": "BenchSensor", **told}


def first_state(sensor: Sensor, observed: Instant) -> dict[str, Any]:
    """A sensor as it is told of first."""
    return {
        **changed(sensor, observed),
        "name": {"type": "Property", "value": f"Sensor {sensor.id[-6:]}"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [sensor.lon, sensor.lat]}},
        "refDistrict": {"type": "Relationship", "object": "urn:ngsi-ld:District:1"},
    }


async def ask_as_born(server: ServerProcess, population: list[Sensor], before: Instant, token: str) -> None:
    """Of sensors that never changed: moments since they came, and moments before, as known now."""
    values: Mapping[str, list[float | str | None]] = {
        sensor.id: [sensor.reading, 0.5, "operating"] for sensor in population
    }
    about = "entities as a batch made them, none has changed since; the layer over HTTP with all its JSON"

    def truth(id: str, at: Instant) -> list[float | str | None]:
        return values[id]

    since = now()
    await asyncio.sleep(0.1)
    for name, moments in (
        ("as_born.then", Moments(since, now(), "then")),
        ("as_born.now", Moments(since, now(), "now")),
        ("before_birth.now", Moments(before - DAY + SECOND, before - SECOND, "now")),
    ):
        await ask_moments(server, moments, f"time.query.{name}", token, about, truth)


def write_history(path: Path, begin: Instant) -> int:
    """The past of the sensors, in the order of the table's key; answers how many rows it has.

    They were born at the beginning of it: their states say so.
    """
    connection = apsw.Connection(str(path))
    connection.pragma("synchronous", 0)
    connection.pragma("cache_size", -200_000)
    find = "SELECT row, id, abs(family), body FROM entity WHERE id LIKE 'urn:ngsi-ld:BenchSensor:%' ORDER BY row"
    found = connection.execute(find).fetchall()
    names: dict[str, int] = dict(connection.execute("SELECT text, id FROM name").fetchall())
    numbers = {text.rpartition("/")[2].rpartition(":")[2]: number for text, number in names.items()}
    low, high = found[0][0], found[-1][0]
    sent = connection.execute
    with connection:
        sent(f"INSERT OR REPLACE INTO history SELECT {COLUMNS} FROM recent; DELETE FROM recent")
        sent("DELETE FROM history WHERE entity BETWEEN ? AND ?", (low, high))
        born = [(_TIMES.sub(rb'"\1_at":%d' % begin, body), row) for row, _, _, body in found]
        connection.executemany("UPDATE entity SET body = ? WHERE row = ?", born)
        insert = "INSERT INTO history VALUES (?, ?, 0, ?, ?, ?, 1, ?, ?, ?)"
        connection.executemany(insert, rows_of(found, numbers, begin))
    connection.pragma("wal_checkpoint", "TRUNCATE")
    ((count,),) = sent("SELECT count(*) FROM history").fetchall()
    connection.close()
    return count


_TIMES = re.compile(rb'"(created|modified)_at":\d+')


def rows_of(
    found: list[tuple[int, str, int, bytes]], numbers: dict[str, int], begin: Instant
) -> Iterator[tuple[Any, ...]]:
    for row, id, family, _ in found:
        for name in sorted(CHANGING, key=lambda name: numbers[name]):
            for made in history_of(id, name, begin):
                position = 1_000_000 + (made.received - begin) // SECOND
                number = made.value if isinstance(made.value, float) else None
                body = encode_instance(_instance(made))
                yield row, numbers[name], made.observed, position, made.received, family, number, body


_PROVENANCE = {
    "urn:pinisi:term:provider": [Instance("Relationship", "urn:ngsi-ld:DataSource:bench")],
    "urn:pinisi:term:method": [Instance("Property", "measured")],
}


def _instance(made: Made) -> Instance:
    at = format_instant(made.observed)
    return Instance(
        "Property", made.value, observed_at=at, unit_code="MTR", modified_at=made.received, attributes=_PROVENANCE
    )


def history_of(id: str, name: str, begin: Instant) -> list[Made]:
    """What was made of one attribute, oldest first; the same each time it is asked."""
    chance = random.Random(f"{id} {name}")
    found: list[Made] = []
    for k in range(VALUES):
        observed = begin + int((k + chance.random()) * STEP) // SECOND * SECOND
        late = chance.random() < 0.1
        value: float | str = f"state {chance.randrange(9)}" if name == "status" else round(chance.random() * 50, 2)
        found.append(Made(observed, observed + (DAY if late else 2 * SECOND), value))
    return found


def naive(id: str, name: str, begin: Instant, at: Instant, known: str) -> float | str | None:
    held = [m for m in history_of(id, name, begin) if m.observed <= at and (known == "now" or m.received <= at)]
    return max(held, key=lambda made: (made.observed, made.received)).value if held else None


def naive_values(begin: Instant, known: str, id: str, at: Instant) -> list[float | str | None]:
    return [naive(id, name, begin, at, known) for name in SHOWN]


class Moments(msgspec.Struct, frozen=True):
    """What is asked: of a time, as it was known then or is known now."""

    since: Instant
    until: Instant
    known: str


async def ask_moments(server: ServerProcess, moments: Moments, name: str, token: str, about: str, truth: Truth) -> None:
    """Random moments; the median of the runs, after two to warm up."""
    walls: list[float] = []
    cpus: list[float] = []
    found = 0
    async with Wire(server.port, token=token) as wire:
        for run in range(RUNS + 2):
            at = random.randrange(moments.since, moments.until)
            path = f"/pinisi/v1/layers/bench?at={quote(format_instant(at))}&known={moments.known}"
            before, began = server.cpu_seconds(), time.perf_counter()
            answer = await wire.ask("GET", path)
            wall, cpu = time.perf_counter() - began, server.cpu_seconds() - before
            if answer.status != 200:
                raise SystemExit(f"{path} was answered {answer.status}: {answer.body[:300]!r}")
            found = check(answer.json()["rows"], at, truth)
            if run > 1:
                walls.append(wall)
                cpus.append(cpu)
    shown = f"{found:,} of {SENSORS:,} sensors shown; {about}; median of {RUNS}, at most {max(walls):.2f} s"
    figure(f"{name}.seconds", statistics.median(walls), "s", "goal: under 1 s", shown)
    figure(f"{name}.cpu_seconds", statistics.median(cpus), "s", "", "CPU time of the server process a moment")


def check(rows: list[list[Any]], at: Instant, truth: Truth) -> int:
    """Compare a sample with what it ought to be; answers how many rows there were."""
    for id, _, _, lon, lat, *values, _, _ in random.sample(rows, min(SAMPLE, len(rows))):
        expected = truth(id, at)
        if values != expected or lon is None or lat is None:
            raise SystemExit(f"{id} at {format_instant(at)}: {values}, but {expected} was made")
    if not rows:
        raise SystemExit("no sensor was shown: a wrong or empty answer looks fast")
    return len(rows)


if __name__ == "__main__":
    asyncio.run(main())
