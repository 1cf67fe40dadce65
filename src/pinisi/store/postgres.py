"""The store for several processes: PostgreSQL with PostGIS, a schema a tenant. See `protocol.Store`, decision 0008."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import structlog

from pinisi.store.change import StoreUnavailable
from pinisi.store.history import HistoryQuery, Picture, PictureQuery, Story, Timeline, TimelineQuery
from pinisi.store.picture_sql import Dialect
from pinisi.store.pictures import PictureReader
from pinisi.store.postgres_faults import in_plain_words
from pinisi.store.postgres_lines import PostgresLines
from pinisi.store.postgres_stories import PostgresStoryReader
from pinisi.store.query import EntityQuery
from pinisi.store.record import AttributeUse, Page, Record, Showing, Shown
from pinisi.store.retention import Hold, retain_history, trim_log
from pinisi.store.sql_rows import Connection, rows
from pinisi.store.timelines import TimelineReader
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Grants

_log = structlog.get_logger("pinisi.store")
_ERASED_FROM = ("history", "hourly", "entity", "place", "hot", "passage", "strand", "origin", "log", "document", "done")
_WIPING_SECONDS = 6 * 3600.0
_DIALECT = Dialect(
    numbers="(SELECT jsonb_array_elements_text(CAST(:{name} AS jsonb))::bigint)",
    texts="(SELECT jsonb_array_elements_text(CAST(:{name} AS jsonb)))",
    text="convert_from(body, 'UTF8')",
    last="SELECT DISTINCT ON (entity) entity, position, family FROM passage WHERE received <= :heard "
    "ORDER BY entity, position DESC",
)


class PostgresStore(PostgresLines):
    """Entities and their past; see `protocol.Store`."""

    # the protocol

    @in_plain_words
    async def entity(self, tenant: str, id: str, grants: Grants) -> Record | None:
        known = await self.known(tenant)
        return None if known is None else await self._finders[tenant].entity(id, grants)

    @in_plain_words
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
        if await self.known(tenant) is None:
            return Page((), 0 if count else None, 0)
        return await self._finders[tenant].find(query, grants, limit=limit, offset=offset, count=count, heat=heat)

    @in_plain_words
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
        if await self.known(tenant) is None:
            return Shown((), False, 0 if count else None, 0)
        return await self._finders[tenant].shown(query, grants, showing, limit, offset, count, heat)

    @in_plain_words
    async def areas_at(self, tenant: str, positions: Sequence[tuple[float, float]]) -> Sequence[tuple[str, ...]]:
        known = await self.known(tenant)
        if known is None:
            return [() for _ in positions]
        async with self.postgres.connection() as connection:
            head = await known.head(connection)
            if head.areas != known.areas_known:
                await known.learn_words(connection)
                await known.learn_areas(connection, head.areas)
        return [known.locator.at(lon, lat) for lon, lat in positions]

    @in_plain_words
    async def type_counts(self, tenant: str, grants: Grants) -> Mapping[str, int]:
        known = await self.fresh(tenant)
        counts: dict[str, int] = {}
        if known is None:
            return counts
        s = known.schema
        sql = f"SELECT h.names, h.families, f.id, f.n FROM {s}.head AS h LEFT JOIN {s}.family AS f ON f.n > 0"
        found = await self.postgres.fetch(sql)
        await known.know_words(*found[0][:2])
        view = known.views.of(grants).of
        for family, n in [row[2:] for row in found if row[2] is not None]:
            for type in known.families.all[family].types if family in view else ():
                counts[type] = counts.get(type, 0) + n
        return counts

    @in_plain_words
    async def attribute_uses(self, tenant: str, grants: Grants) -> Sequence[AttributeUse]:
        known = await self.fresh(tenant)
        uses: list[AttributeUse] = []
        if known is None:
            return uses
        s = known.schema
        sql = (
            f"SELECT h.names, h.families, u.family, u.attribute, u.kind, u.n FROM {s}.head AS h "
            f"LEFT JOIN {s}.usage AS u ON u.n > 0 ORDER BY u.family, u.attribute, u.kind"
        )
        found = await self.postgres.fetch(sql)
        await known.know_words(*found[0][:2])
        view = known.views.of(grants).of
        for family, attribute, kind, n in [row[2:] for row in found if row[2] is not None]:
            projection = view.get(family)
            name = known.names.text[attribute]
            if projection is None or (projection.attributes is not None and name not in projection.attributes):
                continue
            uses.append(AttributeUse(name, kind, known.families.all[family].types, n))
        return uses

    @in_plain_words
    async def stories(self, tenant: str, ids: Sequence[str], query: HistoryQuery, grants: Grants) -> Sequence[Story]:
        known = await self.fresh(tenant)
        if known is None:
            return ()
        asked = [id for id in ids if "\x00" not in id]

        def read(connection: Connection) -> Sequence[Story]:
            view = known.views.of(grants).of
            return PostgresStoryReader(connection, known.names, known.families, view).stories(asked, query)

        return await known.read_far(read)

    @in_plain_words
    async def gone(
        self, tenant: str, query: EntityQuery, grants: Grants, *, since: Instant, limit: int, offset: int = 0
    ) -> Sequence[str]:
        known = await self.fresh(tenant)
        if known is None:
            return ()
        if query.ids is not None:
            query = msgspec.structs.replace(query, ids=tuple(id for id in query.ids if "\x00" not in id))

        def read(connection: Connection) -> Sequence[str]:
            view = known.views.of(grants)
            families = view.select(known.families, query.types)
            reader = PostgresStoryReader(connection, known.names, known.families, view.of)
            return reader.gone(query, families, since, limit, offset)

        return await known.read_far(read)

    @in_plain_words
    async def picture(self, tenant: str, query: PictureQuery, grants: Grants) -> Picture:
        known = await self.fresh(tenant)
        if known is None:
            return Picture((), 0)
        position = await self.position(tenant)

        def read(connection: Connection) -> Picture:
            view = known.views.of(grants).of
            kin = known.views.of(EVERYTHING).select(known.families, query.entities.types)
            return PictureReader(connection, known.names, known.families, view, kin, position, _DIALECT).picture(query)

        return await known.read_far(read)

    @in_plain_words
    async def timeline(self, tenant: str, query: TimelineQuery, grants: Grants) -> Timeline:
        known = await self.fresh(tenant)
        if known is None:
            nothing: dict[str, int] = {}
            return Timeline(query.until, query.until, [nothing] * query.buckets, 0, 0, 0)
        return await known.read_far(
            lambda connection: TimelineReader(
                connection, known.names, known.families, known.views.of(grants).of
            ).timeline(query)
        )

    @in_plain_words
    async def end_what_is_due(self, tenant: str) -> None:
        await self.fresh(tenant)

    @in_plain_words
    async def wipe(self, tenant: str) -> None:
        """Clear the pages of what was erased; the operator's own backups and archives are his.

        Beside readers and writers, which go on.
        """
        known = await self.tenant(tenant)
        tables = [f"{known.schema}.{table}" for table in _ERASED_FROM]
        async with self.postgres.connection() as connection:
            await connection.execute(f"VACUUM {', '.join(tables)}", timeout=_WIPING_SECONDS)

    # beyond the protocol

    async def backup(self, folder: Path) -> None:
        """Not by us: a database is backed up by its own means."""
        raise StoreUnavailable(
            "entities and history are kept in PostgreSQL: back them up with pg_dump or pg_basebackup (docs: postgresql)"
        )

    async def damaged(self) -> Sequence[str]:
        """What is wrong in the tables: PostgreSQL looks after its own pages (pg_amcheck)."""
        return ()

    def relocating(self, tenant: str) -> bool:
        """Whether entities are being found anew by this process, because an area has changed."""
        known = self._tenants.get(tenant)
        return known is not None and known.relocating

    async def wait_until_hot(self, tenant: str, attribute: str) -> None:
        """Wait until an attribute whose filling has begun can be used."""
        await self._finders[tenant].wait_until_hot(attribute)

    @in_plain_words
    async def retain(self, tenant: str, history_before: Instant, log_before: Instant) -> tuple[int, int]:
        """Apply retention; answers (values, log entries) that went."""
        known = await self.tenant(tenant)
        gone = await retain_history(known, history_before)
        try:
            await known.writer.work(lambda connection: known.writer.months.clear(connection, history_before))
        except StoreUnavailable as error:
            _log.warning("months of history that have gone keep their tables for now", reason=str(error))
        return gone, await trim_log(known, log_before)

    @in_plain_words
    async def hold(self, tenant: str, hold: Hold) -> None:
        """Exempt history from retention."""
        sql = (
            "INSERT INTO hold VALUES (?, ?, ?, ?) ON CONFLICT (name, entity) DO UPDATE "
            "SET since = excluded.since, until = excluded.until"
        )
        values = (hold.name, hold.entity, hold.since, hold.until)
        await (await self.tenant(tenant)).work(lambda connection: rows(connection, sql, values))

    @in_plain_words
    async def release(self, tenant: str, name: str) -> None:
        """End a hold."""
        known = await self.tenant(tenant)
        await known.work(lambda connection: rows(connection, "DELETE FROM hold WHERE name = ?", (name,)))

    async def rest(self) -> None:
        """Give back what bulk work left in memory: the records that it wrote, which nobody has asked for yet."""
        for tenant in self._tenants.values():
            tenant.known.clear()
