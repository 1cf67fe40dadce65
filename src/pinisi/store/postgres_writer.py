"""The writer of one tenant in one process: what waits is one group, one transaction, beside no other process.

A group locks the head first. So the committed state stands still while the ledger runs: it is read for the whole group
in one statement, and what a change asks for beyond it (`Unread`) is read when it is asked for, and the change runs once
more. Whoever waits is answered after the commit.
"""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from pinisi.store.draft import Draft
from pinisi.store.jobs import SLICE_CHANGES, Job
from pinisi.store.lapse import LAPSED_AT_ONCE
from pinisi.store.ledger import HistoryKey, Ledger
from pinisi.store.postgres_faults import FAULTS, LOST, cannot_be_kept, unavailable
from pinisi.store.postgres_lay_down import Laying, hot_text
from pinisi.store.postgres_months import Months
from pinisi.store.postgres_records import change_records
from pinisi.store.protocol import (
    Applied,
    Change,
    DocumentChange,
    EntityChange,
    LogEntry,
    Outcome,
    Owing,
    Position,
    Record,
    Refused,
    StoreUnavailable,
)
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal
from pinisi.vocabulary.terms import LOCATION

if TYPE_CHECKING:
    from pinisi.store.postgres_tenant import Head, PostgresTenant

T = TypeVar("T")
_log = structlog.get_logger("pinisi.store")
_MOST_JOBS = 1_000
_MOST_CHANGES = 5_000
_ASKED_AGAIN_SECONDS = 5.0


class Unread(Exception):
    """The ledger asks for something of the committed state that has not been read."""

    def __init__(self, what: str, key: Any) -> None:
        self.what = what
        self.key = key


