"""How one query finds its entities in a tenant's file.

Types, areas and grants choose families. What remains is answered by the first that fits: a slice of the members,
named ids, the geometry index, a hot attribute, or a scan in slices. Every candidate is proved by the matcher.
"""

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

from pinisi.store import match
from pinisi.store.candidates import Bound
from pinisi.store.grid import rows_in
from pinisi.store.proof import Proof, TooComplex, View, Views, decided_alone, joined, only_types
from pinisi.store.query import Compare, EntityQuery
from pinisi.store.record import Page, Record, Showing, Shown
from pinisi.store.shelves import NOT_OF_THEM
from pinisi.store.sql_rows import rows as all_rows
from pinisi.store.sqlite_tenant import Tenant
from pinisi.vocabulary.principal import Grants, Projection
from pinisi.vocabulary.terms import LOCATION

CANDIDATES = 20_000
CHUNK = 256
SLICE_SECONDS = 0.005
HEAT_ROWS = 2_000
HEAT_SCANNED = 100_000
"""Rows scanned for one attribute, all questions together, after which it becomes hot however small its type is: a
reaction asks the same 300 sensors again and again, and at last has spent more on it than the side table costs.
"""


_EQUAL = "SELECT row FROM hot WHERE attribute = ? AND value = ? ORDER BY row LIMIT ?"


