"""How PostgreSQL's store answers a page by types, or by one number, as bytes: see `postgres_pages`.

Who is of a family and what is on a shelf are as this process has heard of them: what is read from the database is
put beside them when the lines up to that moment have been heard, so that a page shows one moment, as a statement does.
"""

from collections.abc import Sequence

from pinisi.store.log import Position
from pinisi.store.postgres_tenant import PostgresTenant
from pinisi.store.proof import decided_alone
from pinisi.store.query import Compare, EntityQuery
from pinisi.store.record import Showing, Shown
from pinisi.store.shelves import NOT_OF_THEM, Shelf
from pinisi.vocabulary.principal import Grants, Projection

DECIDED_MOST = 256
"""So many found by one value are shown without a proof."""
_EQUAL = (
    "SELECT position, families, hot, due, ARRAY(SELECT row FROM {s}.hot WHERE attribute = $1 AND number = $2 "
    "ORDER BY row LIMIT $3) FROM {s}.head"
)


async def shown_from_pages(
    tenant: PostgresTenant, query: EntityQuery, grants: Grants, showing: Showing, limit: int, offset: int, count: bool
) -> Shown | None:
    """A page by types alone; None where that is not known, or changes faster than it could be read."""
    pages, end = tenant.pages, offset + limit
    head = (await tenant.look())[0]
    if head.due is not None and await tenant.end_what_is_due(head.due):
        head = (await tenant.look())[0]
    if head.families > len(tenant.families.all):
        await tenant.learn_words()
    for _ in range(3):
        view = tenant.views.of(grants)
        families = view.select(tenant.families, query.types)
        seen = view.alike(families)
        if seen is None:
            return None
        rows = pages.rows(families)
        if rows is None:
            if not await _learn_members(tenant, families):
                return None
            continue
        shelf = pages.shelves.of(families, showing.key(seen))
        wanted = rows[offset:end]
        bodies = list(filter(None, map(shelf.get, wanted)))
        if len(bodies) == len(wanted):
            position = max(head.position, tenant.heard)
            return Shown(bodies, len(rows) > end, len(rows) if count else None, position)
        lacking = [row for row in wanted if row not in shelf]
        await _put_on(tenant, shelf, lacking, families, showing, seen)
    return None


async def shown_by_value(
    tenant: PostgresTenant, query: EntityQuery, grants: Grants, showing: Showing, limit: int, offset: int, count: bool
) -> Shown | None:
    """A page of those of which one hot attribute is one number: the index decides, and no body is read or decoded.

    None where it does not, where there are many, or where they change faster than they could be read.
    """
    attribute, end = decided_alone(query), offset + limit
    most = DECIDED_MOST if count else end + 1
    if attribute is None or most > DECIDED_MOST or not isinstance(query.filter, Compare):
        return None
    sql = _EQUAL.replace("{s}", tenant.schema)
    for _ in range(3):
        hot, known = tenant.hot, (len(tenant.families.all), tenant.hot_known)
        view = tenant.views.of(grants)
        families = view.select(tenant.families, query.types)
        seen, number = view.alike(families), hot.attributes.get(attribute)
        if seen is None or not (seen.attributes is None or attribute in seen.attributes):
            return None
        if number is None or attribute not in hot.complete:
            return None
        hot.touch(attribute)
        found = await tenant.postgres.row(sql, number, float(query.filter.values[0]), most)
        position, rows = found[0], found[4]
        if found[1] > known[0] or found[2] != known[1] or (found[3] is not None and found[3] <= tenant.now()):
            return None
        if position > tenant.heard:
            await tenant.hear(upto=position)
        bodies = await _bodies(tenant, rows, position, families, showing, seen)
        if bodies is None:
            continue
        if len(rows) == most and (count or len(bodies) <= end):
            return None
        return Shown(bodies[offset:end], len(bodies) > end, len(bodies) if count else None, position)
    return None


async def _bodies(
    tenant: PostgresTenant,
    rows: Sequence[int],
    position: Position,
    families: frozenset[int],
    showing: Showing,
    seen: Projection,
) -> list[bytes] | None:
    """The bodies of those rows that are of the families, as they were at a position; None where one has changed."""
    pages = tenant.pages
    shelf = pages.shelves.of(families, showing.key(seen))
    lacking = [row for row in rows if row not in shelf]
    if lacking:
        await _put_on(tenant, shelf, lacking, families, showing, seen)
        if any(row not in shelf for row in lacking):
            return None
    if tenant.heard > position and not pages.stayed(rows, tenant.tail, position):
        return None
    return list(filter(None, map(shelf.get, rows)))


async def _learn_members(tenant: PostgresTenant, families: frozenset[int]) -> bool:
    """Read who is of the families; False where that would not last."""
    pages = tenant.pages
    lacking = pages.lacking(families)
    if pages.in_motion(lacking):
        return False
    s = tenant.schema
    sql = (
        f"SELECT h.position, e.family, array_agg(e.row ORDER BY e.row) FROM {s}.head AS h "
        f"LEFT JOIN {s}.entity AS e ON e.family = ANY($1) GROUP BY h.position, e.family"
    )
    found = await tenant.postgres.fetch(sql, lacking)
    position = found[0][0]
    if position > tenant.heard:
        await tenant.hear(upto=position)
    pages.take(lacking, position, [row[1:] for row in found if row[1] is not None])
    return True


async def _put_on(
    tenant: PostgresTenant,
    shelf: Shelf,
    lacking: Sequence[int],
    families: frozenset[int],
    showing: Showing,
    seen: Projection,
) -> None:
    """Read entities and keep their bytes, but for those that have left or have a newer version by then."""
    sql = f"SELECT row, id, position, family, body FROM {tenant.schema}.entity WHERE row = ANY($1)"
    found = await tenant.postgres.fetch(sql, lacking)
    newest = max((row[2] for row in found), default=0)
    if newest > tenant.heard:
        await tenant.hear(upto=newest)
    found = [row for row in found if row[3] in tenant.families.all]
    for row in found:
        record = tenant.record(*row)
        if tenant.known.get(record.id) is record:
            body = showing.body(record, seen) if record.family.id in families else NOT_OF_THEM
            tenant.pages.put(shelf, record, body)
            tenant.pages.shelves.put(1)
