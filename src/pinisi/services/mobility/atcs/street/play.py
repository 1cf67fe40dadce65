"""Plays a street: `python -m pinisi.services.mobility.atcs.street.play`, `Playing` as JSON in the first line of stdin.

Says `laid` when the layouts are written, then waits for lines: `go`, `cut SECONDS` (of all junctions), `stop`. Says
`Played` as JSON at its end.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.services.mobility.atcs.street.net_layout import LaidJunction, laid, write
from pinisi.services.mobility.atcs.street.playing import Played, Playing
from pinisi.services.mobility.atcs.street.zones import RANGE_M, Zones
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.services.mobility.rsmp.site.state import STARTUP
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.twin.heads import Lamps
from pinisi.services.mobility.twin.network import Network
from pinisi.services.mobility.twin.program import Rules
from pinisi.services.mobility.twin.trips import trips
from pinisi.vocabulary.instant import SECOND, Instant


class Felt:
    """What is measured on the way: when detectors told, when a new wish came, when lamps changed after it."""

    def __init__(self) -> None:
        self.told = 0.0
        self.wish_ms: list[float] = []
        self.lamp_ms: list[float] = []
        self._wish: frozenset[str] | None = None
        self._waits: float | None = None

    def wished(self, wish: frozenset[str] | None) -> None:
        if wish is not None and wish != self._wish:
            self.wish_ms.append(1000 * (time.monotonic() - self.told))
            self._waits = self.told
        self._wish = wish

    def changed(self) -> None:
        if self._waits is not None:
            self.lamp_ms.append(1000 * (time.monotonic() - self._waits))
            self._waits = None


class PlayedCabinet(Cabinet):
    def __init__(self, street: Street, now: Instant) -> None:
        super().__init__(street, now)
        self.felt = Felt()
        self.state.started = now - STARTUP

    def perform(self, component: str, code: str, arguments: Mapping[str, str], now: Instant) -> bool:
        done = super().perform(component, code, arguments, now)
        if code == "M0013":
            self.felt.wished(self.state.wishes(self.street, now))
        return done


class PlayedJunction:
    """One junction: SUMO's lamps follow its cabinet, its detector logics follow SUMO."""

    def __init__(self, sumo: Any, network: Network, laid: LaidJunction, playing: Playing) -> None:
        layout = laid.layout
        numbers = [zone.number for lane in layout.lanes for zone in lane.zones] + list(laid.exits.values())
        street = Street(
            site=layout.site,
            junction=laid.junction,
            detectors=max(numbers, default=0),
            counts=True,
            external=layout.external,
            first_wish=layout.first_wish,
        )
        self.cabinet = PlayedCabinet(street, playing.now())
        self.site = Site(layout.site, self.cabinet, playing.now, reconnect=playing.reconnect)
        self._zones = Zones(sumo, network, laid.watched, laid.exits)
        self._sumo, self._name = sumo, laid.wiring.junction.id
        self._lamps = Lamps(sumo, laid.wiring, 0.0)
        self._written = ""

    def show(self, now: Instant) -> None:
        view = self.cabinet.view(now)
        self._lamps.shown = view.lamps.shown
        letters = self._lamps.letters() if view.mode == "control" else "o" * len(self._lamps.letters())
        if letters != self._written:
            self._sumo.trafficlight.setRedYellowGreenState(self._name, letters)
            self._written = letters
            self.cabinet.felt.changed()

    def count(self, start: Instant) -> None:
        self.cabinet.traffic.second(start, self._zones.second())
        self.cabinet.felt.told = time.monotonic()
        self.site.look()


