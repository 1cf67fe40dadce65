"""The writer of one tenant in one process: what waits is one group, one transaction, laid down beside no other process.

A group begins without a lock, at the head that this process left: if nobody else has moved it, one statement lays the
group down and moves the head. Where others have written lately it is run without a head, and a turn places it
(`postgres_rested`). Where what it rests on has changed, and where a group needs more than one statement, the head is
locked first: the committed state stands still, what others wrote is learnt, and the group is run under the lock.
Whoever waits is answered after the commit.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from pinisi.store.change import Applied, Change, Refused, StoreUnavailable
from pinisi.store.debt import Owing
from pinisi.store.jobs import Job
from pinisi.store.ledger import Ledger
from pinisi.store.log import LogEntry, Position
from pinisi.store.postgres_company import Company
from pinisi.store.postgres_erasing import erase
from pinisi.store.postgres_faults import (
    FAULTS,
    LOST,
    READ_ONLY,
    cannot_be_kept,
    may_be_tried_again,
    raise_unless_ordinary,
    told,
)
from pinisi.store.postgres_group import Group, Groups
from pinisi.store.postgres_head import HEAD, Head, head_of
from pinisi.store.postgres_lay_down import COPIED_CHANGES, Laying, hot_text
from pinisi.store.postgres_months import Months
from pinisi.store.postgres_records import change_records
from pinisi.store.postgres_rested import Turns
from pinisi.store.postgres_unanswered import doubt, was_kept
from pinisi.store.postgres_words import NewWord
from pinisi.store.postgres_work import Work
from pinisi.vocabulary.principal import Principal

if TYPE_CHECKING:
    from pinisi.store.postgres_tenant import PostgresTenant

T = TypeVar("T")
_log = structlog.get_logger("pinisi.store")
_MOST_JOBS = 1_000
_MOST_CHANGES = 5_000
_PATIENCE_SECONDS = 5.0
"""A database that starts again, or a standby that takes over, is waited for so long; nothing was written meanwhile."""
_AGAIN_SECONDS = 0.1


class PostgresWriter:
    def __init__(self, tenant: "PostgresTenant", owing: Owing | None) -> None:
        self._tenant = tenant
        self._groups = Groups(tenant, owing)
        self._laying = Laying(tenant.schema, tenant.name)
        self.months = Months(tenant.schema)
        self._queue: deque[Job | Work] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._head: Head | None = None
        """As this process left it; None: not known."""
        self._company = Company()
        self.asked: Position | None = None
        """Where the group begins whose commit was asked for and is not answered: lines behind may be its own."""
        self.turning: tuple[str, int] | None = None
        """The turn that was asked for and is not answered."""
        self._answered = asyncio.Event()
        self._be_answered()
        self._turns = Turns(tenant)
        self._reached = True
        self._task: asyncio.Task[None] | None = None

    @property
    def ledger(self) -> Ledger:
        return self._groups.ledger

    def begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._loop(), name=f"writer of {self._tenant.name}")

    async def apply(
        self,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool,
        key: str | None,
        cursor: tuple[str, Position] | None,
    ) -> Applied:
        """See `protocol.Store.apply`."""
        return await self._wait_for(Job(changes, principal, atomic, key, cursor))

    async def work(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Run the store's own work between the groups, with the connection whose transaction holds the head."""
        return await self._wait_for(Work(work))

    async def _wait_for(self, job: Job | Work) -> Any:
        if self._closing:
            raise StoreUnavailable("the store is being closed")
        self._queue.append(job)
        self._wake.set()
        return await job.future

    async def close(self) -> None:
        """Finish what waits; take nothing more."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def add_hot(self, connection: Any, values: Sequence[tuple[int, int, set[float | str]]]) -> None:
        """Fill the side table: attribute, row and the values that it has."""
        rows = [(attribute, value, row) for attribute, row, many in values for value in many]
        several = {attribute for attribute, _, many in values if len(many) > 1}
        texts = [(attribute, hot_text(value), row) for attribute, value, row in rows if isinstance(value, str)]
        await self._laying.many(connection, "hot_text_in", texts)
        await self._laying.many(connection, "hot_number_in", [row for row in rows if not isinstance(row[1], str)])
        if several:
            await connection.execute(self._laying.sql["several"], list(several))

    def forget_head(self) -> None:
        """Another machine leads: the next group begins with a look at the head."""
        self._head = None

    def others_wrote(self, entries: Iterable[LogEntry]) -> None:
        """The head is no longer as this process left it."""
        self._company.noted()
        for entry in entries:
            if self._head is not None and self._head.position < entry.position:
                self._head = None
            if entry.op != "document":
                self._tenant.known.others_wrote(entry.subject, entry.position)

    async def answered(self) -> None:
        """Wait until no commit is under way: what it holds is published then, or was not kept."""
        await self._answered.wait()

    def _ask(self, group: Group) -> None:
        group.sent = True
        if group.turn is None:
            self.asked = group.head.position
        self.turning = group.turn
        self._answered.clear()

    def _be_answered(self) -> None:
        self.asked = self.turning = None
        self._answered.set()

    async def _loop(self) -> None:
        try:
            while True:
                while self._queue:
                    first = self._queue[0]
                    if isinstance(first, Work):
                        self._queue.popleft()
                        await self._do(first)
                    else:
                        await self._company.gather(self._queue)
                        jobs = self._waiting()
                        await self._commit(jobs)
                        self._company.crowd = len(jobs) + len(self._queue)
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
        finally:
            self._closing = True  # also where it ended by an error of ours: nobody may wait for it for ever
            for job in self._queue:
                job.fail(StoreUnavailable("the store is being closed"))

    def _waiting(self) -> list[Job]:
        """The jobs of the next group."""
        jobs: list[Job] = []
        changes = 0
        while self._queue and len(jobs) < _MOST_JOBS and changes < _MOST_CHANGES:
            job = self._queue[0]
            if isinstance(job, Work) or (job.alone and jobs):
                break
            self._queue.popleft()
            jobs.append(job)
            changes += len(job.changes)
            if job.alone:
                break
        return jobs

    async def _do(self, job: Work) -> None:
        tenant = self._tenant
        self._head = None
        try:
            async with tenant.postgres.writing() as connection:
                async with self._held(connection):
                    await self._learn(connection)
                    result = await job.work(connection)
                    await self._lay_down_words(connection)
                    # The head moves, even where it says the same: whoever began without a lock begins anew.
                    sql = f"UPDATE {tenant.schema}.head SET names = $1"
                    await connection.execute(sql, len(tenant.names.number))
                tenant.words_written()
        except BaseException as error:
            tenant.forget_fresh()
            job.fail(told(error))
            raise_unless_ordinary(error)
            return
        if not job.future.done():
            job.future.set_result(result)

    @contextlib.asynccontextmanager
    async def _held(self, connection: Any, group: list[Group] | None = None) -> AsyncGenerator[None]:
        """A transaction. Of a group in it is noted when its commit was asked for."""
        await connection.execute("BEGIN")
        try:
            yield
            for each in group or ():
                if not each.draft.empty:
                    self._ask(each)
            await connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(*FAULTS):
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
            raise

    # one group

    async def _commit(self, jobs: Sequence[Job]) -> None:
        """One group: run, laid down and committed; then published, and its writers answered."""
        clock = asyncio.get_running_loop().time
        ends = clock() + (_PATIENCE_SECONDS if self._reached else 0.0)
        while True:
            groups: list[Group] = []
            try:
                if not (self._undisturbed(jobs) and await self._at_once(jobs, groups)):
                    await self._beside_others(jobs, groups)
            except BaseException as error:
                kept = await self._kept_all_the_same(error, groups)
                if kept:
                    self._publish(groups[-1])
                    return
                self._forget(groups)
                if isinstance(error, READ_ONLY):
                    await self._tenant.postgres.not_of_the_leader()
                if kept is not None and may_be_tried_again(error) and clock() < ends:
                    await asyncio.sleep(_AGAIN_SECONDS)
                    continue
                self._reached = not isinstance(error, (*LOST, READ_ONLY))
                await self._failed(error, jobs, groups, doubtful=kept is None)
            else:
                self._reached = True
            finally:
                self._be_answered()
            return

    async def _kept_all_the_same(self, error: BaseException, groups: Sequence[Group]) -> bool | None:
        """Whether a group was kept though its commit was not answered; None: nobody can say now."""
        if not (groups and groups[-1].sent and isinstance(error, LOST)) or cannot_be_kept(error):
            return False
        return await was_kept(self._tenant.postgres, self._tenant.schema, groups[-1])

    def _forget(self, groups: Iterable[Group]) -> None:
        for group in groups:
            self.ledger.forget(group.draft)
        self._tenant.forget_fresh()
        self.months.forget()
        self._head = None

    async def _failed(
        self, error: BaseException, jobs: Sequence[Job], groups: Sequence[Group], *, doubtful: bool
    ) -> None:
        """Nothing of the group was kept. What cannot be kept fails alone: each is tried again by itself."""
        if cannot_be_kept(error) and len(jobs) > 1:
            for job in jobs:
                await self._commit([job])
            return
        if not isinstance(error, (*FAULTS, Refused, StoreUnavailable)):
            _log.exception("a group commit failed", tenant=self._tenant.name)
        for _job, refusal in [each for group in groups[-1:] for each in group.refused]:
            _job.fail(refusal)
        for job in jobs:
            job.fail(doubt(error) if doubtful else told(error))
        raise_unless_ordinary(error)

    def _undisturbed(self, jobs: Sequence[Job]) -> bool:
        """Whether a group may begin without a lock."""
        head, tenant = self._head, self._tenant
        if head is None or jobs[0].alone or head.position != tenant.heard:
            return False
        if sum(len(job.changes) for job in jobs) >= COPIED_CHANGES:
            return False
        now = tenant.now()
        if (head.due is not None and head.due <= now) or not self.months.has(max(now, head.time)):
            return False
        return not self._company.there

    async def _at_once(self, jobs: Sequence[Job], groups: list[Group]) -> bool:
        """Without a lock, in one statement. False: something had moved, or it needs more; nothing was done."""
        head = self._head
        assert head is not None
        async with self._tenant.postgres.writing() as connection:
            try:
                group = await self._groups.run(connection, head, jobs, closed=True)
            except NewWord:
                return False
            groups.append(group)
            if not group.plain or self.months.lacking(group.draft.history):
                after = None
            elif group.draft.empty:
                sql = f"SELECT xmin FROM {self._tenant.schema}.head"
                after = head if await connection.fetchval(sql) == head.mark else None
            else:
                group.backend = connection.get_server_pid()
                self._ask(group)
                after = await self._lay_down(connection, group)
                if after is None:
                    self._be_answered()
                    self._company.noted()
        if after is None:
            self.ledger.forget(groups.pop().draft)
            return False
        self._head = after
        self._publish(group)
        return True

    async def _beside_others(self, jobs: Sequence[Job], groups: list[Group]) -> None:
        """Where another process writes too: run without the head if that may be, else under its lock."""
        tenant = self._tenant
        if self._company.there and self.months.has(max(tenant.now(), tenant.floor.time)):
            async with tenant.postgres.writing() as connection:
                with_them = (self._groups, self._laying, self.months, self._ask)
                after = await self._turns.take(connection, jobs, groups, *with_them)
            if after is not None:
                self._head = after
                self._publish(groups[-1])
                return
            self._be_answered()
        await self._in_turn(jobs, groups)

    async def _in_turn(self, jobs: Sequence[Job], groups: list[Group]) -> None:
        """Under the lock of the head."""
        async with self._tenant.postgres.writing() as connection, self._held(connection, groups):
            head = await self._learn(connection)
            group = await self._groups.run(connection, head, jobs, closed=False)
            groups.append(group)
            group.backend = connection.get_server_pid()
            after = await self._lay_down_all(connection, group)
        self._head = after
        self._publish(group)

    async def _learn(self, connection: Any) -> Head:
        """Lock the head, and learn what other processes wrote: it stays so."""
        tenant = self._tenant
        row = await connection.fetchrow(f"SELECT {HEAD} FROM {tenant.schema}.head FOR UPDATE")
        head = head_of(row)
        tenant.timed(head)
        if head.names != len(tenant.names.number) or head.families != len(tenant.families.all):
            await tenant.learn_words(connection)
        await tenant.learn_areas(connection, head.areas)
        await tenant.learn_hot(connection, head.hot)
        if head.position != tenant.heard:
            await tenant.hear(connection)
        return head

    async def _lay_down_all(self, connection: Any, group: Group) -> Head:
        """With all that is not in the one statement."""
        tenant, draft = self._tenant, group.draft
        if draft.empty and not tenant.names.fresh and not tenant.families.fresh:
            return group.head
        if draft.records_changed:
            await tenant.see_own_tables(connection)
            await change_records(connection, draft.records_changed)
        if draft.history:
            await self.months.see_to(connection, group.time, draft.history)
        await self._lay_down_words(connection)
        for erasure in draft.erasures:
            await erase(connection, tenant.schema, erasure)
        after = await self._lay_down(connection, group)
        if after is None:
            raise StoreUnavailable("the head of the log moved under its lock")
        if draft.dues:
            after = await self._laying.lay_down_ends(connection, draft, after)
        if draft.areas_changed:
            await connection.execute(self._laying.sql["relocate"], draft.position)
        return after

    async def _lay_down(self, connection: Any, group: Group) -> Head | None:
        tenant, draft, head = self._tenant, group.draft, group.head
        lines = draft.linked_log()
        after = head._replace(
            position=draft.position,
            time=group.time,
            next_row=draft.next_row,
            link=draft.link if draft.chain is not None else b"",
            names=len(tenant.names.number),
            families=len(tenant.families.all),
        )
        return await self._laying.lay_down(connection, draft, lines, tenant.hot, group.several, (head, after))

    async def _lay_down_words(self, connection: Any) -> None:
        await self._laying.many(connection, "name", self._tenant.names.fresh)
        await self._laying.many(connection, "family", self._tenant.families.fresh)

    def _publish(self, group: Group) -> None:
        """A group is committed: caches move, then those who follow hear of it, then its writers."""
        tenant, draft = self._tenant, group.draft
        tenant.words_written()
        for record in draft.records.values():
            tenant.known.wrote(record)
        if draft.areas_changed:
            tenant.areas_known = draft.position
            tenant.begin_relocation()
        tenant.wrote(draft.entries)
        group.answer()
