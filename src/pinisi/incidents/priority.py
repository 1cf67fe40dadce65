"""Priority by written rules: which rules hold for an incident, each with its reason; the gravest of them counts.

Where no rule holds it is that of the sub-category, else of the category, else the usual 3.
"""

import re
from collections.abc import Callable

import msgspec

from pinisi.city.operations import USUAL_PRIORITY, Operations, PriorityRule
from pinisi.city.text import Text


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at. `text` is all that was said of it in any language; `areas` are codes."""

    category: str = ""
    subcategory: str = ""
    text: str = ""
    injured: int = 0
    areas: tuple[str, ...] = ()
    channel: str = ""
    severity: str = ""


class Reason(msgspec.Struct, frozen=True):
    """Why it would have this priority. `rule` is the id of the written rule, or `category`, `usual`."""

    rule: str
    priority: int
    text: Text


class Proposed(msgspec.Struct, frozen=True):
    """The priority by the written rules; `reasons` with the gravest first."""

    priority: int
    reasons: tuple[Reason, ...]


USUAL = Text("Tidak ada aturan kota yang berlaku", "No rule of the city applies", "市の規則に該当なし")


def proposed(operations: Operations, facts: Facts) -> Proposed:
    reasons = [Reason(rule.id, rule.priority, rule.text) for rule in operations.priorities if holds(rule, facts)]
    reasons = sorted(reasons, key=lambda reason: reason.priority) or [_by_category(operations, facts)]
    return Proposed(reasons[0].priority, tuple(reasons))


def holds(rule: PriorityRule, facts: Facts) -> bool:
    """Whether every condition that the rule writes holds."""
    checks: tuple[tuple[bool, Callable[[], bool]], ...] = (
        (bool(rule.categories), lambda: facts.category in rule.categories),
        (bool(rule.subcategories), lambda: facts.subcategory in rule.subcategories),
        (rule.injured is not None, lambda: facts.injured >= (rule.injured or 0)),
        (bool(rule.areas), lambda: any(_within(area, rule.areas) for area in facts.areas)),
        (bool(rule.channels), lambda: facts.channel in rule.channels),
        (bool(rule.severities), lambda: facts.severity in rule.severities),
        (bool(rule.words), lambda: _says(facts.text, rule.words)),
    )
    return any(written for written, _ in checks) and all(check() for written, check in checks if written)


def _within(area: str, areas: tuple[str, ...]) -> bool:
    return any(area == each or area.startswith(each + ".") for each in areas)


def _says(text: str, words: tuple[str, ...]) -> bool:
    folded = text.casefold()
    return any(_occurs(word.casefold(), folded) for word in words)


def _occurs(word: str, text: str) -> bool:
    """As a whole word; Japanese is written without blanks between words, so there it occurs anywhere."""
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)) if word.isascii() else word in text


def _by_category(operations: Operations, facts: Facts) -> Reason:
    category = operations.category(facts.category)
    if category is None:
        return Reason("usual", USUAL_PRIORITY, USUAL)
    sub = next((each for each in category.subcategories if each.code == facts.subcategory), None)
    if sub is not None and sub.priority is not None:
        return Reason("category", sub.priority, sub.name)
    return Reason("category", category.priority, category.name)