class Play:
    def __init__(self, sumo: Any, playing: Playing) -> None:
        self._sumo, self._playing = sumo, playing
        network = Network(sumo, Rules(), RANGE_M)
        self._laid = laid(sumo, network)
        self.junctions = [PlayedJunction(sumo, network, each, playing) for each in self._laid]
        self.step_ms: list[float] = []
        self.late = self.longest_wait = 0.0
        self.seconds = 0

    def write(self) -> None:
        write(self._laid, Path(self._playing.folder))

    async def run(self, until: asyncio.Event) -> None:
        playing = self._playing
        lines = [asyncio.create_task(each.site.run(playing.host, playing.port)) for each in self.junctions]
        second = playing.now() // SECOND + 1
        last = second + int(playing.seconds)
        try:
            while second < last and not until.is_set() and self._sumo.simulation.getMinExpectedNumber() > 0:
                await self._reach(second)
                self._second(second)
                second += 1
        finally:
            for line in lines:
                line.cancel()
            await asyncio.gather(*lines, return_exceptions=True)

    async def _reach(self, second: int) -> None:
        left = (second - self._playing.now() / SECOND) / self._playing.pace
        self.late = max(self.late, -left)
        await asyncio.sleep(max(left, 0.0))

    def _second(self, second: int) -> None:
        """What the lamps show now holds for the next second; the counts are of the one that has ended."""
        started = time.perf_counter()
        for each in self.junctions:
            each.show(second * SECOND)
        self._sumo.simulationStep()
        for each in self.junctions:
            each.count((second - 1) * SECOND)
        self.step_ms.append(1000 * (time.perf_counter() - started))
        self.seconds += 1
        if self.seconds % 5 == 0:
            waits = [self._sumo.vehicle.getWaitingTime(name) for name in self._sumo.vehicle.getIDList()]
            self.longest_wait = max([self.longest_wait, *waits])

    def cut(self, seconds: float) -> None:
        for each in self.junctions:
            each.site.cut(seconds)

    def played(self, written: Path) -> Played:
        due = list(trips(written))
        felt = [each.cabinet.felt for each in self.junctions]
        return Played(
            seconds=self.seconds,
            delay_s=sum(trip.lost_s + trip.departure_delay_s for trip in due) / max(len(due), 1),
            due=len(due),
            completed=sum(trip.arrived for trip in due),
            wishes=sum(len(each.wish_ms) for each in felt),
            wish_ms=tuple(value for each in felt for value in each.wish_ms),
            lamp_ms=tuple(value for each in felt for value in each.lamp_ms),
            step_ms=tuple(self.step_ms),
            late_s=self.late,
            longest_wait_s=self.longest_wait,
        )


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


async def _obey(play: Play) -> None:
    """Lines of stdin until the street has been played."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    running: asyncio.Task[None] | None = None
    listening = asyncio.create_task(reader.readline())
    while True:
        done, _ = await asyncio.wait({listening, *([running] if running else [])}, return_when=asyncio.FIRST_COMPLETED)
        if running is not None and running in done:
            listening.cancel()
            return running.result()
        words = listening.result().decode().split()
        if words[:1] == ["go"] and running is None:
            running = asyncio.create_task(play.run(stop))
        elif words[:1] == ["cut"]:
            play.cut(float(words[1]))
        elif not words or words == ["stop"]:
            stop.set()
            if running is None:
                return None
            await running
            return running.result()
        listening = asyncio.create_task(reader.readline())


def main() -> None:
    import libsumo  # pyright: ignore[reportMissingTypeStubs]

    playing = msgspec.json.decode(os.read(0, 1 << 16).split(b"\n", 1)[0], type=Playing)
    sumo: Any = libsumo
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "trips.xml"
        words = ["sumo", "-c", playing.scenario, "--seed", str(playing.seed), "--time-to-teleport", "-1"]
        words += ["--no-step-log", "--no-warnings", "--duration-log.disable", "--tripinfo-output", str(written)]
        sumo.start([*words, "--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted"])
        play = Play(sumo, playing)
        play.write()
        _say(b"laid")
        asyncio.run(_obey(play))
        sumo.close()
        _say(msgspec.json.encode(play.played(written)))
    os._exit(0)


if __name__ == "__main__":
    main()
