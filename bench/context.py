"""Speed of the context over HTTP: CPU time of the server process a request, on the city of Makassar.

Reads: wrk draws questions at random while 100 writes a second change the queried type; once by a reader of everything,
once by one limited to two kecamatan. Writes: answered after the sync to disk. Every answer is checked.

Beside it runs the bare server with the same bytes (`context.ceiling.`). No other broker can be run in the same run
without Docker: Debian has none; npm and PyPI have clients and agents only (looked for ngsi, fiware, context broker);
coraine is on GitHub, the libraries that it links are not; Orion-LD, Scorpio, Stellio and Antares need MongoDB, Maven or
images; Cassiopeia's tables, as it publishes them, do not fit its code (`ent_temporal` is asked for and never written,
`latest_attributes` is missing), so that it answers every creation with 409. Orion 4.7 and others stand as references,
measured elsewhere.
"""

import asyncio
import os
import random
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

import population as people_of
from population import MAKASSAR, WIDE, Sensor, batches, entity, near_questions, pages, sensors, value_questions
from reading import Reading, Run, first_touch, measure, median, one_run
from server_process import ServerProcess
from wire import Wire, ask
from writing import Request, Written, median_of

from pinisi.commands.people import AT_THE_MACHINE, now, with_people
from pinisi.people.account_register import NewAccount
from pinisi.people.accounts import Assignment
from pinisi.people.register import People
from pinisi.people.token_register import TokenWish
from pinisi.settings import Settings
from pinisi.vocabulary.principal import Grant

FIGURES = (
    "context.retrieve.",
    "context.query_",
    "context.ceiling.",
    "context.create.",
    "context.patch_",
    "context.batch_",
)
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
TWO_KECAMATAN = ("73.71.10", "73.71.13")
UPSERT = "/ngsi-ld/v1/entityOperations/upsert"
ORION = "Orion 4.7 (another machine of the class)"


def wanted(*names: str) -> bool:
    return any(name.startswith(ONLY) or ONLY.startswith(name) for name in names)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        if wanted("context.retrieve.", "context.query_limit20.", "context.ceiling."):
            await read_ten_thousand(Path(folder) / "ten")
        if wanted("context.query_value_100k."):
            await query_values(Path(folder) / "value")
        if wanted("context.query_near."):
            await query_near(Path(folder) / "near")
        if wanted("context.create.", "context.patch_durable.", "context.batch_upsert."):
            await write_durably(Path(folder) / "write")


class City:
    """A server with Makassar and a population, and its tokens."""

    def __init__(self, folder: Path, population: list[Sensor]) -> None:
        folder.mkdir()
        self.folder = folder
        self.population = population
        self.server = ServerProcess(folder / "data")
        self.all: str | None = None
        self.limited: str | None = None

    async def load(self) -> None:
        await asyncio.to_thread(self.server.start)
        async with Wire(self.server.port) as wire:
            for batch in batches(self.population):
                answer = await wire.ask("POST", UPSERT, batch)
                if answer.status != 201:
                    raise SystemExit(f"loading was answered {answer.status}: {answer.body[:300]!r}")

    async def restart(self) -> None:
        self.server.stop()
        await asyncio.to_thread(self.server.start)

    async def restart_with_tokens(self) -> None:
        """From here on there are accounts: one token sees and writes everything, one sees two kecamatan."""
        self.server.stop()
        self.all, self.limited = await asyncio.to_thread(make_tokens, self.folder / "data")
        await asyncio.to_thread(self.server.start)

    async def read(self, paths: list[str], least: int, most: int, *, limited: bool = False) -> Run:
        reading = Reading(
            paths, least, most, token=self.limited if limited else self.all, writer=self.all,
            changing=[sensor.id for sensor in self.population],
        )  # fmt: skip
        return await measure(self.server, reading, self.folder)

    async def seen(self) -> list[Sensor]:
        """The sensors that lie in the two kecamatan, as the server says."""
        found: list[str] = []
        async with Wire(self.server.port, token=self.limited) as wire:
            type = self.population[0].id.split(":")[2]
            while True:
                path = (
                    f"{people_of.ENTITIES}?type={type}&limit=1000&offset={len(found)}&options=keyValues&attrs=reading"
                )
                page = (await wire.ask("GET", path)).json()
                found += [one["id"] for one in page]
                if len(page) < 1000:
                    break
        visible = set(found)
        return [sensor for sensor in self.population if sensor.id in visible]


