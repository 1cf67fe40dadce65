"""Between the written rules and the desk: an alarm of a flood of alarms is raised, and asks nobody until it should.

Only what has a category passes through it. What rings is raised as it was asked for; what calls nobody as an alarm that
is suppressed by the rule GROUPING, with the incident that it belongs to and the reason in words; what has waited is
released when its turn comes. Each decision is committed together with the incident, so that a restart goes on from all
of them.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import msgspec
import shapely
import structlog

from pinisi.incidents.acts import Release, Suppress
from pinisi.incidents.desk import Desk
from pinisi.incidents.grouping.flood_control import FloodControl, Notice
from pinisi.incidents.grouping.grouping import Grouping, Joined
from pinisi.incidents.grouping.happening import BadHappening, Happening
from pinisi.incidents.grouping.rules import GroupRules, Load
from pinisi.incidents.grouping.wording import why_joined, why_noticed
from pinisi.incidents.incident import Raised
from pinisi.incidents.queue import NoSuchIncident
from pinisi.incidents.requirements import ActDoesNotFit, SomebodyWasEarlier
from pinisi.store.change import DocumentChange, StoreUnavailable
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import DAY, Instant
from pinisi.vocabulary.principal import SYSTEM

GROUPING = "grouping"
"""The rule that suppresses, and the kind of the documents that keep decisions: moment and number -> `Kept`."""
BEAT_SECONDS = 1.0
TRIES = 5
KEPT_DAYS = 7
"""Decisions of longer ago are let go at a start: no group of the default rules lasts half as long."""

_log = structlog.get_logger("pinisi.incidents")
_encode = msgspec.json.Encoder().encode


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One decision; `event` and `joined` are absent where a turn came."""

    notice: Notice
    event: Happening | None = None
    joined: Joined | None = None


_kept = msgspec.json.Decoder(Kept).decode


OnDuty = Callable[[], Awaitable[int]]
"""How many operators are on duty now; 0 where nobody can say."""


async def _unknown() -> int:
    return 0


