"""The flood: 10,000 subscriptions, writes at a steady rate, real receivers of which a tenth is sick; who heard what.

Every write is said again until it is acknowledged, also across a kill of the server: said twice it changes nothing the
second time. So each subscription must hear of exactly those writes that concern it, each entity's in order.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from array import array
from collections import defaultdict
from pathlib import Path

import msgspec
from notify_world import PLACES, World, Write
from server_process import ServerProcess
from wire import Wire

ENDPOINTS, LIVING = 100, 90
DEAD = (1, 2)
"""Ports at which nobody listens."""
CLIENTS = 32
TICK_SECONDS = 0.01
GRACE_SECONDS = 10.0
UPSERT = "/ngsi-ld/v1/entityOperations/upsert"
SUBSCRIPTIONS = "/ngsi-ld/v1/subscriptions"
HERE = Path(__file__).parent
_CLOCK = os.sysconf("SC_CLK_TCK")


class Flooded(msgspec.Struct, kw_only=True):
    """What became of a flood. Times in seconds; `cpu` in cores, by process."""

    writes: int
    rate: float
    expected: int
    arrived: int
    arrived_at_last: int
    repeated: int
    strange: int
    out_of_order: int
    last_after: float
    cpu: dict[str, float]
    server_us: float
    resident_mb: float

    @property
    def share(self) -> float:
        return 100 * self.arrived / self.expected


class Receivers:
    """Processes with so many living, slow and silent receivers each."""

    def __init__(self, folder: Path, processes: tuple[tuple[int, int, int], ...]) -> None:
        self._folder = folder
        self._wanted = processes
        self.processes: list[subprocess.Popen[str]] = []
        self.ports: list[int] = []

    def start(self) -> None:
        """Living first, then slow, silent and dead ones."""
        sick: list[int] = []
        for living, slow, silent in self._wanted:
            words = [sys.executable, str(HERE / "notify_receiver.py"), *map(str, (living, slow, silent))]
            process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.processes.append(process)
            assert process.stdout is not None
            ports = json.loads(process.stdout.readline())
            self.ports += ports["living"]
            sick += ports["slow"] + ports["silent"]
        self.ports += [*sick, *DEAD]

    def ask(self, what: str) -> list[str]:
        answers: list[str] = []
        for process in self.processes:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(what.replace("@", str(process.pid)) + "\n")
            process.stdin.flush()
            answers.append(process.stdout.readline().strip())
        return answers

    def count(self) -> int:
        return sum(map(int, self.ask("count")))

    def rows(self) -> list[tuple[int, int, int]]:
        """All that the living took, oldest first: subscription, serial, microseconds."""
        self.ask(f"dump {self._folder}/taken.@")
        found: list[tuple[int, int, int]] = []
        for process in self.processes:
            numbers = array("q")
            numbers.frombytes((self._folder / f"taken.{process.pid}").read_bytes())
            found += zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True)
        return sorted(found, key=lambda row: row[2])

    def cpu_seconds(self) -> float:
        return sum(cpu_seconds(process.pid) for process in self.processes)

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK


class Flood:
    def __init__(self, folder: Path, server: ServerProcess, *, rate: int, seconds: float, kill: bool) -> None:
        self.folder, self.server = folder, server
        self.rate, self.seconds, self.kill = rate, seconds, kill
        self.world = World()
        self.receivers = Receivers(folder, ((LIVING // 2, 0, 0), (LIVING - LIVING // 2, 5, 3)))
        self.written: list[Write] = []
        self._queues: list[asyncio.Queue[Write | None]] = [asyncio.Queue() for _ in range(CLIENTS)]
        self._burnt = 0.0

    async def run(self) -> Flooded:
        await asyncio.to_thread(self.receivers.start)
        try:
            await asyncio.to_thread(self.server.start)
            await self._populate()
            return await self._flood()
        finally:
            self.server.kill()
            self.receivers.stop()

    async def _populate(self) -> None:
        async with Wire(self.server.port) as wire:
            entities = self.world.entities()
            for start in range(0, len(entities), 500):
                answer = await wire.ask("POST", UPSERT, entities[start : start + 500])
                _must(answer.status == 201, f"loading was answered {answer.status}: {answer.body[:400]!r}")
        numbers = iter(range(len(self.world.payloads)))

        async def subscribe() -> None:
            async with Wire(self.server.port) as wire:
                for number in numbers:
                    endpoint = {"uri": f"http://127.0.0.1:{self.receivers.ports[number % ENDPOINTS]}/{number}"}
                    body = {
                        "id": f"urn:ngsi-ld:Subscription:{number:05}",
                        "type": "Subscription",
                        **self.world.payloads[number],
                        "notification": {"endpoint": endpoint},
                    }
                    answer = await wire.ask("POST", SUBSCRIPTIONS, body)
                    _must(answer.status == 201, f"a subscription was answered {answer.status}: {answer.body!r}")

        await asyncio.gather(*(subscribe() for _ in range(8)))

    async def _flood(self) -> Flooded:
        before = (self.server.cpu_seconds(), self.receivers.cpu_seconds(), time.process_time())
        began = time.perf_counter()
        clients = [asyncio.create_task(self._client(queue)) for queue in self._queues]
        murder = asyncio.create_task(self._murder()) if self.kill else None
        await self._pace(began)
        for queue in self._queues:
            queue.put_nowait(None)
        await asyncio.gather(*clients)
        if murder is not None:
            await murder
        ended, last = time.perf_counter(), time.time_ns() // 1000
        expected = self._expected()
        await self._wait(sum(map(len, expected.values())))
        took = time.perf_counter() - began
        after = (self._burnt + self.server.cpu_seconds(), self.receivers.cpu_seconds(), time.process_time())
        spent = [now - then for now, then in zip(after, before, strict=True)]
        resident = self.server.resident_mb()
        found = await asyncio.to_thread(self.receivers.rows)
        judged = judge(found, expected, self.written, last)
        cpu: dict[str, float] = dict(
            zip(("server", "receivers", "writer"), (part / took for part in spent), strict=True)
        )
        return Flooded(
            writes=len(self.written),
            rate=len(self.written) / (ended - began),
            expected=sum(map(len, expected.values())),
            arrived=judged.in_time,
            arrived_at_last=judged.at_last,
            repeated=judged.repeated,
            strange=judged.strange,
            out_of_order=judged.out_of_order,
            last_after=max((judged.last - last) / 1e6, 0.0),
            cpu=cpu,
            server_us=spent[0] / max(len(found), 1) * 1e6,
            resident_mb=resident,
        )

    async def _pace(self, began: float) -> None:
        """Hand out writes at the rate; those of one entity always to the same client."""
        total = round(self.rate * self.seconds)
        while len(self.written) < total:
            due = min(round((time.perf_counter() - began) * self.rate), total)
            while len(self.written) < due:
                write = self.world.next()
                self.written.append(write)
                self._queues[write.entity % CLIENTS].put_nowait(write)
            await asyncio.sleep(TICK_SECONDS)

    async def _client(self, queue: asyncio.Queue[Write | None]) -> None:
        write = await queue.get()
        while write is not None:
            try:
                async with Wire(self.server.port) as wire:
                    while write is not None:
                        answer = await wire.ask("PATCH", write.path, write.body)
                        _must(answer.status == 204, f"{write.path} was answered {answer.status}: {answer.body!r}")
                        write = await queue.get()
            except OSError:
                _must(self.kill, "the server went away")
                await asyncio.sleep(0.1)

    async def _murder(self) -> None:
        await asyncio.sleep(self.seconds / 2)
        self._burnt = self.server.cpu_seconds()
        self.server.kill()
        await asyncio.to_thread(self.server.start)

    def _expected(self) -> dict[int, list[Write]]:
        """What each subscription at a living receiver must hear, in order."""
        found: dict[int, list[Write]] = defaultdict(list)
        for write in self.written:
            for number in self.world.concerned(write):
                if number % ENDPOINTS < LIVING:
                    found[number].append(write)
        return found

    async def _wait(self, count: int) -> None:
        """Until so many were taken, and a moment longer for what is too much; `GRACE_SECONDS` and some at most."""
        until = time.perf_counter() + GRACE_SECONDS * 3
        while time.perf_counter() < until and await asyncio.to_thread(self.receivers.count) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)


class Judged(msgspec.Struct):
    in_time: int = 0
    at_last: int = 0
    repeated: int = 0
    strange: int = 0
    out_of_order: int = 0
    last: int = 0


def judge(
    taken: list[tuple[int, int, int]], expected: dict[int, list[Write]], written: list[Write], last: int
) -> Judged:
    """Compare what was taken with what had to be. Order: first receipts, of each subscription and entity."""
    told = Judged()
    owed = {number: {write.serial for write in writes} for number, writes in expected.items()}
    heard: set[tuple[int, int]] = set()
    newest: dict[tuple[int, int], int] = {}
    for number, serial, moment in taken:
        if serial not in owed.get(number, ()):
            told.strange += 1
            continue
        if (number, serial) in heard:
            told.repeated += 1
            continue
        heard.add((number, serial))
        told.at_last += 1
        told.in_time += moment <= last + GRACE_SECONDS * 1e6
        told.last = max(told.last, moment)
        key = (number, written[serial - 1].entity)
        told.out_of_order += serial < newest.get(key, 0)
        newest[key] = max(serial, newest.get(key, 0))
    return told


def _must(true: bool, told: str) -> None:
    if not true:
        raise SystemExit(told)


assert PLACES % CLIENTS, "entities are spread over the clients"
