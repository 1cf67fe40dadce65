"""Filters that speak of linked entities (NGSI-LD 4.9, `relationship{attribute}`), wherever these are.

Which entities fulfil the inner filter is asked first, here and of the sources that are registered for its attributes
and types. Their ids take its place, so that sources are asked a filter that one entity answers: they need to know
nothing of what lies elsewhere. What is too long to be said, or has no word, is asked of what comes back.
"""

from collections.abc import Sequence

import msgspec

from pinisi.console.federated import Warnings
from pinisi.console.federated_gathering import union_of
from pinisi.console.federated_search import Search, questions_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_linked_query import find_linked
from pinisi.console.ngsi_ld_request import Paging
from pinisi.context.federation.sources import Asker
from pinisi.context.linked_filter import LINKED_MOST, resolved, speaks_of_links, too_many
from pinisi.context.q_language import attributes_of
from pinisi.context.q_text import Unsayable, q_text
from pinisi.context.render import View
from pinisi.store.query import EntityQuery

_WHOLE = Paging(LINKED_MOST + 1, 0, False)
_KEPT = ("csf", "splitEntities")
"""What is said of the whole request, and holds for linked entities too (5.7.2.4)."""


class Linked(msgspec.Struct, frozen=True):
    """A search that single entities answer. `elsewhere`: sources took part in finding what is linked."""

    search: Search
    elsewhere: bool


async def with_links(house: House, call: Call, asker: Asker, warnings: Warnings, search: Search) -> Linked:
    """The search with the ids of linked entities in the place of what is asked of them.

    Raises:
        TooComplexQuery: too many entities fulfil what is asked of linked ones.
    """
    if not any(speaks_of_links(query.filter) for query in search.queries):
        return Linked(search, False)
    elsewhere = False
    known: dict[EntityQuery, Sequence[str]] = {}

    async def find(query: EntityQuery) -> Sequence[str]:
        nonlocal elsewhere
        if query in known:
            return known[query]
        inner = _inner(search, query)
        asked_for = questions_of(house, asker, warnings, inner)
        if not asked_for:
            known[query] = await find_linked(house, call, query)
            return known[query]
        elsewhere = True
        union = await union_of(house, call, asker, warnings, inner, asked_for)
        if len(union.records) > LINKED_MOST:
            raise too_many()
        known[query] = [record.id for record in union.records]
        return known[query]

    queries = [
        query if query.filter is None else msgspec.structs.replace(query, filter=await resolved(query.filter, find))
        for query in search.queries
    ]
    return Linked(said_anew(search, tuple(queries)), elsewhere)


def said_anew(search: Search, queries: tuple[EntityQuery, ...]) -> Search:
    """The search with other filters in its queries: `q` says what they are, where it can."""
    told = {name: value for name, value in search.told.items() if name != "q"}
    filters = {query.filter for query in queries}
    filter = next(iter(filters)) if len(filters) == 1 else None
    if filter is not None:
        try:
            told["q"] = q_text(filter, search.how.table)
        except Unsayable:
            filter = None
    return msgspec.structs.replace(search, queries=queries, told=told, unsaid=search.unsaid or filter is None)


def _inner(search: Search, query: EntityQuery) -> Search:
    """What is asked of linked entities, as a search of its own."""
    assert query.filter is not None
    told = {name: search.told[name] for name in _KEPT if name in search.told}
    view = View(attributes=attributes_of(query.filter) or None)
    bare = Search((query,), _WHOLE, search.how, view, told)
    return said_anew(bare, bare.queries)
