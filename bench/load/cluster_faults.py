"""Faults of a cluster under load: what was acknowledged must be there, be notified, and be in the stream.

Clients raise counters of their own over any process, and go to the next when one is away. Meanwhile a process is
killed, a NATS server of three is killed, then two at once (no majority is left), PostgreSQL is restarted, then killed
as by a power cut, and at last every process is restarted in turn.
"""

import asyncio
import contextlib
import itertools
import random
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
import nats
from cluster_world import Member, World
from crash import ENTITIES, NUMBER, TYPE, Receiver
from wire import Wire

from pinisi.feed.address import read_feed_address
from pinisi.feed.lines import read_message

CLIENTS, COUNTERS = 12, 5
TENANT = "city"
QUIET_SECONDS = 4.0
"""Between two faults."""

_READY_SECONDS = 90.0


class Toll(msgspec.Struct):
    """What the faults cost: the four before the last two must be 0."""

    writes: int = 0
    notifications: int = 0
    repeated: int = 0
    faults: int = 0
    lost_writes: int = 0
    lost_notifications: int = 0
    out_of_order: int = 0
    lost_lines: int = 0
    pauses: dict[str, float] = {}
    """Fault -> the longest time in which no write at all was acknowledged, in seconds."""
    lines: int = 0


class Writers:
    """Each has counters of its own; a number is sent, to one process after the other, until one acknowledges it."""

    def __init__(self, members: list[Member]) -> None:
        self._members = members
        self.told: dict[str, list[int]] = {}
        self.acknowledged: list[float] = []
        self.done = False

    async def run(self) -> None:
        await asyncio.gather(*(self._client(client) for client in range(CLIENTS)))

    async def _client(self, client: int) -> None:
        chance = random.Random(client)
        places = itertools.cycle(
            self._members[client % len(self._members) :] + self._members[: client % len(self._members)]
        )
        numbers = itertools.count(1)
        waiting: tuple[str, int] | None = None
        while not self.done:
            with contextlib.suppress(ConnectionError, OSError):
                async with Wire(next(places).port) as wire:
                    while not self.done:
                        waiting = waiting or (
                            f"urn:ngsi-ld:{TYPE}:{client}:{chance.randrange(COUNTERS)}",
                            next(numbers),
                        )
                        if not await self._raise(wire, *waiting):
                            break
                        self.told.setdefault(waiting[0], []).append(waiting[1])
                        self.acknowledged.append(time.perf_counter())
                        waiting = None
            await asyncio.sleep(0.02)

    async def _raise(self, wire: Wire, id: str, number: int) -> bool:
        """Whether it was acknowledged; a process or a database that is away is met again elsewhere."""
        value = {"type": "Property", "value": number}
        answer = await wire.ask("PATCH", f"{ENTITIES}/{id}/attrs", {NUMBER: value})
        if answer.status == 404:
            answer = await wire.ask("POST", ENTITIES, {"id": id, "type": TYPE, NUMBER: value})
            if answer.status == 409:
                return False
        if answer.status not in (201, 204, 503):
            raise RuntimeError(f"a write was answered {answer.status}: {answer.body!r}")
        return answer.status != 503


