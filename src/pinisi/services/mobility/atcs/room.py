"""The control room of some junctions: listens for their controllers, lets each post decide, sends what it decided."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

import msgspec

from pinisi.runtime.source import Line, Message, TransportFailed
from pinisi.services.mobility.atcs.adapter import LineDown, Offset, Order, OrderRefused, StreetLine
from pinisi.services.mobility.atcs.arterial_desk import ArterialDesk, searching
from pinisi.services.mobility.atcs.arterial_layout import ArterialLayout
from pinisi.services.mobility.atcs.layout import Plot
from pinisi.services.mobility.atcs.post import Post
from pinisi.services.mobility.atcs.priority_desk import PriorityDesk
from pinisi.services.mobility.atcs.rsmp_line import RsmpLine
from pinisi.services.mobility.atcs.telling import laid_of, report_of_post
from pinisi.services.mobility.engine.signals.fallback import FallBackRule
from pinisi.services.mobility.models.arterials import ArterialReport
from pinisi.services.mobility.models.controllers import SitePlace
from pinisi.services.mobility.models.junction_live import PriorityTold
from pinisi.services.mobility.models.ordered import Ordered
from pinisi.services.mobility.models.priority import PriorityRule
from pinisi.services.mobility.rsmp.events import Closed, Event, Heard, Opened
from pinisi.services.mobility.rsmp.health import SiteHealth
from pinisi.services.mobility.rsmp.listening import WANTED, Kept, Listening
from pinisi.services.mobility.rsmp.messages import AggregatedStatus, StatusUpdate, Wanted
from pinisi.services.mobility.rsmp.session import Times
from pinisi.store.change import StoreUnavailable
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant

COUNTED = tuple(
    Wanted(code=code, name=name, every="1", on_change=False)
    for code, name in (("S0205", "vehicles"), ("S0206", "speed"), ("S0207", "occupancy"))
)
"""What all detector logics counted in the last second."""
PRIORITIES = (Wanted(code="S0033", name="status", every="0", on_change=True),)
"""Where requests for priority stand; before RSMP 3.2 there are no arrays, and it is unknown."""
SOONEST_S, LATEST_S = 0.5, 1.3
"""A post decides when its detectors were heard, no sooner and no later after the last time than this."""
ANSWER_S = 5.0
"""So long a controller may take to answer an order; who takes longer is as one that refuses."""
MEASURED = 6_000


class Cost(msgspec.Struct):
    """What the last decisions took, milliseconds; and from a detector's update to the order on the line."""

    decision_ms: deque[float]
    heard_to_order_ms: deque[float]


class Seat:
    """A post with its line: what is being sent, and what is to be told."""

    def __init__(self, post: Post, place: SitePlace, line: StreetLine) -> None:
        self.post, self.place, self.line = post, place, line
        self.priority: PriorityDesk | None = None
        self.priorities: tuple[PriorityTold, ...] = ()
        self.decided = 0.0
        self.shadow_due = False
        self.sending: asyncio.Task[None] | None = None
        self.laid_told = self.changed = False
        self.told = 0.0


