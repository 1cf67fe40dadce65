"""A candidate decoded as far as a query looks at it: proving twenty of them need not decode all their attributes.

A whole entity of five attributes takes about 5 us to decode, its sketch with one of them 2 us (`bench/context.py`,
value query).
"""

from collections.abc import Callable, Iterator

import msgspec

from pinisi.store.query import AllOf, AnyOf, Compare, EntityQuery, Exists, Filter, Missing
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant


class _Outline(msgspec.Struct):
    """An `Entity` with its attributes left encoded."""

    id: str
    types: list[str]
    attributes: dict[str, msgspec.Raw] = {}
    scopes: list[str] = []
    expires_at: str | None = None
    created_at: Instant = 0
    modified_at: Instant = 0


_outline = msgspec.json.Decoder(_Outline).decode
_instances = msgspec.json.Decoder(list[Instance]).decode


def sketcher(query: EntityQuery) -> Callable[[bytes], Entity]:
    """A decoder that gives the entity with no attributes but those that the query looks at."""
    wanted = frozenset(_looked_at(query))

    def sketch(body: bytes) -> Entity:
        outline = _outline(body)
        attributes = {name: _instances(raw) for name, raw in outline.attributes.items() if name in wanted}
        return Entity(
            outline.id,
            outline.types,
            attributes,
            outline.scopes,
            outline.expires_at,
            outline.created_at,
            outline.modified_at,
        )

    return sketch


def _looked_at(query: EntityQuery) -> Iterator[str]:
    yield from query.attributes or ()
    if query.geo is not None:
        yield query.geo.attribute
    if query.filter is not None:
        yield from _in_filter(query.filter)


def _in_filter(filter: Filter) -> Iterator[str]:
    if isinstance(filter, (AllOf, AnyOf)):
        for term in filter.terms:
            yield from _in_filter(term)
    elif isinstance(filter, (Exists, Missing, Compare)):
        yield filter.path.attribute
