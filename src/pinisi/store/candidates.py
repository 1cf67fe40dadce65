"""What an index can do for a query: ranges and boxes that hold every match, and perhaps more.

A store that keeps `hot_values` of an attribute, in the order numbers before text and text by code point, finds in the
`bounds` of each of the `hot_terms` every entity that the matcher would take.
"""

from collections.abc import Iterable
from typing import Any, cast

from pinisi.store.comparison import key_of
from pinisi.store.geodesy import Box, box_around
from pinisi.store.query import ENTITY_MEMBERS, AllOf, Compare, Date, DateTime, Filter, GeoQuery, Range, TimeOfDay
from pinisi.store.relation import read_geometry
from pinisi.vocabulary.entity import LANGUAGE, Instance

TEXT_LIMIT = 200
"""Characters of a text that an index keeps."""
_HIGHEST = 1e300
_EXACT = 2**53
_INDEXED = frozenset({"==", ">", ">=", "<", "<="})
_AFTER_DIGITS = ":"
_AFTER_SECOND = "~"

Bound = tuple[float | str | None, bool, float | str | None, bool]
"""Low, whether low itself may match, high, whether high itself may match. Both are numbers or both text; None: open."""


def hot_values(instances: Iterable[Instance] | None) -> set[float | str]:
    """Every scalar that a comparison on the attribute's own value may meet: numbers as float, all else as text."""
    found: set[float | str] = set()
    for instance in instances or ():
        value = instance.value
        if instance.kind == LANGUAGE and isinstance(value, dict):
            _take(list(cast(dict[str, Any], value).values()), found)
        else:
            _take(value, found)
    return found


def _take(value: Any, found: set[float | str]) -> None:
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        _take_references(members.get("object"), found)
        _take(members.get("@value"), found)
    elif isinstance(value, bool):
        found.add("true" if value else "false")
    elif isinstance(value, (int, float)):
        found.add(_number(value))
    elif isinstance(value, str):
        found.add(value[:TEXT_LIMIT])
    elif isinstance(value, list):
        for element in cast(list[Any], value):
            _take(element, found)


def _take_references(value: Any, found: set[float | str]) -> None:
    """The texts of an `object`: a relationship is compared with what it leads to, an object inside a value is not."""
    if isinstance(value, str):
        found.add(value[:TEXT_LIMIT])
    elif isinstance(value, list):
        for element in cast(list[Any], value):
            _take_references(element, found)


def _number(value: int | float) -> float:
    return float(max(-_HIGHEST, min(_HIGHEST, value)))


def hot_terms(filter: Filter) -> list[Compare]:
    """The comparisons on a plain attribute value that every match satisfies, and that have `bounds`."""
    if isinstance(filter, AllOf):
        return [term for part in filter.terms for term in hot_terms(part)]
    if isinstance(filter, Compare) and filter.operator in _INDEXED and _plain(filter):
        return [filter]
    return []


def _plain(term: Compare) -> bool:
    path = term.path
    return not path.sub and not path.trail and path.attribute not in ENTITY_MEMBERS


def bounds(term: Compare) -> list[Bound] | None:
    """Ranges over `hot_values` that hold every match of the comparison; None where an index cannot help."""
    if term.operator not in _INDEXED:
        return None
    if term.operator == "==":
        return [_equal(literal) for literal in (*term.values, *term.expanded)]
    return [_half(term.operator, literal) for literal in term.values]


def decided(filter: Filter | None) -> str | None:
    """The attribute whose `bounds` hold nothing but matches, none to be proved: it equals one plain number."""
    if not isinstance(filter, Compare) or filter.operator != "==" or not _plain(filter) or filter.expanded:
        return None
    literal = filter.values[0] if len(filter.values) == 1 else None
    exact = isinstance(literal, (int, float)) and not isinstance(literal, bool) and abs(literal) < _EXACT
    return filter.path.attribute if exact else None


def _equal(literal: Any) -> Bound:
    if isinstance(literal, bool):
        text = "true" if literal else "false"
        return text, True, text, True
    low, high = (literal.low, literal.high) if isinstance(literal, Range) else (literal, literal)
    return _lowest(low), True, _highest(high), True


def _half(operator: str, literal: Any) -> Bound:
    strict = operator in "<>" and not _coarse(literal)
    moment = isinstance(literal, (DateTime, Date, TimeOfDay))
    if operator[0] == ">":
        ceiling = _AFTER_DIGITS if moment else None if isinstance(literal, str) else float("inf")
        return _lowest(literal), not strict, ceiling, True
    floor = "" if moment or isinstance(literal, str) else float("-inf")
    return floor, True, _highest(literal), not strict


def _coarse(literal: Any) -> bool:
    """Whether a value beyond the literal may meet the literal's own place in the index."""
    if isinstance(literal, str):
        return len(literal) >= TEXT_LIMIT
    if isinstance(literal, (int, float)):
        return abs(literal) >= _EXACT
    return True


def _lowest(literal: Any) -> float | str:
    if isinstance(literal, (DateTime, TimeOfDay)):
        return _second(literal)
    key = key_of(literal)[1]
    return key[:TEXT_LIMIT] if isinstance(key, str) else _number(key)


def _highest(literal: Any) -> float | str:
    if isinstance(literal, (DateTime, TimeOfDay)):
        return _second(literal) + _AFTER_SECOND
    if isinstance(literal, Date):
        return literal.text + _AFTER_SECOND
    return _lowest(literal)


def _second(literal: DateTime | TimeOfDay) -> str:
    return literal.text[: 19 if isinstance(literal, DateTime) else 8]


def geo_box(geo: GeoQuery) -> Box | None:
    """West, south, east, north: every match's geometry meets this box. None where a box cannot help."""
    if geo.relation == "disjoint":
        return None
    reference = read_geometry(geo.geometry).bounds
    if geo.relation != "near":
        return reference
    return None if geo.max_distance is None else box_around(reference, geo.max_distance)
