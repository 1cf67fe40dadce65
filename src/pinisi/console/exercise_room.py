"""The control of an exercise: brings what the script says, answers for agencies that nobody plays, sees how it goes."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, cast

import msgspec
import structlog

from pinisi.city.facts import source_id
from pinisi.console.exercise_feeds import report, source_of, station_entity
from pinisi.console.town import Town
from pinisi.incidents.acts import Accept, Arrive, Finish, Refuse
from pinisi.incidents.agencies.crews import Crew
from pinisi.incidents.calls.statements import RING
from pinisi.incidents.exercises.judging import JudgedInject, Rung, Seen, Worked, judge
from pinisi.incidents.exercises.script import CrewIn, Inject, ReadingIn, RingIn, Script, SilenceIn
from pinisi.incidents.incident import SUBJECT
from pinisi.incidents.queue import Case, NoSuchIncident, Wanted
from pinisi.incidents.record import Sent
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.incidents.units.roster import NewUnit
from pinisi.people.account_register import NewAccount
from pinisi.people.accounts import Assignment
from pinisi.runtime.keeper import Running
from pinisi.runtime.records import Row
from pinisi.store.query import Compare, EntityQuery, Path, TypeIs
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Principal
from pinisi.vocabulary.terms import INCIDENT

if TYPE_CHECKING:
    from pinisi.console.house import House

TICK = 0.2
PREFIX = "exercise:"
CONTROL_ACCOUNT = "kendali"
CONTROL = Principal(
    id="exercise",
    name="Kendali latihan",
    kind="system",
    permissions=frozenset({RING, "incidents.read", "incidents.act", "units.dispatch", "crew.act"}),
    grants=EVERYTHING,
)
State = Literal["ready", "running", "paused", "over"]
_log = structlog.get_logger("pinisi.exercise")


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise as it is wanted: `passwords` by account, `speed` of its script, whether it begins by itself."""

    script: Script
    passwords: Mapping[str, str]
    speed: float = 1.0
    at_once: bool = False


