"""Tells: follows the log with a durable cursor, and commits what is owed to whom with the place that it has read to.

So a notice is owed exactly once, whenever the house ends: either the cursor stands before the act, which is then read
again, or the deliveries are on disk. Clocks that end and levels that nobody answers are looked at by the tenant's time.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import structlog

from pinisi.feed.protocol import Feed
from pinisi.incidents.clocks import Clock, clocks_of
from pinisi.incidents.desk import Desk
from pinisi.incidents.incident import DUE_AT
from pinisi.incidents.notices.contact import Contact
from pinisi.incidents.notices.facts import agency_word
from pinisi.incidents.notices.happening import Happening, Notice, fits, notice_of
from pinisi.incidents.notices.listening import Listener
from pinisi.incidents.notices.outbox import BROKER, HERALD, Outbox
from pinisi.incidents.notices.planning import Owed, Timing, begun, escalated
from pinisi.incidents.notices.where import Where
from pinisi.incidents.notices.wording import said, told
from pinisi.incidents.queue import Case, NoSuchIncident
from pinisi.incidents.record import Record
from pinisi.incidents.states import QUIET
from pinisi.store.change import Change, StoreUnavailable, VersionConflict
from pinisi.store.log import LogEntry, Position
from pinisi.store.protocol import Store
from pinisi.store.query import Compare, DateTime, EntityQuery, Path, TypeIs
from pinisi.vocabulary.instant import MINUTE, Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import INCIDENT

CURSOR = "notices"
STRIDE = 1_000
"""Positions after which the cursor is moved though nobody was to be told."""
LOOK_SECONDS = 2.0
RETRY_SECONDS = 5.0
MOST_LATE = 500
GEOJSON = "geojson"
"""The rule, so to say, by which a warning goes to the broker."""
_log = structlog.get_logger("pinisi.notices")
replace = msgspec.structs.replace


class Teller:
    """For one tenant. `announces`: whether warnings go to a broker. `owing` is called when something is owed."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        outbox: Outbox,
        listener: Listener,
        where: Where,
        *,
        announces: bool = False,
        owing: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._desk, self._outbox, self._listener = store, desk, outbox, listener
        self._where = where
        self._announces = announces
        self._owing = owing
        self._looked: dict[str, tuple[Position, Instant]] = {}

    # following the log

    async def follow(self, feed: Feed) -> None:
        """For ever, also over times in which the store could not be written."""
        while True:
            try:
                await self._follow(feed)
            except StoreUnavailable as error:
                _log.warning("notices wait for the store", tenant=self._where.tenant, reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, feed: Feed) -> None:
        kept = await self.begin()
        async for piece in feed.follow(self._where.tenant, kept, EVERYTHING):
            if piece.reset:
                _log.error("the log was cut: what came between is told to nobody", tenant=self._where.tenant)
            if await self.hear(piece.entries, piece.position):
                kept = piece.position
            elif piece.position - kept >= STRIDE or piece.reset:
                kept = piece.position
                await self._keep([], kept)

    async def begin(self) -> Position:
        """Where it has read to. At its very first start that is here: of what was before nobody is told."""
        known = await self._store.cursor(self._where.tenant, CURSOR)
        if known is None:
            known = await self._store.position(self._where.tenant)
            await self._keep([], known)
        return known

    async def hear(self, entries: Sequence[LogEntry], position: Position) -> bool:
        """Tell of what these lines of the log mean; whether anything was to be told."""
        happenings = [each for entry in entries if (each := await self._heard(entry)) is not None]
        if not happenings:
            return False
        changes: list[Change] = []
        book = await self._outbox.book()
        for happening in happenings:
            changes += await self._told(happening, book)
        await self._keep(changes, position)
        return True

    async def _heard(self, entry: LogEntry) -> Happening | None:
        """What cannot be read is told to nobody, and keeps nothing else from being told."""
        try:
            return await self._listener.heard(entry)
        except StoreUnavailable:
            raise
        except Exception:
            _log.exception("a line of the log cannot be told of", tenant=self._where.tenant, subject=entry.subject)
            return None

    async def _keep(self, changes: Sequence[Change], position: Position) -> None:
        await self._store.apply(self._where.tenant, changes, HERALD, cursor=(CURSOR, position))
        if changes:
            self._owing()

    # making notices

    async def _told(self, happening: Happening, book: Sequence[Contact]) -> list[Change]:
        if happening.on == "source" and (ended := await self._source(happening)) is not None:
            return ended
        timing = await self._timing()
        changes: list[Change] = []
        for rule in self._where.profile.notices.on(happening.on) if book else ():
            if fits(rule, happening):
                notice = notice_of(rule, happening, *told(happening, self._where.profile.notices))
                changes += self._owed(*begun(notice, book, timing))
        return changes + self._announced(happening)

    def _owed(self, notice: Notice, owed: Sequence[Owed]) -> list[Change]:
        return [self._outbox.note(notice, self._where.now()), *(self._outbox.owe(each) for each in owed)]

    async def _source(self, happening: Happening) -> list[Change] | None:
        """A source that is quiet is told of once, until it delivers; None: this is to be told."""
        standing = await self._outbox.standing(happening.about)
        if not happening.key:
            return [] if standing is None else [self._outbox.go_on(standing, _over(standing))]
        return None if standing is None else []

    def _announced(self, happening: Happening) -> list[Change]:
        """A warning goes out as GeoJSON too; what is an exercise does not."""
        if happening.on != "warning" or happening.exercise or not self._announces:
            return []
        title, text = told(happening, self._where.profile.notices)
        notice = Notice(
            key=f"{GEOJSON} {happening.about}",
            rule=GEOJSON,
            on="warning",
            at=happening.at,
            title=title,
            text=text,
            to=(),
            about=happening.about,
        )
        owed = Owed(
            key=notice.key,
            notice=notice.key,
            incident="",
            contact=BROKER,
            channel="mqtt",
            level=1,
            due=self._where.now(),
        )
        return self._owed(notice, [owed])

    async def try_out(self, contact: Contact, key: str) -> Notice:
        """A test message to one contact, at once, also by night."""
        now, profile = self._where.now(), self._where.profile
        words = {"city": profile.city.name, "time": self._listener.time(now)}
        happening = Happening(key=key, on="test", at=now, words=words, exercise=self._where.exercise)
        title, text = told(happening, profile.notices)
        notice = Notice(key=key, rule="test", on="test", at=now, title=title, text=text, to=(), level=1, urgent=True)
        owed = Owed(key=key, notice=key, incident="", contact=contact.key, channel=contact.channel, level=1, due=now)
        await self._store.apply(self._where.tenant, self._owed(notice, [owed]), HERALD)
        self._owing()
        return notice

    async def _timing(self) -> Timing:
        now, bundle = self._where.now(), self._where.profile.notices.bundle
        lately = await self._outbox.lately(now - round(bundle.minutes * MINUTE))
        return Timing(now=now, zone=self._where.profile.zone, bundle=bundle, lately=lately)

    # clocks

    async def watch_clocks(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                _log.warning("notices wait for the store", tenant=self._where.tenant, reason=str(error))
            except Exception:
                _log.exception("clocks of notices cannot be looked at", tenant=self._where.tenant)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Tell of clocks that have ended, and the next level where nobody has answered."""
        for notice in await self._outbox.due_notices(self._where.now()):
            await self._go_on(notice)
        if self._where.profile.notices.on("overdue"):
            await self._late()

    async def _go_on(self, notice: Notice) -> None:
        if await self._has_ended(notice):
            changes: list[Change] = [self._outbox.go_on(notice, _over(notice))]
        else:
            after, owed = escalated(notice, await self._outbox.book(), await self._timing())
            changes = [self._outbox.go_on(notice, after), *(self._outbox.owe(each) for each in owed)]
        try:
            await self._store.apply(self._where.tenant, changes, HERALD)
        except VersionConflict:
            return
        self._owing()

    async def _has_ended(self, notice: Notice) -> bool:
        """Whether what it asked for has been done meanwhile."""
        if not notice.incident:
            return False
        try:
            case = await self._desk.queue.case(self._where.tenant, notice.incident, EVERYTHING)
        except NoSuchIncident:
            return True
        return has_ended(notice, case.record, clocks_of(case.record, self._where.profile.operations.targets))

    async def _late(self) -> None:
        now, book = self._where.now(), await self._outbox.book()
        if not book:
            return
        changes: list[Change] = []
        for case in await self._late_cases(now):
            for happening in self._overdue(case, now):
                changes += await self._told(happening, book)
        if changes:
            await self._store.apply(self._where.tenant, changes, HERALD)
            self._owing()

    async def _late_cases(self, now: Instant) -> list[Case]:
        """Incidents of which a clock has ended, where there may be news since the last look."""
        ended = Compare(Path(DUE_AT), "<=", (DateTime(format_instant(now), now),))
        query = EntityQuery(types=TypeIs(INCIDENT), filter=ended)
        page = await self._store.find(self._where.tenant, query, EVERYTHING, limit=MOST_LATE)
        self._looked = {each.id: self._looked[each.id] for each in page.records if each.id in self._looked}
        found: list[Case] = []
        for record in page.records:
            position, again = self._looked.get(record.id, (0, 0))
            if position == record.position and now < again:
                continue
            case = await self._desk.queue.case(self._where.tenant, record.id, EVERYTHING)
            self._looked[record.id] = record.position, self._next_look(case.record, now)
            found.append(case)
        return found

    def _next_look(self, record: Record, now: Instant) -> Instant:
        """When another clock of it ends, or has ended as long ago as a rule waits."""
        waits = {round(rule.late_minutes * MINUTE) for rule in self._where.profile.notices.on("overdue")}
        clocks = [clock for clock in clocks_of(record, self._where.profile.operations.targets) if clock.runs]
        moments = [clock.due + wait for clock in clocks for wait in waits]
        return min((moment for moment in moments if moment > now), default=now + 60 * MINUTE)

    def _overdue(self, case: Case, now: Instant) -> list[Happening]:
        if case.record.state in QUIET:
            return []
        clocks = clocks_of(case.record, self._where.profile.operations.targets)
        return [self._ended(case, clock, now) for clock in clocks if clock.runs and clock.due <= now]

    def _ended(self, case: Case, clock: Clock, now: Instant) -> Happening:
        key = f"overdue {case.entity.id} {clock.name} {clock.agency} {clock.unit} {clock.since}"
        happening = self._listener.of(case, key, "overdue", clock.due)
        agency = clock.agency or case.record.lead
        words = {
            **happening.words,
            "clock": said(f"clock-{clock.name}"),
            "minutes": str((now - clock.due) // MINUTE),
            "agency": agency_word(self._where.profile, agency) if agency else "",
        }
        late = now - clock.due
        return replace(happening, words=words, agency=clock.agency, unit=clock.unit, clock=clock.name, late=late)


def has_ended(notice: Notice, record: Record, clocks: Sequence[Clock]) -> bool:
    """Whether the incident asks for nobody's answer to this any more."""
    if record.state in QUIET or record.state == "closed":
        return True
    if notice.on == "raised":
        return bool(record.owner or record.owner_name or record.acknowledged_at)
    if notice.on == "assigned":
        waiting = [each for each in record.active if (each.agency, each.unit) == (notice.agency, notice.unit)]
        return not any(each.state == "sent" for each in waiting)
    if notice.on == "overdue":
        named = [each for each in clocks if (each.name, each.unit) == (notice.clock, notice.unit)]
        return not any(each.runs and each.agency in ("", notice.agency) for each in named)
    return False


def _over(notice: Notice) -> Notice:
    return replace(notice, state="over", next_at=0)
