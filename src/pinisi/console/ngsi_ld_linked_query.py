"""Queries whose `q` asks something of linked entities: those are looked up first, under the grants of the reader."""

from collections.abc import Sequence

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.context.linked_filter import LINKED_MOST, resolved, speaks_of_links, too_many
from pinisi.store.query import EntityQuery


async def links_resolved(house: House, call: Call, queries: Sequence[EntityQuery]) -> tuple[EntityQuery, ...]:
    """The queries, as one entity alone can answer them.

    Raises:
        TooComplexQuery: too many entities fulfil what is asked of linked ones.
    """
    if not any(speaks_of_links(query.filter) for query in queries):
        return tuple(queries)

    async def find(query: EntityQuery) -> Sequence[str]:
        return await find_linked(house, call, query)

    return tuple(
        [
            msgspec.structs.replace(query, filter=await resolved(query.filter, find))
            if query.filter is not None
            else query
            for query in queries
        ]
    )


async def find_linked(house: House, call: Call, query: EntityQuery) -> Sequence[str]:
    """Ids of the entities held here that fulfil an inner filter, of what the reader sees.

    Raises:
        TooComplexQuery: there are too many.
    """
    heat = call.principal.kind != "anonymous"
    page = await house.store.find(call.tenant, query, call.grants, limit=LINKED_MOST + 1, heat=heat)
    if len(page.records) > LINKED_MOST:
        raise too_many()
    return [record.id for record in page.records]