class Faults:
    """One after the other, with rest between."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.begun: dict[str, tuple[float, float]] = {}

    async def run(self) -> None:
        await asyncio.sleep(QUIET_SECONDS)
        world = self._world
        await self._one("process killed", self._killed)
        await self._one("NATS server of three killed", self._nats_killed)
        await self._one("two NATS servers of three killed", self._two_of_nats_killed)
        await self._one("PostgreSQL restarted", self._postgres_restarted)
        await self._one("PostgreSQL killed", self._postgres_killed)
        for number, member in enumerate(world.members, start=1):
            await self._one(
                f"process {number} restarted", lambda member=member: self._restarted(member, signal.SIGTERM)
            )

    async def _one(self, name: str, fault: Callable[[], Awaitable[None]]) -> None:
        began = time.perf_counter()
        await fault()
        await asyncio.sleep(QUIET_SECONDS)
        self.begun[name] = (began, time.perf_counter())

    async def _killed(self) -> None:
        await self._restarted(self._world.members[0], signal.SIGKILL)

    async def _nats_killed(self) -> None:
        await self._nats_away(1)

    async def _two_of_nats_killed(self) -> None:
        await self._nats_away(2)

    async def _nats_away(self, count: int) -> None:
        servers = self._world.nats[:count]
        for server in servers:
            server.stop(kill=True)
        await asyncio.sleep(QUIET_SECONDS)
        for server in servers:
            server.start()
        for server in servers:
            await asyncio.to_thread(server.wait)

    async def _postgres_restarted(self) -> None:
        await self._postgres_away(signal.SIGINT)

    async def _postgres_killed(self) -> None:
        """All of its processes at once: none has a word to say."""
        await self._postgres_away(signal.SIGKILL)

    async def _postgres_away(self, how: signal.Signals) -> None:
        """One process loses a duty by it and begins anew; the next fault waits for it."""
        await self._world.restart_postgres(how)
        await asyncio.sleep(QUIET_SECONDS)
        for member in self._world.members:
            await _until_it_answers(member)

    async def _restarted(self, member: Member, how: signal.Signals) -> None:
        """A rolling restart waits for each."""
        before = member.begun
        member.send(how)
        while member.begun == before:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await _until_it_answers(member)


async def _until_it_answers(member: Member) -> None:
    async with asyncio.timeout(_READY_SECONDS):
        while not await _answers(member):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _answers(member: Member) -> bool:
    with contextlib.suppress(ConnectionError, OSError):
        async with Wire(member.port) as wire:
            return (await wire.ask("GET", f"{ENTITIES}?type={TYPE}&limit=1")).status == 200
    return False


async def live_through(world: World) -> Toll:
    """Load, faults, and the reckoning."""
    writers, faults, toll = Writers(world.members), Faults(world), Toll()
    tending = [asyncio.create_task(member.tend()) for member in world.members]
    try:
        async with Receiver() as receiver:
            await _subscribe(world.members[-1], receiver)
            work = asyncio.create_task(writers.run())
            await faults.run()
            writers.done = True
            await work
            toll.lost_notifications = await receiver.wait_for(writers.told)
            await _reckon(world, writers, receiver, toll)
    finally:
        for task in tending:
            task.cancel()
    toll.faults = len(faults.begun)
    moments = sorted(writers.acknowledged)
    gaps = list(itertools.pairwise(moments))
    for name, (began, ended) in faults.begun.items():
        toll.pauses[name] = max((b - a for a, b in gaps if b > began and a < ended), default=ended - began)
    return toll


async def _subscribe(member: Member, receiver: Receiver) -> None:
    endpoint = {"uri": f"http://127.0.0.1:{receiver.port}/", "accept": "application/json"}
    asked = {"type": "Subscription", "entities": [{"type": TYPE}], "notification": {"endpoint": endpoint}}
    async with Wire(member.port) as wire:
        answer = await wire.ask("POST", "/ngsi-ld/v1/subscriptions", asked)
    if answer.status != 201:
        raise SystemExit(f"the subscription was answered {answer.status}: {answer.body!r}")


async def _reckon(world: World, writers: Writers, receiver: Receiver, toll: Toll) -> None:
    toll.writes = sum(map(len, writers.told.values()))
    toll.notifications = sum(map(len, receiver.heard.values()))
    toll.repeated = toll.notifications - sum(len(set(numbers)) for numbers in receiver.heard.values())
    async with Wire(world.members[0].port) as wire:
        for id, numbers in writers.told.items():
            found = (await wire.ask("GET", f"{ENTITIES}/{id}")).json()
            toll.lost_writes += sum(number > found.get(NUMBER, {}).get("value", 0) for number in numbers)
    for numbers in receiver.heard.values():
        firsts = list(dict.fromkeys(numbers))
        toll.out_of_order += sum(later < earlier for earlier, later in itertools.pairwise(firsts))
    await _reckon_stream(world, toll)


async def _newest(world: World) -> int:
    """Where the log of the tenant ends, as the database says."""
    connection: Any = await asyncpg.connect(world.store)
    try:
        return await connection.fetchval(f'SELECT position FROM "tenant {TENANT}".head')
    finally:
        await connection.close()


async def _reckon_stream(world: World, toll: Toll) -> None:
    """The lines of the stream follow one another from the first to the last, which is the newest."""
    where = read_feed_address(world.feed)
    client = await nats.connect(list(where.servers))
    newest = await _newest(world)
    try:
        jetstream = client.jetstream()
        await asyncio.sleep(2.0)
        lines: dict[str, list[int]] = {}
        subscription = await jetstream.subscribe(f"{where.stream}.log.>", ordered_consumer=True)
        left = (await jetstream.stream_info(where.stream)).state.messages
        for _ in range(left):
            message = await subscription.next_msg(timeout=10)
            read = read_message(message.data)
            lines.setdefault(message.subject, []).extend(line.position for line in read.lines or ())
    finally:
        await client.close()
    toll.lost_lines += max(0, newest - lines[f"{where.stream}.log.{TENANT}"][-1])
    for positions in lines.values():
        toll.lines += len(positions)
        toll.lost_lines += positions[-1] - positions[0] + 1 - len(set(positions))
        toll.out_of_order += positions != sorted(set(positions))
