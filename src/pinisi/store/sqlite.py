"""The embedded store: one SQLite file a tenant in one folder. See `protocol.Store`."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from types import CoroutineType
from typing import Any, ParamSpec, TypeVar

import apsw
import structlog

from pinisi.store.around import Around, Learner
from pinisi.store.chain import Chain, chain_begin, read_chain
from pinisi.store.change import Applied, Change, StoreUnavailable
from pinisi.store.debt import Debt, DebtSum, LetterQuery, Owing
from pinisi.store.debt_sums import IDS_IN_SQLITE, listed_sums_sql, single_sums_sql, sums_of
from pinisi.store.faults import unavailable
from pinisi.store.find import Finder
from pinisi.store.history import HistoryQuery, Picture, PictureQuery, Story, Timeline, TimelineQuery
from pinisi.store.log import ChainedLine, LogEntry, LogSlice, Position, Seal
from pinisi.store.log_lines import COLUMNS, lines_after, read_line
from pinisi.store.owed import count_sql, debts_of, letters_sql, listed_sql, single_sql
from pinisi.store.pictures import PictureReader
from pinisi.store.query import EntityQuery
from pinisi.store.record import AttributeUse, Page, Record, Showing, Shown
from pinisi.store.record_tables import ReadyStatement, RecordBook, RecordValue, Values
from pinisi.store.retention import Hold, retain_history, trim_log
from pinisi.store.seals import read_seals, seal_head
from pinisi.store.sql_rows import first, rows
from pinisi.store.sqlite_records import asked_of_records, migrate_records, read_records, ready_statements, seen_entry
from pinisi.store.sqlite_schema import begin_after
from pinisi.store.sqlite_tenant import Settings, Tenant
from pinisi.store.stories import SqliteStoryReader
from pinisi.store.tenant_name import TENANT_NAME, BadTenantName
from pinisi.store.timelines import SqliteTimelineReader
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Grants, Principal

_log = structlog.get_logger("pinisi.store")
P = ParamSpec("P")
R = TypeVar("R")


def _in_plain_words(method: Callable[P, Awaitable[R]]) -> "Callable[P, CoroutineType[Any, Any, R]]":
    """SQLite's errors become `StoreUnavailable`."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except apsw.Error as error:
            raise unavailable(error) from error

    return call