class Gate:
    """Of one tenant. `language` is that of the reasons that are written into stories; as long as `on_duty` does not
    know how many operators there are, the load's number holds."""

    def __init__(
        self,
        tenant: str,
        store: Store,
        desk: Desk,
        rules: GroupRules,
        language: str = "en",
        on_duty: OnDuty = _unknown,
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._desk = desk
        self._rules = rules
        self._language = language
        self._load = rules.load or Load()
        self._on_duty = on_duty
        self._lock = asyncio.Lock()
        self._engines: _Engines | None = None
        self._number = 0

    async def raise_alarm(self, raised: Raised, now: Instant) -> bool:
        """Raise an alarm that begins, ringing or quiet; whether it was raised."""
        if not raised.category:
            return await self._desk.raise_incident(self._tenant, raised, SYSTEM, now)
        async with self._at_work() as engines:
            await self._staffed(engines)
            await self._turns(engines, now)
            if await self._desk.is_open(self._tenant, raised.id):
                return False
            event = _happening(raised, now)
            try:
                joined = engines.grouping.add(event, now)
            except BadHappening as error:
                _log.warning("an alarm cannot be grouped", tenant=self._tenant, reason=str(error))
                return await self._desk.raise_incident(self._tenant, raised, SYSTEM, now)
            notice = engines.control.take(event, joined, engines.grouping.family_of(event.kind), now)
            left = engines.note(notice)
            quietly = None if notice.operator is not None else self._quietly(engines, notice, joined)
            if quietly is not None:
                raised = msgspec.structs.replace(raised, begins="unacknowledged")
            also = [self._keep(Kept(notice, event, joined))]
            done = await self._desk.raise_incident(self._tenant, raised, SYSTEM, now, quietly=quietly, also=also)
            if left is not None and notice.outcome in ("called", "part-of"):
                await self._attach(engines, left, notice, now)
            return done

    async def closed(self, incident: str) -> None:
        """An incident has ended: nothing joins its group any more, and it covers nothing."""
        async with self._at_work() as engines:
            engines.end(incident)

    async def turns(self, now: Instant) -> None:
        """Release what has waited its turn. Ask often: it looks at nothing while nothing waits."""
        async with self._at_work() as engines:
            if engines.control.next_due() is not None:
                await self._staffed(engines)
            await self._turns(engines, now)

    async def _staffed(self, engines: "_Engines") -> None:
        engines.control.staff(await self._on_duty() or self._load.operators)

    @contextlib.asynccontextmanager
    async def _at_work(self) -> AsyncGenerator["_Engines"]:
        """The engines, one at a time; told anew of what was kept when they may be ahead of it (a write has failed)."""
        async with self._lock:
            engines = self._engines or await self._recalled()
            self._engines = None
            yield engines
            self._engines = engines

    async def _recalled(self) -> "_Engines":
        """Engines that know what was decided and kept, and which of it has ended since."""
        engines = _Engines(self._rules, self._load)
        kept = sorted((key, _kept(body)) for key, _, body in await self._store.documents(self._tenant, GROUPING))
        self._number = int(kept[-1][0].rpartition(" ")[2]) if kept else 0
        newest = kept[-1][1].notice.at if kept else 0
        old = [key for key, each in kept if each.notice.at < newest - KEPT_DAYS * DAY]
        if old:
            await self._store.apply(self._tenant, [DocumentChange(GROUPING, key, None) for key in old], SYSTEM)
        for _, each in kept:
            engines.recall(each)
        for incident in engines.incidents():
            if not await self._desk.is_open(self._tenant, incident):
                engines.end(incident)
        return engines

    async def _turns(self, engines: "_Engines", now: Instant) -> None:
        moment = engines.control.next_due()
        if moment is None or moment > now:
            return
        for notice in engines.control.due(now):
            waited = engines.note(notice)
            if waited is not None and notice.operator is not None:
                await self._act(waited, Release(note=self._said(notice)), now, Kept(notice))
            elif waited is not None and notice.outcome == "part-of":
                await self._attach(engines, waited, notice, now, Kept(notice))
            else:
                await self._store.apply(self._tenant, [self._keep(Kept(notice))], SYSTEM)

    async def _attach(
        self, engines: "_Engines", incident: str, notice: Notice, now: Instant, kept: Kept | None = None
    ) -> None:
        """What waited without belonging to anything belongs to the incident that has called for it."""
        within = engines.incident_for(notice.of or notice.group)
        if within != incident:
            await self._act(incident, Suppress(rule=GROUPING, reason=self._said(notice), group=within), now, kept)

    async def _act(self, incident: str, deed: Release | Suppress, now: Instant, kept: Kept | None) -> None:
        """Where a person was a moment earlier, look again: only what does not fit then was decided by him."""
        also = [self._keep(kept)] if kept else []
        reason = ""
        for _ in range(TRIES):
            try:
                await self._desk.act(self._tenant, incident, deed, SYSTEM, now, also=also)
                return
            except (ActDoesNotFit, NoSuchIncident) as error:
                reason = str(error)
                if not isinstance(error, SomebodyWasEarlier):
                    break
        _log.info("a person has decided already", tenant=self._tenant, incident=incident, reason=reason)
        await self._store.apply(self._tenant, also, SYSTEM)

    def _quietly(self, engines: "_Engines", notice: Notice, joined: Joined) -> Suppress:
        """Suppressed, with the incident that it belongs to: the one around it, else that of its group."""
        reason = self._said(notice)
        if joined.group != joined.event:
            reason = f"{reason}. {why_joined(joined)[self._language]}"
        within = engines.incident_for(notice.of or notice.group)
        return Suppress(rule=GROUPING, reason=reason, group="" if within == incident_of(notice.event) else within)

    def _said(self, notice: Notice) -> str:
        return why_noticed(notice, self._load)[self._language]

    def _keep(self, decision: Kept) -> DocumentChange:
        self._number += 1
        return DocumentChange(GROUPING, f"{decision.notice.at:020} {self._number:012}", _encode(decision))


async def keep_turns(gate: Gate, now: Callable[[], Instant]) -> None:
    """Release, for ever, what has waited its turn."""
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        try:
            await gate.turns(now())
        except StoreUnavailable as error:
            _log.warning("what waits its turn waits for the store", reason=str(error))
        except Exception:
            _log.exception("the turns of waiting alarms could not be looked at")


class _Engines:
    """Grouping and flood control, and which incidents stand for their groups."""

    def __init__(self, rules: GroupRules, load: Load) -> None:
        self.grouping = Grouping(rules)
        self.control = FloodControl(load)
        self._called: dict[str, str] = {}
        self._waits: dict[str, str] = {}

    def incident_for(self, group: str) -> str:
        """The incident that called for a group, else the one that waits for it, else its first."""
        return self._called.get(group) or self._waits.get(group) or incident_of(group)

    def incidents(self) -> list[str]:
        return sorted({*self._called.values(), *self._waits.values()})

    def note(self, notice: Notice) -> str | None:
        """Remember what stands for a group; the incident that waited for it, if that is over."""
        if notice.outcome == "waits":
            self._waits.setdefault(notice.group, incident_of(notice.event))
            return None
        waited = self._waits.pop(notice.group, None)
        if notice.operator is not None:
            turn = notice.reason == "its-turn"
            self._called.setdefault(notice.group, waited if turn and waited else incident_of(notice.event))
        return waited

    def recall(self, kept: Kept) -> None:
        self.note(kept.notice)
        if kept.event is None or kept.joined is None:
            self.control.recall(kept.notice)
            return
        self.grouping.recall(kept.event, kept.joined, kept.notice.at)
        self.control.recall(kept.notice, kept.event, self.grouping.family_of(kept.event.kind))

    def end(self, incident: str) -> None:
        groups = [*self._called.items(), *self._waits.items()]
        for group in {group for group, each in groups if each == incident}:
            self.grouping.close(group)
            self.control.close(group)
            self._called.pop(group, None)
            self._waits.pop(group, None)


def incident_of(event: str) -> str:
    """The incident that an event of the engines stands for (an incident that ends and begins again is a new event)."""
    return event.rpartition(" ")[0]


def _happening(raised: Raised, now: Instant) -> Happening:
    lon, lat = _place_of(raised.location) or (None, None)
    return Happening(
        id=f"{raised.id} {now}",
        kind=raised.category,
        at=raised.at or now,
        severity=raised.severity,
        subject=raised.subject or "",
        lon=lon,
        lat=lat,
    )


def _place_of(location: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """A point of the location: of an area one within it."""
    try:
        point = shapely.from_geojson(msgspec.json.encode(location)).point_on_surface() if location else None
    except shapely.GEOSException:
        return None
    return None if point is None or point.is_empty else (point.x, point.y)
