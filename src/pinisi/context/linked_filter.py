"""Filters that speak of linked entities (NGSI-LD 4.9, `relationship{attribute}`), turned into what one entity answers.

The entities that fulfil the inner filter are looked up first, the innermost before the others; their ids take its
place: the entity matches if its relationship leads to one of them. Which of them the reader may see decides the lookup.
"""

from collections.abc import Awaitable, Callable, Sequence

from pinisi.context.problems import TooComplexQuery
from pinisi.store.query import AllOf, AnyOf, Compare, EntityQuery, Exists, Filter, Linked, Path, TypeIs, TypeSelection

LINKED_MOST = 10_000
"""Entities that an inner filter may find: beyond it a query is too complex."""

NEVER = AnyOf(())
"""The filter that nothing fulfils."""

Find = Callable[[EntityQuery], Awaitable[Sequence[str]]]
"""The ids of the entities that answer a query; raises where there are more than `LINKED_MOST`."""


def speaks_of_links(filter: Filter | None) -> bool:
    """Whether a filter cannot be proved by one entity alone."""
    if isinstance(filter, (AllOf, AnyOf)):
        return any(speaks_of_links(term) for term in filter.terms)
    return isinstance(filter, Linked)


async def resolved(filter: Filter, find: Find) -> Filter:
    """The filter with the ids of linked entities in the place of what is asked of them."""
    if isinstance(filter, (AllOf, AnyOf)):
        terms = [await resolved(term, find) for term in filter.terms]
        if isinstance(filter, AnyOf):
            return AnyOf(tuple(term for term in terms if term != NEVER))
        return NEVER if NEVER in terms else AllOf(tuple(terms))
    if not isinstance(filter, Linked):
        return filter
    inner = await resolved(filter.filter, find)
    ids = await find(EntityQuery(types=_any_of(filter.types), filter=inner))
    return Compare(Path(filter.relationship), "==", tuple(ids)) if ids else NEVER


def too_many() -> TooComplexQuery:
    """What is told where an inner filter finds more than `LINKED_MOST`."""
    return TooComplexQuery(f"more than {LINKED_MOST} linked entities fulfil it: name their type, ask more", "q")


def without_links(filter: Filter) -> Filter:
    """What one entity alone must fulfil, at least: its relationship is there. For an index that finds candidates."""
    if isinstance(filter, AllOf):
        return AllOf(tuple(without_links(term) for term in filter.terms))
    if isinstance(filter, AnyOf):
        return AnyOf(tuple(without_links(term) for term in filter.terms))
    return Exists(Path(filter.relationship)) if isinstance(filter, Linked) else filter


def _any_of(types: Sequence[str]) -> TypeSelection | None:
    if not types:
        return None
    return TypeIs(types[0]) if len(types) == 1 else AnyOf(tuple(TypeIs(type) for type in types))
