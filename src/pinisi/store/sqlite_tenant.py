"""One tenant's SQLite file: its connections, its caches and its one writer.

Changes are made by one coroutine: it fills a draft from all that waits, lays it down in one transaction, and commits
in a thread (the sync to disk leaves the event loop free). Whoever waits is answered after the commit: that is the
group commit. Reads of few rows run on the event loop with a connection of their own; long ones in a thread.
"""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import apsw
import structlog

from pinisi.store.areas import Locator
from pinisi.store.draft import Draft, lay_down_names
from pinisi.store.hot import HotAttributes
from pinisi.store.interning import Families, Names
from pinisi.store.ledger import Ledger
from pinisi.store.members import Members
from pinisi.store.protocol import (
    Applied,
    Change,
    LogEntry,
    Outcome,
    Owing,
    Position,
    Record,
    Refused,
    StoreUnavailable,
)
from pinisi.store.sqlite_schema import migrate, open_connection
from pinisi.vocabulary.entity import Entity, decode_entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA

T = TypeVar("T")
_log = structlog.get_logger("pinisi.store")

GROUP_SECONDS = 0.02
SLICE_CHANGES = 64
LOG_TAIL = 20_000

Listener = Callable[[str, Sequence[LogEntry]], None]


class Settings:
    """Limits of one store. `cache_records` bounds the committed records kept decoded-ready in memory."""

    def __init__(self, *, cache_records: int = 50_000, hot_attributes: int = 64, vfs: str | None = None) -> None:
        self.cache_records = cache_records
        self.hot_attributes = hot_attributes
        self.vfs = vfs


class _Job:
    """One `apply`, or one piece of the store's own work, waiting for the writer."""

    __slots__ = ("atomic", "changes", "cursor", "future", "key", "principal", "result", "work")

    def __init__(self, future: "asyncio.Future[Any]") -> None:
        self.future = future
        self.changes: Sequence[Change] = ()
        self.principal: Principal = SYSTEM
        self.atomic = True
        self.key: str | None = None
        self.cursor: tuple[str, Position] | None = None
        self.work: Callable[[apsw.Connection], Any] | None = None
        self.result: Any = None


