"""Subscriptions in the places where a change looks for them.

A place is an entity's id, one of its types, or anywhere; and in it an attribute that changed, or any. In each place
lies a bucket, and in the bucket the subscriptions under their most telling `Key`. A change looks into the buckets of
its own places with what its entity has, and finds every subscription that may hear of it, and few others.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from pinisi.context.subscription import Selector, Subscription
from pinisi.context.subscription_keys import Below, Between, Box, Cell, Equals, Key, Like, Value, boxes, cells, keys_of
from pinisi.context.subscription_patterns import Patterns
from pinisi.context.subscription_ranges import Ranges
from pinisi.store.match import hot_values
from pinisi.store.query import AllOf, TypeIs, TypeSelection
from pinisi.vocabulary.entity import Entity

T = TypeVar("T")
_Place = tuple[str, str, str]
MOST_CELLS = 256


class Buckets:
    """All subscriptions of one tenant."""

    def __init__(self) -> None:
        self._at: dict[_Place, _Bucket] = {}

    def add(self, subscription: Subscription) -> None:
        for selector in subscription.selectors or (Selector(),):
            keys = keys_of(subscription, selector)
            for place in _places(subscription, selector):
                self._at.setdefault(place, _Bucket()).add(subscription.id, keys)

    def remove(self, subscription: Subscription) -> None:
        for selector in subscription.selectors or (Selector(),):
            keys = keys_of(subscription, selector)
            for place in _places(subscription, selector):
                bucket = self._at.get(place)
                if bucket is not None:
                    bucket.remove(subscription.id, keys)
                    if bucket.empty:
                        del self._at[place]

    def candidates(self, state: Entity, changed: Collection[str]) -> Iterable[str]:
        """Ids of all that may hear of a change of this entity, each once."""
        found: dict[str, None] = {}
        probe = _Probe(state)
        for kind, name in (("id", state.id), *(("type", iri) for iri in state.types), ("any", "")):
            for attribute in ("", *changed):
                bucket = self._at.get((kind, name, attribute))
                if bucket is not None:
                    found.update(dict.fromkeys(bucket.candidates(probe)))
        return found


class _Probe:
    """What an entity has, worked out once for all the buckets that ask."""

    __slots__ = ("_boxes", "_levels", "_values", "state")

    def __init__(self, state: Entity) -> None:
        self.state = state
        self._values: dict[str, set[Value]] = {}
        self._boxes: dict[str, list[Box]] = {}
        self._levels: list[tuple[str, ...]] | None = None

    def values(self, attribute: str) -> set[Value]:
        if attribute not in self._values:
            self._values[attribute] = hot_values(self.state.attributes.get(attribute))
        return self._values[attribute]

    def boxes(self, attribute: str) -> list[Box]:
        if attribute not in self._boxes:
            self._boxes[attribute] = list(boxes(self.state.attributes.get(attribute, ())))
        return self._boxes[attribute]

    def scopes(self) -> list[tuple[str, ...]]:
        """Every scope of the entity, and every one that it lies in."""
        if self._levels is None:
            parts = [tuple(scope.strip("/").split("/")) for scope in self.state.scopes]
            self._levels = [levels[:depth] for levels in parts for depth in range(1, len(levels) + 1)]
        return self._levels


class _Bucket:
    """The subscriptions of one place. Counters tell what is worth looking for."""

    __slots__ = ("_any", "_attributes", "_exact", "_levels", "_patterns", "_ranges", "_scopes")

    def __init__(self) -> None:
        self._any: Counter[str] = Counter()
        self._exact: dict[Key, Counter[str]] = {}
        self._attributes: Counter[str] = Counter()
        self._levels: Counter[tuple[str, int]] = Counter()
        self._ranges: dict[tuple[str, bool], Ranges] = {}
        self._scopes = 0
        self._patterns = Patterns()

    @property
    def empty(self) -> bool:
        return not (self._any or self._exact or self._ranges or self._patterns)

    def add(self, id: str, keys: Collection[Key]) -> None:
        if not keys:
            self._any[id] += 1
        for key in keys:
            if isinstance(key, Between):
                self._ranges.setdefault((key.attribute, _is_text(key)), Ranges()).add(key.low, key.high, id)
            elif isinstance(key, Like):
                self._patterns.add(key.pattern, id)
            else:
                self._exact.setdefault(key, Counter())[id] += 1
                self._count(key, 1)

    def remove(self, id: str, keys: Collection[Key]) -> None:
        if not keys:
            _take(self._any, id)
        for key in keys:
            if isinstance(key, Between):
                ranges = self._ranges[key.attribute, _is_text(key)]
                ranges.remove(key.low, key.high, id)
                if not ranges:
                    del self._ranges[key.attribute, _is_text(key)]
            elif isinstance(key, Like):
                self._patterns.remove(key.pattern, id)
            else:
                _take(self._exact[key], id)
                self._count(key, -1)
                if not self._exact[key]:
                    del self._exact[key]

    def candidates(self, probe: _Probe) -> Iterator[str]:
        yield from self._any
        for key in self._looked_for(probe):
            yield from self._exact.get(key, ())
        for (attribute, text), ranges in self._ranges.items():
            values = [value for value in probe.values(attribute) if isinstance(value, str) == text]
            if values:
                yield from ranges.holding(min(values), max(values))  # type: ignore[type-var]
        if self._patterns:
            yield from self._patterns.found(probe.state.id)
        for attribute, level in self._levels:
            yield from self._in_cells(probe, attribute, level)

    def _looked_for(self, probe: _Probe) -> Iterator[Key]:
        for attribute in self._attributes:
            for value in probe.values(attribute):
                yield Equals(attribute, value)
        if self._scopes:
            for levels in probe.scopes():
                yield Below(levels)

    def _in_cells(self, probe: _Probe, attribute: str, level: int) -> Iterator[str]:
        for box in probe.boxes(attribute):
            touched = _few_cells(box, level)
            if touched is None:
                for key, ids in self._exact.items():
                    if isinstance(key, Cell) and (key.attribute, key.level) == (attribute, level):
                        yield from ids
                return
            for column, row in touched:
                yield from self._exact.get(Cell(attribute, level, column, row), ())

    def _count(self, key: Key, by: int) -> None:
        if isinstance(key, Equals):
            _add(self._attributes, key.attribute, by)
        elif isinstance(key, Cell):
            _add(self._levels, (key.attribute, key.level), by)
        elif isinstance(key, Below):
            self._scopes += by


def _few_cells(box: Box, level: int) -> list[tuple[int, int]] | None:
    """The cells that a box touches, or None where there are too many to look into each."""
    size = 360 / 2**level
    if ((box[2] - box[0]) / size + 2) * ((box[3] - box[1]) / size + 2) > MOST_CELLS:
        return None
    return cells(box, level)


def _is_text(key: Between) -> bool:
    return isinstance(key.high if key.low is None else key.low, str)


def _take(ids: "Counter[str]", id: str) -> None:
    _add(ids, id, -1)


def _add(counter: "Counter[T]", item: T, by: int) -> None:
    counter[item] += by
    if counter[item] <= 0:
        del counter[item]


def _places(subscription: Subscription, selector: Selector) -> Iterator[_Place]:
    """Where a change looks for a subscription because of one of its selectors."""
    for attribute in subscription.told_by or ("",):
        if selector.id is not None:
            yield "id", selector.id, attribute
        elif selector.types is None:
            yield "any", "", attribute
        else:
            for iri in _telling_types(selector.types):
                yield "type", iri, attribute


def _telling_types(selection: TypeSelection) -> set[str]:
    """Types of which every entity that satisfies the selection has at least one."""
    if isinstance(selection, TypeIs):
        return {selection.iri}
    if isinstance(selection, AllOf):
        return min((_telling_types(term) for term in selection.terms), key=len)
    return set[str]().union(*(_telling_types(term) for term in selection.terms))
