"""The one writer of a tenant: a queue, and one transaction for all that waits in it.

A group is filled on the event loop (pure Python on a draft), laid down and committed in a thread, so that the loop is
free during SQL and the sync to disk; what arrives meanwhile is the next group. Whoever waits is answered after the
commit. A group that fails leaves the file, the caches and the log as they were.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, TypeVar

import apsw
import structlog

from pinisi.store.change import Applied, Change, Outcome, Refused, StoreUnavailable
from pinisi.store.draft import Draft
from pinisi.store.faults import unavailable
from pinisi.store.jobs import GROUP_SECONDS, Job
from pinisi.store.ledger import Ledger
from pinisi.store.log import Position
from pinisi.store.recent import SLICE, prepare_to_settle, settle_slice
from pinisi.store.sqlite_lay_down import lay_down, lay_down_names
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal
from pinisi.vocabulary.turn import Turn

T = TypeVar("T")
CROWD = 8
"""Writers in one group: with so many the next group waits the whole window for as many."""
MET_LATELY = 5
"""Windows since a writer came while another's group was under way."""
OF_A_FEW = 0.5
"""Of the window, where a few writers come at their own pace."""
_log = structlog.get_logger("pinisi.store")


class _Work:
    """A short piece of the store's own work (at most 50 ms), in a transaction of its own."""

    __slots__ = ("empty_log", "future", "work")

    def __init__(self, work: Callable[[apsw.Connection], Any], *, empty_log: bool = False) -> None:
        self.empty_log = empty_log
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.work = work

    def fail(self, told: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(told)


class Writer:
    """Writes one tenant's file.

    Args:
        begin: an empty draft upon the committed state.
        publish: makes a commit visible to readers; called on the event loop, before the writers are answered.
        applied: the position at which a key was applied before.
        foresee: reads what these changes will ask for; of none, forgets it.
        due: ids of entities of which something has ended by then (NGSI-LD 4.22), some at a time.
    """

    def __init__(
        self,
        name: str,
        connection: apsw.Connection,
        ledger: Ledger,
        clock: Callable[[], Instant],
        *,
        begin: Callable[[], Draft],
        publish: Callable[[Draft], None],
        applied: Callable[[str], Position | None],
        foresee: Callable[[Sequence[Change]], None],
        due: Callable[[Instant], Sequence[str]],
        last_time: Instant,
        window: float,
        checkpoint_pages: int,
        recent_most: int,
    ) -> None:
        self._name = name
        self._connection = connection
        self._ledger = ledger
        self._clock = clock
        self._begin = begin
        self._publish = publish
        self._applied = applied
        self._foresee = foresee
        self._due = due
        self._last_time = last_time
        self._window = window
        self._checkpoint_pages = checkpoint_pages
        self._queue: deque[Job | _Work] = deque()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, f"write-{name}")
        self._closing = False
        self._crowded = False
        self._met = 0.0
        self._pages = 0
        self._recent_most = self._settle_at = recent_most
        self._recent = prepare_to_settle(connection)
        self._settling = False
        connection.wal_autocheckpoint(0)
        connection.set_wal_hook(self._count_pages)
        self._task = asyncio.get_running_loop().create_task(self._loop(), name=f"writer of {name}")

    def apply(
        self,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool,
        key: str | None,
        cursor: tuple[str, Position] | None,
    ) -> "asyncio.Future[Applied]":
        """See `protocol.Store.apply`: what will have become of it."""
        return self._wait_for(Job(changes, principal, atomic, key, cursor))

    async def work(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run the store's own work between the groups, in the writing thread."""
        return await self._wait_for(_Work(work))

    def _wait_for(self, job: Job | _Work) -> "asyncio.Future[Any]":
        if self._closing:
            raise StoreUnavailable("the store is being closed")
        self._queue.append(job)
        if len(self._queue) == 1:
            self._wake.set()
        return job.future

    async def close(self) -> None:
        """Finish what waits; take nothing more."""
        self._closing = True
        self._wake.set()
        await self._task
        self._thread.shutdown()

    async def _loop(self) -> None:
        try:
            while True:
                while self._queue:
                    await self._next()
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
        finally:
            for job in self._queue:
                job.fail(StoreUnavailable("the store is being closed"))

    async def _next(self) -> None:
        first = self._queue[0]
        if isinstance(first, _Work):
            self._queue.popleft()
            await self._do(first)
        else:
            if pause := self._pause():
                await asyncio.sleep(pause)
            await self._group()
        if self._settling or self._recent >= self._settle_at:
            await self._settle()
        if self._pages >= self._checkpoint_pages:
            await self._checkpoint()

    def _pause(self) -> float:
        """Seconds to wait for more writers. One alone, who writes again when he is answered, never waits."""
        if self._crowded:
            return self._window
        return self._window * OF_A_FEW if perf_counter() - self._met < MET_LATELY * self._window else 0.0

    async def _do(self, job: _Work) -> None:
        try:
            result = await self._in_thread(lambda: self._transact(job.work))
        except BaseException as error:
            job.fail(_told(error))
            _raise_unless_ordinary(error)
            return
        self._publish(self._begin())
        if job.empty_log:
            await self._checkpoint()
            await self._checkpoint(apsw.SQLITE_CHECKPOINT_TRUNCATE)
        if not job.future.done():
            job.future.set_result(result)

    async def _group(self) -> None:
        """As many waiting jobs as fit, one transaction, one sync."""
        draft = self._begin()
        done: list[Job] = []
        recent = 0
        try:
            await self._collect(draft, done)
            if not draft.empty or self._ledger.names.fresh:
                recent = await self._in_thread(
                    lambda: self._transact(lambda connection: lay_down(draft, connection, self._ledger.names.text))
                )
        except BaseException as error:
            self._ledger.forget(draft)
            for job in done:
                job.fail(_told(error))
            if not isinstance(error, apsw.Error | Refused):
                _log.exception("a group commit failed", tenant=self._name)
            _raise_unless_ordinary(error)
            return
        if not draft.empty:
            self._publish(draft)
        self._recent += recent
        self._crowded = len(done) > CROWD
        if len(done) > 1 or self._queue:
            self._met = perf_counter()
        for job in done:
            if not job.future.done():
                job.future.set_result(job.result or Applied(draft.position))

    async def _collect(self, draft: Draft, done: list[Job]) -> None:
        """Run what waits on the draft. A job that fails is answered at once and leaves nothing in it."""
        started = perf_counter()
        if due := self._due(self._clock()):
            self._ledger.end_what_is_due(draft, due, self._now())
        while self._queue and perf_counter() - started < GROUP_SECONDS:
            job = self._queue[0]
            if isinstance(job, _Work) or (job.alone and done):
                return
            self._queue.popleft()
            try:
                job.result = self._run(draft, job) if len(job.changes) == 1 else await self._run_many(draft, job)
            except BaseException as error:
                job.fail(_told(error))
                _raise_unless_ordinary(error)
            else:
                done.append(job)
                if job.alone:
                    return

    def _run(self, draft: Draft, job: Job) -> Applied:
        """The common case of one change, without a draft of its own: the ledger leaves nothing of one that fails."""
        repeated = self._repeated(draft, job)
        if repeated is not None:
            return repeated
        now = self._now()
        return job.applied(draft, (self._make(draft, job.changes[0], job, now),), now)

    async def _run_many(self, draft: Draft, job: Job) -> Applied:
        """A set of changes fills a draft of its own, so that its failure leaves nothing."""
        repeated = self._repeated(draft, job)
        if repeated is not None:
            return repeated
        now = self._now()
        own = Draft(draft.position, draft.next_row, draft)
        outcomes: list[Outcome] = []
        self._foresee(job.changes)
        try:
            turn = Turn()
            for change in job.changes:
                outcomes.append(self._make(own, change, job, now))
                await turn.pause()
        except BaseException:
            self._ledger.forget(own)
            raise
        finally:
            self._foresee(())
        draft.merge(own)
        return job.applied(draft, tuple(outcomes), now)

    def _now(self) -> Instant:
        """Time in the log never runs backwards."""
        self._last_time = max(self._clock(), self._last_time)
        return self._last_time

    def _repeated(self, draft: Draft, job: Job) -> Applied | None:
        if job.key is None:
            return None
        position = draft.applied(job.key)
        position = self._applied(job.key) if position is None else position
        return None if position is None else Applied(position, repeated=True)

    def _make(self, draft: Draft, change: Change, job: Job, now: Instant) -> Outcome:
        try:
            return self._ledger.make(draft, change, job.principal, now)
        except Refused as refusal:
            if job.atomic:
                raise
            return Outcome(refused=refusal)

    def _transact(self, write: Callable[[apsw.Connection], T]) -> T:
        """One transaction, in the writing thread, with the words that were new in it."""
        connection, ledger = self._connection, self._ledger
        _roll_back(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = write(connection)
            names, families = len(ledger.names.fresh), len(ledger.families.fresh)
            lay_down_names(connection, ledger.names.fresh, ledger.families.fresh)
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise
        del ledger.names.fresh[:names]
        del ledger.families.fresh[:families]
        return result

    async def settle(self) -> None:
        """Move all that is recent of history to its place."""
        while (left := await self.work(settle_slice)) is None:
            pass
        self._recent = left

    async def _settle(self) -> None:
        """A slice of the move, after a group."""
        try:
            left = await self._in_thread(lambda: self._transact(settle_slice))
        except apsw.Error as error:
            self._settling, self._settle_at = False, self._recent + SLICE
            _log.warning("history could not be put in order", tenant=self._name, error=str(error))
            return
        self._settling = left is None
        if left is not None:
            self._recent, self._settle_at = left, self._recent_most
        self._publish(self._begin())

    async def wipe(self) -> None:
        """Bring the write-ahead log into the file and empty it: it holds pages as they were."""
        await self._wait_for(_Work(_nothing, empty_log=True))

    def _count_pages(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK

    async def _checkpoint(self, mode: int = apsw.SQLITE_CHECKPOINT_PASSIVE) -> None:
        """Bring the write-ahead log into the file, so that it begins anew. Readers have just moved to its end."""
        self._pages = 0
        try:
            await self._in_thread(lambda: self._connection.wal_checkpoint(mode=mode))
        except apsw.Error as error:
            _log.warning("the write-ahead log could not be brought into the file", tenant=self._name, error=str(error))
            return
        self._publish(self._begin())

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _nothing(_connection: apsw.Connection) -> None:
    return None


def _roll_back(connection: apsw.Connection) -> None:
    with contextlib.suppress(apsw.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _told(error: BaseException) -> Exception:
    """What the one who waits is told."""
    if isinstance(error, apsw.Error):
        return unavailable(error)
    return error if isinstance(error, Exception) else StoreUnavailable("the store is being closed")


def _raise_unless_ordinary(error: BaseException) -> None:
    if not isinstance(error, Exception):
        raise error
