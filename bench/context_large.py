"""A large city on `pinisi broker`: 1,000,000 entities and, beside them, 10,000,000 values of the past.

Both tenants are filled before any server runs, by two programs at once (`load/large_tenants.py`), and serve all
figures: value queries, history, memory, start and recovery after `kill -9`. Questions go over HTTP, one connection, one
after the other; every answer is checked against what was written.
"""

# pyright: basic, reportMissingImports=false

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

from large_tenants import BEGIN, HISTORY, MANY, METERS, MILLION, TYPE, VALUES_EACH, meter_id, population
from server_process import ServerProcess
from wire import Wire
from write_ahead import bytes_waiting

from pinisi.vocabulary.instant import DAY, MINUTE, Instant, format_instant

FIGURES = (
    "context.idle_rss_mb",
    "context.query_value_1m.",
    "context.temporal_",
    "context.memory_mb_per_100k",
    "context.start_s",
    "context.recovery_s",
)
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
IDLE_S = 75
"""Past the first minute, after which the house looks after its history and gives back what that took."""
WRITES_BEFORE_THE_CUT = 2_000
FULL_LOG_BYTES = 60 << 20
"""The house brings the log in after 16,000 pages (62.5 MB)."""
Questions = Sequence[tuple[str, Callable[[Any], bool]]]


def wanted(*names: str) -> bool:
    return any(name.startswith(ONLY) or ONLY.startswith(name) for name in names)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        idle = broker(folder / "idle")
        idle.start()
        since = time.monotonic()
        try:
            large = await asyncio.to_thread(filled, folder) if wanted(*FIGURES[1:]) else None
            if large is not None:
                since = time.monotonic()
                idle.stop()
                idle.start()
            await asyncio.sleep(max(0.0, since + IDLE_S - time.monotonic()))
            alone = idle.resident_mb()
        finally:
            idle.kill()
        note = f"`pinisi broker` with nothing in it, resident after {IDLE_S} s idle"
        figure("context.idle_rss_mb", alone, "MB", "goal 80", note)
        if large is not None:
            await measure(large, alone)


def broker(data: Path) -> ServerProcess:
    """`pinisi broker`, without what only a developer's environment brings along (structlog takes up rich if it can)."""
    start = "import sys; sys.modules['rich'] = None; from pinisi.cli import main; sys.exit(main())"
    return ServerProcess(data, command=[sys.executable, "-c", start, "broker", "--data", str(data)])


