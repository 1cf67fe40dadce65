"""Reads by wrk while 100 writes a second change what is read; the server's CPU time a request."""

import asyncio
import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec
from server_process import ServerProcess
from wire import Wire

SCRIPT = Path(__file__).with_name("reads.lua")
WRITES_PER_SECOND = 100
CONNECTIONS = 32


class Run(msgspec.Struct):
    """One run of wrk."""

    cpu_us: float
    per_s: float
    found: float
    p99_us: float


class Reading(msgspec.Struct, frozen=True):
    """What is read: paths, how many entities each answer holds, by whom, and which entities change meanwhile."""

    paths: Sequence[str]
    least: int
    most: int
    token: str | None = None
    changing: Sequence[str] = ()
    writer: str | None = None


async def measure(server: ServerProcess, reading: Reading, folder: Path, *, runs: int = 3, seconds: int = 5) -> Run:
    """Warm up, then the median of the runs."""
    await one_run(server, reading, folder, 2)
    found = [await one_run(server, reading, folder, seconds) for _ in range(runs)]
    return median(found)


def median(runs: Sequence[Run]) -> Run:
    return sorted(runs, key=lambda run: run.cpu_us)[len(runs) // 2]


async def one_run(server: ServerProcess, reading: Reading, folder: Path, seconds: int) -> Run:
    """Raises `SystemExit` when an answer was wrong, or when the answers were mostly empty."""
    lines = folder / "paths"
    lines.write_text("\n".join(reading.paths) + "\n")
    writing = asyncio.create_task(_write(server.port, reading))
    before = server.cpu_seconds()
    try:
        said = await _wrk(server.port, lines, reading, seconds)
    finally:
        writing.cancel()
        written = (await asyncio.gather(writing, return_exceptions=True))[0]
    if not isinstance(written, asyncio.CancelledError):
        raise SystemExit(f"the writes in the background failed: {written!r}")
    cpu = server.cpu_seconds() - before
    requests = said["requests"]
    if said["bad"] or said["errors"] or requests < 100:
        raise SystemExit(f"wrong answers: {said}, asked {reading.paths[0]}")
    return Run(cpu / requests * 1e6, requests / said["seconds"], said["found"] / requests, said["p99_us"])


async def _wrk(port: int, lines: Path, reading: Reading, seconds: int) -> dict[str, float]:
    words = [str(lines), str(reading.least), str(reading.most), reading.token or "", str(random.randrange(10**6))]
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}", "--", *words,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    return json.loads(output.splitlines()[-1])


async def _write(port: int, reading: Reading) -> None:
    """100 writes a second to what is read; every one must be acknowledged."""
    if not reading.changing:
        await asyncio.Event().wait()
    async with Wire(port, token=reading.writer) as wire:
        while True:
            path = f"/ngsi-ld/v1/entities/{random.choice(reading.changing)}/attrs"
            value = {"level": {"type": "Property", "value": round(random.random(), 4)}}
            answer = await wire.ask("PATCH", path, value)
            if answer.status != 204:
                raise RuntimeError(f"a write was answered {answer.status}: {answer.body!r}")
            await asyncio.sleep(1 / WRITES_PER_SECOND)


async def first_touch(server: ServerProcess, paths: Sequence[str], token: str | None = None) -> float:
    """CPU microseconds a request when each path is asked for the first time."""
    order = list(paths)
    random.shuffle(order)
    before = server.cpu_seconds()

    async def ask_some(some: Sequence[str]) -> None:
        async with Wire(server.port, token=token) as wire:
            for path in some:
                answer = await wire.ask("GET", path)
                if answer.status != 200 or b"Bench" not in answer.body:
                    raise SystemExit(f"{path} was answered {answer.status}")

    await asyncio.gather(*(ask_some(order[n::8]) for n in range(8)))
    return (server.cpu_seconds() - before) / len(order) * 1e6


def spread(values: Sequence[float]) -> str:
    return f"{min(values):.0f}-{max(values):.0f}, median {statistics.median(values):.0f}"
