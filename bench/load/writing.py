"""Writes by many clients at once; each waits for its acknowledgement before the next. CPU time of the server."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
from server_process import ServerProcess
from wire import JSON, Wire


class Request(NamedTuple):
    method: str
    path: str
    body: bytes
    status: int


class Written(msgspec.Struct):
    cpu_us: float
    per_s: float
    requests: int


async def write(server: ServerProcess, requests: Iterator[Request], *, clients: int) -> Written:
    """Send all requests; raises `SystemExit` when one is not answered as it must be."""
    count = 0

    async def client() -> None:
        nonlocal count
        async with Wire(server.port) as wire:
            for request in requests:
                answer = await wire.ask(request.method, request.path, request.body, media=JSON)
                if answer.status != request.status:
                    raise SystemExit(f"{request.path} was answered {answer.status}: {answer.body[:300]!r}")
                count += 1

    before, began = server.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - began
    return Written((server.cpu_seconds() - before) / count * 1e6, count / seconds, count)


async def median_of(
    runs: int, once: Callable[[int], Iterator[Request]], server: ServerProcess, clients: int
) -> Written:
    """The run with the median CPU time, after one that warms up."""
    found = [await write(server, once(number), clients=clients) for number in range(runs + 1)][1:]
    return sorted(found, key=lambda run: run.cpu_us)[runs // 2]
