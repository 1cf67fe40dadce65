"""One tenant's SQLite file: its connections, its caches, and what its writer publishes.

Reads of few rows run on the event loop with a connection of their own, whose snapshot moves with the caches at each
publication: index, caches and position always tell of the same moment. Long reads run in a thread.
"""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import apsw
import msgspec
import structlog

from pinisi.store.areas import Locator
from pinisi.store.around import Listener
from pinisi.store.chain import Chain, chain_head
from pinisi.store.change import Applied, Change, Edit, EntityChange, StoreUnavailable
from pinisi.store.debt import Owing
from pinisi.store.draft import Draft
from pinisi.store.faults import unavailable
from pinisi.store.hot import HotAttributes
from pinisi.store.interning import Families, Names
from pinisi.store.lapse import LAPSED_AT_ONCE
from pinisi.store.ledger import HistoryKey, Ledger
from pinisi.store.log import LogEntry, Position, Sealing
from pinisi.store.members import Members
from pinisi.store.recent import KEPT
from pinisi.store.recent_shown import RecentShown
from pinisi.store.record import Record
from pinisi.store.shelves import Shelves
from pinisi.store.sql_rows import Row, first, rows
from pinisi.store.sqlite_schema import migrate, open_connection
from pinisi.store.untold import untold_of
from pinisi.store.writer import Writer
from pinisi.vocabulary.entity import Entity, decode_entity
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger("pinisi.store")

LOG_TAIL = 20_000
_RELOCATED_AT_ONCE = 256
_RECORD = "SELECT row, id, position, abs(family), body, birth, untold FROM entity WHERE "


class Settings:
    """Limits of one store.

    Args:
        cache_records: committed records kept in memory, as bytes.
        hot_attributes: attributes of a tenant that may be in the typed side table at a time.
        checkpoint_pages: pages in the write-ahead log after which it is brought into the file.
        recent_most: rows of history that may be where they came, before they are moved to their places.
        commit_window: seconds that a group commit waits for more writers, when the last one had several.
        vfs: SQLite's way to the disk; None: the system's.
    """

    def __init__(
        self,
        *,
        cache_records: int = 50_000,
        hot_attributes: int = 64,
        commit_window: float = 0.002,
        checkpoint_pages: int = 16_000,
        recent_most: int = KEPT,
        vfs: str | None = None,
    ) -> None:
        self.cache_records = cache_records
        self.hot_attributes = hot_attributes
        self.commit_window = commit_window
        self.checkpoint_pages = checkpoint_pages
        self.recent_most = recent_most
        self.vfs = vfs


