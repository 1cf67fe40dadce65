"""The shape of a fault rule, of what it finds, and how it reads an entity."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from pinisi.city.facts import Selection, number_of, value_of
from pinisi.city.text import Text
from pinisi.city.units import UnitMismatch, in_unit

Kind = Literal[
    "shared-position",
    "fill-in-position",
    "coarse-position",
    "share-above",
    "minority-unit",
    "below",
    "zero",
    "less-than-sum",
    "outside-city",
    "outside-named-area",
    "misspelt-area",
    "unknown-area",
    "displaced",
    "codes-disagree",
]


class FaultRule(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule.

    `limit` is a share for `share-above`, `minority-unit`, `displaced` and `codes-disagree`, a number in `unit` for
    `below`, metres for the `outside` kinds, decimals for `coarse-position`. `least` is how many rows a comparison
    needs, `by` a part of the address within which it is made, `times` how many medians a share must hold. `members`
    selects what `less-than-sum` adds up.
    """

    code: str
    kind: Kind
    text: Text
    attribute: str = ""
    limit: float = 0
    unit: str | None = None
    members: Selection | None = None
    by: str = ""
    times: float = 0
    least: int = 3


class Flag(msgspec.Struct, frozen=True):
    """Why to doubt an attribute of an entity."""

    code: str
    text: Text
    attribute: str


Filling = dict[str, str | float | Text]
Found = Iterator[tuple[str, Filling]]
"""Ids of entities with a fault and the words for its text."""


def address_part(entity: Mapping[str, Any], part: str) -> str | None:
    """What the register itself writes as a part of the address."""
    address = value_of(entity, "address")
    found = address.get(part) if isinstance(address, dict) else None  # pyright: ignore
    return found if isinstance(found, str) else None


def period_of(entity: Mapping[str, Any], attribute: str) -> str:
    return str(value_of(entity.get(attribute, {}), "period"))


def in_rule_unit(rule: FaultRule, entity: Mapping[str, Any]) -> float | None:
    """The number in the unit of the rule; None where there is none that can be compared."""
    number = number_of(entity, rule.attribute)
    if number is None:
        return None
    try:
        return in_unit(number, entity[rule.attribute].get("unitCode"), rule.unit)
    except UnitMismatch:
        return None