class SqliteStore(Around):
    """`owing` decides who must be notified of a change; `listener` hears of every commit, on the event loop.

    `hear_all` is for stores of several processes: this one hears of all tenants anyway.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], Instant],
        *,
        owing: Owing | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(clock, owing)
        self._folder = folder
        self._settings = settings or Settings()
        self._tenants: dict[str, Tenant] = {}
        self._finders: dict[str, Finder] = {}
        self._erasing: set[str] = set()
        self.hear_all = True
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the data folder {folder} cannot be made: {error.strerror}") from error

    async def __aenter__(self) -> "SqliteStore":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        for tenant in list(self._tenants.values()):
            await tenant.close()
        self._tenants.clear()
        self._finders.clear()

    def learn(self, learner: Learner) -> None:
        """What other processes wrote is told to it: nobody else writes these files."""

    def tenant(self, name: str) -> Tenant:
        """The opened file of a tenant; made when it is not there."""
        found = self._tenants.get(name)
        return found if found is not None else self._open(name)

    def _known(self, name: str) -> Tenant | None:
        """The tenant, unless it was never written to."""
        found = self._tenants.get(name)
        if found is None and TENANT_NAME.fullmatch(name) and name not in self._erasing and self.path(name).exists():
            found = self._open(name)
        return found

    async def _fresh(self, name: str) -> Tenant | None:
        """The tenant without what has ended by itself, unless it was never written to."""
        found = self._known(name)
        if found is not None and found.next_end is not None:
            await found.end_what_is_due()
        return found

    def path(self, name: str) -> Path:
        """The file of a tenant, for those who read it by a connection of their own."""
        return self._folder / f"{name}.sqlite"

    def _open(self, name: str) -> Tenant:
        if TENANT_NAME.fullmatch(name) is None:
            raise BadTenantName(f"{name!r}: {BadTenantName.__doc__}")
        if name in self._erasing:
            raise StoreUnavailable(f"{name} is being erased")
        tenant = Tenant(
            name,
            self.path(name),
            lambda: self._time(name),
            self._owing,
            self._heard,
            self._settings,
            self._sign,
            replayed=name in self._clocks,
        )
        self._tenants[name] = tenant
        self._finders[name] = Finder(tenant)
        return tenant

    # the protocol

    async def apply(
        self,
        tenant: str,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool = True,
        key: str | None = None,
        cursor: tuple[str, Position] | None = None,
    ) -> Applied:
        return await self.tenant(tenant).apply(changes, principal, atomic=atomic, key=key, cursor=cursor)

    @_in_plain_words
    async def entity(self, tenant: str, id: str, grants: Grants) -> Record | None:
        known = self._known(tenant)
        if known is not None and known.next_end is not None:
            await known.end_what_is_due()
        record = None if known is None else known.record(id)
        if record is None or grants.sees_all:
            return record
        return record if record.family.id in self._finders[tenant].view(grants).of else None

    @_in_plain_words
    async def find(
        self,
        tenant: str,
        query: EntityQuery,
        grants: Grants,
        *,
        limit: int,
        offset: int = 0,
        count: bool = False,
        heat: bool = True,
    ) -> Page:
        if await self._fresh(tenant) is None:
            return Page((), 0 if count else None, 0)
        return await self._finders[tenant].find(query, grants, limit=limit, offset=offset, count=count, heat=heat)

    @_in_plain_words
    async def shown(
        self,
        tenant: str,
        query: EntityQuery,
        grants: Grants,
        showing: Showing,
        *,
        limit: int,
        offset: int = 0,
        count: bool = False,
        heat: bool = True,
    ) -> Shown:
        known = self._known(tenant)
        if known is None:
            return Shown((), False, 0 if count else None, 0)
        if known.next_end is not None:
            await known.end_what_is_due()
        finder = self._finders[tenant]
        shown = finder.shown_at_once(query, grants, showing, limit, offset, count)
        return shown or await finder.shown(query, grants, showing, limit, offset, count, heat)

    @_in_plain_words
    async def areas_at(self, tenant: str, positions: Sequence[tuple[float, float]]) -> Sequence[tuple[str, ...]]:
        known = self._known(tenant)
        return [() if known is None else known.locator.at(lon, lat) for lon, lat in positions]

    @_in_plain_words
    async def type_counts(self, tenant: str, grants: Grants) -> Mapping[str, int]:
        known = await self._fresh(tenant)
        counts: dict[str, int] = {}
        if known is None:
            return counts
        for family in self._finders[tenant].view(grants).families:
            n = known.members.count(family)
            for type in known.families.all[family].types if n else ():
                counts[type] = counts.get(type, 0) + n
        return counts

    @_in_plain_words
    async def attribute_uses(self, tenant: str, grants: Grants) -> Sequence[AttributeUse]:
        known = await self._fresh(tenant)
        found: list[AttributeUse] = []
        if known is None:
            return found
        view = self._finders[tenant].view(grants).of
        sql = "SELECT family, attribute, kind, n FROM usage WHERE n > 0"
        for family, attribute, kind, n in rows(known.reader, sql):
            projection = view.get(family)
            name = known.names.text[attribute]
            if projection is None or (projection.attributes is not None and name not in projection.attributes):
                continue
            found.append(AttributeUse(name, kind, known.families.all[family].types, n))
        return found

    @_in_plain_words
    async def stories(self, tenant: str, ids: Sequence[str], query: HistoryQuery, grants: Grants) -> Sequence[Story]:
        known = await self._fresh(tenant)
        if known is None:
            return ()
        view = self._finders[tenant].view(grants).of
        return await known.read_far(
            lambda connection: SqliteStoryReader(connection, known.names, known.families, view).stories(ids, query)
        )

    @_in_plain_words
    async def gone(
        self, tenant: str, query: EntityQuery, grants: Grants, *, since: Instant, limit: int, offset: int = 0
    ) -> Sequence[str]:
        known = await self._fresh(tenant)
        if known is None:
            return ()
        view = self._finders[tenant].view(grants)
        families = view.select(known.families, query.types)
        return await known.read_far(
            lambda connection: SqliteStoryReader(connection, known.names, known.families, view.of).gone(
                query, families, since, limit, offset
            )
        )

    @_in_plain_words
    async def picture(self, tenant: str, query: PictureQuery, grants: Grants) -> Picture:
        known = await self._fresh(tenant)
        if known is None:
            return Picture((), 0)
        finder, position = self._finders[tenant], known.position
        view, kin = finder.view(grants).of, finder.view(EVERYTHING).select(known.families, query.entities.types)
        return await known.read_far(
            lambda connection: PictureReader(connection, known.names, known.families, view, kin, position).picture(
                query
            )
        )

    @_in_plain_words
    async def timeline(self, tenant: str, query: TimelineQuery, grants: Grants) -> Timeline:
        known = await self._fresh(tenant)
        if known is None:
            nothing: dict[str, int] = {}
            return Timeline(query.until, query.until, [nothing] * query.buckets, 0, 0, 0)
        view = self._finders[tenant].view(grants).of
        return await known.read_far(
            lambda connection: SqliteTimelineReader(connection, known.names, known.families, view).timeline(query)
        )

    @_in_plain_words
    async def end_what_is_due(self, tenant: str) -> None:
        await self._fresh(tenant)

    @_in_plain_words
    async def log(self, tenant: str, after: Position, limit: int) -> LogSlice:
        known = self._known(tenant)
        if known is None:
            return LogSlice((), 0, reset=after > 0)
        if after < known.trimmed or after > known.position:
            return LogSlice((), known.position, reset=True)
        tail = known.tail
        if tail and tail[0].position <= after + 1:
            entries = lines_after(tail, after, limit)
        else:
            entries = _read_log(known, after, limit)
        return LogSlice(entries, entries[-1].position if entries else known.position)

    async def position(self, tenant: str) -> Position:
        """Asked at the door by every request: of an open file nothing can fail."""
        known = self._tenants.get(tenant)
        return await self._position_kept(tenant) if known is None else known.position

    @_in_plain_words
    async def _position_kept(self, tenant: str) -> Position:
        known = self._known(tenant)
        return 0 if known is None else known.position

    @_in_plain_words
    async def cursor(self, tenant: str, name: str) -> Position | None:
        known = self._known(tenant)
        if known is None:
            return None
        row = first(known.reader, "SELECT position FROM cursor WHERE name = ?", (name,))
        return None if row is None else row[0]

    @_in_plain_words
    async def document(self, tenant: str, kind: str, id: str) -> tuple[Position, bytes] | None:
        known = self._known(tenant)
        if known is None:
            return None
        return known.document(kind, id)

    @_in_plain_words
    async def documents(self, tenant: str, kind: str) -> Sequence[tuple[str, Position, bytes]]:
        known = self._known(tenant)
        if known is None:
            return ()
        sql = "SELECT id, position, body FROM document WHERE kind = ? ORDER BY id"
        return [(id, position, body) for id, position, body in rows(known.reader, sql, (kind,))]

    @_in_plain_words
    async def debts(self, tenant: str, *, dead: bool = False, after: Position = 0, limit: int = 1000) -> Sequence[Debt]:
        known = self._known(tenant)
        if known is None:
            return ()
        single = rows(known.reader, single_sql("?", "?", "?"), (int(dead), after, limit))
        listed = () if dead else rows(known.reader, listed_sql("?1", "?2"), (after, limit))
        return debts_of(listed, single, limit, known.names.text, dead)

    @_in_plain_words
    async def letters(
        self, tenant: str, query: LetterQuery, *, after: Position = 0, limit: int = 1000
    ) -> Sequence[Debt]:
        known = self._known(tenant)
        if known is None:
            return ()
        among = "" if query.of is None else "AND d.subscription IN (SELECT value FROM json_each(?5))"
        sql = letters_sql("?1", "?2", "?3", "?4", among)
        named = () if query.of is None else (json.dumps(sorted(query.of)),)
        found = rows(known.reader, sql, (after, limit, query.since, query.until, *named))
        return debts_of((), found, limit, known.names.text, True)

    @_in_plain_words
    async def debt_sums(self, tenant: str) -> Sequence[DebtSum]:
        known = self._known(tenant)
        listed, single = listed_sums_sql(IDS_IN_SQLITE), single_sums_sql()
        if known is None:
            return ()
        return await known.read_far(lambda reader: sums_of(rows(reader, listed), rows(reader, single)))

    @_in_plain_words
    async def origins(self, tenant: str, positions: Sequence[Position]) -> Mapping[Position, bytes]:
        known = self._known(tenant)
        if known is None:
            return {}
        sql = "SELECT position, body FROM origin WHERE position = ?"
        found = (first(known.reader, sql, (position,)) for position in positions)
        return {row[0]: row[1] for row in found if row is not None}

    @_in_plain_words
    async def reacted(self, tenant: str, reaction: str) -> Mapping[str, bytes]:
        known = self._known(tenant)
        if known is None:
            return {}
        sql = "SELECT subject, versions FROM reacted WHERE reaction = ?"
        return dict(await known.read_far(lambda connection: rows(connection, sql, (reaction,))))

    @_in_plain_words
    async def prepare_records(self, tenant: str, book: RecordBook) -> Mapping[str, ReadyStatement]:
        def prepare(connection: apsw.Connection) -> Mapping[str, ReadyStatement]:
            migrate_records(connection, book)
            return ready_statements(connection, book)

        return await self.tenant(tenant).work(prepare)

    @_in_plain_words
    async def records(
        self, tenant: str, statement: ReadyStatement, values: Values, principal: Principal
    ) -> Sequence[Mapping[str, RecordValue]]:
        given = asked_of_records(statement, values, principal)
        known = self.tenant(tenant)
        found = await known.read_far(lambda connection: read_records(connection, statement, given))
        if statement.personal:
            await self.apply(tenant, [seen_entry(statement, found)], principal)
        return found

    async def wipe(self, tenant: str) -> None:
        await self.tenant(tenant).wipe()

    @_in_plain_words
    async def seal(self, tenant: str) -> Seal | None:
        known = self._known(tenant)
        if known is None or known.chain is None:
            return None
        return await known.work(lambda connection: seal_head(connection, known))

    @_in_plain_words
    async def seals(self, tenant: str, after: Position = 0) -> Sequence[Seal]:
        known = self._known(tenant)
        return () if known is None else read_seals(known.reader, after)

    @_in_plain_words
    async def chain_begin(self, tenant: str) -> tuple[Position, bytes] | None:
        known = self._known(tenant)
        return None if known is None or known.chain is None else chain_begin(known.reader, tenant)

    @_in_plain_words
    async def chain(self, tenant: str, after: Position, limit: int) -> Sequence[ChainedLine]:
        known = self._known(tenant)
        if known is None or known.chain is None:
            return ()
        chain = Chain(known.names, known.families)
        return await known.read_far(lambda connection: read_chain(connection, chain, after, limit))

    async def tenants(self) -> Sequence[str]:
        return sorted(path.stem for path in self._folder.glob("*.sqlite"))

    # beyond the protocol: care of the files

    @asynccontextmanager
    async def duty(self, name: str) -> AsyncGenerator[asyncio.Event]:
        """What only one process may do: this is the one, as long as it has the files."""
        yield asyncio.Event()

    async def erase(self, tenant: str) -> None:
        """Take a tenant away with all that it knew: for replays, which can be made again."""
        known = self._tenants.pop(tenant, None)
        self._finders.pop(tenant, None)
        self._erasing.add(tenant)
        try:
            if known is not None:
                await known.close()
            for ending in ("-wal", "-shm", ""):
                Path(f"{self.path(tenant)}{ending}").unlink(missing_ok=True)
        finally:
            self._erasing.discard(tenant)

    async def begin_anew(self, tenant: str, base: Path | None = None) -> None:
        """Empty a tenant, or let it begin as a copy of `base`; its file is made new.

        Its positions go on from where they were, so that whoever follows its log is told `reset`.
        """
        position = await self.position(tenant)
        await self.erase(tenant)
        if not position and base is None:
            return
        fresh = self.path(tenant).with_suffix(".fresh")
        self._erasing.add(tenant)
        try:
            fresh.unlink(missing_ok=True)
            if base is not None:
                await asyncio.to_thread(shutil.copyfile, base, fresh)
            begin_after(str(fresh), position, self._settings.vfs)
            fresh.replace(self.path(tenant))
        finally:
            self._erasing.discard(tenant)

    @_in_plain_words
    async def copy(self, tenant: str, target: Path) -> None:
        """Write a consistent copy of a tenant's file, which must not be there yet."""
        await self.tenant(tenant).read_far(lambda connection: _copy(connection, str(target)))

    @_in_plain_words
    async def owed(self, tenant: str) -> int:
        """How many notifications are owed and not given up."""
        known = self._known(tenant)
        found = None if known is None else first(known.reader, count_sql())
        return 0 if found is None else found[0]

    def relocating(self, tenant: str) -> bool:
        """Whether entities are being found anew, because an area has changed."""
        return self.tenant(tenant).relocating

    async def wait_until_hot(self, tenant: str, attribute: str) -> None:
        """Wait until an attribute whose filling has begun can be used."""
        await self._finders[tenant].wait_until_hot(attribute)

    async def retain(self, tenant: str, history_before: Instant, log_before: Instant) -> tuple[int, int]:
        """Apply retention; answers (values, log entries) that went."""
        known = self.tenant(tenant)
        await known.settle()
        return await retain_history(known, history_before), await trim_log(known, log_before)

    async def hold(self, tenant: str, hold: Hold) -> None:
        """Exempt history from retention."""
        values = (hold.name, hold.entity, hold.since, hold.until)
        await self.tenant(tenant).work(
            lambda connection: rows(connection, "INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?)", values)
        )

    async def release(self, tenant: str, name: str) -> None:
        """End a hold."""
        await self.tenant(tenant).work(lambda connection: rows(connection, "DELETE FROM hold WHERE name = ?", (name,)))

    async def rest(self) -> None:
        """Give back what bulk work left in memory: pages (25 MB after Makassar has been loaded) and the records that it
        wrote, which nobody has asked for yet (12 MB).
        """
        for tenant in list(self._tenants.values()):
            await tenant.work(_shrink)
            tenant.forget_cached()
            await tenant.read_far(_shrink)
            _shrink(tenant.reader)

    @_in_plain_words
    async def backup(self, folder: Path) -> None:
        """Write a consistent copy of every tenant's file into a folder, while running."""
        for name in await self.tenants():
            target = str(folder / f"{name}.sqlite")
            await self.tenant(name).read_far(lambda connection, to=target: _copy(connection, to))

    @_in_plain_words
    async def damaged(self) -> Sequence[str]:
        """What SQLite finds wrong in the files, one line each; nothing when all is well."""
        found: list[str] = []
        for name in await self.tenants():
            said = await self.tenant(name).read_far(lambda connection: rows(connection, "PRAGMA quick_check(5)"))
            found += [f"{name}: {line}" for (line,) in said if line != "ok"]
        return found


def _shrink(connection: apsw.Connection) -> None:
    connection.execute("PRAGMA shrink_memory")


def _copy(connection: apsw.Connection, target: str) -> None:
    """`query_only` forbids VACUUM INTO, so the copy has a connection of its own; it reads one snapshot."""
    own = apsw.Connection(connection.filename)
    try:
        own.execute("VACUUM INTO ?", (target,))
    finally:
        own.close()


def _read_log(tenant: Tenant, after: Position, limit: int) -> list[LogEntry]:
    sql = f"SELECT {COLUMNS} FROM log WHERE position > ? ORDER BY position LIMIT ?"
    return [read_line(row, tenant.families, tenant.names) for row in rows(tenant.reader, sql, (after, limit))]
