"""Pinisi's processes on a PostgreSQL that Patroni looks after: everything real, killed and cut off while many write.

Needs root and Debian's patroni, etcd-server, etcd-client, haproxy, postgresql-15-postgis-3. From the root of the
repository: `unshare -n .venv/bin/python bench/patroni/trial.py [hosts|haproxy] [synchronous|asynchronous] [FAULT...]`.
It prints for each fault the longest time without an acknowledged write, what writers were told meanwhile, and at last
what was lost.
"""

# pyright: basic, reportMissingImports=false
import asyncio
import contextlib
import itertools
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

sys.path.insert(0, str(Path(__file__).parents[1] / "load"))

from cluster_faults import TENANT, Toll, Writers, _reckon_stream, _until_it_answers
from cluster_world import Member, running_nats
from crash import ENTITIES, NUMBER, TYPE, Receiver
from machines import HERE, OUTSIDE, Cluster, Machine, wait_until
from wire import Wire

FOLDER = Path("/tmp/pinisi-patroni")
QUIET_SECONDS = 5.0
BY_HOSTS = "postgresql://pinisi:SECRET4@10.77.0.1,10.77.0.2,10.77.0.3/pinisi?target_session_attrs=read-write"
BY_HAPROXY = f"postgresql://pinisi:SECRET4@{OUTSIDE}:5000/pinisi?target_session_attrs=read-write"


class Outspoken(Writers):
    """Also remembers what was refused, and why."""

    def __init__(self, members: list[Member]) -> None:
        super().__init__(members)
        self.refused: list[tuple[float, str]] = []

    async def _raise(self, wire: Wire, id: str, number: int) -> bool:
        value = {"type": "Property", "value": number}
        answer = await wire.ask("PATCH", f"{ENTITIES}/{id}/attrs", {NUMBER: value})
        if answer.status == 404:
            answer = await wire.ask("POST", ENTITIES, {"id": id, "type": TYPE, NUMBER: value})
        if answer.status in (201, 204):
            return True
        told = answer.json()
        self.refused.append((time.perf_counter(), f"{answer.status} {told.get('detail') or told.get('title')}"))
        return False


class Trial:
    def __init__(self, cluster: Cluster, members: list[Member], writers: Outspoken) -> None:
        self.cluster, self.members, self.writers = cluster, members, writers
        self.windows: dict[str, tuple[float, float]] = {}

    @property
    def faults(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "postgres": self.postgres_killed,
            "machine": self.machine_killed,
            "switchover": self.switchover,
            "cut": self.cut_off,
            "parted": self.parted,
            "replica": self.replica_restarted,
            "standby": self.standby_killed,
            "restart": self.leader_restarted,
        }

    async def run(self, names: list[str]) -> None:
        await asyncio.sleep(QUIET_SECONDS)
        for name in names or list(self.faults):
            began = time.perf_counter()
            await self.faults[name]()
            await asyncio.to_thread(wait_until, lambda: self.cluster.whole(3), "three members again")
            for member in self.members:
                await _until_it_answers(member)
            await asyncio.sleep(QUIET_SECONDS)
            self.windows[name] = (began, time.perf_counter())
            self.tell(name)

    def tell(self, name: str) -> None:
        began, ended = self.windows[name]
        gaps = [(b - a, a) for a, b in itertools.pairwise(self.writers.acknowledged) if b > began and a < ended]
        longest, at = max(gaps, default=(ended - began, began))
        print(f"{name}: longest pause {longest:.1f} s, begun {at - began:.1f} s after the fault", flush=True)
        told = Counter(_without_numbers(text) for moment, text in self.writers.refused if began < moment < ended)
        for text, count in told.most_common():
            print(f"    {count} x {text}", flush=True)
        print(
            f"    {[(each['name'], each['role'], each.get('timeline')) for each in self.cluster.members()]}", flush=True
        )

    async def _another_leads(self, before: str, asked: list[Machine] | None = None) -> None:
        def leads() -> bool:
            return any(each["role"] == "leader" and each["name"] != before for each in self.cluster.members(asked))

        await asyncio.to_thread(wait_until, leads, "another leader")

    async def postgres_killed(self) -> None:
        self.cluster.leader().kill("postgres")
        await asyncio.sleep(2 * QUIET_SECONDS)

    async def machine_killed(self) -> None:
        leader = self.cluster.leader()
        leader.kill()
        await self._another_leads(leader.name)
        await asyncio.sleep(2 * QUIET_SECONDS)
        leader.start()

    async def switchover(self) -> None:
        leader = self.cluster.leader()
        (other,) = self.cluster.synchronous() or [next(m.name for m in self.cluster.machines if m is not leader)]
        words = ("switchover", "pinisi", "--master", leader.name, "--candidate", other, "--force")
        print(await asyncio.to_thread(leader.ctl, *words))
        await self._another_leads(leader.name)
        await asyncio.sleep(2 * QUIET_SECONDS)

    async def cut_off(self) -> None:
        leader = self.cluster.leader()
        leader.cut()
        await self._another_leads(leader.name)
        await asyncio.sleep(4 * QUIET_SECONDS)
        leader.mend()
        await asyncio.sleep(QUIET_SECONDS)

    async def parted(self) -> None:
        """The leader hears nothing of etcd and its standbys, but Pinisi reaches it as before."""
        leader = self.cluster.leader()
        others = [machine for machine in self.cluster.machines if machine is not leader]
        leader.part(others)
        await self._another_leads(leader.name, others)
        await asyncio.sleep(4 * QUIET_SECONDS)
        leader.part(others, again=True)
        await asyncio.sleep(QUIET_SECONDS)

    async def replica_restarted(self) -> None:
        leader = self.cluster.leader()
        name = next(machine.name for machine in self.cluster.machines if machine is not leader)
        await asyncio.to_thread(leader.ctl, "restart", "pinisi", name, "--force")

    async def standby_killed(self) -> None:
        names = self.cluster.synchronous() or [m.name for m in self.cluster.machines if m is not self.cluster.leader()]
        machine = next(machine for machine in self.cluster.machines if machine.name == names[0])
        machine.kill()
        await asyncio.sleep(4 * QUIET_SECONDS)
        machine.start()

    async def leader_restarted(self) -> None:
        leader = self.cluster.leader()
        await asyncio.to_thread(leader.ctl, "restart", "pinisi", leader.name, "--force")


