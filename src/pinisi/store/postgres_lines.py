"""What PostgreSQL keeps beside entities: log and chain, documents, debts, cursors, records; and how all is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.store.chain import Chain, chain_begin, read_chain
from pinisi.store.change import Applied, Change
from pinisi.store.debt import Debt, DebtSum, LetterQuery
from pinisi.store.debt_sums import IDS_IN_POSTGRES, listed_sums_sql, single_sums_sql, sums_of
from pinisi.store.log import ChainedLine, LogSlice, Position, Seal
from pinisi.store.log_lines import COLUMNS, lines_after
from pinisi.store.owed import count_sql, debts_of, letters_sql, listed_sql, single_sql
from pinisi.store.postgres_faults import in_plain_words
from pinisi.store.postgres_records import prepare_records, read_records
from pinisi.store.postgres_tenants import PostgresTenants
from pinisi.store.record_tables import ReadyStatement, RecordBook, RecordValue, Values
from pinisi.store.seals import read_seals, seal_head
from pinisi.store.sqlite_records import asked_of_records, seen_entry
from pinisi.vocabulary.principal import Principal


class PostgresLines(PostgresTenants):
    """See `protocol.Store`."""

    @in_plain_words
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

    @in_plain_words
    async def log(self, tenant: str, after: Position, limit: int) -> LogSlice:
        known = await self.known(tenant)
        if known is None:
            return LogSlice((), 0, reset=after > 0)
        s = known.schema
        trimmed = f"coalesce((SELECT value FROM {s}.fact WHERE name = 'trimmed'), 0)"
        position, trimmed = await self.postgres.row(f"SELECT position, {trimmed} FROM {s}.head")
        if after < trimmed or after > position:
            return LogSlice((), position, reset=True)
        tail = known.tail
        if tail and tail[0].position <= after + 1 and tail[-1].position >= min(position, after + limit):
            entries = lines_after(tail, after, limit)
        else:
            sql = f"SELECT {COLUMNS} FROM {s}.log WHERE position > $1 ORDER BY position LIMIT $2"
            entries = await known.entries(await self.postgres.fetch(sql, after, limit))
            if entries[0].position > after + 1 if entries else after < position and limit > 0:  # trimmed meanwhile
                return LogSlice((), position, reset=True)
        return LogSlice(entries, entries[-1].position if entries else position)

    @in_plain_words
    async def position(self, tenant: str) -> Position:
        known = await self.known(tenant)
        return 0 if known is None else (await known.look())[0].position

    @in_plain_words
    async def cursor(self, tenant: str, name: str) -> Position | None:
        known = await self.known(tenant)
        if known is None:
            return None
        row = await self.postgres.row(f"SELECT position FROM {known.schema}.cursor WHERE name = $1", name)
        return None if row is None else row[0]

    @in_plain_words
    async def document(self, tenant: str, kind: str, id: str) -> tuple[Position, bytes] | None:
        known = await self.known(tenant)
        if known is None or "\x00" in id:
            return None
        sql = f"SELECT position, body FROM {known.schema}.document WHERE kind = $1 AND id = $2"
        row = await self.postgres.row(sql, kind, id)
        return None if row is None else (row[0], row[1])

    @in_plain_words
    async def documents(self, tenant: str, kind: str) -> Sequence[tuple[str, Position, bytes]]:
        known = await self.known(tenant)
        if known is None:
            return ()
        sql = f"SELECT id, position, body FROM {known.schema}.document WHERE kind = $1 ORDER BY id"
        return [(id, position, body) for id, position, body in await self.postgres.fetch(sql, kind)]

    @in_plain_words
    async def debts(self, tenant: str, *, dead: bool = False, after: Position = 0, limit: int = 1000) -> Sequence[Debt]:
        known = await self.known(tenant)
        if known is None:
            return ()
        s = f"{known.schema}."
        # A debt that fares by itself from now on goes from the list to a row: who reads the list first misses none.
        listed = () if dead else await self.postgres.fetch(listed_sql("$1", "$2", s), after, limit)
        single = await self.postgres.fetch(single_sql("$1", "$2", "$3", s), int(dead), after, limit)
        if single or listed:
            await known.learn_words()
        return debts_of(listed, single, limit, known.names.text, dead)

    @in_plain_words
    async def letters(
        self, tenant: str, query: LetterQuery, *, after: Position = 0, limit: int = 1000
    ) -> Sequence[Debt]:
        known = await self.known(tenant)
        if known is None:
            return ()
        among = "" if query.of is None else "AND d.subscription = ANY ($5::text[])"
        sql = letters_sql("$1", "$2", "$3", "$4", among, f"{known.schema}.")
        named = () if query.of is None else (sorted(query.of),)
        found = await self.postgres.fetch(sql, after, limit, query.since, query.until, *named)
        if found:
            await known.learn_words()
        return debts_of((), found, limit, known.names.text, True)

    @in_plain_words
    async def debt_sums(self, tenant: str) -> Sequence[DebtSum]:
        known = await self.known(tenant)
        if known is None:
            return ()
        s = f"{known.schema}."
        async with self.postgres.snapshot() as connection:  # else one that leaves the list meanwhile is counted twice
            listed = await connection.fetch(listed_sums_sql(IDS_IN_POSTGRES, s))
            return sums_of(listed, await connection.fetch(single_sums_sql(s)))

    @in_plain_words
    async def origins(self, tenant: str, positions: Sequence[Position]) -> Mapping[Position, bytes]:
        known = await self.known(tenant)
        if known is None:
            return {}
        sql = f"SELECT position, body FROM {known.schema}.origin WHERE position = ANY($1::bigint[]) ORDER BY position"
        return {row[0]: row[1] for row in await self.postgres.fetch(sql, list(positions))}

    @in_plain_words
    async def reacted(self, tenant: str, reaction: str) -> Mapping[str, bytes]:
        known = await self.known(tenant)
        if known is None:
            return {}
        sql = f"SELECT subject, versions FROM {known.schema}.reacted WHERE reaction = $1"
        return {row[0]: row[1] for row in await self.postgres.fetch(sql, reaction)}

    @in_plain_words
    async def prepare_records(self, tenant: str, book: RecordBook) -> Mapping[str, ReadyStatement]:
        known = await self.tenant(tenant)

        async def prepare(connection: Any) -> Mapping[str, ReadyStatement]:
            await known.see_own_tables(connection)
            return await prepare_records(connection, book)

        return await known.writer.work(prepare)

    @in_plain_words
    async def records(
        self, tenant: str, statement: ReadyStatement, values: Values, principal: Principal
    ) -> Sequence[Mapping[str, RecordValue]]:
        given = asked_of_records(statement, values, principal)
        known = await self.tenant(tenant)
        async with self.postgres.snapshot() as connection:
            await known.see_own_tables(connection)
            found = await read_records(connection, statement, given)
        if statement.personal:
            await self.apply(tenant, [seen_entry(statement, found)], principal)
        return found

    @in_plain_words
    async def seal(self, tenant: str) -> Seal | None:
        known = await self.known(tenant)
        if known is None or known.chain is None:
            return None
        return await known.work(lambda connection: seal_head(connection, known))

    @in_plain_words
    async def seals(self, tenant: str, after: Position = 0) -> Sequence[Seal]:
        known = await self.known(tenant)
        return () if known is None else await known.read_far(lambda connection: read_seals(connection, after))

    @in_plain_words
    async def chain_begin(self, tenant: str) -> tuple[Position, bytes] | None:
        known = await self.known(tenant)
        if known is None or known.chain is None:
            return None
        return await known.read_far(lambda connection: chain_begin(connection, tenant))

    @in_plain_words
    async def chain(self, tenant: str, after: Position, limit: int) -> Sequence[ChainedLine]:
        known = await self.known(tenant)
        if known is None or known.chain is None:
            return ()
        return await known.read_far(
            lambda connection: read_chain(connection, Chain(known.names, known.families), after, limit)
        )

    @in_plain_words
    async def owed(self, tenant: str) -> int:
        """How many notifications are owed and not given up."""
        known = await self.known(tenant)
        if known is None:
            return 0
        return (await self.postgres.row(count_sql(f"{known.schema}.")))[0]
