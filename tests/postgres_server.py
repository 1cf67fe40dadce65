"""A real PostgreSQL for tests: a cluster of its own in a temporary folder, reached by a socket in it."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg

WAIT_SECONDS = 60.0
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests that do not test durability."""

_MADE_SO = ("-U", "pinisi", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")


_connect: Any = cast(Any, asyncpg).connect


def binaries() -> Path:
    """Where Debian keeps the newest PostgreSQL that has PostGIS beside it."""
    found = [
        path
        for path in Path("/usr/lib/postgresql").glob("*/bin")
        if Path(f"/usr/share/postgresql/{path.parent.name}/extension/postgis.control").is_file()
    ]
    assert found, "there is no PostgreSQL with PostGIS here: run scripts/postgres.sh"
    return max(found, key=lambda path: int(path.parent.name))


_SYNCHRONOUS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


def _in_a_thread(work: Coroutine[Any, Any, None]) -> None:
    """Also for those who have an event loop of their own."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


class Server:
    """One cluster. It can be stopped, killed and started again."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = QUICK) -> None:
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[Any] | None = None
        self._as: Any = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run(
            [binaries() / "initdb", "-D", folder / "data", *_MADE_SO],
            check=True,
            capture_output=True,
            cwd=folder,
            **self._as,
        )

    def admit(self, network: str) -> None:
        """Let whoever comes from there in, without a word; before it is started."""
        with (self._folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} trust\n")

    @property
    def folder(self) -> Path:
        """Where its socket lies, and its data (`data`)."""
        return self._folder

    @property
    def address(self) -> str:
        return self.of("postgres")

    def of(self, database: str) -> str:
        return f"postgresql://pinisi@/{database}?host={self._folder}"

    def start(self) -> None:
        self._launch()
        _in_a_thread(self._answering())

    def _launch(self) -> None:
        options = ["listen_addresses=", f"unix_socket_directories={self._folder}", "max_connections=200"]
        options += ["shared_buffers=64MB", "log_min_messages=fatal", *self._settings]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [binaries() / "postgres", "-D", self._folder / "data", *(f"-c{option}" for option in options)],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **self._as,
            )

    async def _answering(self) -> None:
        """Until it answers. One that ended is started again, as whoever looks after a city's services does: it refuses
        to start as long as a process of its predecessor, which was killed, has not noticed and holds the memory."""
        ends = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                await (await _connect(self.address)).close()
            except (OSError, asyncpg.PostgresError):
                assert time.monotonic() < ends, (self._folder / "log").read_text()
                await asyncio.sleep(0.05)
                if self._process is not None and self._process.poll() is not None:
                    self._launch()
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: quietly (SIGINT), at once as if it had crashed (SIGQUIT), or as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def make(self, database: str, place: str = "") -> str:
        """A new database; its address. `place`: name and location of a tablespace of its own."""
        statements = [f'CREATE DATABASE "{database}"']
        if place:
            statements = [f"CREATE TABLESPACE {place}", f"{statements[0]} TABLESPACE {place.partition(' ')[0]}"]

        async def make() -> None:
            connection = await _connect(self.address)
            for statement in statements:
                await connection.execute(statement)
            await connection.close()

        _in_a_thread(make())
        return self.of(database)

    # a second machine

    def standby(self) -> "Server":
        """A copy that follows this one; to be started."""
        folder = Path(tempfile.mkdtemp(prefix="pinisi-standby-"))
        other = Server.__new__(Server)
        other._folder, other._settings, other._process, other._as = folder, self._settings, None, self._as
        if self._as:
            os.chown(folder, self._as["user"], self._as["group"])
        copy = [
            binaries() / "pg_basebackup",
            "-h",
            self._folder,
            "-U",
            "pinisi",
            "-D",
            folder / "data",
            "-R",
            "-c",
            "fast",
        ]
        subprocess.run([*copy, "--no-sync"], check=True, capture_output=True, cwd=folder, **self._as)
        return other

    def promote(self) -> None:
        """Be the first from now on, and wait for no other."""

        async def promote() -> None:
            connection = await _connect(self.address)
            await connection.execute("SELECT pg_promote()")
            await connection.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
            await connection.execute("SELECT pg_reload_conf()")
            await connection.close()

        _in_a_thread(promote())

    async def say(self, *statements: str, until_synchronous: bool = False) -> None:
        """What an administrator says."""
        connection = await _connect(self.address)
        for statement in statements:
            await connection.execute(statement)
        ends = time.monotonic() + WAIT_SECONDS
        while until_synchronous and await connection.fetchval(_SYNCHRONOUS) == 0:
            assert time.monotonic() < ends
            await asyncio.sleep(0.05)
        await connection.close()


@contextmanager
def running_server(*settings: str, network: str = "") -> Generator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pinisi-postgres-"))
    try:
        server = Server(folder, settings or QUICK)
        if network:
            server.admit(network)
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def emptied(address: str) -> None:
    """Take all tenants away, as if the database were new."""
    connection = await _connect(address)
    try:
        if await connection.fetchval("SELECT to_regclass('pinisi.tenant') IS NOT NULL"):
            for name, schema in await connection.fetch("SELECT name, schema FROM pinisi.tenant"):
                await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
                await connection.execute("DELETE FROM pinisi.tenant WHERE name = $1", name)
    finally:
        await connection.close()
