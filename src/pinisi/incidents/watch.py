"""Watches the log for what a written rule calls an alarm, with a durable cursor: nothing is missed over a restart.

An alarm is raised when its condition begins to hold, is told when that ends, and rings again only after it has ended in
between: an operator who closes an alarm whose cause goes on is not called again by every further measurement.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import msgspec
import structlog

from pinisi.feed.protocol import Feed
from pinisi.incidents.acts import AnyDeed, Release, Resume, Return, Suppress
from pinisi.incidents.desk import Desk
from pinisi.incidents.grouping.gate import GROUPING, Gate, keep_turns
from pinisi.incidents.incident import Raised
from pinisi.incidents.queue import Case, NoSuchIncident, Wanted
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.incidents.states import LOUD, OPEN
from pinisi.store.change import DocumentChange, StoreUnavailable
from pinisi.store.log import LogEntry, LogSlice
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.reading import every
from pinisi.store.record import Record
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import INCIDENT

STANDING = "alarm-standing"
"""Kind of the documents that say which alarms of an entity hold: id of the entity -> ids of incidents."""
STRIDE = 1_000
"""Positions after which the cursor is moved though nothing was raised: what a restart looks at again."""
RETRY_SECONDS = 5.0
PAGE = 500
TRIES = 5

_log = structlog.get_logger("pinisi.incidents")
_encode = msgspec.json.Encoder().encode
_ids = msgspec.json.Decoder(frozenset[str]).decode


class Quieted(msgspec.Struct, frozen=True):
    """The written rule by which an alarm is suppressed by design, and its reason."""

    rule: str
    reason: str


class Rules(msgspec.Struct, frozen=True):
    """A city's written rules: the types that they speak of (IRIs), and what they say of an entity.

    `parents` are the types of what suppresses alarms, `quieted` says whether one is suppressed now (by the id of its
    incident and the id of what it is about). `digest` changes with the rules: new ones look at all that is known.
    """

    types: frozenset[str]
    alarms_of: Callable[[Record], Awaitable[Sequence[Raised]]]
    digest: str = ""
    parents: frozenset[str] = frozenset()
    quieted: Callable[[str, str], Awaitable[Quieted | None]] | None = None

    @property
    def cursor(self) -> str:
        return f"alarms {self.digest}".strip()


async def watch(
    tenant: str,
    store: Store,
    feed: Feed,
    desk: Desk,
    rules: Rules,
    now: Callable[[], Instant],
    gate: Gate | None = None,
) -> None:
    """Follow the log for ever, also over times in which the store could not be written.

    `gate` keeps alarms from calling an operator too often; what it holds back rings when its turn comes.
    """
    turns = None if gate is None else asyncio.create_task(keep_turns(gate, now))
    try:
        while True:
            try:
                await _Watch(tenant, store, desk, rules, now, gate).follow(feed)
            except StoreUnavailable as error:
                _log.warning("the alarm watch waits for the store", tenant=tenant, reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)
    finally:
        if turns is not None:
            turns.cancel()
            await asyncio.gather(turns, return_exceptions=True)


class _Watch:
    def __init__(
        self, tenant: str, store: Store, desk: Desk, rules: Rules, now: Callable[[], Instant], gate: Gate | None
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._desk = desk
        self._rules = rules
        self._now = now
        self._gate = gate
        self._standing: dict[str, frozenset[str]] = {}

    async def follow(self, feed: Feed) -> None:
        """A quiet log moves the cursor in strides, an alarm at once."""
        documents = await self._store.documents(self._tenant, STANDING)
        self._standing = {id: _ids(body) for id, _, body in documents}
        kept = await feed.resume(self._tenant, self._rules.cursor)
        async for piece in feed.follow(self._tenant, kept, EVERYTHING):
            await self._hear_of_ends(piece)
            changed = [await self._look(id) async for id in self._concerned(piece)]
            if any(map(self._quiets, piece.entries)) or (piece.reset and self._rules.parents):
                await self._weigh_suppression()
            if any(changed) or piece.reset or piece.position - kept >= STRIDE:
                kept = piece.position
                await self._store.apply(self._tenant, [], SYSTEM, cursor=(self._rules.cursor, kept))

    async def _concerned(self, piece: LogSlice) -> AsyncIterator[str]:
        """Entities to look at: those that changed, or all where the log was cut."""
        for id in dict.fromkeys(entry.subject for entry in piece.entries if self._concerns(entry)):
            yield id
        for type in self._rules.types if piece.reset else ():
            query = EntityQuery(types=TypeIs(type))
            async for records in every(self._store, self._tenant, query, EVERYTHING, at_once=PAGE):
                for record in records:
                    yield record.id

    def _concerns(self, entry: LogEntry) -> bool:
        if entry.op not in ("create", "update", "delete"):
            return False
        return not self._rules.types.isdisjoint(entry.types) or entry.subject in self._standing

    def _quiets(self, entry: LogEntry) -> bool:
        return entry.op in ("create", "update", "delete") and not self._rules.parents.isdisjoint(entry.types)

    async def _look(self, id: str) -> bool:
        """Raise what began to hold, tell of what ended; whether anything did."""
        alarms = {alarm.id: alarm for alarm in await self._alarms(id)}
        standing = self._standing.get(id, frozenset[str]())
        if alarms.keys() == standing:
            return False
        for alarm in (alarm for key, alarm in alarms.items() if key not in standing):
            await self._ring(alarm)
        for ended in sorted(standing - alarms.keys()):
            await self._act(ended, Return(), lambda case: case.record.state in OPEN and not case.record.over)
        body = _encode(sorted(alarms)) if alarms else None
        await self._store.apply(self._tenant, [DocumentChange(STANDING, id, body)], SYSTEM)
        if alarms:
            self._standing[id] = frozenset(alarms)
        else:
            del self._standing[id]
        return True

    async def _ring(self, alarm: Raised) -> None:
        if await self._raise(alarm):
            _log.info("alarm raised", tenant=self._tenant, incident=alarm.id)
        else:
            await self._act(alarm.id, Resume(), lambda case: case.record.state in OPEN and case.record.over)
        await self._weigh(alarm.id, alarm.subject or "")

    async def _weigh_suppression(self) -> None:
        """What suppresses alarms has changed: look at each that asks for somebody or is suppressed."""
        wanted = Wanted(states=(*LOUD, "suppressed"))
        cases = await self._desk.queue.all(self._tenant, wanted, EVERYTHING)
        about = {ids: subject for subject, held in self._standing.items() for ids in held}
        for case in cases:
            if case.entity.id in about:
                await self._weigh(case.entity.id, about[case.entity.id])

    async def _weigh(self, id: str, subject: str) -> None:
        if self._rules.quieted is None:
            return
        quieted = await self._rules.quieted(id, subject)
        if quieted is not None:
            deed = Suppress(rule=quieted.rule, reason=quieted.reason)
            await self._act(id, deed, lambda case: case.record.state in LOUD)
        else:
            await self._act(id, Release(), lambda case: case.record.suppressed_by not in ("", GROUPING))

    async def _act(self, id: str, deed: AnyDeed, fits: Callable[[Case], bool]) -> None:
        """Do it, if it still fits; where a person was a moment earlier, look again."""
        for _ in range(TRIES):
            try:
                case = await self._desk.queue.case(self._tenant, id, EVERYTHING)
                if fits(case):
                    await self._desk.act(self._tenant, id, deed, SYSTEM, self._now())
                return
            except NoSuchIncident:
                return
            except ActDoesNotFit:
                continue

    async def _raise(self, alarm: Raised) -> bool:
        if self._gate is not None:
            return await self._gate.raise_alarm(alarm, self._now())
        return await self._desk.raise_incident(self._tenant, alarm, SYSTEM, self._now())

    async def _hear_of_ends(self, piece: LogSlice) -> None:
        """Incidents that were closed cover no others any more."""
        changed = {entry.subject for entry in piece.entries if entry.op == "update" and INCIDENT in entry.types}
        if self._gate is None:
            return
        for id in changed:
            if not await self._desk.is_open(self._tenant, id):
                await self._gate.closed(id)

    async def _alarms(self, id: str) -> Sequence[Raised]:
        record = await self._store.entity(self._tenant, id, EVERYTHING)
        if record is None:
            return ()
        try:
            return await self._rules.alarms_of(record)
        except StoreUnavailable:
            raise
        except Exception:
            _log.exception("no rule can read this entity", tenant=self._tenant, entity=id)
            return ()