class _Work:
    """A short piece of the store's own work, in a transaction of its own that holds the head."""

    __slots__ = ("future", "work")

    def __init__(self, work: Callable[[Any], Awaitable[Any]]) -> None:
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.work = work

    def fail(self, told: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(told)


class PostgresWriter:
    def __init__(self, tenant: "PostgresTenant", owing: Owing | None) -> None:
        self._tenant = tenant
        self.ledger = Ledger(
            tenant.name,
            tenant.names,
            tenant.families,
            tenant.locator,
            tenant.hot,
            owing,
            self._current,
            self._kept,
            self._family_then,
            self._said_then,
        )
        s = tenant.schema
        self._lock = f"BEGIN; SELECT 1 FROM {s}.head FOR UPDATE"
        self._laying = Laying(s)
        self._months = Months(s)
        self._written: OrderedDict[str, Record] = OrderedDict()
        self._read: dict[tuple[str, Any], Any] = {}
        self._queue: deque[Job | _Work] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._last_time: Instant = 0
        self._task: asyncio.Task[None] | None = None

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
        return await self._wait_for(_Work(work))

    async def _wait_for(self, job: Job | _Work) -> Any:
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

    def others_wrote(self, entries: Iterable[LogEntry]) -> None:
        """What is known of these entities is no longer the newest."""
        for entry in entries:
            self._written.pop(entry.subject, None)

    async def _loop(self) -> None:
        try:
            while True:
                while self._queue:
                    first = self._queue[0]
                    if isinstance(first, _Work):
                        self._queue.popleft()
                        await self._do(first)
                    else:
                        await self._commit(self._waiting())
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
        finally:
            for job in self._queue:
                job.fail(StoreUnavailable("the store is being closed"))

    def _waiting(self) -> list[Job]:
        """The jobs of the next group."""
        jobs: list[Job] = []
        changes = 0
        while self._queue and len(jobs) < _MOST_JOBS and changes < _MOST_CHANGES:
            job = self._queue[0]
            if isinstance(job, _Work) or (job.alone and jobs):
                break
            self._queue.popleft()
            jobs.append(job)
            changes += len(job.changes)
            if job.alone:
                break
        return jobs

    async def _do(self, job: _Work) -> None:
        try:
            async with self._tenant.postgres.connection() as connection:
                async with self._held(connection):
                    await self._catch_up(connection)
                    result = await job.work(connection)
                    if self._tenant.names.fresh:
                        await self._lay_down_names(connection)
                        sql = f"UPDATE {self._tenant.schema}.head SET names = $1"
                        await connection.execute(sql, len(self._tenant.names.number))
                self._tenant.names.fresh.clear()
        except BaseException as error:
            self._tenant.forget_fresh()
            job.fail(_told(error))
            _raise_unless_ordinary(error)
            return
        if not job.future.done():
            job.future.set_result(result)

    @contextlib.asynccontextmanager
    async def _held(self, connection: Any) -> AsyncGenerator[None]:
        """A transaction that holds the head."""
        await connection.execute(self._lock)
        try:
            yield
            await connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(*FAULTS):
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
            raise

    async def _commit(self, jobs: Sequence[Job]) -> None:
        """One group: run, laid down and committed; then published, and its writers answered."""
        done: list[Job] = []
        drafts: list[Draft] = []
        try:
            async with self._tenant.postgres.connection() as connection, self._held(connection):
                draft = await self._run_all(connection, jobs, done, drafts)
        except BaseException as error:
            if not (isinstance(error, LOST) and drafts and await self._was_kept(drafts[0])):
                await self._failed(error, jobs, done, drafts)
                return
            draft = drafts[0]
        self._publish(draft)
        for job in done:
            if not job.future.done():
                job.future.set_result(job.result or Applied(draft.position))

    async def _failed(
        self, error: BaseException, jobs: Sequence[Job], done: Sequence[Job], drafts: list[Draft]
    ) -> None:
        """Nothing of the group was kept. What cannot be kept fails alone: each is tried again by itself."""
        for draft in drafts:
            self.ledger.forget(draft)
        self._tenant.forget_fresh()
        self._months.forget()
        self._read.clear()
        self._written.clear()
        if cannot_be_kept(error) and len(done) > 1:
            for job in done:
                await self._commit([job])
            return
        if not isinstance(error, (*FAULTS, Refused)):
            _log.exception("a group commit failed", tenant=self._tenant.name)
        for job in jobs:
            job.fail(_told(error))
        _raise_unless_ordinary(error)

    async def _run_all(self, connection: Any, jobs: Sequence[Job], done: list[Job], drafts: list[Draft]) -> Draft:
        tenant = self._tenant
        head = await self._catch_up(connection)
        draft = tenant.begin_draft(head)
        drafts.append(draft)
        self._last_time = head.time
        several = set(tenant.hot.several)
        await self._read_ahead(connection, jobs)
        await self._end_what_is_due(connection, draft, head)
        for job in jobs:
            try:
                job.result = await self._run(connection, draft, job)
            except (*FAULTS, asyncio.CancelledError):
                raise
            except BaseException as error:
                job.fail(_told(error))
                _raise_unless_ordinary(error)
            else:
                done.append(job)
        if not draft.empty or tenant.names.fresh or tenant.families.fresh:
            await self._lay_down(connection, draft, tenant.hot.several - several)
        return draft

    async def _catch_up(self, connection: Any) -> "Head":
        """Learn what other processes wrote; the head is locked, so that it stays so."""
        tenant = self._tenant
        self._read.clear()
        head = await tenant.head(connection)
        if head.names != len(tenant.names.number) or head.families != len(tenant.families.all):
            await tenant.learn_words(connection)
        await tenant.learn_areas(connection, head.areas)
        await tenant.learn_hot(connection, head.hot)
        if head.position != tenant.heard:
            await tenant.hear(connection)
        return head

    async def _lay_down(self, connection: Any, draft: Draft, several: set[str]) -> None:
        tenant = self._tenant
        if draft.records_changed:
            await tenant.see_own_tables(connection)
            await change_records(connection, draft.records_changed)
        if draft.history:
            await self._months.see_to(connection, self._last_time)
        await self._lay_down_names(connection)
        await self._laying.lay_down(connection, draft, tenant.hot, several)
        await connection.execute(
            self._laying.sql["head"],
            draft.position,
            self._last_time,
            draft.next_row,
            draft.link if draft.chain is not None else b"",
            len(tenant.names.number),
            len(tenant.families.all),
            draft.areas_changed,
            int(bool(several)),
        )
        if draft.log:
            await connection.execute(self._laying.sql["call"], f"{draft.position} {tenant.name}")

    async def _lay_down_names(self, connection: Any) -> None:
        await self._laying.many(connection, "name", self._tenant.names.fresh)
        await self._laying.many(connection, "family", self._tenant.families.fresh)

    async def _was_kept(self, draft: Draft) -> bool:
        """Whether a group whose commit was not answered is there: its last line has a link that no other has."""
        if not draft.log or draft.chain is None:
            return False
        sql = f"SELECT link FROM {self._tenant.schema}.log WHERE position = $1"
        ends = asyncio.get_running_loop().time() + _ASKED_AGAIN_SECONDS
        while True:
            try:
                found = await self._tenant.postgres.row(sql, draft.position)
            except FAULTS:
                if asyncio.get_running_loop().time() > ends:
                    return False
                await asyncio.sleep(0.1)
            else:
                return found is not None and found[0] == draft.link

    def _publish(self, draft: Draft) -> None:
        """A group is committed: caches move, then those who follow hear of it."""
        tenant = self._tenant
        tenant.names.fresh.clear()
        tenant.families.fresh.clear()
        for id, record in draft.records.items():
            self._written[id] = record
            if record.body:
                tenant.keep_seen(record)
        while len(self._written) > tenant.settings.cache_records:
            self._written.popitem(last=False)
        if draft.areas_changed:
            tenant.areas_known = draft.position
            tenant.begin_relocation()
        tenant.told([entry for entry in draft.entries if entry.position > tenant.heard])

    # running

    async def _run(self, connection: Any, draft: Draft, job: Job) -> Applied:
        """Run one job on the draft; several changes fill a draft of their own, so that a failure leaves nothing."""
        if job.key is not None:
            position = draft.applied(job.key)
            position = self._read.get(("key", job.key)) if position is None else position
            if position is not None:
                return Applied(position, repeated=True)
        now = self._last_time = max(self._tenant.now(), self._last_time)
        if len(job.changes) == 1:
            return job.applied(draft, (await self._make(connection, draft, job.changes[0], job, now),), now)
        own = Draft(draft.position, draft.next_row, draft)
        outcomes: list[Outcome] = []
        try:
            for number, change in enumerate(job.changes, start=1):
                outcomes.append(await self._make(connection, own, change, job, now))
                if number % SLICE_CHANGES == 0:
                    await asyncio.sleep(0)
        except BaseException:
            self.ledger.forget(own)
            raise
        draft.merge(own)
        return job.applied(draft, tuple(outcomes), now)

    async def _make(self, connection: Any, draft: Draft, change: Change, job: Job, now: Instant) -> Outcome:
        while True:
            try:
                return self.ledger.make(draft, change, job.principal, now)
            except Unread as lacking:
                await self._read_one(connection, lacking)
            except Refused as refusal:
                if job.atomic:
                    raise
                return Outcome(refused=refusal)

    async def _end_what_is_due(self, connection: Any, draft: Draft, head: "Head") -> None:
        """Before anything else is changed (NGSI-LD 4.22)."""
        now = max(self._tenant.now(), self._last_time)
        if head.due is None or now < head.due:
            return
        s = self._tenant.schema
        sql = (
            f"SELECT e.id FROM {s}.due JOIN {s}.entity AS e ON e.row = due.entity WHERE due.at <= $1 "
            f"ORDER BY due.at LIMIT {LAPSED_AT_ONCE}"
        )
        ids = [id for (id,) in await connection.fetch(sql, now)]
        self._last_time = now
        while True:
            try:
                self.ledger.end_what_is_due(draft, ids, now)
            except Unread as lacking:
                await self._read_one(connection, lacking)
            else:
                return

    # what the ledger asks for

    def _current(self, id: str) -> Record | None:
        found = self._written.get(id)
        return found if found is not None else self._known("entity", id)

    def _kept(self, kind: str, id: str) -> tuple[int, bytes] | None:
        return self._known("document", (kind, id))

    def _family_then(self, row: int, moment: Instant) -> int | None:
        return self._known("family then", (row, moment))

    def _said_then(self, key: HistoryKey) -> bytes | None:
        return self._known("said then", key)

    def _known(self, what: str, key: Any) -> Any:
        try:
            return self._read[what, key]
        except KeyError:
            raise Unread(what, key) from None

    async def _read_ahead(self, connection: Any, jobs: Sequence[Job]) -> None:
        """What the changes of a group begin with, in a statement for each kind."""
        changes = [change for job in jobs for change in job.changes]
        ids = {change.id for change in changes if isinstance(change, EntityChange)}
        unread = [id for id in ids if id not in self._written]
        if unread:
            await self._read_entities(connection, unread)
        documents = {(change.kind, change.id) for change in changes if isinstance(change, DocumentChange)}
        if documents:
            await self._read_documents(connection, list(documents))
        keys = [job.key for job in jobs if job.key is not None]
        if keys:
            sql = f"SELECT key, position FROM {self._tenant.schema}.done WHERE key = ANY($1)"
            for key, position in await connection.fetch(sql, keys):
                self._read["key", key] = position

    async def _read_entities(self, connection: Any, ids: Sequence[str]) -> None:
        sql = f"SELECT row, id, position, family, body FROM {self._tenant.schema}.entity WHERE id = ANY($1)"
        self._read.update((("entity", id), None) for id in ids)
        kept = [id for id in ids if "\x00" not in id]
        for row, id, position, family, body in await connection.fetch(sql, kept):
            record = Record(row, id, position, self._tenant.families.all[abs(family)], body or b"")
            self._read["entity", id] = record

    async def _read_documents(self, connection: Any, keys: Sequence[tuple[str, str]]) -> None:
        self._read.update((("document", key), None) for key in keys)
        sql = (
            f"SELECT d.kind, d.id, d.position, d.body FROM {self._tenant.schema}.document AS d "
            "JOIN unnest($1::text[], $2::text[]) AS u(k, i) ON d.kind = k AND d.id = i"
        )
        for kind, id, position, body in await connection.fetch(sql, *map(list, zip(*keys, strict=True))):
            self._read["document", (kind, id)] = (position, body)

    async def _read_one(self, connection: Any, lacking: Unread) -> None:
        s, key = self._tenant.schema, lacking.key
        if lacking.what == "entity":
            await self._read_entities(connection, [key])
        elif lacking.what == "document":
            await self._read_documents(connection, [key])
        elif lacking.what == "family then":
            sql = (
                f"SELECT family FROM {s}.history WHERE entity = $1 AND attribute = $2 AND dataset = 0 "
                "AND observed <= $3 ORDER BY observed DESC, position DESC LIMIT 1"
            )
            number = self._tenant.names.number.get(LOCATION)
            self._read[lacking.what, key] = await connection.fetchval(sql, key[0], number, key[1])
        else:
            sql = (
                f"SELECT body FROM {s}.history WHERE entity = $1 AND attribute = $2 AND dataset = $3 "
                "AND observed = $4 ORDER BY position DESC LIMIT 1"
            )
            self._read[lacking.what, key] = await connection.fetchval(sql, *key)


def _told(error: BaseException) -> Exception:
    """What the one who waits is told."""
    if cannot_be_kept(error):
        return Refused(f"this cannot be kept: {error}")
    if isinstance(error, FAULTS):
        return unavailable(error)
    return error if isinstance(error, Exception) else StoreUnavailable("the store is being closed")


def _raise_unless_ordinary(error: BaseException) -> None:
    if not isinstance(error, Exception):
        raise error
