"""Entities of a type as the one who asks may see them, in normalized form."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.context.render import View, entity_document
from pinisi.runtime.visit import Visit
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.seen import projection_of

MOST = 2_000
_DEFAULTS = View(datasets=frozenset({None}))


async def seen_entities(visit: Visit[Any, Any], type: str) -> Sequence[Mapping[str, Any]]:
    """The first 2,000 of them, in order of their creation."""
    query = EntityQuery(types=TypeIs(visit.table.expand_term(type)))
    page = await visit.store.find(visit.tenant, query, visit.principal.grants, limit=MOST)
    found: list[Mapping[str, Any]] = []
    for record in page.records:
        projection = projection_of(record, visit.principal.grants)
        if projection is not None:
            found.append(entity_document(record.entity, visit.table, _DEFAULTS, projection))
    return found
