"""The supervisor as a way in for messages: listens for sites, and tells how each is doing whenever that changes."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import nullcontext

import msgspec

from pinisi.runtime.source import Line, Message, TransportFailed
from pinisi.services.mobility.models.controllers import SitePlace
from pinisi.services.mobility.models.ordered import Ordered
from pinisi.services.mobility.rsmp.catalogue import SXL
from pinisi.services.mobility.rsmp.events import Event, Heard
from pinisi.services.mobility.rsmp.health import DayMark, SiteHealth, after, marked
from pinisi.services.mobility.rsmp.messages import AggregatedStatus, Wanted
from pinisi.services.mobility.rsmp.reports import report_of
from pinisi.services.mobility.rsmp.session import Times
from pinisi.services.mobility.rsmp.supervisor import LinkLost, Supervisor
from pinisi.services.mobility.rsmp.versions import Introduced

WANTED = tuple(
    Wanted(code=code, name=name, every="0", on_change=True)
    for code, names in (
        ("S0001", ("signalgroupstatus",)),
        ("S0007", ("status",)),
        ("S0011", ("status",)),
        ("S0014", ("status", "source")),
        ("S0017", ("number",)),
        ("S0020", ("controlmode",)),
        ("S0022", ("status",)),
        ("S0028", ("status",)),
        ("S0095", ("status",)),
    )
    for name in names
)
"""What is asked of each site; the cycle counter is not: it changes each second."""
AT_MOST_EVERY = 1.0
"""Seconds between two reports of a site."""
AT_LEAST_EVERY = 30.0


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must outlive a restart of ours: how long links stood, how often they failed, also at the begin of each of
    the last days; and of one that is controlled how it was ordered to run.
    """

    up: int
    failures: int
    ordered: Ordered | None = None
    days: tuple[DayMark, ...] = ()


_COUNTS = msgspec.json.Decoder(dict[str, Kept])


class Listening:
    """One port, the sites that may connect to it, and the health of each."""

    def __init__(
        self,
        line: Line,
        sites: Mapping[str, SitePlace],
        at_most_every: float = AT_MOST_EVERY,
        wanted: Sequence[Wanted] = WANTED,
        times: Times | None = None,
        connecting: Sequence[str] | None = None,
    ) -> None:
        """`connecting`: those of the sites that connect by RSMP, None for all; without any nobody is listened for."""
        self._line, self._sites, self._at_most_every, self._wanted = line, sites, at_most_every, wanted
        self._health: dict[str, SiteHealth] = {}
        self._past: Mapping[str, Kept] = {}
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._connecting = tuple(sites) if connecting is None else tuple(connecting)
        own = Introduced(sxl=SXL, sites=self._connecting)
        self.supervisor = Supervisor(line.now, self._hear, own, times)

    async def messages(self, host: str, port: int) -> AsyncIterator[Message]:
        await self._begin()
        try:
            async with self.supervisor.serve(host, port) if self._connecting else nullcontext():
                while True:
                    for message in self._reports():
                        yield message
                    await self._wait()
        except OSError as error:
            raise TransportFailed(f"cannot listen at {host}:{port}: {error.strerror or error}") from None

    async def _begin(self) -> None:
        """Go on from what was kept."""
        kept = await self._line.kept()
        self._past = _COUNTS.decode(kept) if kept else {}
        for id, place in self._sites.items():
            past = self._past.get(id, Kept(0, 0))
            self._health[id] = SiteHealth(
                site=id, up=past.up, failures=past.failures, conflicting=place.conflicting, fault="not connected yet",
                down_since=self._line.now(), days=past.days,
            )  # fmt: skip
        self._changed = set(self._sites)

    def _reports(self) -> list[Message]:
        now = self._line.now()
        self._health = {id: marked(each, now) for id, each in self._health.items()}
        changed, self._changed = sorted(self._changed), set()
        place = msgspec.json.encode({id: self._kept(id, each) for id, each in self._health.items()})
        return [
            Message(
                body=msgspec.json.encode(report_of(self._health[id], self._sites[id], now)),
                origin=f"rsmp:{id}",
                received=now,
                media="application/json",
                place=place,
            )
            for id in changed
        ]

    def _kept(self, id: str, health: SiteHealth) -> Kept:
        return Kept(health.up, health.failures, days=health.days)

    async def _wait(self) -> None:
        """For a change, and for a moment more; after a while what is unchanged is told again: it is still so."""
        await asyncio.sleep(self._at_most_every)
        try:
            async with asyncio.timeout(AT_LEAST_EVERY):
                await self._wake.wait()
        except TimeoutError:
            self._changed = set(self._sites)
        self._wake.clear()

    def _hear(self, site: str, event: Event) -> None:
        if site not in self._health:
            return
        self._health[site] = after(self._health[site], event)
        self._changed.add(site)
        self._wake.set()
        if isinstance(event, Heard) and isinstance(event.message, AggregatedStatus):
            self._subscribe(site, event.message.component)

    def _subscribe(self, site: str, component: str) -> None:
        """Aggregated status begins each link and names the main component. What is subscribed stays as it is."""
        try:
            self.supervisor.subscribe(site, component, self._wanted)
        except LinkLost:
            return