class ExerciseRoom:
    """Of the one tenant of a house that is opened for an exercise. Nothing of it outlives the house."""

    def __init__(self, house: "House", town: Town, rehearsal: Rehearsal) -> None:
        self._house = house
        self._town = town
        self.script = rehearsal.script
        self.speed = rehearsal.speed
        self._passwords = rehearsal.passwords
        self.state: State = "running" if rehearsal.at_once else "ready"
        self.given: dict[str, Instant] = {}
        self.started: Instant = 0
        self.ended: Instant = 0
        self._gone = 0.0
        self._looked: Instant = 0
        self._values: dict[str, float | str] = {}
        self._silent: set[str] = set()
        self._refusing: list[CrewIn] = []
        self._running: dict[str, Running] = {}
        self._told_at: dict[str, Instant] = {}
        self._one_at_a_time = asyncio.Lock()

    # before it begins

    async def prepare(self) -> None:
        """Accounts, units, crews and sources of the exercise."""
        await self._hire()
        units = [_new_unit(each) for each in self.script.units]
        if units:
            await self._house.roster.register(self._town.tenant, units, CONTROL, correct=True)
        for player in self.script.players:
            if player.role == "crew":
                unit = f"urn:ngsi-ld:Unit:{self._town.tenant}-{player.unit}" if player.unit else ""
                crew = Crew(account=player.account, agency=player.agency, unit=unit)
                await self._house.crews.appoint(self._town.tenant, crew, SYSTEM)
        for feed in self.script.feeds:
            await self._open_feed(feed.id)

    async def _hire(self) -> None:
        people = [(CONTROL_ACCOUNT, CONTROL.name, "administrator")]
        people += [(player.account, player.name, player.role) for player in self.script.players]
        for account, name, role in people:
            held = (Assignment(role=role),)
            wish = NewAccount(account=account, name=name, assignments=held, password=self._passwords[account])
            await self._house.people.accounts.create(wish, SYSTEM, self._town.now())

    async def _open_feed(self, id: str) -> None:
        feed = next(each for each in self.script.feeds if each.id == id)
        house, town = self._house, self._town
        source = source_of(feed, self.speed)
        running = Running(
            source, "", house.store, town.tenant, house.pinisi_table, town.clock, folder=house.settings.data
        )
        types = {station_entity(station).split(":")[2] for station in feed.stations}
        town.writes[source_id(id)] = frozenset(map(house.pinisi_table.expand_term, types))
        self._running[id] = running
        await town.keeper.add(running, on=True)

    # the course of it

    async def run(self) -> None:
        """Until the house closes."""
        self._looked = self._town.now()
        while True:
            try:
                await self.tick()
            except Exception:
                _log.exception("the control of an exercise stumbled", exercise=self.script.id)
            await asyncio.sleep(TICK)

    async def tick(self) -> None:
        """Bring and answer what is due."""
        async with self._one_at_a_time:
            await self._tick(self._town.now())

    async def _tick(self, now: Instant) -> None:
        passed, self._looked = max(0, now - self._looked), now
        await self._report(now)
        if self.state in ("ready", "over"):
            return
        self.started = self.started or now
        if self.state == "running":
            self._gone += passed / SECOND * self.speed
        for inject in self.script.injects:
            if inject.id not in self.given and inject.at <= self._gone:
                await self.give(inject, now)
        await self._answer_for_agencies(now)

    @property
    def elapsed(self) -> float:
        """Seconds of the script that have passed."""
        return self._gone

    def start(self) -> None:
        """Begin, or go on."""
        if self.state in ("ready", "paused"):
            self.state = "running"

    def pause(self) -> None:
        if self.state == "running":
            self.state = "paused"

    def press_on(self) -> None:
        """Bring what comes next now; also while it is paused, and then it stays so."""
        coming = [each.at for each in self.script.injects if each.id not in self.given]
        if not coming or self.state == "over":
            return
        self._gone = max(self._gone, float(min(coming)))
        if self.state == "ready":
            self.start()

    def end(self) -> None:
        if self.state != "over":
            self.state, self.ended = "over", self._town.now()

    async def give(self, inject: Inject, now: Instant) -> None:
        self.given[inject.id] = now
        match inject.happening:
            case RingIn(number=number):
                board = self._town.switchboard
                assert board is not None
                await board.ring(PREFIX + inject.id, number, now, CONTROL, now)
            case ReadingIn(station=station, value=value):
                self._values[station] = value
                self._told_at.clear()
                await self._report(now)
            case SilenceIn(feed=feed):
                self._silent.add(feed)
            case CrewIn() as crew:
                self._refusing.append(crew)
        _log.info("inject", exercise=self.script.id, inject=inject.id)

    async def _report(self, now: Instant) -> None:
        """What every feed that is not silent says by its period."""
        for feed in self.script.feeds:
            due = self._told_at.get(feed.id, 0) + round(feed.every / self.speed * SECOND)
            if feed.id in self._silent or now < due:
                continue
            self._told_at[feed.id] = now
            await self._running[feed.id].take([report(feed, self._values, now)])

    # agencies that nobody plays

    async def _answer_for_agencies(self, now: Instant) -> None:
        wanted = Wanted(states=("dispatched", "onScene"))
        cases, _ = await self._house.queue.cases(self._town.tenant, wanted, EVERYTHING, limit=200)
        present = await self._house.people.sessions.in_use(0)
        for case in cases:
            for sent in case.record.active:
                if not self._is_played(sent, present):
                    await self._answer(case, sent, now)

    def _is_played(self, sent: Sent, present: set[str]) -> bool:
        """A crew that nobody has signed in as is answered for, so that a visitor alone is not left waiting."""
        crews = [each for each in self.script.players if each.role == "crew" and each.account in present]
        return any(each.agency == sent.agency and sent.unit.endswith(each.unit) for each in crews)

    async def _answer(self, case: Case, sent: Sent, now: Instant) -> None:
        field, agency, unit = self.script.field, sent.agency, sent.unit
        steps = {
            "sent": (field.accept, Accept(agency=agency, unit=unit)),
            "accepted": (field.arrive, Arrive(agency=agency, unit=unit)),
            "onScene": (field.finish, Finish(agency=agency, unit=unit, note="Latihan")),
        }
        wait, deed = steps.get(sent.state, (0, None))
        if deed is None or now - sent.at < wait / self.speed * SECOND:
            return
        refused = await self._refused(case, agency) if sent.state == "sent" else ""
        if refused:
            deed = Refuse(agency=agency, unit=unit, reason=refused)
        with suppress(ActDoesNotFit, BadAct, NoSuchIncident):
            await self._house.desk.act(self._town.tenant, case.entity.id, deed, CONTROL, now)

    async def _refused(self, case: Case, agency: str) -> str:
        """The reason with which the script lets this agency refuse; once."""
        calls = await self._calls()
        for crew in self._refusing:
            call = calls.get(crew.of)
            if crew.agency == agency and call is not None and call.incident == case.entity.id:
                self._refusing.remove(crew)
                return crew.reason
        return ""

    # how it goes

    async def judged(self) -> tuple[JudgedInject, ...]:
        return judge(self.script, await self.seen())

    async def seen(self) -> Seen:
        calls = await self._calls()
        cases: dict[str, Worked] = {}
        for inject in self.script.injects:
            id = await self._incident(inject, calls)
            worked = await self._worked(id) if id else None
            if worked is not None:
                cases[inject.id] = worked
        return Seen(now=self._town.now(), over=self.ended, given=self.given, calls=calls, cases=cases)

    async def _calls(self) -> Mapping[str, Rung]:
        board, names = self._town.switchboard, await self._house.names()
        assert board is not None
        rows = await board.rung(PREFIX, CONTROL)
        return {str(row["outside"]).removeprefix(PREFIX): _rung(row, names, self._place) for row in rows}

    def _place(self, code: str) -> str:
        return next((area.name for area in self._town.profile.areas if area.code == code), "")

    async def _incident(self, inject: Inject, calls: Mapping[str, Rung]) -> str:
        match inject.happening:
            case RingIn():
                call = calls.get(inject.id)
                return call.incident if call else ""
            case ReadingIn(station=station):
                return await self._about(station_entity(self.script.stations[station]))
            case SilenceIn(feed=feed):
                return await self._about(source_id(feed))
            case CrewIn(of=of):
                call = calls.get(of)
                return call.incident if call else ""

    async def _about(self, subject: str) -> str:
        """The newest incident about an entity."""
        query = EntityQuery(types=TypeIs(INCIDENT), filter=Compare(Path(SUBJECT), "==", (subject,)))
        page = await self._house.store.find(self._town.tenant, query, EVERYTHING, limit=50)
        return page.records[-1].id if page.records else ""

    async def _worked(self, id: str) -> Worked | None:
        """The incident, or the one that it was merged into or belongs to."""
        tenant = self._town.tenant
        try:
            case = await self._house.queue.case(tenant, id, EVERYTHING)
            if case.record.group:
                case = await self._house.queue.case(tenant, case.record.group, EVERYTHING)
        except NoSuchIncident:
            return None
        runs = await self._house.procedures.kept.of(tenant, case.entity.id)
        started = {each.run.playbook: each.run.started for each in reversed(runs)}
        return Worked(id=case.entity.id, record=case.record, procedures=started)

    async def voices(self, principal: Principal) -> list[tuple[Inject, Row]]:
        """Calls that somebody holds: whoever holds one hears what the caller says."""
        board = self._town.switchboard
        assert board is not None
        rows = await board.rung(PREFIX, CONTROL)
        held = [row for row in rows if row["state"] == "answered" and row["agent"] == principal.id]
        return [(self.script.by_id[str(row["outside"]).removeprefix(PREFIX)], row) for row in held]


def _new_unit(each: object) -> NewUnit:
    told = cast("dict[str, object]", msgspec.to_builtins(each))
    return msgspec.convert({**told, "exercise": True}, NewUnit)


def _rung(row: Row, names: Mapping[str, str], place: Callable[[str], str]) -> Rung:
    agent = str(row["agent"])
    category = "/".join(filter(None, (str(row["category"]), str(row["subcategory"]))))
    return Rung(
        answered_at=int(str(row["answered_at"])),
        saved_at=int(str(row["saved_at"])),
        agent=names.get(agent, agent),
        kind=str(row["kind"]),
        category=category,
        place=place(str(row["area"])),
        incident=str(row["incident"]),
    )
