"""The most telling thing in a subscription's queries: what an entity must have, to be looked up by it.

A key is a superset: every entity that satisfies the query has one of its keys; the exact query is proved afterwards.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pinisi.context.subscription import Selector, Subscription
from pinisi.store.match import bounds, geo_box, hot_terms
from pinisi.store.query import AllOf, AnyOf, Compare, Filter, GeoQuery, ScopeIs, ScopeSelection
from pinisi.store.relation import NotAGeometry, point_of, read_geometry
from pinisi.vocabulary.entity import GEO, Instance

Value = float | str
Box = tuple[float, float, float, float]
MOST_KEYS = 64
DEEPEST_LEVEL = 20
FINER = 2
"""Levels below that of a cell as large as the place asked for: at most 25 cells, with little beside the place."""


class Equals(msgspec.Struct, frozen=True, tag=True):
    """An attribute has this value."""

    attribute: str
    value: Value


class Between(msgspec.Struct, frozen=True, tag=True):
    """An attribute has a value from `low` on and one up to `high`, perhaps two of several; None is open."""

    attribute: str
    low: Value | None
    high: Value | None


class Below(msgspec.Struct, frozen=True, tag=True):
    """A scope lies in or under these levels."""

    levels: tuple[str, ...]


class Cell(msgspec.Struct, frozen=True, tag=True):
    """A geometry of an attribute touches this cell: column and row of squares of 360 / 2**level degrees."""

    attribute: str
    level: int
    column: int
    row: int


class Like(msgspec.Struct, frozen=True, tag=True):
    """The id matches this pattern."""

    pattern: str


Key = Equals | Between | Below | Cell | Like


def keys_of(subscription: Subscription, selector: Selector) -> Sequence[Key]:
    """The keys under which to look for a subscription; none: it may hear of anything."""
    found: list[Sequence[Key]] = []
    if subscription.filter is not None:
        found += _filter_keys(subscription.filter)
    if subscription.scopes is not None:
        found += _scope_keys(subscription.scopes)
    if subscription.geo is not None:
        found += _geo_keys(subscription.geo)
    if selector.id is None and selector.id_pattern is not None:
        found.append((Like(selector.id_pattern),))
    usable = [keys for keys in found if 0 < len(keys) <= MOST_KEYS]
    return min(usable, key=_vagueness) if usable else ()


def _vagueness(keys: Sequence[Key]) -> tuple[int, int]:
    """Values tell most, then scopes and places, patterns, ranges, and half-open ranges last; few keys are better."""
    return max(map(_vagueness_of, keys)), len(keys)


def _vagueness_of(key: Key) -> int:
    half_open = isinstance(key, Between) and (key.low is None or key.high is None)
    return (Equals, Below, Cell, Like, Between).index(type(key)) + half_open


def _filter_keys(filter: Filter) -> Iterator[Sequence[Key]]:
    """Each set of keys of which every match has one."""
    if isinstance(filter, AllOf):
        parts = [keys for term in filter.terms for keys in _filter_keys(term)]
        yield from parts
        yield from _shared([keys[0] for keys in parts if len(keys) == 1])
    elif isinstance(filter, AnyOf):
        parts = [min(_filter_keys(term), key=_vagueness, default=()) for term in filter.terms]
        if all(parts):
            yield [key for part in parts for key in part]
    elif isinstance(filter, Compare):
        for term in hot_terms(filter):
            yield _compare_keys(term)


def _shared(keys: Iterable[Key]) -> Iterator[Sequence[Key]]:
    """What the ranges of one attribute share: `a>1;a<2` is one range of numbers, not two halves."""
    lows: dict[str, list[float]] = {}
    highs: dict[str, list[float]] = {}
    for key in keys:
        if isinstance(key, Between):
            if isinstance(key.low, (int, float)):
                lows.setdefault(key.attribute, []).append(key.low)
            if isinstance(key.high, (int, float)):
                highs.setdefault(key.attribute, []).append(key.high)
    for attribute in lows.keys() & highs.keys():
        low, high = max(lows[attribute]), min(highs[attribute])
        if low <= high:
            yield (Between(attribute, low, high),)


def _compare_keys(term: Compare) -> Sequence[Key]:
    name = term.path.attribute
    keys: list[Key] = []
    for low, _, high, _ in bounds(term) or ():
        if low == high and low is not None:
            keys.append(Equals(name, low))
        else:
            keys.append(Between(name, _end(low), _end(high)))
    return () if any(isinstance(key, Between) and key.low is None and key.high is None for key in keys) else keys


def _end(value: Value | None) -> Value | None:
    """Infinity and the empty text are open ends too; the kind of the other end tells numbers from text."""
    return None if value == "" or (isinstance(value, float) and math.isinf(value)) else value


def _scope_keys(selection: ScopeSelection) -> Iterator[Sequence[Key]]:
    if isinstance(selection, ScopeIs):
        literal: list[str] = []
        for level in selection.segments:
            if level in ("+", "#"):
                break
            literal.append(level)
        if literal:
            yield (Below(tuple(literal)),)
    elif isinstance(selection, AllOf):
        for term in selection.terms:
            yield from _scope_keys(term)
    else:
        parts = [min(_scope_keys(term), key=len, default=()) for term in selection.terms]
        if all(parts):
            yield [key for part in parts for key in part]


def _geo_keys(geo: GeoQuery) -> Iterator[Sequence[Key]]:
    box = geo_box(geo)
    if box is not None and box[0] <= box[2]:
        size = max(box[2] - box[0], box[3] - box[1], 360 / 2**DEEPEST_LEVEL)
        level = min(max(math.floor(math.log2(360 / size)) + FINER, 0), DEEPEST_LEVEL)
        yield [Cell(geo.attribute, level, *place) for place in cells(box, level)]


def cells(box: Box, level: int) -> list[tuple[int, int]]:
    """Columns and rows of the cells of a level that a box touches."""
    size = 360 / 2**level
    west, south, east, north = (math.floor(edge / size) for edge in box)
    return [(column, row) for column in range(west, east + 1) for row in range(south, north + 1)]


def boxes(instances: Iterable[Instance]) -> Iterator[Box]:
    """The boxes around the geometries of an attribute."""
    for instance in instances:
        if instance.kind != GEO:
            continue
        point = point_of(instance.value)
        if point is not None:
            yield (*point, *point)
            continue
        try:
            yield read_geometry(instance.value).bounds
        except NotAGeometry:
            continue
