"""Notifications: 10,000 subscriptions under a flood of writes, across a kill, and how soon one arrives.

Server, receivers and writer are processes of their own on the same cores; the note says what each of them took.
"""

# pyright: basic, reportMissingImports=false
import os
import sys
import tempfile
from pathlib import Path

import uvloop

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

from crash import bare_city
from notify_flood import Flood, Flooded
from notify_latency import measure_latency
from server_process import ServerProcess

FIGURES = ("notify.flood.", "notify.latency.")
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
RATE = int(os.environ.get("BENCH_WRITES", "500"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
CHANGES = 1_000
ELSEWHERE = "8.4 % (Antares' own table, 500 writes/s)"


def wanted(prefix: str) -> bool:
    if ONLY.startswith("notify.flood.kill"):
        return prefix == "notify.flood.kill."
    return prefix.startswith(ONLY) or ONLY.startswith(prefix)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        city = bare_city(folder)
        for prefix, kill in (("notify.flood.", False), ("notify.flood.kill.", True)):
            if wanted(prefix):
                part = folder / prefix
                part.mkdir()
                server = ServerProcess(part / "data", city=city)
                tell(prefix, await Flood(part, server, rate=RATE, seconds=SECONDS, kill=kill).run(), kill)
        if wanted("notify.latency."):
            part = folder / "latency"
            part.mkdir()
            await latency(ServerProcess(part / "data", city=city))


def tell(prefix: str, found: Flooded, kill: bool) -> None:
    """The figures of a flood; one in which nothing could be told is a failure."""
    if found.writes != RATE * SECONDS or not found.expected:
        raise SystemExit("the flood did not run: this proves nothing")
    cores = ", ".join(f"{name} {share:.2f}" for name, share in found.cpu.items())
    note = (
        f"10,000 subscriptions of eight kinds, {found.writes} writes asked at {RATE}/s, done at {found.rate:.0f}/s, "
        f"{found.expected / found.writes / 0.9:.1f} subscriptions a write; "
        f"90 living, 5 slow, 3 silent, 2 dead receivers; durable (fsync, group commit); "
        f"cores: {cores}; {found.resident_mb:.0f} MB"
    )
    if kill:
        note += f"; kill -9 in the middle; {found.repeated} repeated"
    figure(f"{prefix}delivered_share", found.share, "%", f"100; {ELSEWHERE}", note)
    figure(f"{prefix}lost", found.expected - found.arrived_at_last, "count", "0", "of those owed to the living")
    figure(f"{prefix}out_of_order", found.out_of_order, "count", "0", "first receipts, of each subscription and entity")
    figure(f"{prefix}strange", found.strange, "count", "0", "notifications that nobody had to be sent")
    figure(
        f"{prefix}cpu_us",
        found.server_us,
        "us/notification",
        "125: one core at 8,000/s",
        "of the server, writes and matching included",
    )
    figure(f"{prefix}last_after_s", found.last_after, "s", "10", "the last one, after the last write")


async def latency(server: ServerProcess) -> None:
    found = await measure_latency(server, CHANGES, seconds=15.0)
    note = (
        f"{found.changes} changes at {found.rate:.0f}/s of 1,000 entities, PATCH begun to notification read, other "
        f"process; cores: server {found.server_cores:.2f}, receiver {found.receiver_cores:.2f}"
    )
    figure("notify.latency.p50_ms", found.p50, "ms", "3; Orion 4.7 unloaded 13.3", note)
    figure("notify.latency.p99_ms", found.p99, "ms", "15; Orion 4.7 unloaded 22.6", note)
    cpu = found.server_cores / found.rate * 1e6
    figure("notify.latency.cpu_us", cpu, "us/change", "", "of the server: the PATCH, its commit and the notification")


if __name__ == "__main__":
    uvloop.run(main())
