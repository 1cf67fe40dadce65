"""The control room of the invented crossing, its simulated controller at the other end of a real socket, and a clock
that goes as fast as it is told.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from patience import PATIENCE
from pinisi.runtime.source import Message
from pinisi.services.mobility.atcs.control_source import read
from pinisi.services.mobility.atcs.duty import on_duty
from pinisi.services.mobility.atcs.layout import Plot, read_layout
from pinisi.services.mobility.atcs.room import ControlRoom, Seat
from pinisi.services.mobility.engine.signals.fallback import FallBackRule
from pinisi.services.mobility.rsmp.session import Times
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.faults import Faults
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.site.traffic import Counted
from pinisi.vocabulary.instant import HOUR, SECOND, Instant, parse_instant

LAYOUT = Path(__file__).parent / "atcs" / "crossing.toml"
START = parse_instant("2026-11-26T07:00:00Z")
SITE = "KK+MKS001="
LONG = Times(acknowledgement=HOUR, watchdog=HOUR, silence=HOUR)
"""A clock that runs fast must not make a link look dead."""


class QuickClock:
    """`pace` seconds for each real one."""

    def __init__(self, pace: float) -> None:
        self._pace, self._began = pace, time.monotonic()

    def __call__(self) -> Instant:
        return START + round((time.monotonic() - self._began) * self._pace * SECOND)


class HallLine:
    """What a source has of the house."""

    id = "signal-control"
    folder = Path()

    def __init__(self, clock: Callable[[], Instant], code: str, place: bytes | None = None) -> None:
        self._clock, self._code, self.place = clock, code, place

    def secret(self, name: str) -> str:
        return self._code

    def now(self) -> Instant:
        return self._clock()

    async def kept(self) -> bytes | None:
        return self.place

    async def written(self, place: bytes) -> None:
        self.place = place

    async def alive(self) -> None:
        return

    async def near(self, type: str, place: Any, metres: float, most: int = 100) -> Any:
        return ()

    async def saying(self, type: str, attribute: str, value: str, most: int = 20) -> Any:
        return ()

    async def trouble(self, reason: str) -> None:
        raise AssertionError(reason)


class Watched:
    """What a room tells: `entities` is the latest of each attribute, by the entity's id."""

    def __init__(self, room: ControlRoom, line: HallLine) -> None:
        self.room, self.line = room, line
        self.entities: dict[str, dict[str, Any]] = {}
        self.seen: set[tuple[str, str, str]] = set()

    @property
    def seat(self) -> Seat:
        return self.room.seats["ahmad-yani"]

    def value(self, id: str, name: str) -> Any:
        found = self.entities.get(f"urn:ngsi-ld:{id}", {}).get(name, {})
        if not isinstance(found, dict):
            return found
        return found.get("value", found.get("json"))

    def said(self, id: str, name: str, value: str) -> bool:
        """Whether it ever said so."""
        return (f"urn:ngsi-ld:{id}", name, value) in self.seen

    def take(self, message: Message) -> None:
        self.line.place = message.place or self.line.place
        for entity in read(message).entities:
            id = str(entity["id"])
            self.entities.setdefault(id, {}).update(entity)
            self.seen |= {(id, name, str(self.value(id.removeprefix("urn:ngsi-ld:"), name))) for name in entity}

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def listen(self) -> None:
        async for message in self.room.messages("127.0.0.1", 0):
            self.take(message)


class Hall(Watched):
    """`counts` is what each detector logic counts."""

    def __init__(self, room: ControlRoom, line: HallLine, site: Site, cabinet: Cabinet) -> None:
        super().__init__(room, line)
        self.site, self.cabinet = site, cabinet
        self.counts: dict[int, Counted] = {}


def wired(plot: Plot) -> Street:
    return Street(
        site=SITE, junction=plot.junction, detectors=5, counts=True, external=plot.layout.external,
        first_wish=plot.layout.first_wish,
    )  # fmt: skip


QUIET = {number: Counted(vehicles=0, occupancy=0) for number in range(1, 6)}
FULL = Counted(vehicles=1, speed=0, occupancy=60)


@asynccontextmanager
async def controlled(
    pace: float = 20.0, faults: Faults | None = None, code: str = "2222", place: bytes | None = None
) -> AsyncGenerator[Hall]:
    """Counters tell each second what `counts` says; a controller starts up for ten seconds first."""
    clock, plot = QuickClock(pace), read_layout(LAYOUT)
    line = HallLine(clock, code, place)
    rule = FallBackRule(stale_after=40, back_after=20)
    room = ControlRoom(line, [plot], tell_every=2, rule=rule, at_most_every=0.02, times=LONG, tick=0.01)
    cabinet = Cabinet(wired(plot), clock())
    cabinet.state.started -= 20 * SECOND
    site = Site(SITE, cabinet, clock, faults, LONG, reconnect=0.1)
    hall = Hall(room, line, site, cabinet)
    hall.counts = dict(QUIET)
    tasks = [asyncio.create_task(part) for part in (hall.listen(), _connect(hall), _count(hall, clock, pace))]
    with on_duty(room):
        try:
            await hall.until(lambda: any(task.done() for task in tasks) or (room.seats and hall.seat.post.lamps.known))
            yield hall
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for end in ends if end is not None and not isinstance(end, asyncio.CancelledError)] == []


async def _connect(hall: Hall) -> None:
    await hall.until(lambda: hall.room.supervisor.port)
    await hall.site.run("127.0.0.1", hall.room.supervisor.port)


async def _count(hall: Hall, clock: QuickClock, pace: float) -> None:
    while True:
        await asyncio.sleep(0.5 / pace)
        start = (clock() // SECOND - 1) * SECOND
        if start > hall.cabinet.counted:
            hall.cabinet.traffic.second(start, hall.counts)
            hall.site.look()