class Finder:
    """Answers queries for one tenant."""

    def __init__(self, tenant: Tenant, seconds: float = 10.0) -> None:
        self._tenant = tenant
        self._seconds = seconds
        self._views = Views(tenant.families)
        self._heating: dict[str, asyncio.Event] = {}
        self._scanned: dict[str, int] = {}

    def view(self, grants: Grants) -> View:
        """The reader's view, kept until a new family appears."""
        return self._views.of(grants)

    async def find(
        self, query: EntityQuery, grants: Grants, *, limit: int, offset: int, count: bool, heat: bool
    ) -> Page:
        tenant = self._tenant
        view = self.view(grants)
        families = view.select(tenant.families, query.types)
        position = tenant.position
        if not families:
            return Page((), 0 if count else None, position)
        if only_types(query):
            rows = tenant.members.rows(families)
            by_row, record_at = tenant.by_row.get, tenant.record_at
            records = [record for row in rows[offset : offset + limit] if (record := by_row(row) or record_at(row))]
            return Page(records, len(rows) if count else None, position)
        proof = Proof(query, view, families)
        if query.ids is not None:
            records = [tenant.record(id) for id in dict.fromkeys(query.ids)]
            rows: Sequence[int] = sorted(record.row for record in records if record is not None)
            return await self._prove(rows, proof, limit, offset, count, position)
        found = self._by_place(query)
        hot = self._by_hot(query, heat, len(tenant.members.rows(families)))
        if found is None and hot is not None and len(hot) <= CHUNK and (decided := proof.attribute) is not None:
            return self._taken(hot, proof, decided, limit, offset, count, position)
        if found is not None and hot is not None:
            narrowed: Sequence[int] | None = sorted(set(found).intersection(hot))
        else:
            narrowed = found if found is not None else hot
        rows = tenant.members.rows(families) if narrowed is None else narrowed
        return await self._prove(rows, proof, limit, offset, count, position)

    async def shown(
        self, query: EntityQuery, grants: Grants, showing: Showing, limit: int, offset: int, count: bool, heat: bool
    ) -> Shown:
        """What `find` finds, as bytes."""
        most = limit + 1 if limit else 0
        page = await self.find(query, grants, limit=most, offset=offset, count=count, heat=heat)
        seen = self.view(grants).of
        bodies = [showing.body(record, seen[record.family.id]) for record in page.records[:limit]]
        return Shown(bodies, len(page.records) > limit, page.count, page.position)

    def shown_at_once(
        self, query: EntityQuery, grants: Grants, showing: Showing, limit: int, offset: int, count: bool
    ) -> Shown | None:
        """The same where an index alone answers and what is seen of all is alike; None elsewhere."""
        tenant = self._tenant
        view = self.view(grants)
        families = view.select(tenant.families, query.types)
        seen = view.alike(families)
        if seen is None:
            return None
        end = offset + limit
        if only_types(query):
            rows = tenant.members.rows(families)
            bodies = self._bodies(rows[offset:end], families, seen, showing)
            return Shown(bodies, len(rows) > end, len(rows) if count else None, tenant.position)
        attribute = decided_alone(query)
        if attribute is None or not (seen.attributes is None or attribute in seen.attributes):
            return None
        most = CHUNK if count else end + 1
        rows = self._equal(query, attribute, most)
        if rows is None:
            return None
        bodies = self._bodies(rows, families, seen, showing)
        if len(rows) == most and (count or len(bodies) <= end):
            return None
        return Shown(bodies[offset:end], len(bodies) > end, len(bodies) if count else None, tenant.position)

    def _equal(self, query: EntityQuery, attribute: str, most: int) -> list[int] | None:
        """The first rows, of any family, at which a hot attribute is the one number that the query asks for.

        None where it is not hot, or where there may be more than a few.
        """
        hot = self._tenant.hot
        number = hot.attributes.get(attribute)
        if attribute not in hot.complete or number is None or most > CHUNK or not isinstance(query.filter, Compare):
            return None
        hot.touch(attribute)
        found = all_rows(self._tenant.reader, _EQUAL, (number, float(query.filter.values[0]), most))
        return [row for (row,) in found]

    def _bodies(self, rows: Sequence[int], families: frozenset[int], seen: Projection, showing: Showing) -> list[bytes]:
        """The bytes of those rows that are of the families."""
        shelf = self._tenant.shelves.of(families, showing.key(seen))
        bodies = list(filter(None, map(shelf.get, rows)))
        if len(bodies) == len(rows) or not (lacking := [row for row in rows if row not in shelf]):
            return bodies
        record_at = self._tenant.record_at
        for row in lacking:
            record = record_at(row)
            if record is None or record.family.id not in families:
                shelf[row] = NOT_OF_THEM
            else:
                shelf[row] = showing.body(record, seen)
        self._tenant.shelves.put(len(lacking))
        return list(filter(None, map(shelf.get, rows)))

    def _taken(
        self, rows: Sequence[int], proof: Proof, attribute: str, limit: int, offset: int, count: bool, position: int
    ) -> Page:
        """A few rows of which the index has decided all but what the reader sees.

        Not to decode twenty entities for it spares a quarter of a query by value (`bench/context.py`).
        """
        record_at, sees = self._tenant.record_at, proof.sees
        found: list[Record] = []
        for row in rows:
            record = record_at(row)
            if record is not None and sees(record, attribute):
                found.append(record)
                if not count and len(found) == offset + limit:
                    break
        return Page(found[offset : offset + limit], len(found) if count else None, position)

    def _by_place(self, query: EntityQuery) -> Sequence[int] | None:
        if query.geo is None or query.geo.attribute != LOCATION:
            return None
        box = match.geo_box(query.geo)
        if box is None:
            return None
        return sorted(rows_in(self._tenant.reader, box))

    def _by_hot(self, query: EntityQuery, heat: bool, rows: int) -> Sequence[int] | None:
        """Candidates by the hot attributes of the filter; None when they do not narrow it."""
        if query.filter is None:
            return None
        hot = self._tenant.hot
        asked: dict[str, list[list[Bound]]] = {}
        for term in match.hot_terms(query.filter):
            name = term.path.attribute
            ranges = match.bounds(term)
            if name not in hot.complete:
                if heat and name in self._tenant.names.number and self._is_worth_heat(name, rows):
                    self._heat(name)
            elif ranges is not None:
                asked.setdefault(name, []).append(ranges)
        best: set[int] | None = None
        for name, terms in asked.items():
            hot.touch(name)
            number = hot.attributes.get(name)
            for ranges in terms if name in hot.several else joined(terms):
                found = None if number is None else self._in_ranges(number, ranges)
                if found is not None:
                    best = found if best is None else best & found
        return None if best is None else sorted(best)

    def _in_ranges(self, attribute: int, ranges: Any) -> set[int] | None:
        found: set[int] = set()
        for low, low_in, high, high_in in ranges:
            sql = "SELECT row FROM hot WHERE attribute = ?"
            values: list[Any] = [attribute]
            if low is not None:
                sql += " AND value >= ?" if low_in else " AND value > ?"
                values.append(low)
            if high is not None:
                sql += " AND value <= ?" if high_in else " AND value < ?"
                values.append(high)
            sql += " LIMIT ?"
            found.update([row for (row,) in all_rows(self._tenant.reader, sql, (*values, CANDIDATES + 1))])
            if len(found) > CANDIDATES:
                return None
        return found

    async def _prove(
        self, rows: Sequence[int], proof: Proof, limit: int, offset: int, count: bool, position: int
    ) -> Page:
        found: list[Record] = []
        matched = 0
        started = slice_started = perf_counter()
        for record in self._records(rows):
            if perf_counter() - slice_started > SLICE_SECONDS:
                await asyncio.sleep(0)
                slice_started = perf_counter()
                if slice_started - started > self._seconds:
                    raise TooComplex(f"the query took longer than {self._seconds:g} s: narrow it by type, id or place")
            if not proof.holds(record):
                continue
            matched += 1
            if offset < matched <= offset + limit:
                found.append(record)
            if not count and len(found) == limit:
                break
        return Page(found, matched if count else None, position)

    def _records(self, rows: Sequence[int]) -> Iterator[Record]:
        """Records of ascending rows. Long runs are read in chunks and leave the cache alone."""
        tenant = self._tenant
        if len(rows) <= CHUNK:
            for row in rows:
                record = tenant.record_at(row)
                if record is not None:
                    yield record
            return
        for start in range(0, len(rows), CHUNK):
            wanted = set(rows[start : start + CHUNK])
            if not wanted:
                return
            low, high = min(wanted), max(wanted)
            sql = "SELECT row, id, position, family, body FROM entity WHERE row BETWEEN ? AND ? AND body IS NOT NULL"
            if high - low > CHUNK * 8:
                yield from (r for row in sorted(wanted) if (r := tenant.record_at(row)) is not None)
                continue
            for row, id, position, family, body in list(tenant.reader.execute(sql, (low, high))):
                if row in wanted:
                    known = tenant.by_row.get(row)
                    if known is not None and known.position >= position:
                        yield known
                    else:
                        yield Record(row, id, position, tenant.families.all[family], body)

    def _is_worth_heat(self, attribute: str, rows: int) -> bool:
        """A long scan at once, a short one when it has been made often."""
        scanned = self._scanned[attribute] = self._scanned.get(attribute, 0) + rows
        return rows > HEAT_ROWS or scanned > HEAT_SCANNED

    def _heat(self, attribute: str) -> None:
        self._scanned.pop(attribute, None)
        if attribute not in self._heating:
            self._heating[attribute] = asyncio.Event()
            self._tenant.background(self._fill(attribute), f"heating of {attribute}")

    async def _fill(self, attribute: str) -> None:
        """Make an attribute hot: clear what an earlier time left, begin to follow it, then fill the past in slices."""
        hot, work = self._tenant.hot, self._tenant.work
        try:
            while await work(hot.clear):
                pass
            await work(lambda connection: hot.start(connection, attribute))
            last: int | None = 0
            while last is not None:
                last = await work(lambda connection, after=last: hot.fill(connection, attribute, after))
            await work(lambda connection: hot.finish(connection, attribute))
            while await work(hot.clear):
                pass
        finally:
            self._heating.pop(attribute).set()

    async def wait_until_hot(self, attribute: str) -> None:
        """Wait for a filling that has begun (benches and tests)."""
        filling = self._heating.get(attribute)
        if filling is not None:
            await filling.wait()