class Tenant:
    def __init__(
        self, name: str, path: Path, clock: Callable[[], Instant], owing: Owing | None, listener: Listener,
        settings: Settings,
    ) -> None:
        self.name = name
        self.path = path
        self._clock = clock
        self._listener = listener
        self._settings = settings
        try:
            self._writer = open_connection(str(path), vfs=settings.vfs)
            migrate(self._writer)
            self.reader = open_connection(str(path), read_only=True, vfs=settings.vfs)
            self._far_reader = open_connection(str(path), read_only=True, vfs=settings.vfs)
        except apsw.Error as error:
            raise StoreUnavailable(f"{path}: {error}") from error
        self.names = Names()
        self.families = Families()
        self.locator = Locator()
        self.hot = HotAttributes(self.names, settings.hot_attributes)
        self.members = Members(self.reader)
        self.records: OrderedDict[str, Record] = OrderedDict()
        self.by_row: dict[int, Record] = {}
        self.tail: deque[LogEntry] = deque(maxlen=LOG_TAIL)
        self._ledger = Ledger(
            name, self.names, self.families, self.locator, self.hot, owing, self._committed_or_read, self._kept_document
        )
        self._queue: deque[_Job] = deque()
        self._wake = asyncio.Event()
        self._commits = ThreadPoolExecutor(1, f"commit-{name}")
        self._far = ThreadPoolExecutor(1, f"read-{name}")
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._load()

    def _load(self) -> None:
        connection = self._writer
        self.names.load(connection)
        self.families.load(connection)
        self.hot.load(connection)
        self._load_areas()
        (last,) = next(connection.execute("SELECT coalesce(max(position), 0) FROM log"))
        facts = dict(connection.execute("SELECT name, value FROM fact"))
        self.trimmed: int = facts.get("trimmed", 0)
        self.position: int = max(last, self.trimmed)
        (self._next_row,) = next(connection.execute("SELECT coalesce(max(row), 0) + 1 FROM entity"))
        (self.last_time,) = next(connection.execute("SELECT coalesce(max(time), 0) FROM log WHERE position = ?", (last,)))

    def _load_areas(self) -> None:
        for family in self.families.all.values():
            if ADMINISTRATIVE_AREA in family.types:
                sql = "SELECT id, body FROM entity WHERE family = ? AND body IS NOT NULL"
                for id, body in self._writer.execute(sql, (family.id,)):
                    self.locator.learn(id, decode_entity(body))

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._write_loop(), name=f"writer of {self.name}")

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        for task in list(self._tasks):
            task.cancel()
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._commits.shutdown()
        self._far.shutdown()
        for connection in (self._far_reader, self.reader, self._writer):
            connection.close()

    # reading

    def record(self, id: str) -> Record | None:
        """The committed, living record."""
        found = self.records.get(id)
        if found is None:
            found = self._read("SELECT row, id, position, family, body FROM entity WHERE id = ?", id)
            if found is not None and found.body:
                self._cache(found)
        return found if found is not None and found.body else None

    def record_at(self, row: int) -> Record | None:
        found = self.by_row.get(row)
        if found is None:
            found = self._read("SELECT row, id, position, family, body FROM entity WHERE row = ?", row)
            if found is not None and found.body:
                self._cache(found)
        return found if found is not None and found.body else None

    def _read(self, sql: str, key: str | int) -> Record | None:
        for row, id, position, family, body in self.reader.execute(sql, (key,)):
            return Record(row, id, position, self.families.all[family], body or b"")
        return None

    def _cache(self, record: Record) -> None:
        old = self.records.get(record.id)
        if old is not None and old.position > record.position:
            return
        self.records[record.id] = record
        self.by_row[record.row] = record
        if len(self.records) > self._settings.cache_records:
            _, oldest = self.records.popitem(last=False)
            self.by_row.pop(oldest.row, None)

    async def read_far(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run a long read in the reading thread."""
        return await asyncio.get_running_loop().run_in_executor(self._far, work, self._far_reader)

    def _committed_or_read(self, id: str) -> Record | None:
        found = self.records.get(id)
        if found is not None:
            return found
        return self._read("SELECT row, id, position, family, body FROM entity WHERE id = ?", id)

    def _kept_document(self, kind: str, id: str) -> tuple[int, bytes] | None:
        sql = "SELECT position, body FROM document WHERE kind = ? AND id = ?"
        return next(iter(self.reader.execute(sql, (kind, id))), None)

    # writing

    async def apply(
        self, changes: Sequence[Change], principal: Principal, *, atomic: bool, key: str | None,
        cursor: tuple[str, Position] | None,
    ) -> Applied:
        job = _Job(asyncio.get_running_loop().create_future())
        job.changes, job.principal, job.atomic, job.key, job.cursor = changes, principal, atomic, key, cursor
        self._queue.append(job)
        self._wake.set()
        return await job.future

    async def work(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run the store's own short work (at most 50 ms) inside the writer's transaction."""
        job = _Job(asyncio.get_running_loop().create_future())
        job.work = work
        self._queue.append(job)
        self._wake.set()
        return await job.future

    async def _write_loop(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                try:
                    await self._group()
                except Exception:
                    _log.exception("a group commit failed", tenant=self.name)

    async def _group(self) -> None:
        """One transaction: as many waiting jobs as fit into the group, then one sync."""
        draft = Draft(self.position, self._next_row)
        done: list[_Job] = []
        current: _Job | None = None
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            started = perf_counter()
            while self._queue and perf_counter() - started < GROUP_SECONDS:
                current = self._queue.popleft()
                try:
                    await self._run(draft, current)
                except Refused as refusal:
                    if not current.future.done():
                        current.future.set_exception(refusal)
                    continue
                except apsw.Error:
                    raise
                except Exception as error:
                    if current.work is not None:
                        raise
                    if not current.future.done():
                        current.future.set_exception(error)
                    continue
                done.append(current)
            current = None
            lay_down_names(self._writer, self.names.fresh, self.families.fresh)
            draft.lay_down(self._writer)
            await asyncio.get_running_loop().run_in_executor(self._commits, self._writer.execute, "COMMIT")
        except BaseException as error:
            self._roll_back()
            failed = done if current is None else [*done, current]
            self._fail(failed, error)
            if not isinstance(error, apsw.Error):
                raise
            return
        self.names.fresh.clear()
        self.families.fresh.clear()
        self._publish(draft)
        for job in done:
            if not job.future.done():
                job.future.set_result(job.result)

    async def _run(self, draft: Draft, job: _Job) -> None:
        if job.work is not None:
            job.result = job.work(self._writer)
            return
        if job.key is not None:
            position = draft.applied(job.key) or self._applied(job.key)
            if position is not None:
                job.result = Applied(position, repeated=True)
                return
        now = max(self._clock(), self.last_time)
        self.last_time = now
        own = Draft(draft.position, draft.next_row, draft) if job.atomic and len(job.changes) > 1 else draft
        outcomes: list[Outcome] = []
        for number, change in enumerate(job.changes, start=1):
            try:
                outcomes.append(self._ledger.make(own, change, job.principal, now))
            except Refused as refusal:
                if job.atomic:
                    if own is not draft:
                        self._forget_areas(own)
                    raise
                outcomes.append(Outcome(refused=refusal))
            if number % SLICE_CHANGES == 0:
                await asyncio.sleep(0)
        if own is not draft:
            draft.merge(own)
        if job.key is not None:
            draft.done[job.key] = (draft.position, now)
        if job.cursor is not None:
            draft.cursors[job.cursor[0]] = job.cursor[1]
        job.result = Applied(draft.position, tuple(outcomes))

    def _applied(self, key: str) -> int | None:
        row = next(iter(self._writer.execute("SELECT position FROM done WHERE key = ?", (key,))), None)
        return None if row is None else row[0]

    def _forget_areas(self, draft: Draft) -> None:
        """Undo what a refused set taught the locator."""
        if draft.areas_changed:
            for id, before in draft.first.items():
                self.locator.learn(id, before.entity if before is not None and before.body else None)

    def _roll_back(self) -> None:
        with contextlib.suppress(apsw.Error):
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        with contextlib.suppress(apsw.Error):
            self.names.load(self._writer)
            self.families.load(self._writer)
            self.hot.__init__(self.names, self._settings.hot_attributes)
            self.hot.load(self._writer)
            self.locator.__init__()
            self._load_areas()
        self.records.clear()
        self.by_row.clear()
        self.members.clear()

    def _fail(self, jobs: Sequence[_Job], error: BaseException) -> None:
        reason = StoreUnavailable(_plain(error)) if isinstance(error, apsw.Error) else error
        for job in jobs:
            if not job.future.done():
                job.future.set_exception(reason if isinstance(reason, Exception) else StoreUnavailable("stopping"))

    def _publish(self, draft: Draft) -> None:
        """Make a commit visible to readers of the caches, then tell the listeners."""
        self.position, self._next_row = draft.position, draft.next_row
        for id, record in draft.records.items():
            before = draft.first[id]
            was = before.family.id if before is not None and before.body else None
            self.members.move(record.row, was, record.family.id if record.body else None)
            if record.body:
                self._cache(record)
            else:
                self.records.pop(id, None)
                self.by_row.pop(record.row, None)
        if draft.entries:
            self.tail.extend(draft.entries)
            self._listener(self.name, draft.entries)
        if draft.areas_changed:
            self.background(self._relocate(), "relocate")

    # the store's own work

    def background(self, work: Any, name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"{name} of {self.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relocate(self) -> None:
        """Find every located entity's areas anew after an area has changed."""
        from pinisi.store.protocol import Edit, EntityChange

        def unchanged(entity: Entity | None, _now: Instant) -> Edit:
            return Edit(entity)

        last = 0
        while True:
            sql = "SELECT p.row, e.id FROM place p JOIN entity e ON e.row = p.row WHERE p.row > ? ORDER BY p.row LIMIT 256"
            rows = list(self.reader.execute(sql, (last,)))
            if not rows:
                return
            await self.apply(
                [EntityChange(id, unchanged) for _, id in rows], SYSTEM, atomic=False, key=None, cursor=None
            )
            last = rows[-1][0]


def _plain(error: BaseException) -> str:
    if isinstance(error, apsw.FullError):
        return "the disk is full: nothing was written"
    if isinstance(error, apsw.ReadOnlyError):
        return "the database file is read-only: nothing was written"
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return "the database file is damaged: run `pinisi doctor`, then restore a backup"
    return f"the database cannot be used now: {error}"
