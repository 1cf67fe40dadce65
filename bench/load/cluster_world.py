"""PostgreSQL, a NATS cluster of three and processes of Pinisi on them: all real, all on this machine."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from server_process import ROOT, ServerProcess

sys.path.insert(0, str(ROOT / "tests"))

from nats_server import NatsServer, running_nats
from postgres_server import Server, running_server

DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


class Member(ServerProcess):
    """One process of the cluster; `tend` starts it again when it ends by itself, as a service manager does."""

    def __init__(self, folder: Path, name: str, store: str, feed: str) -> None:
        command = [sys.executable, "-m", "pinisi", "broker", "--data", str(folder / name)]
        super().__init__(folder / name, command=[*command, "--store", store, "--feed", feed])
        self.begun = 0

    def start(self) -> float:
        self.begun += 1
        return super().start()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, how: signal.Signals) -> None:
        """Send it a signal; whoever tends it starts it again."""
        if self._process is not None:
            self._process.send_signal(how)

    async def tend(self) -> None:
        while True:
            if not self.running:
                self.stop()
                with contextlib.suppress(RuntimeError):
                    await asyncio.to_thread(self.start)
            await asyncio.sleep(0.05)


class World:
    """The database, the NATS servers and the processes."""

    def __init__(self, folder: Path, postgres: Server, nats: list[NatsServer], name: str) -> None:
        self.postgres = postgres
        self.nats = nats
        self.folder = folder / name
        self.folder.mkdir()
        self.store = ""
        self._name = name
        hosts = ",".join(server.address.removeprefix("nats://") for server in nats)
        self.feed = f"nats://{hosts}/{name}"
        self.members: list[Member] = []

    async def open(self, count: int) -> None:
        """Start the processes; the first makes the tables."""
        self.store = await asyncio.to_thread(self.postgres.make, self._name)
        self.members = [Member(self.folder, f"m{n}", self.store, self.feed) for n in range(count)]
        await asyncio.to_thread(self.members[0].start)
        await asyncio.gather(*(asyncio.to_thread(member.start) for member in self.members[1:]))

    def close(self) -> None:
        for member in self.members:
            member.stop()

    def cpu_seconds(self) -> float:
        """Of Pinisi's processes."""
        return sum(member.cpu_seconds() for member in self.members)

    async def restart_postgres(self, how: signal.Signals = signal.SIGINT) -> float:
        """Stop it at once (connections are broken), start it again; the seconds that it was away."""
        began = time.perf_counter()
        await asyncio.to_thread(self.postgres.stop, how)
        await asyncio.to_thread(self.postgres.start)
        return time.perf_counter() - began


@contextlib.asynccontextmanager
async def world(folder: Path, name: str, processes: int) -> AsyncGenerator[World]:
    """So many processes on a new database; the servers are this world's own."""
    with contextlib.ExitStack() as stack:
        postgres = await asyncio.to_thread(stack.enter_context, running_server(*DURABLE))
        nats = await asyncio.to_thread(stack.enter_context, running_nats(3))
        made = World(folder, postgres, nats, name)
        try:
            await made.open(processes)
            yield made
        finally:
            made.close()
