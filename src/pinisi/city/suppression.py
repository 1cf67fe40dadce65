"""Suppression by design (ISA-18.2): alarms that say nothing new while what they rest upon is down.

`[[suppress]]` in a city's `rules.toml`. A suppressed alarm stays in the queue, says which rule quiets it, and rings
again when that rule no longer holds.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.city.facts import Selection
from pinisi.city.text import Text


class SuppressRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The alarms of `rules` (ids) are quiet while the entity that `by` names fits `while_`.

    `by` is a relationship of the alarm's entity (`refDevice`), or of one of its attributes (`ispu.provider`).
    """

    id: str
    rules: tuple[str, ...]
    by: str
    while_: Selection = msgspec.field(name="while")
    text: Text


def parents_of(
    rules: Sequence[SuppressRule], alarm: str, child: Mapping[str, Any]
) -> Iterator[tuple[SuppressRule, str]]:
    """The rules that may quiet the alarm of rule `alarm`, each with the id of the entity that it looks at."""
    for rule in rules:
        if alarm in rule.rules and (parent := _linked(child, rule.by)) is not None:
            yield rule, parent


def unknown_rules(rules: Sequence[SuppressRule], known: Collection[str]) -> Iterator[tuple[int, str]]:
    """Number of a rule and the alarm in it that no written rule raises."""
    for number, rule in enumerate(rules):
        for id in rule.rules:
            if id not in known:
                yield number, id


def _linked(entity: Mapping[str, Any], path: str) -> str | None:
    found: Any = entity
    for name in path.split("."):
        found = cast("Mapping[str, Any]", found).get(name) if isinstance(found, Mapping) else None
    target = cast("Mapping[str, Any]", found).get("object") if isinstance(found, Mapping) else None
    return target if isinstance(target, str) else None
