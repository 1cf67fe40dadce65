"""Writes and reads spread over the processes of a cluster, as a balancer in front of them would."""

import asyncio
import itertools
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cluster_world import Member, World
from population import ENTITIES, Sensor
from reading import SCRIPT
from wire import Wire


class Load(msgspec.Struct):
    """What was answered, and how soon."""

    per_s: float
    p99_ms: float
    cpu_us: float
    requests: int


async def write(world: World, population: Sequence[Sensor], *, clients: int, seconds: float) -> Load:
    """PATCH of one attribute, each client of entities of its own, one after the other; answered when it is on disk."""
    took: list[float] = []
    ends = time.perf_counter() + seconds

    async def client(number: int, member: Member) -> None:
        mine = itertools.cycle(population[number::clients])
        async with Wire(member.port) as wire:
            for n in itertools.count():
                began = time.perf_counter()
                if began > ends:
                    return
                body = b'{"level":{"type":"Property","value":%d}}' % n
                answer = await wire.ask("PATCH", f"{ENTITIES}/{next(mine).id}/attrs", body)
                if answer.status != 204:
                    raise SystemExit(f"a write was answered {answer.status}: {answer.body[:300]!r}")
                took.append(time.perf_counter() - began)

    before, began = world.cpu_seconds(), time.perf_counter()
    members = itertools.cycle(world.members)
    await asyncio.gather(*(client(number, next(members)) for number in range(clients)))
    passed = time.perf_counter() - began
    return Load(len(took) / passed, _p99(took) * 1e3, (world.cpu_seconds() - before) / len(took) * 1e6, len(took))


async def read(world: World, population: Sequence[Sensor], *, clients: int, seconds: int) -> Load:
    """GET of one entity by its id, drawn at random, by wrk: one for each process."""
    lines = world.folder / "paths"
    lines.write_text("".join(f"{ENTITIES}/{sensor.id}\n" for sensor in population))
    before = world.cpu_seconds()
    each = max(1, clients // len(world.members))
    said = await asyncio.gather(*(_wrk(member.port, lines, each, seconds) for member in world.members))
    requests = int(sum(one["requests"] for one in said))
    if any(one["bad"] or one["errors"] for one in said) or requests < 100:
        raise SystemExit(f"wrong answers: {said}")
    cpu = (world.cpu_seconds() - before) / requests * 1e6
    per_s = sum(one["requests"] / one["seconds"] for one in said)
    return Load(per_s, max(one["p99_us"] for one in said) / 1e3, cpu, requests)


async def _wrk(port: int, lines: Path, connections: int, seconds: int) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}",
        "--", str(lines), "1", "1", "", str(port), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    return json.loads(output.splitlines()[-1])


def _p99(took: Sequence[float]) -> float:
    return sorted(took)[math.ceil(len(took) * 0.99) - 1]
