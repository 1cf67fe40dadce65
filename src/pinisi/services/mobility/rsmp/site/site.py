"""The site's end of the link: connects, introduces itself, answers, keeps what it could not tell, connects again.

RSMP core 3.2.2, "Transport between site and supervision system": the site initiates, and reconnects ("default 10 s").
"""

import asyncio
from collections.abc import Mapping

from pinisi.services.mobility.rsmp.catalogue import SXL
from pinisi.services.mobility.rsmp.events import Closed, Event, Heard, Opened
from pinisi.services.mobility.rsmp.line import Clock, Line
from pinisi.services.mobility.rsmp.messages import Alarm, Content, Value
from pinisi.services.mobility.rsmp.outbox import Outbox
from pinisi.services.mobility.rsmp.session import NotOpen, Session, Times
from pinisi.services.mobility.rsmp.site.desk import Desk
from pinisi.services.mobility.rsmp.site.equipment import Equipment
from pinisi.services.mobility.rsmp.site.faults import Faults
from pinisi.services.mobility.rsmp.versions import Introduced
from pinisi.vocabulary.instant import Instant

RECONNECT = 10.0
"""Seconds."""


class Site:
    """`events` is all that happened on its links, newest last, the last thousand."""

    def __init__(
        self,
        id: str,
        equipment: Equipment,
        clock: Clock,
        faults: Faults | None = None,
        times: Times | None = None,
        reconnect: float = RECONNECT,
    ) -> None:
        self.id, self.faults, self.outbox = id, faults or Faults(), Outbox()
        self.events: list[Event] = []
        self._equipment = equipment
        self.desk = Desk(_Told(equipment, self.faults))
        self._clock, self._times, self._reconnect = clock, times, reconnect
        self._line: Line | None = None
        self._cut_until = 0.0
        self._restarts = self.desk.restarts

    @property
    def unacknowledged(self) -> int:
        """How many of its messages wait for an acknowledgement; those of a line that is cut are kept instead."""
        return 0 if self._line is None else self._line.session.unacknowledged

    def now(self) -> Instant:
        """By the site's own clock, which may be off."""
        return self._clock() + self.faults.clock_off

    async def run(self, host: str, port: int) -> None:
        """Until it is cancelled."""
        while True:
            await self.connect(host, port)
            await self._wait_and_keep()

    async def connect(self, host: str, port: int) -> None:
        """One link, from its beginning to its end; nothing happens where nobody listens."""
        try:
            streams = await asyncio.open_connection(host, port)
        except OSError:
            return
        session = Session("site", self._introduced(), self._judge, self._times)
        self._line = Line(session, streams, self.now, self._hear, self._idle, tick=0.1, spoil=self.faults.spoil)
        try:
            await self._line.run()
        finally:
            self._line = None

    def cut(self, seconds: float = 0.0) -> None:
        """Cut the line, as a digger would; for so long it is not there again."""
        self._cut_until = asyncio.get_running_loop().time() + seconds
        if self._line is not None:
            self._line.cut()

    def tell(self, message: Content | None) -> None:
        """Send, or keep until the link stands again. None is nothing: an alarm that changed nothing."""
        if message is None:
            return
        try:
            if self._line is None:
                raise NotOpen
            self._line.send(message)
        except NotOpen:
            self.outbox.keep([message])

    def look(self) -> None:
        """Tell what is due now, rather than with the next tick of the line."""
        if self._line is not None:
            self._idle(self.now())

    async def _wait_and_keep(self) -> None:
        """Subscriptions go on while the line is cut; their updates are kept."""
        ends = max(asyncio.get_running_loop().time() + self._reconnect, self._cut_until)
        while asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(min(0.1, self._reconnect))
            self.outbox.keep(self.desk.due(self.now()))

    def _introduced(self) -> Introduced:
        return Introduced(sxl=self.faults.sxl or SXL, sites=(self.id,), core=self.faults.core)

    def _judge(self, message: Content) -> str:
        return self.desk.judge(message, self.now())

    def _idle(self, now: Instant) -> None:
        if self._restarts != self.desk.restarts:
            self._restart()
        elif self._line is not None and self._line.session.stage == "open":
            for message in self.desk.due(now):
                self.tell(message)

    def _restart(self) -> None:
        self._restarts = self.desk.restarts
        self.desk.subscriptions.clear()
        if self._line is not None:
            self._line.close("the controller restarts")

    def _hear(self, event: Event) -> None:
        self.events = [*self.events[-999:], event]
        match event:
            case Opened():
                self._equipment.link(True, self.now())
                self._open()
            case Heard(message=message):
                for answer in self.desk.answer(message, self.now()):
                    self.tell(answer)
            case Closed(unconfirmed=unconfirmed):
                self._equipment.link(False, self.now())
                self.outbox.keep(unconfirmed)
            case _:
                pass

    def _open(self) -> None:
        """Aggregated status, all alarms, then what was kept, without alarms that were told just now."""
        opening = self.desk.opening(self.now())
        told = {_event_of(message) for message in opening if isinstance(message, Alarm)}
        kept = [m for m in self.outbox.drain() if not (isinstance(m, Alarm) and _event_of(m) in told)]
        for message in [*opening, *kept]:
            self.tell(message)


def _event_of(alarm: Alarm) -> tuple[object, ...]:
    return (alarm.component, alarm.code, alarm.purpose, alarm.active, alarm.acknowledged, alarm.suspended, alarm.at)


class _Told:
    """The equipment as its site tells of it: honestly, unless the faults say otherwise."""

    def __init__(self, equipment: Equipment, faults: Faults) -> None:
        self._equipment, self._faults = equipment, faults
        self.main, self.components = equipment.main, equipment.components
        self.opens, self.refusal = equipment.opens, equipment.refusal
        self.bits, self.alarms, self.change_alarm = equipment.bits, equipment.alarms, equipment.change_alarm
        self.link = equipment.link

    @property
    def restarts(self) -> int:
        return self._equipment.restarts

    @property
    def counted(self) -> Instant:
        return self._equipment.counted

    def read(self, component: str, code: str, now: Instant) -> Mapping[str, Value] | None:
        values = self._equipment.read(component, code, now)
        if values is None:
            return None
        return {name: self._faults.lies.get((code, name), value) for name, value in values.items()}

    def perform(self, component: str, code: str, arguments: Mapping[str, str], now: Instant) -> bool:
        return self._faults.deaf or self._equipment.perform(component, code, arguments, now)