def _without_numbers(text: str) -> str:
    return re.sub(r"\d{3,}", "N", text)


class Story:
    """What the reckoning of the stream asks for."""

    def __init__(self, store: str, feed: str) -> None:
        self.store, self.feed = store, feed


async def reckon(trial: Trial, receiver: Receiver, story: Story) -> Toll:
    toll, writers = Toll(), trial.writers
    toll.lost_notifications = await receiver.wait_for(writers.told)
    toll.writes = sum(map(len, writers.told.values()))
    toll.notifications = sum(map(len, receiver.heard.values()))
    toll.repeated = toll.notifications - sum(len(set(numbers)) for numbers in receiver.heard.values())
    kept = await _kept(story.store)
    toll.lost_writes = sum(len(set(numbers) - kept.get(id, set())) for id, numbers in writers.told.items())
    for member in trial.members:
        async with Wire(member.port) as wire:
            for id, numbers in writers.told.items():
                found = (await wire.ask("GET", f"{ENTITIES}/{id}")).json()
                assert found[NUMBER]["value"] >= numbers[-1], (id, found, numbers[-1])
    for numbers in receiver.heard.values():
        firsts = list(dict.fromkeys(numbers))
        toll.out_of_order += sum(later < earlier for earlier, later in itertools.pairwise(firsts))
    await _reckon_stream(story, toll)  # type: ignore[arg-type]
    return toll


async def _kept(store: str) -> dict[str, set[int]]:
    """Every number of every counter that history has."""
    connection = await asyncpg.connect(store)
    try:
        history, entity = (f'"tenant {TENANT}".{table}' for table in ("history", "entity"))
        rows = await connection.fetch(
            f"SELECT e.id, h.number FROM {history} AS h JOIN {entity} AS e ON e.row = h.entity WHERE number IS NOT NULL"
        )
    finally:
        await connection.close()
    kept: dict[str, set[int]] = {}
    for id, number in rows:
        kept.setdefault(id, set()).add(int(number))
    return kept


async def live(cluster: Cluster, members: list[Member], story: Story, names: list[str]) -> None:
    trial = Trial(cluster, members, Outspoken(members))
    tending = [asyncio.create_task(member.tend()) for member in members]
    try:
        async with Receiver() as receiver:
            endpoint = {"uri": f"http://127.0.0.1:{receiver.port}/", "accept": "application/json"}
            asked = {"type": "Subscription", "entities": [{"type": TYPE}], "notification": {"endpoint": endpoint}}
            async with Wire(members[-1].port) as wire:
                answer = await wire.ask("POST", "/ngsi-ld/v1/subscriptions", asked)
                assert answer.status == 201, answer
            work = asyncio.create_task(trial.writers.run())
            await trial.run(names)
            trial.writers.done = True
            await work
            print(await reckon(trial, receiver, story), flush=True)
            print("processes begun:", [member.begun for member in members])
    finally:
        for task in tending:
            task.cancel()


def main(address: str = "hosts", replication: str = "synchronous", *names: str) -> None:
    settings = {} if replication == "synchronous" else {"synchronous_mode: true ": "synchronous_mode: false"}
    with contextlib.ExitStack() as stack:
        cluster = Cluster(FOLDER, settings)
        stack.callback(cluster.end)
        cluster.start()
        if replication == "synchronous":
            wait_until(lambda: bool(cluster.synchronous()), "a synchronous standby")
        leader = cluster.leader()
        leader.sql("CREATE ROLE pinisi LOGIN PASSWORD 'SECRET4'", "CREATE DATABASE pinisi OWNER pinisi")
        leader.sql("CREATE EXTENSION postgis WITH SCHEMA public", database="pinisi")
        proxy = subprocess.Popen(["haproxy", "-f", HERE / "haproxy.cfg"], stderr=subprocess.DEVNULL)
        stack.callback(proxy.kill)
        (server,) = stack.enter_context(running_nats())
        store = BY_HOSTS if address == "hosts" else BY_HAPROXY
        folder = FOLDER / "pinisi"
        folder.mkdir()
        members = [Member(folder, f"m{n}", store, server.address) for n in (1, 2)]
        for member in members:
            stack.callback(member.stop)
            member.start()
        asyncio.run(live(cluster, members, Story(store, server.address), list(names)))


if __name__ == "__main__":
    main(*sys.argv[1:])
