"""Checks: does a condition hold of what the context knows around an incident? It only looks.

Nothing known is not the same as all is well: where no entity could be looked at, a check says so and ticks nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.facts import number_of, types_of, value_of
from pinisi.city.units import UnitMismatch, in_unit
from pinisi.incidents.procedures.playbook import Check, Condition, When
from pinisi.incidents.procedures.run import Finding
from pinisi.vocabulary.instant import SECOND, Instant, NotAnInstant, parse_instant

MOST_NAMED = 20
Document = Mapping[str, Any]
"""An entity in normalized form with short names."""


def finding(check: Check, around: Sequence[Document], now: Instant) -> Finding:
    """What the check says of the entities that lie around the incident."""
    looked = [entity for entity in around if is_told(check.condition, entity) and _is_new(check, entity, now)]
    fitting = tuple(entity["id"] for entity in looked if holds(check.condition, entity))
    if not looked:
        return Finding(None)
    if check.holds == "none":
        return Finding(not fitting, fitting[:MOST_NAMED], len(looked))
    enough = len(fitting) == len(looked) if check.holds == "all" else len(fitting) >= check.least
    return Finding(enough, fitting[:MOST_NAMED], len(looked))


def is_told(condition: Condition, entity: Document) -> bool:
    """Whether the entity is of the type and has the attribute."""
    return condition.type in types_of(entity) and value_of(entity, condition.attribute) is not None


def holds(condition: Condition, entity: Document) -> bool:
    """Whether the condition holds of the entity. What cannot be compared (another unit, words) does not fit."""
    if condition.comparison == "equal" and not isinstance(condition.value, float):
        return str(value_of(entity, condition.attribute)) == condition.value
    number = number_of(entity, condition.attribute)
    if number is None or isinstance(condition.value, str):
        return False
    try:
        value = in_unit(number, entity[condition.attribute].get("unitCode"), condition.unit)
    except UnitMismatch:
        return False
    return _compares(value, condition.comparison, condition.value)


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an incident that playbooks are proposed by; `priority` 0 before triage."""

    category: str = ""
    subcategory: str = ""
    severity: str = ""
    priority: int = 0
    injured: int = 0
    subject: Document | None = None


def is_proposed(when: When, known: Circumstances) -> bool:
    """Whether a playbook is proposed: every part of `when` that is given fits."""
    categories = (known.category, f"{known.category}/{known.subcategory}")
    return (
        (not when.categories or any(category in when.categories for category in categories))
        and (not when.severities or known.severity in when.severities)
        and (not when.priority or 0 < known.priority <= when.priority)
        and known.injured >= when.injured
        and _subject_fits(when, known.subject)
    )


def _subject_fits(when: When, subject: Document | None) -> bool:
    if not when.subject_types and when.subject is None:
        return True
    if subject is None:
        return False
    types = types_of(subject)
    return (not when.subject_types or any(type in types for type in when.subject_types)) and (
        when.subject is None or (is_told(when.subject, subject) and holds(when.subject, subject))
    )


def _is_new(check: Check, entity: Document, now: Instant) -> bool:
    if not check.newer:
        return True
    observed = entity[check.condition.attribute].get("observedAt")
    try:
        return now - check.newer * SECOND <= parse_instant(observed if isinstance(observed, str) else "")
    except NotAnInstant:
        return False


def _compares(value: float, comparison: str, limit: float) -> bool:
    return {
        "equal": value == limit,
        "above": value > limit,
        "at-least": value >= limit,
        "below": value < limit,
        "at-most": value <= limit,
    }[comparison]
