"""Several processes on PostgreSQL and NATS: writes and reads a second beside one process, and what faults cost.

PostgreSQL (synced to disk), three NATS servers, the processes and the clients share the cores of one machine: more
processes cannot be faster here than its cores allow, and the note says what each took.
"""

# pyright: basic, reportMissingImports=false
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

from cluster_faults import Toll, live_through
from cluster_load import Load, read, write
from cluster_world import World, world
from population import MAKASSAR, batches, sensors
from wire import Wire

FIGURES = ("cluster.",)
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
ENTITIES, CLIENTS, SECONDS = 2_000, 64, 10
UPSERT = "/ngsi-ld/v1/entityOperations/upsert"


def wanted(prefix: str) -> bool:
    return prefix.startswith(ONLY) or ONLY.startswith(prefix)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if wanted("cluster.writes_per_s.") or wanted("cluster.reads_per_s."):
            for count in (1, 2, 4):
                async with world(folder, f"n{count}", count) as made:
                    await speed(made, count)
        if wanted("cluster.lost") or wanted("cluster.pause_s"):
            for count in (2, 4):
                async with world(folder, f"lost{count}", count) as made:
                    tell_lost(await live_through(made), count)


async def speed(made: World, count: int) -> None:
    population = sensors("BenchSensor", ENTITIES, MAKASSAR)
    async with Wire(made.members[0].port) as wire:
        for batch in batches(population):
            answer = await wire.ask("POST", UPSERT, batch)
            if answer.status != 201:
                raise SystemExit(f"loading was answered {answer.status}: {answer.body[:300]!r}")
    await write(made, population, clients=CLIENTS, seconds=3)
    tell(f"cluster.writes_per_s.{count}", await write(made, population, clients=CLIENTS, seconds=SECONDS), "PATCH")
    await read(made, population, clients=CLIENTS, seconds=2)
    tell(f"cluster.reads_per_s.{count}", await read(made, population, clients=CLIENTS, seconds=SECONDS), "GET by id")


def tell(name: str, load: Load, what: str) -> None:
    note = (
        f"{what}, {CLIENTS} clients spread over the processes, one tenant, {ENTITIES:,} entities; "
        f"{load.cpu_us:.0f} us CPU of Pinisi's processes a request; "
        f"database, three NATS servers and clients on the same cores"
    )
    figure(name, load.per_s, "requests/s", "", note)
    figure(name.replace("per_s", "p99_ms"), load.p99_ms, "ms", "", f"of {load.requests:,} requests")


def tell_lost(toll: Toll, count: int) -> None:
    """A run without faults or writes proves nothing."""
    if not toll.writes or toll.faults != 5 + count or not toll.lines:
        raise SystemExit(f"the faults did not run: {toll}")
    lost = toll.lost_writes + toll.lost_notifications + toll.lost_lines + toll.out_of_order
    note = (
        f"{count} processes; {toll.writes:,} acknowledged writes, {toll.notifications:,} notifications "
        f"({toll.repeated} repeated), {toll.lines:,} lines in the stream; lost: {toll.lost_writes} writes, "
        f"{toll.lost_notifications} notifications, {toll.lost_lines} lines; out of order: {toll.out_of_order}; "
        f"kill -9 of a process, of one NATS server of three and of two, restart and kill -9 of PostgreSQL, "
        f"restart of every process in turn"
    )
    figure(f"cluster.lost.{count}", lost, "count", "0", note)
    pauses = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in toll.pauses.items())
    figure(
        f"cluster.pause_s.{count}",
        max(toll.pauses.values()),
        "s",
        "",
        f"longest without any acknowledged write: {pauses}",
    )


if __name__ == "__main__":
    asyncio.run(main())
