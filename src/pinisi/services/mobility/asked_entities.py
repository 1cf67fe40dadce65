"""Entities that an endpoint asks for, as the one who calls it may see them."""

from typing import Any

from pinisi.runtime.known import Known
from pinisi.runtime.visit import Visit
from pinisi.store.query import EntityQuery, GeoQuery, TypeIs
from pinisi.store.seen import projection_of, seen


async def known_one(visit: Visit[Any, Any], id: str) -> Known | None:
    """One; None where there is none for him."""
    grants = visit.principal.grants
    record = await visit.store.entity(visit.tenant, id, grants)
    projection = None if record is None else projection_of(record, grants)
    if record is None or projection is None:
        return None
    return Known(seen(record, projection), visit.table, record.position)


async def known_of(visit: Visit[Any, Any], type: str, most: int = 1_000, geo: GeoQuery | None = None) -> list[Known]:
    """Those of a type, in order of first creation."""
    grants = visit.principal.grants
    query = EntityQuery(types=TypeIs(visit.table.expand_term(type)), geo=geo)
    page = await visit.store.find(visit.tenant, query, grants, limit=most)
    found: list[Known] = []
    for record in page.records:
        projection = projection_of(record, grants)
        if projection is not None:
            found.append(Known(seen(record, projection), visit.table, record.position))
    return found