def filled(folder: Path) -> Path:
    """A data folder with both tenants, each written by a program of its own."""
    data = folder / "large"
    begun = broker(data)
    begun.start()
    begun.stop()
    program = Path(__file__).parent / "load" / "large_tenants.py"
    started = time.perf_counter()
    writers = [
        subprocess.Popen([sys.executable, str(program), str(data), tenant], stdout=sys.stderr)
        for tenant in (MILLION, HISTORY)
    ]
    for writer in writers:
        if writer.wait() != 0:
            raise SystemExit("the data could not be written")
    print(f"written in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return data


async def measure(data: Path, alone: float) -> None:
    server = broker(data)
    try:
        await starts(server)
        await values(server, alone)
        await recovery(server, data)
        await histories(server)
    finally:
        server.kill()


# start and recovery


async def starts(server: ServerProcess) -> None:
    took: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        server.start()
        await asked_once(server, MILLION, f"urn:ngsi-ld:{TYPE}:{MANY - 1:06}")
        took.append(time.perf_counter() - began)
        server.stop()
    note = f"process start to the answer that holds one of {MANY:,} entities, median of 3"
    figure("context.start_s", statistics.median(took), "s", "", note)
    server.start()


async def asked_once(server: ServerProcess, tenant: str, id: str) -> Any:
    async with Wire(server.port) as wire:
        answer = await wire.ask("GET", f"/ngsi-ld/v1/entities/{id}", headers={"NGSILD-Tenant": tenant})
    if answer.status != 200:
        raise SystemExit(f"{id} was answered {answer.status}: {answer.body[:300]!r}")
    return answer.json()


async def recovery(server: ServerProcess, data: Path) -> None:
    """Cut off while it writes, once after some writes and once as its write-ahead log is about to be brought in."""
    chance, log = random.Random(5), data / "tenants" / f"{MILLION}.sqlite-wal"

    def full(_: int) -> bool:
        return bytes_waiting(log) > FULL_LOG_BYTES

    seconds, n, _ = await cut_off(server, log, chance, lambda n: n >= WRITES_BEFORE_THE_CUT)
    note = f"kill -9 after {n:,} writes among {MANY:,} entities, to the answer that holds the last one"
    figure("context.recovery_s", seconds, "s", "", note)
    seconds, n, waiting = await cut_off(server, log, chance, full)
    note = f"the same after {n:,} more writes, with {waiting / 2**20:.0f} MB of write-ahead log not in the file yet"
    figure("context.recovery_s.full_log", seconds, "s", "", note)


async def cut_off(
    server: ServerProcess, log: Path, chance: random.Random, enough: Callable[[int], bool]
) -> tuple[float, int, int]:
    """Write, kill, start; what was acknowledged last is asked for. Seconds of the start, writes, bytes of the log."""
    told: dict[str, float] = {}
    n = 0
    async with Wire(server.port) as wire:
        while n % 100 or not enough(n):
            id, level = f"urn:ngsi-ld:{TYPE}:{chance.randrange(MANY):06}", round(chance.random(), 6)
            body = {"level": {"type": "Property", "value": level}}
            path = f"/ngsi-ld/v1/entities/{id}/attrs"
            answer = await wire.ask("PATCH", path, body, headers={"NGSILD-Tenant": MILLION})
            if answer.status != 204:
                raise SystemExit(f"a write was answered {answer.status}: {answer.body[:300]!r}")
            told.pop(id, None)
            told[id] = level
            n += 1
        server.kill()
    waiting = bytes_waiting(log)
    began = time.perf_counter()
    server.start()
    found = [await asked_once(server, MILLION, next(reversed(told)))]
    seconds = time.perf_counter() - began
    found += [await asked_once(server, MILLION, id) for id in list(told)[-200:]]
    lost = [one["id"] for one in found if one["level"]["value"] != told[one["id"]]]
    if lost:
        raise SystemExit(f"acknowledged and lost: {lost[:5]}")
    return seconds, n, waiting


# a value among a million


async def values(server: ServerProcess, alone: float) -> None:
    counts = Counter(sensor.reading for sensor in population())
    started = server.resident_mb()
    await heat(server, counts)
    asked = random.Random(3).sample(sorted(counts), 2_000)
    questions = [(_value_path(value), _found(min(100, counts[value]))) for value in asked]
    note = f"q=reading==N of one type, about 200 of {MANY:,} fit, limit 100; one connection"
    _, cpu = await answered(server, MILLION, questions[:300])
    figure("context.query_value_1m.cold.cpu_us", cpu, "us/request", "", f"{note}; each value for the first time")
    wall, cpu = await answered(server, MILLION, questions[:200] * 3)
    figure("context.query_value_1m.cpu_us", cpu, "us/request", "", f"{note}; 200 values again and again")
    figure("context.query_value_1m.p50_ms", wall, "ms", "", f"{note}; 200 values again and again")
    await answered(server, MILLION, questions)
    used = server.resident_mb()
    before = (started - alone) / (MANY / 1e5)
    note = f"{MANY:,} entities: resident beyond an idle broker, after 2,000 value queries; {before:.1f} before them"
    figure("context.memory_mb_per_100k", (used - alone) / (MANY / 1e5), "MB", "", note)


async def heat(server: ServerProcess, counts: Counter[int]) -> None:
    """Ask until the attribute has its index: then an answer comes within 50 ms."""
    async with Wire(server.port) as wire:
        for _ in range(600):
            began = time.perf_counter()
            answer = await wire.ask("GET", _value_path(min(counts)), headers={"NGSILD-Tenant": MILLION})
            if answer.status == 200 and time.perf_counter() - began < 0.05:
                return
            await asyncio.sleep(0.5)
    raise SystemExit("the attribute did not become hot within ten minutes")


def _value_path(value: int) -> str:
    return f"/ngsi-ld/v1/entities?type={TYPE}&limit=100&q=reading=={value}"


def _found(count: int) -> Callable[[Any], bool]:
    return lambda answer: len(answer) == count


# ten million values of the past


async def histories(server: ServerProcess, group: str = "context") -> None:
    """Of a tenant with one value a minute for each meter; `group`: how the names of the figures begin."""
    ids = [meter_id(number) for number in range(METERS)]
    end = BEGIN + VALUES_EACH * MINUTE
    size = f"{METERS * VALUES_EACH:,} values: {METERS} entities, one a minute"
    day = [(_path(id, end - DAY, end, "options=temporalValues"), _a_day) for id in ids]
    await report(server, f"{group}.temporal_day", day, "20", f"last day of one attribute, 1,440 values; {size}")
    month = [(_path(id, end - 30 * DAY, end, _HOURLY), _a_month) for id in ids[:50]]
    await report(server, f"{group}.temporal_month_hourly", month, "100", f"hourly averages of 30 days; {size}")
    last = [(f"/ngsi-ld/v1/temporal/entities/{id}?attrs=reading&lastN=10", _ten) for id in ids]
    await report(server, f"{group}.temporal_last10", last, "", f"the last ten values; {size}")


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


# asking


async def report(server: ServerProcess, name: str, questions: Questions, goal: str, note: str) -> None:
    await answered(server, HISTORY, questions[:3])
    wall, cpu = await answered(server, HISTORY, questions)
    figure(f"{name}.ms", wall, "ms", f"goal {goal} ms" if goal else "", f"median of {len(questions)}; {note}")
    figure(f"{name}.cpu_ms", cpu / 1_000, "ms/request", "", note)


async def answered(server: ServerProcess, tenant: str, questions: Questions) -> tuple[float, float]:
    """Ask one after another: median milliseconds of an answer, and microseconds of CPU a request."""
    times: list[float] = []
    headers = {"NGSILD-Tenant": tenant}
    async with Wire(server.port) as wire:
        cpu = server.cpu_seconds()
        for path, holds in questions:
            began = time.perf_counter()
            answer = await wire.ask("GET", path, headers=headers)
            times.append((time.perf_counter() - began) * 1_000)
            if answer.status != 200 or not holds(msgspec.json.decode(answer.body)):
                raise SystemExit(f"{path} was answered {answer.status}: {answer.body[:300]!r}")
        used = server.cpu_seconds() - cpu
    return statistics.median(times), used / len(questions) * 1e6


if __name__ == "__main__":
    asyncio.run(main())