class Tenant:
    def __init__(
        self,
        name: str,
        path: Path,
        clock: Callable[[], Instant],
        owing: Owing | None,
        listener: Listener,
        settings: Settings,
        sealing: Sealing,
        *,
        replayed: bool = False,
    ) -> None:
        """What is `replayed` keeps no chain: it can be made again, and nobody answers for it."""
        self.name = name
        self.sealing = sealing
        self.now = clock
        self._replayed = replayed
        self.path = path
        self._listener = listener
        self._settings = settings
        self.names = Names()
        self.families = Families()
        self.chain = None if replayed else Chain(self.names, self.families)
        self.locator = Locator()
        self.hot = HotAttributes(self.names, settings.hot_attributes)
        self.records: OrderedDict[str, Record] = OrderedDict()
        self.by_row: dict[int, Record] = {}
        self._foreseen: dict[str, Record | None] = {}
        self.shelves = Shelves(settings.cache_records)
        self.tail: deque[LogEntry] = deque(maxlen=LOG_TAIL)
        self._connections: list[apsw.Connection] = []
        try:
            writer = self._connect()
            migrate(writer)
            self.reader = self._connect(read_only=True)
            self._far_reader = self._connect(read_only=True, far=True)
            self._load(writer)
            self._recent = RecentShown(self.reader)
            self._far_recent = RecentShown(self._far_reader)
            self._move_snapshot()
        except apsw.Error as error:
            self._disconnect()
            raise unavailable(error) from error
        self.members = Members(self.reader)
        ledger = Ledger(
            name,
            self.names,
            self.families,
            self.locator,
            self.hot,
            owing,
            self._latest,
            self.document,
            self._family_then,
            self._said_then,
            tells_births=False,
        )
        self._writer = Writer(
            name,
            writer,
            ledger,
            clock,
            begin=self._begin,
            publish=self._publish,
            applied=self._applied,
            foresee=self._foresee,
            due=self._due,
            last_time=self.last_time,
            window=settings.commit_window,
            checkpoint_pages=settings.checkpoint_pages,
            recent_most=settings.recent_most,
        )
        self._far = ThreadPoolExecutor(1, f"read-{name}")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._wait_until: Instant = 0
        self.relocating = False
        if self._relocation_owed(writer):
            self._begin_relocation()

    def _connect(self, *, read_only: bool = False, far: bool = False) -> apsw.Connection:
        connection = open_connection(
            str(self.path), read_only=read_only, far=far, vfs=self._settings.vfs, replayed=self._replayed
        )
        self._connections.append(connection)
        return connection

    def _disconnect(self) -> None:
        for connection in reversed(self._connections):
            with contextlib.suppress(apsw.Error):
                connection.close()

    def _load(self, connection: apsw.Connection) -> None:
        self.names.load(connection)
        self.families.load(connection)
        self.hot.load(connection)
        for family in self.families.all.values():
            if ADMINISTRATIVE_AREA in family.types:
                for id, body in rows(connection, "SELECT id, body FROM entity WHERE family = ?", (family.id,)):
                    self.locator.learn(id, decode_entity(body))
        last, self.last_time = first(connection, "SELECT position, time FROM log ORDER BY position DESC") or (0, 0)
        facts: dict[str, int] = dict(cast(list[tuple[str, int]], rows(connection, "SELECT name, value FROM fact")))
        self.trimmed = facts.get("trimmed", 0)
        self.position: Position = max(last, self.trimmed)
        _, self._link = chain_head(connection, self.name)
        ((self._next_row,),) = rows(connection, "SELECT coalesce(max(row), 0) + 1 FROM entity")
        ((self.next_end,),) = rows(connection, "SELECT min(at) FROM due")

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._writer.close()
        self._far.shutdown()
        self._disconnect()

    # reading

    def record(self, id: str) -> Record | None:
        """The committed, living record."""
        return self.records.get(id) or self._living(_RECORD + "id = ?", id)

    def record_at(self, row: int) -> Record | None:
        return self.by_row.get(row) or self._living(_RECORD + "row = ?", row)

    def _living(self, sql: str, key: str | int) -> Record | None:
        found = self._read(sql, key)
        if found is None or not found.body:
            return None
        self._cache(found)
        return found

    def _read(self, sql: str, key: str | int) -> Record | None:
        found = first(self.reader, sql, (key,))
        if found is None:
            return None
        return self._record(found)

    def _record(self, found: Row) -> Record:
        row, id, position, family, body, birth, untold = found
        return Record(row, id, position, self.families.all[family], body or b"", untold_of(birth, untold))

    def _cache(self, record: Record) -> None:
        self.records[record.id] = self.by_row[record.row] = record
        self._make_room()

    def _make_room(self) -> None:
        for _ in range(len(self.records) - self._settings.cache_records):
            _, oldest = self.records.popitem(last=False)
            self.by_row.pop(oldest.row, None)

    def forget_cached(self) -> None:
        """Empty the cache of records; what is asked for is read again, at the same snapshot."""
        self.records.clear()
        self.by_row.clear()
        self.shelves.clear()

    async def read_far(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run a long read in the reading thread, upon one snapshot."""
        connection = self._far_reader

        def read() -> T:
            connection.execute("BEGIN")
            try:
                self._far_recent.catch_up()
                return work(connection)
            finally:
                connection.execute("COMMIT")

        return await asyncio.get_running_loop().run_in_executor(self._far, read)

    def document(self, kind: str, id: str) -> tuple[int, bytes] | None:
        """The committed document and its position."""
        found = first(self.reader, "SELECT position, body FROM document WHERE kind = ? AND id = ?", (kind, id))
        return None if found is None else (found[0], found[1])

    # what the writer asks for

    def _latest(self, id: str) -> Record | None:
        """The committed record, also of a deleted entity."""
        found = self.records.get(id)
        if found is None and id in self._foreseen:
            return self._foreseen[id]
        return found or self._read(_RECORD + "id = ?", id)

    def _foresee(self, changes: Sequence[Change]) -> None:
        """Read together what many changes will ask for (0.5 us an entity instead of 1.5); of none, forget it."""
        ids = [change.id for change in changes if isinstance(change, EntityChange) and change.id not in self.records]
        self._foreseen = dict.fromkeys(ids)
        if ids:
            sql = _RECORD + "id IN (SELECT value FROM json_each(?))"
            for found in rows(self.reader, sql, (_encode(ids),)):
                self._foreseen[found[1]] = self._record(found)

    def _applied(self, key: str) -> Position | None:
        found = first(self.reader, "SELECT position FROM done WHERE key = ?", (key,))
        return None if found is None else found[0]

    def _family_then(self, row: int, moment: Instant) -> int | None:
        sql = (
            "SELECT family, observed, position FROM history WHERE entity = ? AND attribute = ? AND dataset = 0 "
            "AND observed <= ? ORDER BY observed DESC, position DESC LIMIT 1"
        )
        self._recent.catch_up()
        found = first(self.reader, sql, (row, self.names.number.get(LOCATION), moment))
        return None if found is None else found[0]

    def _said_then(self, key: HistoryKey) -> bytes | None:
        sql = (
            "SELECT body, position FROM history WHERE entity = ? AND attribute = ? AND dataset = ? AND observed = ? "
            "ORDER BY position DESC LIMIT 1"
        )
        self._recent.catch_up()
        found = first(self.reader, sql, key)
        return None if found is None else found[0]

    def _due(self, now: Instant) -> Sequence[str]:
        """Ids of entities of which something has ended by now, the longest ago first."""
        if self.next_end is None or now < self.next_end:
            return ()
        sql = (
            "SELECT entity.id FROM due JOIN entity ON entity.row = due.entity WHERE due.at <= ? ORDER BY due.at LIMIT ?"
        )
        return [id for (id,) in rows(self.reader, sql, (now, LAPSED_AT_ONCE))]

    def _begin(self) -> Draft:
        return Draft(self.position, self._next_row).goes_on(self.chain, self._link)

    def _publish(self, draft: Draft) -> None:
        """Make a commit visible: snapshot, caches and position together; then tell the listeners."""
        self._move_snapshot()
        self.position, self._next_row, self._link = draft.position, draft.next_row, draft.link
        self.shelves.forget([record.row for record in draft.records.values()])
        self._take(draft)
        if draft.dues:
            ((self.next_end,),) = rows(self.reader, "SELECT min(at) FROM due")
        if draft.entries:
            self.tail.extend(draft.entries)
            self._listener(self.name, draft.entries)
        if draft.areas_changed:
            self._begin_relocation()

    def _take(self, draft: Draft) -> None:
        """Records of a commit take the place of those before them."""
        records, by_row, move, first = self.records, self.by_row, self.members.move, draft.first
        new: dict[int, list[int]] = {}
        for id, record in draft.records.items():
            before = first[id]
            family = record.family.id if record.body else None
            was = before.family.id if before is not None and before.body else None
            if before is None and family is not None:
                new.setdefault(family, []).append(record.row)
            elif was != family:
                move(record.row, was, family)
            if family is None:
                records.pop(id, None)
                by_row.pop(record.row, None)
            else:
                records[id] = by_row[record.row] = record
        for family, entered in new.items():
            self.members.enter(entered, family)
        self._make_room()

    def _move_snapshot(self) -> None:
        """Let the reader see the newest commit, and keep seeing it until the next publication."""
        try:
            if self.reader.in_transaction:
                self.reader.execute("COMMIT")
            self.reader.execute("BEGIN")
            rows(self.reader, "SELECT count(*) FROM fact")
        except apsw.Error as error:
            _log.error("the reader could not move to the newest commit", tenant=self.name, error=str(error))

    # writing

    def apply(
        self,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool,
        key: str | None,
        cursor: tuple[str, Position] | None,
    ) -> Awaitable[Applied]:
        """See `protocol.Store.apply`."""
        return self._writer.apply(changes, principal, atomic=atomic, key=key, cursor=cursor)

    async def end_what_is_due(self) -> None:
        """Take away what has ended by itself until now, so that no answer shows it (NGSI-LD 4.22).

        Where nothing can be written, it stays until it can: reading goes on.
        """
        while self.next_end is not None and self.next_end <= (now := self.now()) and now >= self._wait_until:
            try:
                await self.apply((), SYSTEM, atomic=True, key=None, cursor=None)
            except StoreUnavailable as error:
                _log.warning("what has ended has to stay", tenant=self.name, reason=str(error))
                self._wait_until = now + SECOND

    async def work(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run the store's own short work (at most 50 ms) in a transaction of its own."""
        return await self._writer.work(work)

    async def settle(self) -> None:
        """Move all that is recent of history to its place."""
        await self._writer.settle()

    async def wipe(self) -> None:
        """Empty the write-ahead log."""
        await self._writer.wipe()

    # the store's own work

    def background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"{name} of {self.name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the store's own work failed", work=task.get_name(), error=str(error))

    def _begin_relocation(self) -> None:
        if not self.relocating:
            self.relocating = True
            self.background(self._relocate(), "relocation")

    async def _relocate(self) -> None:
        """Find every entity's areas anew after an area has changed; a stop resumes it, a further change repeats it."""
        try:
            owed = True
            while owed:
                begun = self.position
                await self._relocate_all(self._next_row)
                owed = await self.work(lambda connection, upto=begun: self._relocated(connection, upto))
        finally:
            self.relocating = False

    async def _relocate_all(self, end: int) -> None:
        """Those that were there: what is made from row `end` on is located by the areas as they are now."""
        last = 0
        sql = "SELECT row, id FROM entity WHERE row > ? AND row < ? AND body IS NOT NULL ORDER BY row LIMIT ?"
        while some := rows(self.reader, sql, (last, end, _RELOCATED_AT_ONCE)):
            changes = [EntityChange(id, _unchanged) for _, id in some]
            await self.apply(changes, SYSTEM, atomic=False, key=None, cursor=None)
            last = some[-1][0]

    def _relocated(self, connection: apsw.Connection, upto: Position) -> bool:
        connection.execute("DELETE FROM fact WHERE name = 'relocate' AND value <= ?", (upto,))
        return self._relocation_owed(connection)

    def _relocation_owed(self, connection: apsw.Connection) -> bool:
        return first(connection, "SELECT 1 FROM fact WHERE name = 'relocate'") is not None


def _unchanged(entity: Entity | None, _now: Instant) -> Edit:
    return Edit(entity)
