"""One reaction of one tenant: runs whatever is due, writes what it answers together with its cursor.

The cursor never passes a subject that is not answered: what was woken before a crash is woken again after it, and
inputs that were answered are not answered twice.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import msgspec
import structlog

from pinisi.city.text import Text, fill
from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Inputs
from pinisi.runtime.lane import Lane, Waiting
from pinisi.runtime.parking import GivenVersion, Parked, park, parked_runs, reason_of, trace_of, unpark
from pinisi.runtime.reaction import Reaction
from pinisi.runtime.reaction_answer import changes_of
from pinisi.runtime.reaction_inputs import Fetched, Fetcher, answered
from pinisi.runtime.run_texts import STORE_WAITS
from pinisi.runtime.sight import PresentSight
from pinisi.runtime.time_limit import Failed, TimeLimited
from pinisi.store.change import Change, EntityChange, Reacted, StoreUnavailable
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal

BATCH = 64
"""Subjects of one reaction that are run and written together."""
TURN = 128.0
"""Seconds that a batch may take at most, by the limits of its runs: of slow ones fewer are taken, so that the quick
reactions of the service need not wait for all of them."""
PAUSES = (1.0, 5.0, 30.0)
"""Seconds before a run that failed is tried again; after the last it is parked."""
STORE_PAUSE = 5.0
CURSOR_SECONDS = 10.0
"""How often the cursor of a quiet reaction is moved: what a restart looks at again."""
MANY = 10_000
"""Subjects waiting above which a reaction is called crowded."""

State = Literal["stopped", "starting", "running", "crowded", "failing"]
_log = structlog.get_logger("pinisi.reactions")


class Counts(msgspec.Struct):
    """What a reaction has done since its start. `busy` is the time spent in its function, in seconds."""

    woken: int = 0
    runs: int = 0
    unchanged: int = 0
    written: int = 0
    failed: int = 0
    retried: int = 0
    busy: float = 0.0


def principal_of(service: str, reaction: Reaction, table: TermTable) -> Principal:
    """As whom a reaction acts: it sees the city, and writes the types that it declares."""
    types = frozenset(table.expand_term(writes.type) for writes in reaction.writes)
    return Principal(
        id=f"reaction:{service}.{reaction.name}",
        name=reaction.title.en,
        kind="reaction",
        grants=Grants((Grant(), Grant(types=types, write=True))),
    )


class RunningReaction:
    """One reaction of one tenant."""

    def __init__(
        self,
        service: str,
        reaction: Reaction,
        store: Store,
        tenant: str,
        table: TermTable,
        thread: TimeLimited,
        now: Callable[[], Instant],
    ) -> None:
        self.service = service
        self.reaction = reaction
        self.name = f"{service}.{reaction.name} {reaction.version}"
        """Its name with its version: of the cursor, and of what it has answered."""
        self.lane = Lane(reaction.settle, reaction.rest)
        self.counts = Counts()
        self.parked: set[str] = set()
        self.read_to: Position = 0
        self.last_error: Text | None = None
        self.principal = principal_of(service, reaction, table)
        self._store = store
        self._tenant = tenant
        self._table = table
        self._thread = thread
        self._now = now
        self._fetcher = Fetcher(PresentSight(store, tenant, table), table, reaction)
        self._answered: dict[str, bytes] = {}
        self._stirred = asyncio.Event()
        self._kept: Position = 0
        self._first_tries: dict[str, Instant] = {}

    async def prepare(self) -> Position | None:
        """Read what is kept of it; where its cursor stands, None for a new one."""
        self.lane = Lane(self.reaction.settle, self.reaction.rest)
        self._answered = dict(await self._store.reacted(self._tenant, self.name))
        runs = await parked_runs(self._store, self._tenant, self.service, self.reaction.name)
        self.parked = {run.subject for run in runs}
        cursor = await self._store.cursor(self._tenant, self.name)
        self._kept = cursor or 0
        return cursor

    def wake(self, subject: str, position: Position, moment: Instant, *, beat: Instant = 0) -> None:
        self.counts.woken += 1
        self.lane.wake(subject, position, moment, time.monotonic(), beat=beat)
        self._stirred.set()

    async def run_parked(self, subject: str | None = None) -> int:
        """Run again what is parked (one subject, or all); how many. They are given what is known now."""
        wanted = [each for each in sorted(self.parked) if subject in (None, each)]
        for each in wanted:
            self._answered.pop(each, None)
            self.wake(each, self.read_to + 1, self._now())
        return len(wanted)

    def read(self, position: Position) -> None:
        """The log is read up to there, and all that it says is woken."""
        self.read_to = position

    async def run(self) -> None:
        """Run whatever is due, for ever."""
        told = time.monotonic()
        most = max(1, min(BATCH, int(TURN / self.reaction.limit)))
        while True:
            now = time.monotonic()
            batch = self.lane.take(now, most)
            if batch:
                await self._run(batch)
            else:
                if now - told >= CURSOR_SECONDS:
                    told = now
                    await self._move_cursor()
                await self._rest(now)

    async def _rest(self, now: float) -> None:
        self._stirred.clear()
        due = self.lane.next_due()
        if due is not None and due <= now:
            return
        wait = CURSOR_SECONDS if due is None else min(CURSOR_SECONDS, due - now)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._stirred.wait()

    async def _run(self, batch: Sequence[Waiting]) -> None:
        try:
            fetched = await self._fetcher.fetch(batch)
            new = [one for one in fetched if not answered(self._answered.get(one.waiting.subject), one.versions)]
            self.counts.unchanged += len(fetched) - len(new)
            answers = await self._react(new)
            await self._write(batch, new, answers)
        except StoreUnavailable as error:
            self.last_error = fill(STORE_WAITS, why=str(error))
            for one in batch:
                self.lane.again(one, time.monotonic(), STORE_PAUSE)
            _log.warning("a reaction waits for the store", reaction=self.name, tenant=self._tenant, reason=str(error))

    async def _react(self, fetched: Sequence[Fetched]) -> list[Any]:
        """The changes that each run asks for, or why it failed."""
        began = time.perf_counter()
        works = [partial(self._changes, one.inputs) for one in fetched]
        answers = await self._thread.run(works, self.reaction.limit) if works else []
        self.counts.busy += time.perf_counter() - began
        self.counts.runs += len(fetched)
        return answers

    def _changes(self, inputs: Inputs) -> list[EntityChange]:
        documents = self.reaction.react(inputs)
        return changes_of(self.service, self.reaction, inputs, documents, self._table)

    async def _write(self, batch: Sequence[Waiting], fetched: Sequence[Fetched], answers: Sequence[Any]) -> None:
        """Write what succeeded together with the cursor; what failed is tried again, or parked."""
        changes: list[Change] = []
        owners: list[Fetched | None] = []
        failures: list[tuple[Fetched, BaseException]] = []
        for one, answer in zip(fetched, answers, strict=True):
            if isinstance(answer, Failed):
                failures.append((one, answer.error))
                continue
            changes += answer
            owners += [one] * len(answer)
            changes += self._noted(one)
            owners += [None] * (len(changes) - len(owners))
        again, parked = self._sorted(failures)
        changes += parked
        owners += [None] * len(parked)
        retried = {id(one.waiting) for one in again}
        finished = [one for one in batch if id(one) not in retried]
        await self._apply(changes, owners, finished)
        now = time.monotonic()
        for one in finished:
            self.lane.done(one, now)
        for one in again:
            self.lane.again(one.waiting, now, PAUSES[one.waiting.tries - 1])

    def _noted(self, one: Fetched) -> list[Change]:
        """That its inputs are answered; a parked run of it is over."""
        subject = one.waiting.subject
        noted: list[Change] = [Reacted(self.name, subject, one.versions)]
        if subject in self.parked:
            noted.append(unpark(self.service, self.reaction.name, subject))
        return noted

    async def _apply(
        self, changes: Sequence[Change], owners: Sequence[Fetched | None], finished: Sequence[Waiting]
    ) -> None:
        floor = self.lane.floor(self.read_to, finished)
        applied = await self._store.apply(
            self._tenant, changes, self.principal, atomic=False, cursor=(self.name, floor)
        )
        self._kept = floor
        refused: dict[int, tuple[Fetched, BaseException]] = {}
        for change, owner, outcome in zip(changes, owners, applied.outcomes, strict=True):
            if isinstance(change, Reacted):
                self._answered[change.subject] = change.versions
                self.parked.discard(change.subject)
            elif outcome.refused is not None and owner is not None:
                refused[id(owner)] = owner, outcome.refused
            elif outcome.position is not None and isinstance(change, EntityChange):
                self.counts.written += 1
        if refused:
            parked = [self._parked(one, error) for one, error in refused.values()]
            await self._store.apply(self._tenant, parked, self.principal)

    def _sorted(self, failures: Sequence[tuple[Fetched, BaseException]]) -> tuple[list[Fetched], list[Change]]:
        """Those that are tried again, and the documents of those that are parked."""
        again: list[Fetched] = []
        parked: list[Change] = []
        for one, error in failures:
            self.counts.failed += 1
            self.last_error = reason_of(error, self.reaction.limit)
            self._first_tries.setdefault(one.waiting.subject, self._now())
            one.waiting.tries += 1
            if one.waiting.tries > len(PAUSES):
                parked.append(self._parked(one, error))
            else:
                self.counts.retried += 1
                again.append(one)
        return again, parked

    def _parked(self, one: Fetched, error: BaseException) -> Change:
        subject = one.waiting.subject
        self.parked.add(subject)
        reason = reason_of(error, self.reaction.limit)
        _log.error("a run of a reaction is parked", reaction=self.name, subject=subject, reason=reason.en)
        return park(
            Parked(
                service=self.service,
                reaction=self.reaction.name,
                version=self.reaction.version,
                subject=subject,
                moment=one.inputs.now,
                first=self._first_tries.pop(subject, self._now()),
                last=self._now(),
                tries=one.waiting.tries,
                reason=reason,
                trace=trace_of(error),
                given=tuple(GivenVersion(known.id, known.position) for known in one.inputs.entities[:50]),
            )
        )

    async def _move_cursor(self) -> None:
        floor = self.lane.floor(self.read_to)
        if floor > self._kept:
            try:
                await self._store.apply(self._tenant, [], self.principal, cursor=(self.name, floor))
                self._kept = floor
            except StoreUnavailable as error:
                _log.warning("a reaction's cursor cannot be moved", reaction=self.name, reason=str(error))

    def state(self) -> State:
        if self.parked:
            return "failing"
        return "crowded" if len(self.lane) > MANY else "running"

    def waiting_seconds(self) -> float:
        """For how long the one that waits longest waits."""
        oldest = self.lane.oldest()
        return 0.0 if oldest is None else max(0.0, time.monotonic() - oldest)
