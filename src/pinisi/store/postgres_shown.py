"""How PostgreSQL's store answers a page by types as bytes: see `postgres_pages`.

Who is of a family and what is on a shelf are as this process has heard of them: what is read from the database is
put beside them when the lines up to that moment have been heard, so that a page shows one moment, as a statement does.
"""

from collections.abc import Sequence

from pinisi.store.postgres_tenant import PostgresTenant
from pinisi.store.query import EntityQuery
from pinisi.store.record import Showing, Shown
from pinisi.store.shelves import Shelf
from pinisi.vocabulary.principal import Grants, Projection


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
    found = [row for row in await tenant.postgres.fetch(sql, lacking) if row[3] in families]
    newest = max((row[2] for row in found), default=0)
    if newest > tenant.heard:
        await tenant.hear(upto=newest)
    for row in found:
        record = tenant.record(*row)
        if tenant.known.get(record.id) is record:
            tenant.pages.put(shelf, record, showing.body(record, seen))
            tenant.pages.shelves.put(1)
