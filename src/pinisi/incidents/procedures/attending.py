"""Attends to the runs of a tenant: escalates when a clock has passed, looks at checks when entities change, starts what
starts by itself.

All that it rests upon is kept: a restart looks at everything once and goes on. Each act may fail because a person was a
moment earlier; it is then looked at anew.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence

import structlog

from pinisi.feed.protocol import Feed
from pinisi.incidents.desk import Desk
from pinisi.incidents.procedures.checking import finding, is_proposed
from pinisi.incidents.procedures.followed import Followed, NoSuchRun, run_named
from pinisi.incidents.procedures.playbook import Step
from pinisi.incidents.procedures.procedures import Procedures
from pinisi.incidents.procedures.run import Finding, RunAct
from pinisi.incidents.procedures.run_clocks import escalating
from pinisi.incidents.procedures.shelf import Shelves
from pinisi.incidents.procedures.surroundings import Surroundings
from pinisi.incidents.queue import Case, NoSuchIncident, Wanted
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.incidents.states import OPEN
from pinisi.store.change import StoreUnavailable
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import INCIDENT

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 60
"""After so long a check is looked at though no entity has changed: values grow old."""
MOST_INCIDENTS = 500

_log = structlog.get_logger("pinisi.procedures")


class Attendant:
    """For one tenant; `now` is the time that it lives in."""

    def __init__(
        self,
        tenant: str,
        store: Store,
        desk: Desk,
        procedures: Procedures,
        shelves: Shelves,
        surroundings: Surroundings,
        now: Callable[[], Instant],
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._desk = desk
        self._procedures = procedures
        self._shelves = shelves
        self._surroundings = surroundings
        self._now = now
        self._active: dict[str, Followed] = {}
        self._looked: dict[str, Instant] = {}
        self._changed: set[str] = set()
        self._runs: set[tuple[str, str]] = set()
        self._incidents: set[str] = set()
        self._everything = True

    async def attend(self, feed: Feed) -> None:
        """For ever, also over times in which the store could not be written."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(feed))
            group.create_task(self._go_on())

    async def _listen(self, feed: Feed) -> None:
        position = await self._store.position(self._tenant)
        async for piece in feed.follow(self._tenant, position, EVERYTHING):
            self._everything = self._everything or piece.reset
            for entry in piece.entries:
                self.heard(entry)

    def heard(self, entry: LogEntry) -> None:
        """Remember what a line of the log concerns; `look` sees to it."""
        if entry.op == "document":
            named = run_named(entry.subject)
            if named is not None:
                self._runs.add(named)
        elif entry.op in ("create", "update", "delete"):
            self._changed.update(entry.types, entry.types_before)
            if INCIDENT in entry.types:
                self._incidents.add(entry.subject)

    async def _go_on(self) -> None:
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                self._everything = True
                _log.warning("procedures wait for the store", tenant=self._tenant, reason=str(error))
            except Exception:
                self._everything = True
                _log.exception("procedures cannot be attended to", tenant=self._tenant)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """See to all that was heard of, and to the clocks."""
        changed, runs, incidents = self._changed, self._runs, self._incidents
        self._changed, self._runs, self._incidents = set(), set(), set()
        everything, self._everything = self._everything, False
        if everything:
            self._active = {each.run.id: each for each in await self._procedures.kept.active(self._tenant)}
        for incident, run in () if everything else runs:
            await self._reload(incident, run)
        for followed in tuple(self._active.values()):
            await self._escalate(followed)
            anew = everything or (followed.run.incident, followed.run.id) in runs
            await self._check(followed, None if anew else changed)
        await self._start(None if everything else incidents)

    async def _reload(self, incident: str, run: str) -> None:
        try:
            followed = await self._procedures.kept.one(self._tenant, incident, run)
        except NoSuchRun:
            self._active.pop(run, None)
            return
        if followed.run.active:
            self._active[run] = followed
        else:
            self._active.pop(run, None)
            self._looked.pop(run, None)

    # clocks

    async def _escalate(self, followed: Followed) -> None:
        late = escalating(followed.run, followed.playbook, self._now())
        for step in late if late and await self._open_case(followed) else ():
            await self._act(followed, RunAct(act="escalate", at=self._now(), by=SYSTEM.id, name=SYSTEM.name, step=step))

    # checks

    async def _check(self, followed: Followed, changed: Iterable[str] | None) -> None:
        """Look at the checks of open steps whose entities may have changed; None: at all of them."""
        run, now = followed.run, self._now()
        steps = [step for step in followed.playbook.steps if step.check and run.progress(step.id).state == "open"]
        if run.state != "running" or not steps:
            return
        old = now - self._looked.get(run.id, 0) >= AGAIN_SECONDS * SECOND
        types = None if changed is None or old else frozenset(changed)
        wanted = [step for step in steps if types is None or self._type_of(step) in types]
        for step in wanted:
            await self._look_at(followed, step)
        if types is None:
            self._looked[run.id] = now

    def _type_of(self, step: Step) -> str:
        return "" if step.check is None else self._surroundings.expand(step.check.condition.type)

    async def _look_at(self, followed: Followed, step: Step) -> None:
        run, case = followed.run, await self._open_case(followed)
        if step.check is None or case is None:
            return
        around = await self._surroundings.around(self._tenant, step.check, case)
        found = finding(step.check, around, self._now())
        if found.holds != (run.progress(step.id).finding or Finding(None)).holds:
            act = RunAct(act="check", at=self._now(), by=SYSTEM.id, name=SYSTEM.name, step=step.id, check=found)
            await self._act(followed, act)

    async def _open_case(self, followed: Followed) -> Case | None:
        """The run's incident; None where it is closed or gone: nobody is to be called for it."""
        try:
            case = await self._desk.queue.case(self._tenant, followed.run.incident, EVERYTHING)
        except NoSuchIncident:
            return None
        return case if case.record.state in OPEN else None

    async def _act(self, followed: Followed, act: RunAct) -> None:
        run = followed.run
        try:
            self._active[run.id] = await self._procedures.act(self._tenant, run.incident, run.id, act, SYSTEM)
        except (ActDoesNotFit, BadAct, NoSuchIncident, NoSuchRun):
            self._runs.add((run.incident, run.id))

    # what starts by itself

    async def _start(self, incidents: Collection[str] | None) -> None:
        """Of these incidents; None: of all that are open."""
        ids = await self._open_incidents() if incidents is None else incidents
        if not ids:
            return
        shelf = await asyncio.to_thread(self._shelves.now)
        wanted = [playbook for playbook in shelf.playbooks if playbook.start == "automatic"]
        for id in ids if wanted else ():
            try:
                case = await self._desk.queue.case(self._tenant, id, EVERYTHING)
                known = await self._surroundings.circumstances(self._tenant, case)
                followed = {each.run.playbook for each in await self._procedures.kept.of(self._tenant, id)}
                for playbook in wanted:
                    if playbook.id not in followed and is_proposed(playbook.when, known):
                        await self._procedures.start(self._tenant, id, playbook, SYSTEM, self._now(), drill=False)
            except (NoSuchIncident, ActDoesNotFit):
                continue

    async def _open_incidents(self) -> Sequence[str]:
        cases, _ = await self._desk.queue.cases(self._tenant, Wanted(), EVERYTHING, limit=MOST_INCIDENTS)
        return [case.entity.id for case in cases]
