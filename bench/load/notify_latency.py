"""How soon a change is told: from the beginning of the PATCH to the receipt of the notification, by one clock."""

import asyncio
import time
from pathlib import Path

import msgspec
from notify_flood import Receivers, cpu_seconds
from server_process import ServerProcess
from wire import Wire

ENTITIES, CLIENTS = 1_000, 32
TICK_SECONDS = 0.001
WARM_UP = 1_000
PATIENCE_SECONDS = 60.0


class Latency(msgspec.Struct, kw_only=True):
    changes: int
    rate: float
    p50: float
    p99: float
    server_cores: float
    receiver_cores: float


async def measure_latency(server: ServerProcess, rate: int, seconds: float) -> Latency:
    """One subscription hears of all; raises `SystemExit` when a change is not told."""
    receivers = Receivers(Path(server.command[-1]).parent, processes=((1, 0, 0),))
    await asyncio.to_thread(receivers.start)
    try:
        await asyncio.to_thread(server.start)
        await _populate(server.port, receivers.ports[0])
        return await _measure(server, receivers, rate, seconds)
    finally:
        server.kill()
        receivers.stop()


async def _populate(port: int, receiver: int) -> None:
    async with Wire(port) as wire:
        entities = [
            {"id": f"urn:ngsi-ld:Meter:{number}", "type": "Meter", "n": {"type": "Property", "value": 0}}
            for number in range(ENTITIES)
        ]
        answer = await wire.ask("POST", "/ngsi-ld/v1/entityOperations/upsert", entities)
        if answer.status != 201:
            raise SystemExit(f"loading was answered {answer.status}: {answer.body[:300]!r}")
        subscription = {
            "type": "Subscription",
            "entities": [{"type": "Meter"}],
            "watchedAttributes": ["n"],
            "notification": {"endpoint": {"uri": f"http://127.0.0.1:{receiver}/1"}},
        }
        answer = await wire.ask("POST", "/ngsi-ld/v1/subscriptions", subscription)
        if answer.status != 201:
            raise SystemExit(f"the subscription was answered {answer.status}: {answer.body!r}")


async def _measure(server: ServerProcess, receivers: Receivers, rate: int, seconds: float) -> Latency:
    begun: dict[int, int] = {}
    queues: list[asyncio.Queue[int]] = [asyncio.Queue() for _ in range(CLIENTS)]

    async def client(queue: asyncio.Queue[int]) -> None:
        async with Wire(server.port) as wire:
            while serial := await queue.get():
                body = b'{"n":{"type":"Property","value":%d}}' % serial
                begun[serial] = time.time_ns() // 1000
                answer = await wire.ask(
                    "PATCH", f"/ngsi-ld/v1/entities/urn:ngsi-ld:Meter:{serial % ENTITIES}/attrs", body
                )
                if answer.status != 204:
                    raise SystemExit(f"a change was answered {answer.status}: {answer.body[:300]!r}")

    clients = [asyncio.create_task(client(queue)) for queue in queues]
    cpu = server.cpu_seconds(), sum(cpu_seconds(process.pid) for process in receivers.processes)
    began, told, total = time.perf_counter(), 0, round(rate * seconds) + WARM_UP
    while told < total:
        due = min(round((time.perf_counter() - began) * rate), total)
        while told < due:
            told += 1
            queues[told % ENTITIES % CLIENTS].put_nowait(told)
        await asyncio.sleep(TICK_SECONDS)
    for queue in queues:
        queue.put_nowait(0)
    await asyncio.gather(*clients)
    took = time.perf_counter() - began
    until = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < until and await asyncio.to_thread(receivers.count) < total:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    spent = server.cpu_seconds() - cpu[0], sum(cpu_seconds(one.pid) for one in receivers.processes) - cpu[1]
    waits = sorted((at - begun[n]) / 1000 for _, n, at in await asyncio.to_thread(receivers.rows) if n > WARM_UP)
    if len(waits) != total - WARM_UP:
        raise SystemExit(f"{len(waits)} of {total - WARM_UP} changes were told")
    return Latency(
        changes=len(waits),
        rate=total / took,
        p50=waits[len(waits) // 2],
        p99=waits[len(waits) * 99 // 100],
        server_cores=spent[0] / took,
        receiver_cores=spent[1] / took,
    )
