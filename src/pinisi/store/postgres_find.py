"""How one query finds its entities in PostgreSQL: one statement, one snapshot; every candidate is proved in Python.

The head is the outer side of a left join with one row, so that a nested loop keeps the order of its inner side.
Families (types, areas and grants) are in the statement, as are named ids, the geometry index and hot attributes. Long
runs of candidates come by a cursor of one snapshot.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from time import perf_counter
from typing import Any, cast

from pinisi.store import find, match
from pinisi.store.candidates import Bound, hot_values
from pinisi.store.log import Position
from pinisi.store.postgres_lay_down import hot_text
from pinisi.store.postgres_shown import shown_by_value, shown_from_pages
from pinisi.store.postgres_tenant import PostgresTenant
from pinisi.store.proof import Proof, TooComplex, joined, only_types
from pinisi.store.query import EntityQuery
from pinisi.store.record import Page, Record, Showing, Shown
from pinisi.vocabulary.entity import decode_entity
from pinisi.vocabulary.principal import Grants
from pinisi.vocabulary.terms import LOCATION

CHUNK = 256
SLICE_SECONDS = 0.005
_FILLED_AT_ONCE = 2_000


class _Asked:
    """A statement while it is put together."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def put(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


class PostgresFinder:
    """Answers queries for one tenant."""

    def __init__(self, tenant: PostgresTenant, seconds: float = 10.0) -> None:
        self._tenant = tenant
        self._seconds = seconds
        self._scanned: dict[str, int] = {}
        self._heating: dict[str, asyncio.Event] = {}

    async def entity(self, id: str, grants: Grants) -> Record | None:
        """The newest version of an entity that the reader may know of."""
        tenant = self._tenant
        if "\x00" in id:
            return None
        asked = None if tenant.known.get(id) is not None else id
        head, found = await tenant.look(asked)
        if head.due is not None and await tenant.end_what_is_due(head.due):
            return await self.entity(id, grants)
        record = tenant.known.get(id) or found.get(id)
        if record is None and asked is None:
            return await self.entity(id, grants)
        if record is None or not record.body:
            return None
        return record if grants.sees_all or record.family.id in tenant.views.of(grants).of else None

    async def find(
        self, query: EntityQuery, grants: Grants, *, limit: int, offset: int, count: bool, heat: bool
    ) -> Page:
        """What is found with what this process knows; once more where it turns out that others know more."""
        for _ in range(10):
            page = await self._find(query, grants, limit, offset, count, heat)
            if page is not None:
                return page
        raise TooComplex("the types and areas of this tenant change faster than a query can follow: try again")

    async def shown(
        self, query: EntityQuery, grants: Grants, showing: Showing, limit: int, offset: int, count: bool, heat: bool
    ) -> Shown:
        """What `find` finds, as bytes; from what this process has heard, where types alone are asked for."""
        if only_types(query):
            shown = await shown_from_pages(self._tenant, query, grants, showing, limit, offset, count)
        else:
            shown = await shown_by_value(self._tenant, query, grants, showing, limit, offset, count)
        if shown is not None:
            return shown
        most = limit + 1 if limit else 0
        page = await self.find(query, grants, limit=most, offset=offset, count=count, heat=heat)
        seen = self._tenant.views.of(grants).of
        bodies = [showing.body(record, seen[record.family.id]) for record in page.records[:limit]]
        return Shown(bodies, len(page.records) > limit, page.count, page.position)

    async def _find(
        self, query: EntityQuery, grants: Grants, limit: int, offset: int, count: bool, heat: bool
    ) -> Page | None:
        known = self._what_is_known()
        view = self._tenant.views.of(grants)
        families = view.select(self._tenant.families, query.types)
        if only_types(query):
            return await self._by_types(families, limit, offset, count, known)
        proof = Proof(query, view, families)
        return await self._prove(query, proof, families, limit, offset, count, heat, known)

    def _what_is_known(self) -> tuple[int, int]:
        """How many families, and which hot attributes: a statement is made of what is known when it is asked."""
        return len(self._tenant.families.all), self._tenant.hot_known

    async def _by_types(
        self, families: frozenset[int], limit: int, offset: int, count: bool, known: tuple[int, int]
    ) -> Page | None:
        """A page of which the statement tells ids and positions: bodies are read of what is not known as it is."""
        rows = await self._of_types(families, limit, offset, count, "NULL::bytea")
        if not await self._knew_all(rows[0], known):
            return None
        there = [row for row in rows if row[5] is not None]
        records = [self._tenant.known.at(row[6], row[7]) for row in there]
        if None in records:
            told = await self._told([row[5:] for row, at in zip(there, records, strict=True) if at is None])
            if told is None:
                rows = await self._of_types(families, limit, offset, count, "body")
                if not await self._knew_all(rows[0], known):
                    return None
                records = [self._tenant.record(*row[5:]) for row in rows if row[5] is not None]
            else:
                records = [at or told[row[5]] for row, at in zip(there, records, strict=True)]
        return Page(cast(list[Record], records), (rows[0][4] or 0) if count else None, rows[0][0])

    async def _told(self, lacking: Sequence[Sequence[Any]]) -> dict[int, Record] | None:
        """Entities at the positions that a page told of, by row; None where one has changed since."""
        sql = f"SELECT row, id, position, family, body FROM {self._tenant.schema}.entity WHERE row = ANY($1)"
        found = {row[0]: row for row in await self._tenant.postgres.fetch(sql, [row[0] for row in lacking])}
        if any(row[0] not in found or found[row[0]][2] != row[2] for row in lacking):
            return None
        return {number: self._tenant.record(*row) for number, row in found.items()}

    async def _of_types(
        self, families: frozenset[int], limit: int, offset: int, count: bool, body: str
    ) -> Sequence[Any]:
        s = self._tenant.schema
        counted = f"(SELECT sum(n)::bigint FROM {s}.family WHERE id = ANY($1))" if count else "NULL::bigint"
        sql = (
            f"SELECT h.position, h.families, h.hot, h.due, {counted}, e.row, e.id, e.position, e.family, e.body "
            f"FROM {s}.head AS h LEFT JOIN LATERAL (SELECT row, id, position, family, {body} AS body FROM {s}.entity "
            "WHERE family = ANY($1) ORDER BY row LIMIT $2 OFFSET $3) AS e ON true"
        )
        return await self._tenant.postgres.fetch(sql, list(families), limit, offset)

    async def _knew_all(self, row: Any, known: tuple[int, int]) -> bool:
        """Whether what was `known` were all families and hot attributes, and nothing had ended by itself."""
        tenant = self._tenant
        if row[3] is not None and await tenant.end_what_is_due(row[3]):
            return False
        if row[1] <= known[0] and row[2] == known[1]:
            return True
        async with tenant.postgres.connection() as connection:
            await tenant.learn_words(connection)
            await tenant.learn_hot(connection, row[2])
        return False

    # proving

    async def _prove(
        self,
        query: EntityQuery,
        proof: Proof,
        families: frozenset[int],
        limit: int,
        offset: int,
        count: bool,
        heat: bool,
        known: tuple[int, int],
    ) -> Page | None:
        sql, values, cold = self._statement(query, families)
        decided = proof.attribute if proof.attribute in self._tenant.hot.complete else None
        rows = await self._tenant.postgres.fetch(f"{sql} LIMIT {CHUNK + 1}", *values)
        if not await self._knew_all(rows[0], known):
            return None
        run = _Run(proof, decided, limit, offset, count)
        position = rows[0][0]
        if rows[0][4] is not None:
            for row in rows[:CHUNK]:
                run.take(self._tenant.record(*row[4:]))
                if run.done:
                    break
        if len(rows) > CHUNK and not run.done:
            run = _Run(proof, decided, limit, offset, count)
            position = await self._prove_all(sql, values, run, known)
            if position is None:
                return None
        if heat:
            self._consider_heat(cold, run.read)
        return Page(run.found, run.matched if count else None, position)

    async def _prove_all(self, sql: str, values: Sequence[Any], run: "_Run", known: tuple[int, int]) -> Position | None:
        """The position at which all were proved; None where others knew more by then than the statement."""
        started = slice_started = perf_counter()
        position = newer = None
        async with self._tenant.postgres.snapshot() as connection:
            async for row in _cursor(connection, sql, values):
                if row[1] > known[0] or row[2] != known[1]:
                    newer = row
                    break
                position = row[0]
                if row[4] is None:
                    break
                run.take(self._tenant.record(*row[4:]))
                if run.done:
                    break
                if perf_counter() - slice_started > SLICE_SECONDS:
                    await asyncio.sleep(0)
                    slice_started = perf_counter()
                    if slice_started - started > self._seconds:
                        raise TooComplex(
                            f"the query took longer than {self._seconds:g} s: narrow it by type, id or place"
                        )
        if newer is not None:
            await self._knew_all(newer, known)
        return position

    def _statement(self, query: EntityQuery, families: frozenset[int]) -> tuple[str, list[Any], list[str]]:
        """The statement without its limit, its values, and the attributes that were asked for and are not hot."""
        s = self._tenant.schema
        asked = _Asked()
        where = [f"family = ANY({asked.put(list(families))})"]
        if query.ids is not None:
            ids = [id for id in dict.fromkeys(query.ids) if "\x00" not in id]
            where.append(f"id = ANY({asked.put(ids)}::text[])")
            proposed, cold = [], []
        else:
            by_hot, cold = self._by_hot(query, asked)
            proposed = [*self._by_place(query, asked), *by_hot]
        if proposed:
            where.append(f"row = ANY(ARRAY({' INTERSECT '.join(proposed)}))")
        sql = (
            f"SELECT h.position, h.families, h.hot, h.due, e.row, e.id, e.position, e.family, e.body "
            f"FROM {s}.head AS h LEFT JOIN LATERAL (SELECT row, id, position, family, body FROM {s}.entity "
            f"WHERE {' AND '.join(where)} ORDER BY row) AS e ON true"
        )
        return sql, asked.values, cold

    def _by_place(self, query: EntityQuery, asked: _Asked) -> list[str]:
        if query.geo is None or query.geo.attribute != LOCATION:
            return []
        box = match.geo_box(query.geo)
        if box is None:
            return []
        corners = ", ".join(f"{asked.put(float(side))}::float8" for side in box)
        return [f"SELECT row FROM {self._tenant.schema}.place WHERE box && public.ST_MakeEnvelope({corners}, 4326)"]

    def _by_hot(self, query: EntityQuery, asked: _Asked) -> tuple[list[str], list[str]]:
        """Statements that propose rows by hot attributes of the filter, and the attributes that are not hot."""
        if query.filter is None:
            return [], []
        hot = self._tenant.hot
        terms: dict[str, list[list[Bound]]] = {}
        cold: list[str] = []
        for term in match.hot_terms(query.filter):
            name = term.path.attribute
            ranges = match.bounds(term)
            if name not in hot.complete:
                cold.append(name)
            elif ranges is not None:
                terms.setdefault(name, []).append(ranges)
        found: list[str] = []
        for name, many in terms.items():
            hot.touch(name)
            for ranges in many if name in hot.several else joined(many):
                if all(low is not None or high is not None for low, _, high, _ in ranges):
                    found.append(self._in_ranges(hot.attributes[name], ranges, asked))
        return found, cold

    def _in_ranges(self, attribute: int, ranges: Sequence[Bound], asked: _Asked) -> str:
        parts: list[str] = []
        for low, low_in, high, high_in in ranges:
            column = "text" if isinstance(low if low is not None else high, str) else "number"
            sql = f"SELECT row FROM {self._tenant.schema}.hot WHERE attribute = {asked.put(attribute)}"
            for value, sign in ((low, ">=" if low_in else ">"), (high, "<=" if high_in else "<")):
                if value is not None:
                    kept = hot_text(value) if isinstance(value, str) else float(value)
                    sql += f" AND {column} {sign} {asked.put(kept)}"
            parts.append(sql + f" AND {column} IS NOT NULL")
        return f"({' UNION '.join(parts)})"

    # heat

    def _consider_heat(self, attributes: Sequence[str], rows: int) -> None:
        """A long scan at once, a short one when it has been made often."""
        for attribute in attributes:
            scanned = self._scanned[attribute] = self._scanned.get(attribute, 0) + rows
            known = attribute in self._tenant.names.number
            if known and (rows > find.HEAT_ROWS or scanned > find.HEAT_SCANNED) and attribute not in self._heating:
                self._scanned.pop(attribute)
                self._heating[attribute] = asyncio.Event()
                self._tenant.background(self._fill(attribute), f"heating of {attribute}")

    async def _fill(self, attribute: str) -> None:
        """Make an attribute hot: every writer follows it from now on, then the past is filled in slices."""
        tenant, work = self._tenant, self._tenant.writer.work
        try:
            if not await work(lambda connection: self._start(connection, attribute)):
                return
            last: int | None = 0
            while last is not None:
                last = await work(lambda connection, after=last: self._fill_slice(connection, attribute, after))
            await work(lambda connection: self._finish(connection, attribute))
        finally:
            self._heating.pop(attribute).set()
            async with tenant.postgres.connection() as connection:
                await tenant.learn_hot(connection, (await tenant.head(connection)).hot)

    async def _start(self, connection: Any, attribute: str) -> bool:
        """Begin to follow it; the least used gives way. False where it is hot by now."""
        tenant, s = self._tenant, self._tenant.schema
        hot = tenant.hot
        if attribute in hot.complete:
            return False
        while attribute not in hot.attributes and len(hot.attributes) >= tenant.settings.hot_attributes:
            await self._stop(connection, hot.least_used)
        number = tenant.names.intern(attribute)
        hot.touch(attribute)
        sql = f"INSERT INTO {s}.hot_attribute VALUES ($1, false, false) ON CONFLICT DO NOTHING"
        await connection.execute(sql, number)
        await connection.execute(f"UPDATE {s}.head SET hot = hot + 1")
        return True

    async def _stop(self, connection: Any, attribute: str) -> None:
        hot, s = self._tenant.hot, self._tenant.schema
        number = hot.attributes.pop(attribute)
        hot.complete.discard(attribute)
        await connection.execute(f"DELETE FROM {s}.hot_attribute WHERE attribute = $1", number)
        await connection.execute(f"DELETE FROM {s}.hot WHERE attribute = $1", number)

    async def _fill_slice(self, connection: Any, attribute: str, after: int) -> int | None:
        tenant, s = self._tenant, self._tenant.schema
        number = tenant.hot.attributes.get(attribute)
        if number is None:
            return None
        sql = (
            f"SELECT row, body FROM {s}.entity WHERE row > $1 AND body IS NOT NULL ORDER BY row LIMIT {_FILLED_AT_ONCE}"
        )
        rows = await connection.fetch(sql, after)
        await tenant.writer.add_hot(
            connection, [(number, row, hot_values(decode_entity(body).attributes.get(attribute))) for row, body in rows]
        )
        return rows[-1][0] if rows else None

    async def _finish(self, connection: Any, attribute: str) -> None:
        number = self._tenant.hot.attributes.get(attribute)
        s = self._tenant.schema
        await connection.execute(f"UPDATE {s}.hot_attribute SET complete = true WHERE attribute = $1", number)
        await connection.execute(f"UPDATE {s}.head SET hot = hot + 1")

    async def wait_until_hot(self, attribute: str) -> None:
        """Wait for a filling that has begun (benches and tests)."""
        filling = self._heating.get(attribute)
        if filling is not None:
            await filling.wait()


class _Run:
    """What has been proved so far. `decided`: the attribute of which the index has decided; None: all is proved."""

    def __init__(self, proof: Proof, decided: str | None, limit: int, offset: int, count: bool) -> None:
        self._proof = proof
        self._decided = decided
        self._limit = limit
        self._offset = offset
        self._count = count
        self.found: list[Record] = []
        self.matched = 0
        self.read = 0

    def take(self, record: Record) -> None:
        self.read += 1
        decided = self._decided
        if self._proof.holds(record) if decided is None else self._proof.sees(record, decided):
            self.matched += 1
            if self._offset < self.matched <= self._offset + self._limit:
                self.found.append(record)

    @property
    def done(self) -> bool:
        return not self._count and len(self.found) == self._limit


async def _cursor(connection: Any, sql: str, values: Sequence[Any]) -> AsyncIterator[Any]:
    async for row in connection.cursor(sql, *values, prefetch=500):
        yield row
