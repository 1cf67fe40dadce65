"""190 controllers in the street over real sockets, ten times Makassar's 19: one process supervises all of them.

The sites are simulated in processes of their own, so that the CPU told is the supervisor's alone. It asks each for
its lamps every second and for the rest that `mobility.signal-controllers` asks on change, acknowledges and judges every
message and keeps its health, as the house does. A question is put to each site meanwhile.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence

from figure import figure
from mobility_signals import crossing
from pinisi.services.mobility.rsmp.events import Closed, Event, Heard, Opened
from pinisi.services.mobility.rsmp.health import SiteHealth, after
from pinisi.services.mobility.rsmp.listening import WANTED as ON_CHANGE
from pinisi.services.mobility.rsmp.messages import StatusUpdate, Wanted
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.supervisor import Supervisor
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant

FIGURES = ("mobility.field.",)
SITES, PROCESSES = int(os.environ.get("FIELD_SITES", "190")), 2
MEASURED_S = float(os.environ.get("FIELD_SECONDS", "60"))
WANTED = (
    Wanted(code="S0001", name="signalgroupstatus", every="1", on_change=False),
    *(each for each in ON_CHANGE if each.code != "S0001"),
)
OPENING_S, SETTLE_S = 60.0, 15.0
LEAST_RATE = 0.75
"""Updates a second of each site; a simulated one looks ten times a second what is due, and so tells every 1.1 s."""


def now() -> Instant:
    return time.time_ns() // 1_000


def name(number: int) -> str:
    return f"KK+MKS{number:03}="


async def play(port: int, numbers: Sequence[int]) -> None:
    """Some simulated sites, until the process is ended."""
    sites = [Site(name(number), Cabinet(_street(name(number)), now()), now, reconnect=1.0) for number in numbers]
    await asyncio.gather(*(site.run("127.0.0.1", port) for site in sites))


def _street(site: str) -> Street:
    return Street(site=site, junction=crossing(site, 2, 2), detectors=5, inputs=8, outputs=2, routes={}, zone=8)


class Room:
    """What the house keeps of each site."""

    def __init__(self) -> None:
        self.health: dict[str, SiteHealth] = {}
        self.components: dict[str, str] = {}
        self.opened: set[str] = set()
        self.updates: Counter[str] = Counter()
        self.lags: list[float] = []
        self.lost = 0
        self.measuring = False

    def hear(self, site: str, event: Event) -> None:
        self.health[site] = after(self.health.get(site) or SiteHealth(site=site), event)
        if isinstance(event, Opened):
            self.opened.add(site)
        elif isinstance(event, Closed):
            self.lost += self.measuring
        elif isinstance(event, Heard) and isinstance(event.message, StatusUpdate) and self.measuring:
            self.updates[site] += 1
            self.lags.append((now() - parse_instant(event.message.at)) / SECOND)


async def supervise() -> None:
    room = Room()
    supervisor = Supervisor(now, room.hear)
    async with supervisor.serve():
        played = [_played(supervisor.port, part) for part in range(PROCESSES)]
        try:
            await _opened(room)
            for site in sorted(room.opened):
                supervisor.subscribe(site, f"{site}TC", WANTED)
            await asyncio.sleep(SETTLE_S)
            room.measuring, cpu, wall = True, time.process_time(), time.monotonic()
            waits = await _asking(supervisor, sorted(room.opened), MEASURED_S)
            took, spent = time.monotonic() - wall, time.process_time() - cpu
            room.measuring = False
        finally:
            for each in played:
                each.kill()
                each.wait()
    _tell(room, waits, took, spent)


def _played(port: int, part: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, __file__, str(port), str(part)])


async def _opened(room: Room) -> None:
    async with asyncio.timeout(OPENING_S):
        while len(room.opened) < SITES:  # noqa: ASYNC110 - the sites are other processes
            await asyncio.sleep(0.1)


async def _asking(supervisor: Supervisor, sites: Sequence[str], seconds: float) -> list[float]:
    """A question to each site in turn, spread over the time: how long each answer takes."""
    waits: list[float] = []
    end = time.monotonic() + seconds
    for number, site in enumerate(sites):
        began = time.monotonic()
        async with asyncio.timeout(30):
            await supervisor.status(site, f"{site}TC", "S0014")
        waits.append(time.monotonic() - began)
        left = end - time.monotonic()
        await asyncio.sleep(max(0.0, left / (len(sites) - number)))
    return waits


def _tell(room: Room, waits: Sequence[float], took: float, spent: float) -> None:
    silent = [site for site in room.opened if room.updates[site] < LEAST_RATE * took]
    if room.lost or silent:
        rate = sum(room.updates.values()) / took / SITES
        sys.exit(f"{room.lost} links lost, {len(silent)} sites told too seldom, {rate:.2f} a s each")
    note = f"{SITES} sites on TCP sockets, simulated in two processes, {took:.0f} s; {os.cpu_count()} cores in all"
    start = "mobility.field"
    figure(f"{start}.cpu_share", spent / took, "ratio", "1", f"of one core, the supervisor alone; {note}")
    rate = sum(room.updates.values()) / took
    figure(f"{start}.updates_s", rate, "1/s", "", f"status updates heard, judged and acknowledged; {note}")
    figure(f"{start}.update_cpu_us", 1e6 * spent / max(1, sum(room.updates.values())), "us", "", f"of one; {note}")
    figure(f"{start}.lag_p95_ms", 1e3 * _at(room.lags, 0.95), "ms", "", f"from the site's stamp to the house; {note}")
    figure(f"{start}.answer_p95_ms", 1e3 * _at(waits, 0.95), "ms", "", f"a question to a site; {note}")


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> int:
    if len(sys.argv) == 3:
        part = int(sys.argv[2])
        asyncio.run(play(int(sys.argv[1]), range(1 + part, 1 + SITES, PROCESSES)))
    else:
        asyncio.run(supervise())
    return 0


if __name__ == "__main__":
    sys.exit(main())
