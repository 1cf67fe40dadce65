"""NTCIP as an adapter: asks one controller again and again, and tells what it hears in the words of the control room.

A controller that does not answer three questions in a row is gone, as one is that answers nonsense: the junction is its
plan's, and it is asked anew until it answers again.
"""

import asyncio
from collections.abc import Callable, Mapping

from pinisi.services.mobility.atcs.adapter import Flash, Hear, LineDown, Order, OrderRefused, ProtocolName, Wish
from pinisi.services.mobility.atcs.layout import Plot, SnmpAt
from pinisi.services.mobility.ntcip import objects
from pinisi.services.mobility.ntcip.counts import counts_of, questions
from pinisi.services.mobility.ntcip.objects import Oid
from pinisi.services.mobility.ntcip.orders import Ordering
from pinisi.services.mobility.ntcip.reading import Phases, Told
from pinisi.services.mobility.ntcip.snmp import AgentRefused, Misstated, NoAnswer, Snmp, Value
from pinisi.services.mobility.ntcip.telling import alarm, counts_update, status_update
from pinisi.services.mobility.rsmp.events import Cause, Closed, Event, Heard, Opened
from pinisi.vocabulary.instant import SECOND, Instant

VERSION = "NTCIP 1202"
Fault = tuple[str, str]
"""Component and code."""
MISSED = 3
"""Questions without an answer after which the line counts as down."""
RENEWALS = 3
"""How often an order that holds is set anew within unitBackupTime."""


class NtcipLine:
    """Of one controller. Tells `hear` what RSMP would: opened, statuses, alarms, closed."""

    protocol: ProtocolName = "ntcip"

    def __init__(self, plot: Plot, community: str, clock: Callable[[], Instant], hear: Hear) -> None:
        assert plot.layout.snmp is not None
        self._at: SnmpAt = plot.layout.snmp
        self._site, self._community, self._clock, self._hear = plot.layout.site, community, clock, hear
        self._secret = plot.layout.secret
        self._phases = Phases(plot.junction, self._at.phases)
        self._ordering = Ordering(plot.junction, self._at.phases, tuple(self._phases.numbers))
        self._numbers = sorted(
            {zone.number for lane in plot.layout.lanes for zone in lane.zones}
            | {each.number for each in plot.layout.exits}
        )
        self._agent: Snmp | None = None
        self._told: Told | None = None
        self._device = self._fault = ""
        self._alarms: frozenset[Fault] = frozenset()
        self._faults: frozenset[Fault] = frozenset()
        self._missed = 0
        self._sequence: int | None = None
        self._held: Mapping[Oid, int] = {}
        self._renewed: Instant = 0
        self._flash_until: Instant | None = None

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                await self._once()
                await asyncio.sleep(self._at.every)
        finally:
            self._leave()

    async def give(self, order: Order) -> None:
        if not self._community:
            raise OrderRefused(f"the secret {self._secret} is not there")
        if self._agent is None or self._told is None:
            raise LineDown(f"{self._site} is not connected")
        if isinstance(order, Wish) and not self._told.backup:
            raise OrderRefused("unitBackupTime is 0: cut off, it would never be its own again")
        await self._set(self._ordering.sets(order))
        self._flash_until = self._clock() + order.minutes * 60 * SECOND if isinstance(order, Flash) else None

    async def _set(self, values: Mapping[Oid, int]) -> None:
        assert self._agent is not None
        try:
            await self._agent.set(values)
        except (AgentRefused, Misstated) as error:
            raise OrderRefused(str(error)) from None
        except NoAnswer as error:
            raise LineDown(str(error)) from None
        self._held, self._renewed = values, self._clock()

    async def _once(self) -> None:
        try:
            await self._ask()
        except (NoAnswer, OSError) as error:
            self._missed += 1
            if self._missed >= MISSED or self._told is None:
                cause: Cause = "silent" if self._device else "no introduction"
                self._lose(cause, f"{error}: line, address or community name?")
        except (AgentRefused, Misstated) as error:
            self._lose("broken stream", str(error))

    async def _ask(self) -> None:
        if self._agent is None:
            wait = max(min(self._at.every, 2.0), 0.2)
            self._agent = await Snmp.open(self._at.host, self._at.port, self._community, wait)
        if self._told is None:
            await self._open(self._agent)
        told = self._phases.read(await self._agent.get(self._phases.asked))
        self._missed = 0
        now = self._clock()
        if self._told is None:
            self._say(Opened(now, VERSION, (self._site,)))
        self._say(Heard(now, status_update(self._site, now, told, self._device)))
        self._told = told
        await self._count(self._agent, told)
        self._tell_alarms(self._faults | {(self._site, name) for name in told.alarms})
        await self._keep_up(now, told)

    async def _open(self, agent: Snmp) -> None:
        """What it is, and how long its counting periods are: ours are asked for, where they are not."""
        found = await agent.get([objects.DESCRIPTION])
        text = found[objects.DESCRIPTION]
        self._device = text.decode("utf-8", "replace")[:200] if isinstance(text, bytes) else str(text)
        if self._at.counts:
            await agent.set({objects.COUNT_PERIOD: self._at.counts})
        self._sequence = None

    async def _count(self, agent: Snmp, told: Told) -> None:
        """Once a period. What comes first has begun before we did, and is passed over."""
        before, self._sequence = self._sequence, told.sequence
        if not (self._at.counts and self._numbers) or before is None or before == told.sequence:
            return
        values: dict[Oid, Value] = {}
        try:
            for part in questions(self._numbers):
                values |= await agent.get(part)
        except AgentRefused as error:
            self._faults = frozenset({(self._site, f"no counts: {error}")})
            return
        counts, now = counts_of(values, self._numbers), self._clock()
        self._faults = frozenset((f"{self._site}DL{each:03d}", fault) for each, fault in counts.faults.items())
        self._say(Heard(now, counts_update(self._site, now, counts)))

    async def _keep_up(self, now: Instant, told: Told) -> None:
        """A plan or flashing that was ordered ends by itself after unitBackupTime: it is set anew in time. Wishes for
        groups are not: who wishes says so each second.
        """
        if self._flash_until is not None and now >= self._flash_until:
            self._flash_until = None
            await self._set({objects.PATTERN_CONTROL: self._ordering.chosen})
        due = told.backup and now - self._renewed >= told.backup * SECOND // RENEWALS
        if due and self._held.get(objects.PATTERN_CONTROL, objects.OWN) not in (objects.OWN, objects.FREE):
            await self._set({objects.PATTERN_CONTROL: self._held[objects.PATTERN_CONTROL]})

    def _tell_alarms(self, alarms: frozenset[Fault]) -> None:
        now = self._clock()
        for fault in sorted(alarms ^ self._alarms):
            self._say(Heard(now, alarm(*fault, now, fault in alarms)))
        self._alarms = alarms

    def _say(self, event: Event) -> None:
        self._hear(self._site, event)

    def _lose(self, cause: Cause, reason: str) -> None:
        """Told once for as long as it lasts."""
        if self._told is not None or reason != self._fault:
            self._say(Closed(self._clock(), cause, reason))
        self._fault = reason
        self._leave()

    def _leave(self) -> None:
        if self._agent is not None:
            self._agent.close()
        self._agent, self._told, self._missed, self._held = None, None, 0, {}
        self._flash_until = None