class ControlRoom(Listening):
    """Of one source. `seats` by junction id."""

    def __init__(
        self,
        line: Line,
        plots: Sequence[Plot],
        tell_every: float = 5.0,
        rule: FallBackRule | None = None,
        at_most_every: float = 1.0,
        times: Times | None = None,
        tick: float = 0.1,
        arterials: Sequence[ArterialLayout] = (),
        priority: PriorityRule | None = None,
    ) -> None:
        places = {plot.layout.site: _place_of(plot) for plot in plots}
        connecting = [plot.layout.site for plot in plots if plot.layout.snmp is None]
        self._rule_of_priority = priority
        asked = (*WANTED, *COUNTED, *(PRIORITIES if priority else ()))
        super().__init__(line, places, at_most_every, asked, times, connecting)
        self._plots, self._tell_every, self._rule, self._tick = plots, tell_every, rule, tick
        self.seats: dict[str, Seat] = {}
        self._by_site: dict[str, Seat] = {}
        self._running: list[asyncio.Task[None]] = []
        by_junction = {plot.junction.id: plot for plot in plots}
        self.desks = [ArterialDesk(layout, by_junction) for layout in arterials]
        self.cost = Cost(deque(maxlen=MEASURED), deque(maxlen=MEASURED))

    async def messages(self, host: str, port: int) -> AsyncIterator[Message]:
        deciding = asyncio.create_task(self._keep_deciding(), name="signal control")
        try:
            async for message in super().messages(host, port):
                yield message
                for task in (deciding, *self._running):
                    if task.done():
                        task.result()
        finally:
            for task in (deciding, *self._running):
                task.cancel()
            await asyncio.gather(deciding, *self._running, *self._sending(), return_exceptions=True)

    async def _begin(self) -> None:
        await super()._begin()
        now = self._line.now() / SECOND
        for plot in self._plots:
            kept = self._past.get(plot.layout.site)
            post = Post(plot, now, kept.ordered if kept else None, self._rule)
            seat = Seat(post, _place_of(plot), self._line_to(plot))
            if self._rule_of_priority is not None and plot.layout.approaches:
                seat.priority = PriorityDesk(post, self._rule_of_priority)
                self._running.append(asyncio.create_task(self._keep_priority(seat, seat.priority)))
            self.seats[plot.junction.id] = self._by_site[plot.layout.site] = seat
            self._running.append(asyncio.create_task(seat.line.run(), name=f"line to {plot.layout.site}"))
        if self.desks:
            self._running.append(searching(self.desks, self._wake.set))

    def _line_to(self, plot: Plot) -> StreetLine:
        """What speaks another protocol than RSMP is loaded only where a layout wants it."""
        secret = self._secret(plot.layout.secret)
        if plot.layout.snmp is None:
            return RsmpLine(self.supervisor, plot, secret)
        from pinisi.services.mobility.ntcip.line import NtcipLine

        return NtcipLine(plot, secret, self._line.now, self._hear)

    def _secret(self, name: str) -> str:
        """The security code; without one nothing is ordered, and all else goes on."""
        try:
            return self._line.secret(name)
        except TransportFailed:
            return ""

    def _sending(self) -> list[asyncio.Task[None]]:
        tasks = [seat.sending for seat in self.seats.values() if seat.sending is not None]
        for task in tasks:
            task.cancel()
        return tasks

    # what is heard

    def _hear(self, site: str, event: Event) -> None:
        super()._hear(site, event)
        seat = self._by_site.get(site)
        if seat is None:
            return
        now = self._line.now() / SECOND
        match event:
            case Opened():
                seat.post.link(True, now)
            case Closed():
                seat.post.link(False, now)
            case Heard(message=AggregatedStatus(component=component)) if isinstance(seat.line, RsmpLine):
                seat.line.component = component
            case Heard(message=StatusUpdate() as update):
                self._take(seat, update, now)
            case _:
                pass
        heard = self._health[site].heard
        seat.post.heard = seat.post.heard if heard is None else heard / SECOND

    def _take(self, seat: Seat, update: StatusUpdate, now: float) -> None:
        values = {each.code: str(each.value) for each in update.values if each.quality == "recent"}
        health = self._health[seat.place.id]
        seat.post.detection.faulty = _faulty(health)
        seat.post.running_plan = str(health.status.get("S0014 status", ""))
        if "S0033" in values and seat.priority is not None:
            seat.priority.heard(_stages(health.status.get("S0033 status")), now)
        if "S0001" in values:
            letters = str(health.status.get("S0001 signalgroupstatus", ""))
            seat.changed |= bool(seat.post.lamps.take(letters, parse_instant(update.at) // SECOND))
        if "S0207" in values:
            counted = [values.get(code, "") for code in ("S0205", "S0206", "S0207")]
            seat.post.detection.take(now, *counted)
            if now - seat.decided >= SOONEST_S:
                self._decide(seat, now, time.perf_counter())

    # deciding

    async def _keep_deciding(self) -> None:
        """What no detector brings about: posts that hear none, and the shadows, one after the other."""
        while True:
            await asyncio.sleep(self._tick)
            for seat in list(self.seats.values()):
                now = self._line.now() / SECOND
                if now - seat.decided >= LATEST_S:
                    self._decide(seat, now, None)
                if seat.shadow_due:
                    seat.shadow_due = False
                    seat.post.shadow(now)
                    await asyncio.sleep(0)

    def _decide(self, seat: Seat, now: float, heard: float | None) -> None:
        seat.decided, seat.shadow_due = now, True
        before = seat.post.control, seat.post.reason
        started = time.perf_counter()
        orders = seat.post.decide(now)
        ended = time.perf_counter()
        self.cost.decision_ms.append(1000 * (ended - started))
        seat.changed |= (seat.post.control, seat.post.reason) != before
        if orders:
            self._send(seat, orders)
            if heard is not None:
                self.cost.heard_to_order_ms.append(1000 * (time.perf_counter() - heard))

    def _send(self, seat: Seat, orders: Sequence[Order]) -> None:
        """Nobody waits for the answer; while one is awaited, the next wish is left out: it comes again in a second."""
        if seat.sending is not None and not seat.sending.done():
            return
        seat.sending = asyncio.get_running_loop().create_task(self._give_all(seat, orders))

    async def _give_all(self, seat: Seat, orders: Sequence[Order]) -> None:
        try:
            for order in orders:
                await self.give(seat, order)
        except OrderRefused as error:
            seat.post.refuse(str(error))
        except LineDown:
            return
        except TimeoutError:
            seat.post.refuse(f"no answer within {ANSWER_S:g} s")

    async def give(self, seat: Seat, order: Order) -> None:
        """One order, and its answer.

        Raises:
            OrderRefused: it would not, or confirmed another thing; or there is no security code.
            LineDown, TimeoutError.
        """
        async with asyncio.timeout(ANSWER_S):
            await seat.line.give(order)

    async def _keep_priority(self, seat: Seat, desk: PriorityDesk) -> None:
        """Who comes, and what is asked for him; a store or a line that fails costs one look."""
        while True:
            await asyncio.sleep(10 * self._tick)
            now = self._line.now() / SECOND
            try:
                orders = await desk.look(self._line, now)
            except StoreUnavailable:
                continue
            for order in orders:
                try:
                    await self.give(seat, order)
                except OrderRefused as error:
                    desk.refused(order.request, now)
                    seat.post.refused = str(error)
                except (LineDown, TimeoutError):
                    desk.refused(order.request, now)
            told = desk.told()
            if told != seat.priorities:
                seat.priorities, seat.changed = told, True
                self._wake.set()

    # telling

    def _reports(self) -> list[Message]:
        """The controllers', then the junctions': changes of lamps at once, all else every few seconds."""
        messages = super()._reports()
        place = messages[-1].place if messages else None
        now = self._line.now()
        for seat in self.seats.values():
            whole = now / SECOND - seat.told >= self._tell_every
            if whole or seat.changed:
                messages.append(self._report(seat, now, whole, place))
        return [*messages, *self._arterial_reports(now, place)]

    def _arterial_reports(self, now: Instant, place: bytes | None) -> Iterator[Message]:
        for desk in self.desks:
            desk.reckon(self._posts(desk), now / SECOND)
            report = self.arterial_report(desk)
            if not desk.due(report, self._tell_every):
                continue
            body = msgspec.json.encode(report)
            yield Message(
                body=body, origin=f"arterial:{report.id}", received=now, media="application/json", place=place
            )

    def _posts(self, desk: ArterialDesk) -> Mapping[str, Post]:
        return {each.junction: self.seats[each.junction].post for each in desk.layout.junctions}

    def arterial_report(self, desk: ArterialDesk) -> ArterialReport:
        return desk.report(self._posts(desk), self._line.id, self._line.now())

    def unfit(self, desk: ArterialDesk) -> str:
        """Why the wanted offsets are not to be ordered now; empty where they may."""
        return desk.fault or ("" if desk.wanted else "none are found yet") or desk.unfit(self._posts(desk))

    async def move(self, desk: ArterialDesk, wanted: bool, by: str) -> None:
        """All offsets of an arterial, or none: where one controller refuses, those that took theirs go back.

        Raises:
            OrderRefused, LineDown, TimeoutError.
        """
        given: list[tuple[Seat, int | None]] = []
        try:
            for number, each in enumerate(desk.layout.junctions):
                seat = self.seats[each.junction]
                offset = desk.wanted.seconds[number] if wanted and desk.wanted else None
                await self._give_offset(seat, offset)
                given.append((seat, offset))
        except (OrderRefused, LineDown, TimeoutError):
            for seat, _ in given:
                await self._give_offset(seat, seat.post.ordered.offset)
            raise
        now = self._line.now() / SECOND
        for seat, offset in given:
            seat.laid_told = False
            self.order(seat, msgspec.structs.replace(seat.post.ordered, offset=offset, since=now, by=by))

    async def _give_offset(self, seat: Seat, offset: int | None) -> None:
        """None: that of the stored plan."""
        plot = seat.post.as_stored
        number = plot.layout.plan
        stored = round(plot.junction.plan(number).offset)
        await self.give(seat, Offset(int(number), stored if offset is None else offset))

    def _report(self, seat: Seat, now: Instant, whole: bool, place: bytes | None) -> Message:
        laid = None if seat.laid_told else laid_of(seat.post.plot)
        report = report_of_post(seat.post, self._health[seat.place.id], self._line.id, now, whole, laid)
        if seat.priority is not None:
            report = msgspec.structs.replace(report, priorities=seat.priorities)
        seat.changed, seat.laid_told = False, True
        if whole:
            seat.told = now / SECOND
        body = msgspec.json.encode(report)
        return Message(
            body=body,
            origin=f"{seat.line.protocol}:{seat.place.id}",
            received=now,
            media="application/json",
            place=place,
        )

    def _kept(self, id: str, health: SiteHealth) -> Kept:
        ordered = self._by_site[id].post.ordered if id in self._by_site else None
        return Kept(health.up, health.failures, ordered, health.days)

    def order(self, seat: Seat, ordered: Ordered) -> None:
        """The mode changes; kept over a restart with the next report."""
        seat.post.order(ordered)
        seat.changed = True
        self._changed.add(seat.place.id)
        self._wake.set()

    @property
    def source(self) -> str:
        """The id of the source."""
        return self._line.id

    @property
    def now(self) -> Instant:
        """The tenant's time."""
        return self._line.now()

    def health(self, seat: Seat) -> SiteHealth:
        return self._health[seat.place.id]


def _place_of(plot: Plot) -> SitePlace:
    places = {group.id: number for number, group in enumerate(plot.junction.groups, start=1)}
    pairs = sorted({tuple(sorted((places[a], places[b]))) for a, b in plot.junction.matrix.conflicts()})
    layout = plot.layout
    return SitePlace(
        id=layout.site,
        name=layout.name or plot.junction.name or plot.junction.id,
        lon=layout.lon,
        lat=layout.lat,
        conflicting=tuple((pair[0], pair[1]) for pair in pairs),
    )


def _faulty(health: SiteHealth) -> frozenset[int]:
    """Detector logics with an error of their own (A0301 to A0304), by the last three digits of their component."""
    ends = [alarm.component[-3:] for alarm in health.alarms if alarm.code.startswith("A030")]
    return frozenset(int(end) for end in ends if end.isascii() and end.isdigit())


class _Standing(msgspec.Struct):
    """A row of S0033."""

    r: str
    s: str


def _stages(told: object) -> Mapping[str, str]:
    """Of S0033: the stage of each request, by its id; nothing of what has not its form."""
    try:
        return {each.r: each.s for each in msgspec.convert(told, list[_Standing])}
    except msgspec.ValidationError:
        return {}
