"""Subscriptions in the places where a change looks for them.

Each subscription lies in a few buckets, chosen by what is most telling in it: entity ids, else types, else any; within
that, the attributes it watches, else all. A change looks into the buckets of its own id, types and changed attributes,
and finds every subscription that may hear of it, and few others.
"""

from collections.abc import Collection, Iterable, Iterator

from pinisi.context.subscription import Subscription
from pinisi.store.query import AllOf, TypeIs, TypeSelection
from pinisi.vocabulary.entity import Entity

_Place = tuple[str, str]
_ANY: _Place = ("any", "")


class _Bucket:
    """The subscriptions of one place: those that wait for certain attributes, and those that wait for any change."""

    __slots__ = ("any", "watched")

    def __init__(self) -> None:
        self.any: dict[str, None] = {}
        self.watched: dict[str, dict[str, None]] = {}


class Buckets:
    def __init__(self) -> None:
        self._at: dict[_Place, _Bucket] = {}

    def add(self, subscription: Subscription) -> None:
        for place in _places(subscription):
            bucket = self._at.setdefault(place, _Bucket())
            if subscription.watched is None:
                bucket.any[subscription.id] = None
            for name in subscription.watched or ():
                bucket.watched.setdefault(name, {})[subscription.id] = None

    def remove(self, subscription: Subscription) -> None:
        for place in _places(subscription):
            bucket = self._at[place]
            bucket.any.pop(subscription.id, None)
            for name in subscription.watched or ():
                ids = bucket.watched.get(name, {})
                ids.pop(subscription.id, None)
                if not ids:
                    bucket.watched.pop(name, None)
            if not bucket.any and not bucket.watched:
                del self._at[place]

    def candidates(self, state: Entity, changed: Collection[str]) -> Iterable[str]:
        """Ids of all that may hear of a change of this entity, each once."""
        found: dict[str, None] = {}
        for place in (("id", state.id), *(("type", iri) for iri in state.types), _ANY):
            bucket = self._at.get(place)
            if bucket is not None:
                found.update(bucket.any)
                if bucket.watched:
                    for name in changed:
                        found.update(bucket.watched.get(name, {}))
        return found


def _places(subscription: Subscription) -> Iterator[_Place]:
    """Where a subscription lies: one place or more for each selector, each once."""
    places: dict[_Place, None] = {}
    for selector in subscription.selectors:
        if selector.id is not None:
            places["id", selector.id] = None
            continue
        types = None if selector.types is None else _telling_types(selector.types)
        places.update({_ANY: None} if types is None else {("type", iri): None for iri in types})
    return iter(places or {_ANY: None})


def _telling_types(selection: TypeSelection) -> set[str]:
    """Types of which every entity that satisfies the selection has at least one."""
    if isinstance(selection, TypeIs):
        return {selection.iri}
    if isinstance(selection, AllOf):
        return min((_telling_types(term) for term in selection.terms), key=len)
    return set[str]().union(*(_telling_types(term) for term in selection.terms))
