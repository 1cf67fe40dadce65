"""The store for several processes: PostgreSQL with PostGIS, a schema a tenant. See `protocol.Store`, decision 0008."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import wraps
from pathlib import Path
from types import CoroutineType
from typing import Any, ParamSpec, TypeVar

import structlog

from pinisi.store.chain import Chain, chain_begin, read_chain
from pinisi.store.debt_sums import IDS_IN_POSTGRES, listed_sums_sql, single_sums_sql, sums_of
from pinisi.store.log_lines import COLUMNS, lines_after
from pinisi.store.owed import count_sql, debts_of, letters_sql, listed_sql, single_sql
from pinisi.store.picture_sql import Dialect
from pinisi.store.pictures import PictureReader
from pinisi.store.postgres_duty import duty
from pinisi.store.postgres_faults import FAULTS, unavailable
from pinisi.store.postgres_find import PostgresFinder
from pinisi.store.postgres_news import News
from pinisi.store.postgres_pool import Postgres
from pinisi.store.postgres_records import prepare_records, read_records
from pinisi.store.postgres_schema import make_tenant, quoted, schema_of
from pinisi.store.postgres_tenant import PostgresTenant
from pinisi.store.protocol import (
    Applied,
    AttributeUse,
    ChainedLine,
    Change,
    Debt,
    DebtSum,
    HistoryQuery,
    LetterQuery,
    LogEntry,
    LogSlice,
    Owing,
    Page,
    Picture,
    PictureQuery,
    Position,
    Record,
    Seal,
    Sealing,
    Seen,
    StoreUnavailable,
    Story,
    Timeline,
    TimelineQuery,
)
from pinisi.store.query import EntityQuery
from pinisi.store.record_tables import ReadyStatement, RecordBook, RecordValue, Values
from pinisi.store.retention import Hold, retain_history, trim_log
from pinisi.store.seals import read_seals, seal_head
from pinisi.store.sql_rows import rows
from pinisi.store.sqlite_records import asked_of_records, seen_entry
from pinisi.store.sqlite_tenant import Learner, Listener, Settings
from pinisi.store.stories import StoryReader
from pinisi.store.tenant_name import TENANT_NAME, BadTenantName
from pinisi.store.timelines import TimelineReader
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Grants, Principal

_log = structlog.get_logger("pinisi.store")
P = ParamSpec("P")
R = TypeVar("R")
_DIALECT = Dialect(
    numbers="(SELECT jsonb_array_elements_text(CAST(:{name} AS jsonb))::bigint)",
    texts="(SELECT jsonb_array_elements_text(CAST(:{name} AS jsonb)))",
    text="convert_from(body, 'UTF8')",
    last="SELECT DISTINCT ON (entity) entity, position, family FROM passage WHERE received <= :heard "
    "ORDER BY entity, position DESC",
)


def _in_plain_words(method: Callable[P, Awaitable[R]]) -> "Callable[P, CoroutineType[Any, Any, R]]":
    """PostgreSQL's errors become `StoreUnavailable`."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except FAULTS as error:
            raise unavailable(error) from error

    return call


