"""Rules of a city that turn a value into an alarm for the operator.

Faults of registers are for the steward and raise none; an alarm asks somebody to act now.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from pinisi.city.facts import Selection, number_of, value_of
from pinisi.city.text import Text, fill
from pinisi.city.units import UnitMismatch, in_unit

Severity = Literal["danger", "caution", "information"]
PLACES = frozenset({"name", "value", "limit"})
"""What the title of a rule may hold."""
Comparison = Literal["above", "at-least", "below", "at-most"]


class AlarmRule(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Raise an alarm when `attribute` compares so with `limit` (in `unit`, a UN/CEFACT code).

    `title` may hold `{name}`, `{value}` and `{limit}`. `category` and `subcategory` are those of `operations.toml`.
    """

    id: str
    attribute: str
    comparison: Comparison
    limit: float
    unit: str | None = None
    severity: Severity
    title: Text
    category: str = ""
    subcategory: str = ""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of one entity. `key` is the same as long as the same condition holds."""

    key: str
    rule: str
    subject: str
    severity: Severity
    title: Text
    value: float
    category: str = ""
    subcategory: str = ""


def alarms_of(rules: Sequence[AlarmRule], entity: Mapping[str, Any]) -> list[Alarm]:
    """Alarms that the rules raise on one entity in normalized form, in the order of the rules.

    A value in a unit that cannot be compared raises nothing: it is a fault of the source, not an event.
    """
    return [alarm for rule in rules if (alarm := _alarm(rule, entity)) is not None]


def _alarm(rule: AlarmRule, entity: Mapping[str, Any]) -> Alarm | None:
    number = number_of(entity, rule.attribute)
    if number is None or not rule.holds(entity):
        return None
    try:
        value = in_unit(number, entity[rule.attribute].get("unitCode"), rule.unit)
    except UnitMismatch:
        return None
    if not _compares(value, rule.comparison, rule.limit):
        return None
    name = str(value_of(entity, "name") or entity["id"])
    return Alarm(
        key=f"{rule.id}:{entity['id']}",
        rule=rule.id,
        subject=entity["id"],
        severity=rule.severity,
        title=fill(rule.title, name=name, value=value, limit=rule.limit),
        value=value,
        category=rule.category,
        subcategory=rule.subcategory,
    )


def _compares(value: float, comparison: Comparison, limit: float) -> bool:
    if comparison == "above":
        return value > limit
    if comparison == "at-least":
        return value >= limit
    return value < limit if comparison == "below" else value <= limit
