"""A crossing of two streets with a stored plan, and a supervisor and its site that really speak over TCP."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rsmp_wiretap import Wiretap, tapped

from patience import PATIENCE
from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan, Stage
from pinisi.services.mobility.rsmp.events import Event, Opened
from pinisi.services.mobility.rsmp.session import Times
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.faults import Faults
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.supervisor import ANY_SITE, Supervisor
from pinisi.services.mobility.rsmp.versions import Introduced
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant

SITE = "KK+MKS001="
START = parse_instant("2026-11-26T07:00:00Z")
STARTED = 11
"""Seconds after which the controller has started up."""


def crossing() -> Junction:
    groups = [SignalGroup(id=id, minimum_green=6, amber=3, red_amber=1, maximum_red=120) for id in ("north", "east")]
    pairs = (("north", "east"), ("east", "north"))
    return Junction(
        id="ahmad-yani",
        groups=tuple(groups),
        matrix=ConflictMatrix(tuple(Intergreen(clearing=a, entering=b, seconds=5) for a, b in pairs)),
        stages=(Stage(id="1", groups=("north",)), Stage(id="2", groups=("east",))),
        plans=(_plan("1", 30, 20), _plan("2", 20, 10), _plan("5", 40, 40)),
        all_red=1,
    )


def _plan(id: str, first: float, second: float) -> SignalPlan:
    stages = (PlannedStage(stage="1", green=first), PlannedStage(stage="2", green=second))
    return SignalPlan(id=id, cycle=first + second + 10, stages=stages)


def street(site: str = SITE) -> Street:
    return Street(site=site, junction=crossing(), detectors=4, inputs=8, outputs=2, routes={1: "2"}, zone=8)


class PushedClock:
    """The real clock's pace from a fixed moment on, and steps forward at will."""

    def __init__(self, start: Instant = START) -> None:
        self._start, self._began = start, time.monotonic()

    def __call__(self) -> Instant:
        return self._start + round((time.monotonic() - self._began) * SECOND)

    def push(self, seconds: float) -> None:
        self._start += round(seconds * SECOND)


@dataclass
class Pair:
    """Both ends, and what the supervisor heard."""

    supervisor: Supervisor
    site: Site
    cabinet: Cabinet
    clock: PushedClock
    tap: Wiretap
    heard: list[tuple[str, Event]] = field(default_factory=list[tuple[str, Event]])

    def events(self, kind: type[Event]) -> list[Event]:
        return [event for _, event in self.heard if isinstance(event, kind)]

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def settled(self) -> None:
        """Nothing waits for an acknowledgement on either side."""
        await self.until(lambda: self.supervisor.unacknowledged(SITE) == 0 and self.site.unacknowledged == 0)

    async def opened(self, times: int = 1) -> None:
        await self.until(lambda: len(self.events(Opened)) >= times)


@asynccontextmanager
async def speaking(
    faults: Faults | None = None,
    own: Introduced = ANY_SITE,
    times: Times | None = None,
    reconnect: float = 0.1,
    site_times: Times | None = None,
    tap_line: bool = False,
    started: bool = True,
) -> AsyncGenerator[Pair]:
    clock = PushedClock()
    heard: list[tuple[str, Event]] = []
    cabinet = Cabinet(street(), clock())
    site = Site(SITE, cabinet, clock, faults, site_times or times, reconnect)
    if started:
        clock.push(STARTED)
    supervisor = Supervisor(clock, lambda id, event: heard.append((id, event)), own, times)
    async with supervisor.serve(), tapped(supervisor.port) as tap:
        running = asyncio.create_task(site.run("127.0.0.1", tap.port if tap_line else supervisor.port))
        try:
            yield Pair(supervisor, site, cabinet, clock, tap, heard)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
