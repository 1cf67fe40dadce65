"""kill -9 under write load, again and again: what clients were told must be there, who was owed must hear.

Four clients raise counters over HTTP, one write after the other; a subscription sends every change to a receiver that
outlives the server. After each kill the server starts anew on the same data folder and is asked for every counter.
"""

import asyncio
import contextlib
import itertools
import json
import math
import random
import shutil
import time
from pathlib import Path
from typing import Any

import apsw
import msgspec
from server_process import ServerProcess
from wire import Wire, ask

from pinisi.city.scaffold import new_city

CLIENTS, COUNTERS = 4, 10
TYPE, NUMBER = "Counter", "n"
ENTITIES = "/ngsi-ld/v1/entities"
PATIENCE_SECONDS = 30.0


class Toll(msgspec.Struct):
    """What the kills cost: all but the first three must stay 0."""

    rounds: int = 0
    writes: int = 0
    notifications: int = 0
    lost_writes: int = 0
    lost_notifications: int = 0
    out_of_order: int = 0
    damaged: int = 0


class Receiver:
    """Takes notifications, and remembers every number heard of every counter."""

    def __init__(self) -> None:
        self.heard: dict[str, list[int]] = {}
        self.port = 0
        self._stir = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Receiver":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
                self._take(json.loads(await reader.readexactly(length)))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    def _take(self, notification: Any) -> None:
        for entity in notification["data"]:
            self.heard.setdefault(entity["id"], []).append(entity[NUMBER]["value"])
        self._stir.set()

    async def wait_for(self, told: dict[str, list[int]]) -> int:
        """Wait until every number of every counter was heard; answers how many were not."""
        missing = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while missing := sum(len(set(numbers) - set(self.heard.get(id, ()))) for id, numbers in told.items()):
                    self._stir.clear()
                    await self._stir.wait()
        return missing


class Clients:
    """Four writers, each with counters of its own, that go on until the server dies."""

    def __init__(self) -> None:
        self.told: dict[str, list[int]] = {}
        self._next = itertools.count(1)

    async def write(self, port: int) -> None:
        await asyncio.gather(*(self._client(port, number) for number in range(CLIENTS)))

    async def _client(self, port: int, client: int) -> None:
        with contextlib.suppress(ConnectionError, OSError):
            async with Wire(port) as wire:
                while True:
                    id = f"urn:ngsi-ld:Counter:{client}:{random.randrange(COUNTERS)}"
                    number = next(self._next)
                    answer = await self._raise(wire, id, number)
                    if answer not in (201, 204):
                        raise RuntimeError(f"a write was answered {answer}")
                    self.told.setdefault(id, []).append(number)

    async def _raise(self, wire: Wire, id: str, number: int) -> int:
        value = {"type": "Property", "value": number}
        answer = await wire.ask("PATCH", f"{ENTITIES}/{id}/attrs", {NUMBER: value})
        if answer.status == 404:
            answer = await wire.ask("POST", ENTITIES, {"id": id, "type": TYPE, NUMBER: value})
        return answer.status


async def crash_often(
    folder: Path, rounds: int, seed: int, *, load_seconds: float = 0.6, within: float = math.inf
) -> Toll:
    """Start, write, kill, judge; `rounds` times on one data folder, or as often as `within` seconds hold."""
    ends = time.monotonic() + within
    chance = random.Random(seed)
    data = folder / "data"
    data.mkdir(parents=True)
    server = ServerProcess(data, city=bare_city(folder))
    clients, toll = Clients(), Toll()
    async with Receiver() as receiver:
        await asyncio.to_thread(server.start)
        await _subscribe(server.port, receiver.port)
        try:
            for _ in range(rounds):
                if time.monotonic() > ends:
                    break
                writing = asyncio.create_task(clients.write(server.port))
                await asyncio.sleep(chance.uniform(0.1, 2 * load_seconds))
                server.kill()
                await writing
                toll.rounds += 1
                toll.damaged += damage(data / "tenants", folder / "copy")
                await asyncio.to_thread(server.start)
                toll.lost_writes += await _lost(server.port, clients.told)
            toll.lost_notifications = await receiver.wait_for(clients.told)
        finally:
            server.kill()
    toll.writes = sum(map(len, clients.told.values()))
    toll.notifications = sum(map(len, receiver.heard.values()))
    toll.out_of_order = sum(_out_of_order(numbers) for numbers in receiver.heard.values())
    return toll


def bare_city(folder: Path) -> Path:
    """A city without registers: its start is quick, and all load is ours."""
    city = folder / "bare"
    new_city(city, "bare", "Bare")
    return city


async def _subscribe(port: int, receiver: int) -> None:
    subscription = {
        "id": "urn:ngsi-ld:Subscription:crash",
        "type": "Subscription",
        "entities": [{"type": TYPE}],
        "watchedAttributes": [NUMBER],
        "notification": {"endpoint": {"uri": f"http://127.0.0.1:{receiver}/", "accept": "application/json"}},
    }
    answer = await ask(port, "POST", "/ngsi-ld/v1/subscriptions", subscription)
    if answer.status != 201:
        raise RuntimeError(f"the subscription was answered {answer.status}: {answer.body!r}")


async def _lost(port: int, told: dict[str, list[int]]) -> int:
    """Counters that stand below what their client was told."""
    lost = 0
    async with Wire(port) as wire:
        for id, numbers in told.items():
            answer = await wire.ask("GET", f"{ENTITIES}/{id}?options=keyValues")
            lost += answer.status != 200 or answer.json()[NUMBER] < numbers[-1]
    return lost


def damage(folder: Path, copy: Path) -> int:
    """Databases in which SQLite finds a fault. It looks at a copy: the server must find what the kill left."""
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    found = 0
    for path in copy.glob("*.sqlite"):
        connection = apsw.Connection(str(path))
        found += connection.execute("PRAGMA quick_check(1)").get != "ok"
        connection.close()
    shutil.rmtree(copy)
    return found


def _out_of_order(numbers: list[int]) -> int:
    """Numbers heard for the first time after a greater one."""
    first = list(dict.fromkeys(numbers))
    return sum(before > after for before, after in itertools.pairwise(first))