def make_tokens(data: Path, *more: str) -> tuple[str, str]:
    """An administrator with two tokens: one as wide as he is, one that reads two kecamatan; `more` permissions."""
    texts: list[str] = []
    wide = TokenWish(label="all", permissions=frozenset({"context.read", "context.write", *more}))
    limits = (Grant(areas=frozenset(TWO_KECAMATAN)),)
    narrow = TokenWish(label="limited", permissions=frozenset({"context.read", *more}), limits=limits)

    async def make(people: People) -> None:
        administrator = Assignment(role="administrator")
        account = NewAccount(account="bench", name=None, password=secrets.token_hex(16), assignments=(administrator,))
        await people.accounts.create(account, AT_THE_MACHINE, now())
        for wish in (wide, narrow):
            texts.append((await people.tokens.make("bench", wish, AT_THE_MACHINE, now())).text)

    with_people(Settings(data=data), make)
    return texts[0], texts[1]


def told(name: str, run: Run, goal: str, note: str) -> None:
    figure(f"{name}.cpu_us", run.cpu_us, "us/request", goal, f"{note}; {run.found:.1f} entities an answer")
    figure(
        f"{name}.per_s",
        run.per_s,
        "requests/s",
        "",
        f"wall, wrk -t1 -c32 on the same cores; p99 {run.p99_us / 1e3:.1f} ms",
    )


async def read_ten_thousand(folder: Path) -> None:
    city = City(folder, sensors("BenchSensor", 10_000, MAKASSAR))
    retrievals, twenty = people_of.retrievals(city.population), pages("BenchSensor", 10_000)
    note = "10,000 sensors of five attributes and a location beside Makassar's registers; 100 writes/s to them"
    try:
        await city.load()
        retrieve, ceiling = await beside_ceiling(city, retrievals)
        told("context.retrieve", retrieve, f"goal 50; {ORION} 270", note)
        told("context.ceiling", ceiling, "", "uvicorn with the same bytes from memory, turn about with retrieve")
        share = ceiling.cpu_us / retrieve.cpu_us
        figure("context.retrieve.share_of_ceiling", share, "ratio", "", "the bare server's CPU time over ours")
        told("context.query_limit20", await city.read(twenty, 20, 20), "goal 83", f"{note}; any offset")
        await city.restart()
        cold = await first_touch(city.server, retrievals)
        figure("context.retrieve.cold.cpu_us", cold, "us/request", "", "each entity once after a restart")
        await city.restart_with_tokens()
        seen = await city.seen()
        limit = f"token limited to two kecamatan, {len(seen)} of 10,000 visible"
        retrieve = await city.read(people_of.retrievals(seen), 1, 1, limited=True)
        told("context.retrieve.limited", retrieve, "", limit)
        few = pages("BenchSensor", len(seen))
        told("context.query_limit20.limited", await city.read(few, 20, 20, limited=True), "", limit)
    finally:
        city.server.kill()


async def beside_ceiling(city: City, paths: list[str]) -> tuple[Run, Run]:
    """Retrieve and the ceiling turn about, A B A B; the same bytes, the same client."""
    body = city.folder / "body"
    body.write_bytes((await ask(city.server.port, "GET", paths[0])).body)
    command = [sys.executable, str(Path(__file__).parent / "load" / "ceiling.py"), str(body)]
    bare = ServerProcess(city.folder / "ceiling", command=command)
    await asyncio.to_thread(bare.start)
    ours = Reading(paths, 1, 1, changing=[sensor.id for sensor in city.population])
    same = Reading(paths, 1, 1)
    try:
        await one_run(city.server, ours, city.folder, 2)
        await one_run(bare, same, city.folder, 2)
        runs = [
            (await one_run(city.server, ours, city.folder, 5), await one_run(bare, same, city.folder, 5))
            for _ in range(3)
        ]
    finally:
        bare.kill()
    return median([a for a, _ in runs]), median([b for _, b in runs])


async def query_values(folder: Path) -> None:
    city = City(folder, sensors("BenchValue", 100_000, MAKASSAR))
    questions = value_questions("BenchValue")
    counts = people_of.expected_values(city.population)
    note = "q=reading==N; about 20 of 100,000; 100 writes/s to the type"
    try:
        await city.load()
        await check_values(city, counts, None)
        run = await city.read(questions, min(counts.values()), max(counts.values()))
        told("context.query_value_100k", run, "goal 200; Stellio 33,000 (8 vCPU, wall)", note)
        await city.restart()
        cold = await first_touch(city.server, questions)
        figure("context.query_value_100k.cold.cpu_us", cold, "us/request", "", "each value once after a restart")
        await city.restart_with_tokens()
        seen = await city.seen()
        counts = people_of.expected_values(seen)
        asked = [question for value, question in enumerate(questions) if counts[value]]
        await check_values(city, counts, city.limited)
        run = await city.read(asked, 1, max(counts.values()), limited=True)
        limit = f"token limited to two kecamatan, {len(seen)} of 100,000 visible"
        told("context.query_value_100k.limited", run, "", limit)
    finally:
        city.server.kill()


