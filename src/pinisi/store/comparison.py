"""Comparing one value with one literal, by the data types of NGSI-LD 4.6.3 and 4.9, compiled to closures.

Numbers meet numbers, text meets text, moments meet moments; values of two types are unequal and have no order.
"""

import re
from collections.abc import Callable, Sequence
from operator import ge, gt, le, lt
from typing import Any

from pinisi.store.query import Date, DateTime, Operator, Range, TimeOfDay
from pinisi.vocabulary.instant import HOUR, MINUTE, SECOND, Instant, NotAnInstant, parse_instant

Test = Callable[[Any], bool]
"""Whether one scalar value of an attribute passes."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:[.,]\d{1,9})?Z)?")
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?Z")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}


def instant_of(value: Any) -> Instant | None:
    """The moment that a value writes as a UTC date-time, or None."""
    if value.__class__ is not str or len(value) < 20 or value[10] != "T":
        return None
    try:
        return parse_instant(value)
    except NotAnInstant:
        return None


def day_of(value: Any) -> str | None:
    """The day of a date or date-time, as text, or None."""
    if value.__class__ is str and _DATE.fullmatch(value) is not None:
        return value[:10]
    return None


def time_of(value: Any) -> int | None:
    """Microseconds since midnight of a time `hh:mm:ssZ`, or None."""
    found = _TIME.fullmatch(value) if value.__class__ is str else None
    if found is None:
        return None
    hour, minute, second, fraction = found.groups()
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return None
    micro = int(fraction.ljust(6, "0")) if fraction else 0
    return int(hour) * HOUR + int(minute) * MINUTE + int(second) * SECOND + micro


def number_of(value: Any) -> int | float | None:
    """The value if it is a number (a truth value is none), or None."""
    return value if value.__class__ is float or value.__class__ is int else None


def text_of(value: Any) -> str | None:
    return value if value.__class__ is str else None


def key_of(literal: Any) -> tuple[Callable[[Any], Any], Any]:
    """How to read a value as the literal's type (None: it is of another), and the literal so read."""
    if isinstance(literal, DateTime):
        return instant_of, literal.instant
    if isinstance(literal, Date):
        return day_of, literal.text
    if isinstance(literal, TimeOfDay):
        return time_of, literal.microseconds
    if isinstance(literal, str):
        return text_of, literal
    return number_of, literal


def equals(literals: Sequence[Any]) -> Test:
    """Equal to one of the literals, or within one of the ranges."""
    words = frozenset(literal for literal in literals if isinstance(literal, str))
    tests = [_equal(literal) for literal in literals if not isinstance(literal, str)]
    if words:
        tests.append(_among(words))
    if len(tests) == 1:
        return tests[0]
    return lambda value: any(test(value) for test in tests)


def _among(words: frozenset[str]) -> Test:
    if len(words) == 1:
        (word,) = words
        return lambda value: value == word
    return lambda value: value.__class__ is str and value in words


def _equal(literal: Any) -> Test:
    if isinstance(literal, Range):
        return _within(literal)
    if literal is True:
        return lambda value: value is True
    if literal is False:
        return lambda value: value is False
    if isinstance(literal, DateTime):
        return _same_instant(literal)
    if isinstance(literal, (int, float)):
        return lambda value: value == literal and value.__class__ is not bool
    key, wanted = key_of(literal)
    return lambda value: key(value) == wanted


def _same_instant(literal: DateTime) -> Test:
    second, instant = literal.text[:19], literal.instant
    return lambda value: value.__class__ is str and value.startswith(second) and instant_of(value) == instant


def _within(literal: Range) -> Test:
    key, low = key_of(literal.low)
    _, high = key_of(literal.high)

    def test(value: Any) -> bool:
        found = key(value)
        return found is not None and low <= found <= high

    return test


def ordered(operator: Operator, literal: Any) -> Test:
    """`value operator literal`, where both are of one type."""
    compare = _ORDER[operator]
    key, limit = key_of(literal)

    def test(value: Any) -> bool:
        found = key(value)
        return found is not None and compare(found, limit)

    return test