class PostgresStore:
    """`owing` decides who must be notified of a change; `listener` hears of every commit, of this process or another.

    `hear_all`: from now on also of tenants that this process has not asked for, from the beginning of their logs.

    Args:
        address: `postgresql://user@host/database`; a list of hosts is tried in order.
    """

    def __init__(
        self,
        address: str,
        clock: Callable[[], Instant],
        *,
        owing: Owing | None = None,
        settings: Settings | None = None,
        connections: int = 16,
    ) -> None:
        self._postgres = Postgres(address, connections)
        self._clock = clock
        self._clocks: dict[str, Callable[[], Instant]] = {}
        self._settings = settings or Settings()
        self._tenants: dict[str, PostgresTenant] = {}
        self._finders: dict[str, PostgresFinder] = {}
        self._listeners: list[Listener] = []
        self._learners: list[Learner] = []
        self._erasing: set[str] = set()
        self._opening = asyncio.Lock()
        self._news = News(self._postgres, self._called)
        self.owing = owing
        self.hear_all = False
        self.sealing: Sealing = _unsealed

    async def __aenter__(self) -> "PostgresStore":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._news.close()
        for tenant in self._tenants.values():
            await tenant.close()
        self._tenants.clear()
        self._finders.clear()
        await self._postgres.close()

    def listen(self, listener: Listener) -> None:
        """Tell this function of every commit: tenant and its log entries."""
        self._listeners.append(listener)

    def learn(self, learner: Learner) -> None:
        """Tell this function of what other processes wrote, before this one writes anything after it."""
        self._learners.append(learner)

    def keep_time(self, tenant: str, clock: Callable[[], Instant]) -> None:
        """Give a tenant a clock of its own: it is a replay, which lives in a day of the past and can be made again."""
        self._clocks[tenant] = clock

    async def tenant(self, name: str) -> PostgresTenant:
        """A tenant, opened; made when it is not there."""
        found = await self._known(name)
        if found is not None:
            return found
        if TENANT_NAME.fullmatch(name) is None:
            raise BadTenantName(f"{name!r}: {BadTenantName.__doc__}")
        if name in self._erasing:
            raise StoreUnavailable(f"{name} is being erased")
        async with self._postgres.connection() as connection:
            await make_tenant(connection, name)
        return await self._open(name)

    async def _known(self, name: str) -> PostgresTenant | None:
        """The tenant, unless it was never written to."""
        found = self._tenants.get(name)
        if found is not None or not TENANT_NAME.fullmatch(name) or name in self._erasing:
            return found
        if await self._postgres.row("SELECT 1 FROM pinisi.tenant WHERE name = $1", name) is None:
            return None
        return await self._open(name)

    async def _open(self, name: str) -> PostgresTenant:
        async with self._opening:
            found = self._tenants.get(name)
            if found is not None:
                return found
            async with self._postgres.connection() as connection:
                await make_tenant(connection, name)
            tenant = PostgresTenant(
                name,
                self._postgres,
                lambda: self._time(name),
                self._owing,
                self._heard,
                self._learnt,
                self._settings,
                self._sign,
                replayed=name in self._clocks,
            )
            await tenant.open(anew=self.hear_all)
            self._finders[name] = PostgresFinder(tenant)
            self._tenants[name] = tenant
            self._news.begin()
            return tenant

    async def _fresh(self, name: str) -> PostgresTenant | None:
        """The tenant with all its words, and without what has ended by itself, unless it was never written to."""
        found = await self._known(name)
        if found is not None:
            head = await self._postgres.row(f"SELECT names, families, due FROM {found.schema}.head")
            await found.end_what_is_due(head[2])
            await found.learn_words()
        return found

    def _sign(self, tenant: str, position: Position, link: bytes, time: Instant) -> tuple[str, bytes]:
        return self.sealing(tenant, position, link, time)

    def _time(self, tenant: str) -> Instant:
        return self._clocks.get(tenant, self._clock)()

    def _owing(self, tenant: str, seen: Seen) -> Sequence[str]:
        return () if self.owing is None else self.owing(tenant, seen)

    def _heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        for listener in self._listeners:
            try:
                listener(tenant, entries)
            except Exception:
                _log.exception("a listener failed at a commit", tenant=tenant)

    async def _learnt(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        for learner in self._learners:
            await learner(tenant, entries)

    async def _called(self, name: str | None) -> None:
        """Another process wrote, or may have: read its lines."""
        known = [name] if name is not None else await self.tenants() if self.hear_all else list(self._tenants)
        for each in known:
            tenant = await self._known(each) if self.hear_all else self._tenants.get(each)
            if tenant is not None:
                await tenant.hear()

    # the protocol

    @_in_plain_words
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
        known = self._tenants.get(tenant) or await self.tenant(tenant)
        return await known.apply(changes, principal, atomic=atomic, key=key, cursor=cursor)

    @_in_plain_words
    async def entity(self, tenant: str, id: str, grants: Grants) -> Record | None:
        known = await self._known(tenant)
        return None if known is None else await self._finders[tenant].entity(id, grants)

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
        if await self._known(tenant) is None:
            return Page((), 0 if count else None, 0)
        return await self._finders[tenant].find(query, grants, limit=limit, offset=offset, count=count, heat=heat)

    @_in_plain_words
    async def areas_at(self, tenant: str, positions: Sequence[tuple[float, float]]) -> Sequence[tuple[str, ...]]:
        known = await self._known(tenant)
        if known is None:
            return [() for _ in positions]
        async with self._postgres.connection() as connection:
            head = await known.head(connection)
            if head.areas != known.areas_known:
                await known.learn_words(connection)
                await known.learn_areas(connection, head.areas)
        return [known.locator.at(lon, lat) for lon, lat in positions]

    @_in_plain_words
    async def type_counts(self, tenant: str, grants: Grants) -> Mapping[str, int]:
        known = await self._fresh(tenant)
        counts: dict[str, int] = {}
        if known is None:
            return counts
        found = await self._postgres.fetch(f"SELECT id, n FROM {known.schema}.family WHERE n > 0")
        view = known.views.of(grants).of
        for family, n in found:
            for type in known.families.all[family].types if family in view else ():
                counts[type] = counts.get(type, 0) + n
        return counts

    @_in_plain_words
    async def attribute_uses(self, tenant: str, grants: Grants) -> Sequence[AttributeUse]:
        known = await self._fresh(tenant)
        uses: list[AttributeUse] = []
        if known is None:
            return uses
        sql = (
            f"SELECT family, attribute, kind, n FROM {known.schema}.usage WHERE n > 0 ORDER BY family, attribute, kind"
        )
        found = await self._postgres.fetch(sql)
        view = known.views.of(grants).of
        for family, attribute, kind, n in found:
            projection = view.get(family)
            name = known.names.text[attribute]
            if projection is None or (projection.attributes is not None and name not in projection.attributes):
                continue
            uses.append(AttributeUse(name, kind, known.families.all[family].types, n))
        return uses

    @_in_plain_words
    async def stories(self, tenant: str, ids: Sequence[str], query: HistoryQuery, grants: Grants) -> Sequence[Story]:
        known = await self._fresh(tenant)
        if known is None:
            return ()
        view = known.views.of(grants).of
        asked = [id for id in ids if "\x00" not in id]
        return await known.read_far(
            lambda connection: StoryReader(connection, known.names, known.families, view).stories(asked, query)
        )

    @_in_plain_words
    async def picture(self, tenant: str, query: PictureQuery, grants: Grants) -> Picture:
        known = await self._fresh(tenant)
        if known is None:
            return Picture((), 0)
        view = known.views.of(grants).of
        kin = known.views.of(EVERYTHING).select(known.families, query.entities.types)
        position = await self.position(tenant)
        return await known.read_far(
            lambda connection: PictureReader(
                connection, known.names, known.families, view, kin, position, _DIALECT
            ).picture(query)
        )

    @_in_plain_words
    async def timeline(self, tenant: str, query: TimelineQuery, grants: Grants) -> Timeline:
        known = await self._fresh(tenant)
        if known is None:
            nothing: dict[str, int] = {}
            return Timeline(query.until, query.until, [nothing] * query.buckets, 0, 0, 0)
        view = known.views.of(grants).of
        return await known.read_far(
            lambda connection: TimelineReader(connection, known.names, known.families, view).timeline(query)
        )

    @_in_plain_words
    async def end_what_is_due(self, tenant: str) -> None:
        await self._fresh(tenant)

    @_in_plain_words
    async def log(self, tenant: str, after: Position, limit: int) -> LogSlice:
        known = await self._known(tenant)
        if known is None:
            return LogSlice((), 0, reset=after > 0)
        s = known.schema
        trimmed = f"coalesce((SELECT value FROM {s}.fact WHERE name = 'trimmed'), 0)"
        position, trimmed = await self._postgres.row(f"SELECT position, {trimmed} FROM {s}.head")
        if after < trimmed or after > position:
            return LogSlice((), position, reset=True)
        tail = known.tail
        if tail and tail[0].position <= after + 1 and tail[-1].position >= min(position, after + limit):
            entries = lines_after(tail, after, limit)
        else:
            sql = f"SELECT {COLUMNS} FROM {s}.log WHERE position > $1 ORDER BY position LIMIT $2"
            entries = await known.entries(await self._postgres.fetch(sql, after, limit))
        return LogSlice(entries, entries[-1].position if entries else position)

    @_in_plain_words
    async def position(self, tenant: str) -> Position:
        known = await self._known(tenant)
        return 0 if known is None else (await self._postgres.row(f"SELECT position FROM {known.schema}.head"))[0]

    @_in_plain_words
    async def cursor(self, tenant: str, name: str) -> Position | None:
        known = await self._known(tenant)
        if known is None:
            return None
        row = await self._postgres.row(f"SELECT position FROM {known.schema}.cursor WHERE name = $1", name)
        return None if row is None else row[0]

    @_in_plain_words
    async def document(self, tenant: str, kind: str, id: str) -> tuple[Position, bytes] | None:
        known = await self._known(tenant)
        if known is None or "\x00" in id:
            return None
        sql = f"SELECT position, body FROM {known.schema}.document WHERE kind = $1 AND id = $2"
        row = await self._postgres.row(sql, kind, id)
        return None if row is None else (row[0], row[1])

    @_in_plain_words
    async def documents(self, tenant: str, kind: str) -> Sequence[tuple[str, Position, bytes]]:
        known = await self._known(tenant)
        if known is None:
            return ()
        sql = f"SELECT id, position, body FROM {known.schema}.document WHERE kind = $1 ORDER BY id"
        return [(id, position, body) for id, position, body in await self._postgres.fetch(sql, kind)]

    @_in_plain_words
    async def debts(self, tenant: str, *, dead: bool = False, after: Position = 0, limit: int = 1000) -> Sequence[Debt]:
        known = await self._known(tenant)
        if known is None:
            return ()
        s = f"{known.schema}."
        single = await self._postgres.fetch(single_sql("$1", "$2", "$3", s), int(dead), after, limit)
        listed = () if dead else await self._postgres.fetch(listed_sql("$1", "$2", s), after, limit)
        if single or listed:
            await known.learn_words()
        return debts_of(listed, single, limit, known.names.text, dead)

    @_in_plain_words
    async def letters(
        self, tenant: str, query: LetterQuery, *, after: Position = 0, limit: int = 1000
    ) -> Sequence[Debt]:
        known = await self._known(tenant)
        if known is None:
            return ()
        among = "" if query.of is None else "AND d.subscription = ANY ($5::text[])"
        sql = letters_sql("$1", "$2", "$3", "$4", among, f"{known.schema}.")
        named = () if query.of is None else (sorted(query.of),)
        found = await self._postgres.fetch(sql, after, limit, query.since, query.until, *named)
        if found:
            await known.learn_words()
        return debts_of((), found, limit, known.names.text, True)

    @_in_plain_words
    async def debt_sums(self, tenant: str) -> Sequence[DebtSum]:
        known = await self._known(tenant)
        if known is None:
            return ()
        s = f"{known.schema}."
        listed = await self._postgres.fetch(listed_sums_sql(IDS_IN_POSTGRES, s))
        return sums_of(listed, await self._postgres.fetch(single_sums_sql(s)))

    @_in_plain_words
    async def origins(self, tenant: str, positions: Sequence[Position]) -> Mapping[Position, bytes]:
        known = await self._known(tenant)
        if known is None:
            return {}
        sql = f"SELECT position, body FROM {known.schema}.origin WHERE position = ANY($1::bigint[]) ORDER BY position"
        return {row[0]: row[1] for row in await self._postgres.fetch(sql, list(positions))}

    @_in_plain_words
    async def reacted(self, tenant: str, reaction: str) -> Mapping[str, bytes]:
        known = await self._known(tenant)
        if known is None:
            return {}
        sql = f"SELECT subject, versions FROM {known.schema}.reacted WHERE reaction = $1"
        return {row[0]: row[1] for row in await self._postgres.fetch(sql, reaction)}

    @_in_plain_words
    async def prepare_records(self, tenant: str, book: RecordBook) -> Mapping[str, ReadyStatement]:
        known = await self.tenant(tenant)

        async def prepare(connection: Any) -> Mapping[str, ReadyStatement]:
            await known.see_own_tables(connection)
            return await prepare_records(connection, book)

        return await known.writer.work(prepare)

    @_in_plain_words
    async def records(
        self, tenant: str, statement: ReadyStatement, values: Values, principal: Principal
    ) -> Sequence[Mapping[str, RecordValue]]:
        given = asked_of_records(statement, values, principal)
        known = await self.tenant(tenant)
        async with self._postgres.snapshot() as connection:
            await known.see_own_tables(connection)
            found = await read_records(connection, statement, given)
        if statement.personal:
            await self.apply(tenant, [seen_entry(statement, found)], principal)
        return found

    @_in_plain_words
    async def wipe(self, tenant: str) -> None:
        """Rewrite the tables that hold what was erased; the operator's own backups and archives are his."""
        known = await self.tenant(tenant)
        async with self._postgres.connection() as connection:
            await connection.execute(f"VACUUM FULL {known.schema}.history_other")

    @_in_plain_words
    async def seal(self, tenant: str) -> Seal | None:
        known = await self._known(tenant)
        if known is None or known.chain is None:
            return None
        return await known.work(lambda connection: seal_head(connection, known))

    @_in_plain_words
    async def seals(self, tenant: str, after: Position = 0) -> Sequence[Seal]:
        known = await self._known(tenant)
        return () if known is None else await known.read_far(lambda connection: read_seals(connection, after))

    @_in_plain_words
    async def chain_begin(self, tenant: str) -> tuple[Position, bytes] | None:
        known = await self._known(tenant)
        if known is None or known.chain is None:
            return None
        return await known.read_far(lambda connection: chain_begin(connection, tenant))

    @_in_plain_words
    async def chain(self, tenant: str, after: Position, limit: int) -> Sequence[ChainedLine]:
        known = await self._known(tenant)
        if known is None or known.chain is None:
            return ()
        await known.learn_words()
        chain = Chain(known.names, known.families)
        return await known.read_far(lambda connection: read_chain(connection, chain, after, limit))

    @_in_plain_words
    async def tenants(self) -> Sequence[str]:
        return [
            name for (name,) in await self._postgres.fetch('SELECT name FROM pinisi.tenant ORDER BY name COLLATE "C"')
        ]

    # beyond the protocol

    def duty(self, name: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """Wait until no other process has this duty, and have it; the event tells that it was lost."""
        return duty(self._postgres, name)

    async def backup(self, folder: Path) -> None:
        """Not by us: a database is backed up by its own means."""
        raise StoreUnavailable(
            "entities and history are kept in PostgreSQL: back them up with pg_dump or pg_basebackup (docs: postgresql)"
        )

    async def damaged(self) -> Sequence[str]:
        """What is wrong in the tables: PostgreSQL looks after its own pages (pg_amcheck)."""
        return ()

    @_in_plain_words
    async def erase(self, tenant: str) -> None:
        """Take a tenant away with all that it knew."""
        known = self._tenants.pop(tenant, None)
        self._finders.pop(tenant, None)
        self._erasing.add(tenant)
        try:
            if known is not None:
                await known.close()
            async with self._postgres.connection() as connection, connection.transaction():
                await connection.execute("DELETE FROM pinisi.tenant WHERE name = $1", tenant)
                await connection.execute(f"DROP SCHEMA IF EXISTS {quoted(schema_of(tenant))} CASCADE")
        finally:
            self._erasing.discard(tenant)

    @_in_plain_words
    async def owed(self, tenant: str) -> int:
        """How many notifications are owed and not given up."""
        known = await self._known(tenant)
        if known is None:
            return 0
        return (await self._postgres.row(count_sql(f"{known.schema}.")))[0]

    def relocating(self, tenant: str) -> bool:
        """Whether entities are being found anew by this process, because an area has changed."""
        known = self._tenants.get(tenant)
        return known is not None and known.relocating

    async def wait_until_hot(self, tenant: str, attribute: str) -> None:
        """Wait until an attribute whose filling has begun can be used."""
        await self._finders[tenant].wait_until_hot(attribute)

    @_in_plain_words
    async def retain(self, tenant: str, history_before: Instant, log_before: Instant) -> tuple[int, int]:
        """Apply retention; answers (values, log entries) that went."""
        known = await self.tenant(tenant)
        return await retain_history(known, history_before), await trim_log(known, log_before)

    @_in_plain_words
    async def hold(self, tenant: str, hold: Hold) -> None:
        """Exempt history from retention."""
        sql = (
            "INSERT INTO hold VALUES (?, ?, ?, ?) ON CONFLICT (name, entity) DO UPDATE "
            "SET since = excluded.since, until = excluded.until"
        )
        values = (hold.name, hold.entity, hold.since, hold.until)
        await (await self.tenant(tenant)).work(lambda connection: rows(connection, sql, values))

    @_in_plain_words
    async def release(self, tenant: str, name: str) -> None:
        """End a hold."""
        known = await self.tenant(tenant)
        await known.work(lambda connection: rows(connection, "DELETE FROM hold WHERE name = ?", (name,)))

    async def rest(self) -> None:
        """Give back what bulk work left in memory: the records that it wrote, which nobody has asked for yet."""
        for tenant in self._tenants.values():
            tenant.seen.clear()


def _unsealed(_tenant: str, _position: Position, _link: bytes, _time: Instant) -> tuple[str, bytes]:
    """Without a key the chain is kept, and nothing is signed."""
    return "", b""