async def check_values(city: City, counts: "dict[int, int]", token: str | None) -> None:
    """Ask until the attribute is hot, and compare each answer with what was written."""
    async with Wire(city.server.port, token=token) as wire:
        for value in random.sample(sorted(counts), 150):
            answer = await wire.ask("GET", value_questions("BenchValue")[value])
            if len(answer.json()) != counts[value]:
                raise SystemExit(f"reading {value}: {len(answer.json())} found, {counts[value]} written")
            await asyncio.sleep(0.02)


async def query_near(folder: Path) -> None:
    city = City(folder, sensors("BenchNear", 100_000, WIDE))
    chance = random.Random(7)
    inside = (WIDE[0] + 0.02, WIDE[1] + 0.02, WIDE[2] - 0.02, WIDE[3] - 0.02)
    points = [(sensor.lon, sensor.lat) for sensor in chance.sample(city.population, 5_000) if _within(sensor, inside)]
    note = "near;maxDistance==1000 around a sensor; 100,000 in store, 100 writes/s to the type"
    try:
        await city.load()
        told("context.query_near", await city.read(near_questions("BenchNear", points), 1, 100), "", note)
        await city.restart()
        cold = await first_touch(city.server, near_questions("BenchNear", points))
        figure("context.query_near.cold.cpu_us", cold, "us/request", "", "each place once after a restart")
        await city.restart_with_tokens()
        seen = await city.seen()
        points = [(sensor.lon, sensor.lat) for sensor in seen]
        run = await city.read(near_questions("BenchNear", points), 1, 100, limited=True)
        told("context.query_near.limited", run, "", f"token limited to two kecamatan, {len(seen)} of 100,000 visible")
    finally:
        city.server.kill()


def _within(sensor: Sensor, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return west < sensor.lon < east and south < sensor.lat < north


async def write_durably(folder: Path) -> None:
    city = City(folder, sensors("BenchSensor", 10_000, MAKASSAR))
    try:
        await city.load()
        if wanted("context.create."):
            report("context.create", await median_of(3, _creations, city.server, 50), f"{ORION} 580")
        if wanted("context.patch_durable."):
            written = await median_of(3, lambda number: _patches(city.population), city.server, 50)
            report("context.patch_durable", written, f"goal 100; {ORION} 660")
        if wanted("context.batch_upsert."):
            run = await median_of(3, _upserts, city.server, 1)
            note = "1,000 a request, 20 requests, one client, answered after fsync; five attributes and a location"
            reference = f"goal 50; {ORION} 280"
            figure("context.batch_upsert.cpu_us_per_entity", run.cpu_us / 1_000, "us/entity", reference, note)
            figure("context.batch_upsert.entities_per_s", run.per_s * 1_000, "entities/s", "", "wall")
    finally:
        city.server.kill()


def report(name: str, run: Written, reference: str) -> None:
    note = "50 clients, answered after fsync (group commit), 10,000 sensors in store beside Makassar"
    figure(f"{name}.cpu_us", run.cpu_us, "us/request", reference, f"{note}; {run.requests} requests a run")
    figure(f"{name}.per_s", run.per_s, "requests/s", "", "wall, client on the same cores")


def _creations(number: int) -> Iterator[Request]:
    for sensor in sensors(f"BenchNew{number}", 4_000, MAKASSAR, seed=number + 2):
        yield Request("POST", people_of.ENTITIES, msgspec.json.encode(entity(sensor)), 201)


def _patches(population: list[Sensor]) -> Iterator[Request]:
    """So many that each run pays for one whole move of recent history (`pinisi.store.recent.KEPT`)."""
    for _ in range(16_384):
        value = {"level": {"type": "Property", "value": round(random.random(), 4), "unitCode": "MTR"}}
        path = f"{people_of.ENTITIES}/{random.choice(population).id}/attrs"
        yield Request("PATCH", path, msgspec.json.encode(value), 204)


def _upserts(number: int) -> Iterator[Request]:
    for batch in batches(sensors(f"BenchBatch{number}", 20_000, MAKASSAR, seed=number + 9)):
        yield Request("POST", UPSERT, batch, 201)


if __name__ == "__main__":
    asyncio.run(main())
