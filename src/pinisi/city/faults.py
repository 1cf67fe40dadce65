"""Faults of registers: found by declared rules, kept as flags beside the fact, never mended.

A rule names entities (type and attribute values), a kind of test and a text in three languages with places for the
numbers of the entity. Tests are pure: entities in, flags out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from pinisi.city.areas import AreaIndex
from pinisi.city.facts import Entity, Selection, number_of, position_of, value_of
from pinisi.city.text import Text, distance_text, fill
from pinisi.city.units import UnitMismatch, in_unit

Kind = Literal[
    "shared-position",
    "share-above",
    "below",
    "zero",
    "less-than-sum",
    "outside-city",
    "outside-named-area",
    "codes-disagree",
]


class FaultRule(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule.

    `limit` is a share for `share-above` and `codes-disagree`, a number in `unit` for `below`, metres for the
    `outside` kinds. `members` selects what `less-than-sum` adds up.
    """

    code: str
    kind: Kind
    text: Text
    attribute: str = ""
    limit: float = 0
    unit: str | None = None
    members: Selection | None = None


class Flag(msgspec.Struct, frozen=True):
    """Why to doubt an attribute of an entity."""

    code: str
    text: Text
    attribute: str


Filling = dict[str, str | float | Text]
Found = Iterator[tuple[str, Filling]]
"""Ids of entities with a fault and the words for its text."""


def find_faults(rules: Sequence[FaultRule], entities: Sequence[Entity], areas: AreaIndex) -> dict[str, list[Flag]]:
    """Flags by entity id, in the order of the rules."""
    flags: dict[str, list[Flag]] = defaultdict(list)
    for rule in rules:
        chosen = [entity for entity in entities if rule.holds(entity)]
        for entity_id, words in _TESTS[rule.kind](rule, chosen, entities, areas):
            flags[entity_id].append(Flag(rule.code, fill(rule.text, **words), _doubted(rule)))
    return dict(flags)


def _shared_position(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    groups: dict[tuple[float, float], list[str]] = defaultdict(list)
    for entity in chosen:
        if (position := position_of(entity)) is not None:
            groups[position].append(entity["id"])
    for ids in groups.values():
        if len(ids) > 1:
            words: Filling = {"others": len(ids) - 1}
            yield from ((entity_id, words) for entity_id in ids)


def _share_above(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    """One entity holds more than `limit` of the sum of all that report in the same unit."""
    by_unit: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for entity in chosen:
        if (number := number_of(entity, rule.attribute)) is not None:
            by_unit[entity[rule.attribute].get("unitCode", "")].append((entity["id"], number))
    for rows in by_unit.values():
        total = sum(number for _, number in rows)
        for entity_id, number in rows:
            if len(rows) > 2 and total > 0 and number / total > rule.limit:
                share = round(100 * number / total)
                yield entity_id, {"value": number, "share": share, "total": round(total), "count": len(rows)}


def _below(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    """More than nothing, but less than `limit`."""
    for entity in chosen:
        number = _in_rule_unit(rule, entity)
        if number is not None and 0 < number < rule.limit:
            yield entity["id"], {"value": number, "period": _period(entity, rule.attribute)}


def _zero(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    for entity in chosen:
        if number_of(entity, rule.attribute) == 0:
            yield entity["id"], {}


def _less_than_sum(rule: FaultRule, chosen: Sequence[Entity], all_: Sequence[Entity], _areas: AreaIndex) -> Found:
    """Less than what its members report for the same period."""
    members = rule.members
    if members is None:
        return
    for entity in chosen:
        period = _period(entity, rule.attribute)
        parts = [
            number
            for member in all_
            if members.holds(member)
            and _period(member, rule.attribute) == period
            and (number := _in_rule_unit(rule, member)) is not None
        ]
        number = _in_rule_unit(rule, entity)
        if number is not None and number < sum(parts):
            yield entity["id"], {"value": number, "sum": round(sum(parts)), "count": len(parts), "period": period}


def _outside_city(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """Further than `limit` metres from every area."""
    for entity in chosen:
        position = position_of(entity)
        if position is None or areas.at(*position):
            continue
        nearest = areas.nearest(*position, "kelurahan")
        if nearest is not None and nearest[1] > rule.limit:
            yield entity["id"], {"distance": distance_text(nearest[1]), "area": nearest[0].name}


def _outside_named(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """Inside the city, but further than `limit` metres from the kecamatan that the register itself names."""
    for entity in chosen:
        position = position_of(entity)
        written = _named_district(entity)
        named = areas.named(written, "kecamatan") if written else None
        if position is None or named is None:
            continue
        metres = areas.distance(named.code, *position)
        found = [area for area in areas.at(*position) if area.level == "kecamatan" and area.code != named.code]
        if found and metres > rule.limit:
            yield entity["id"], {"named": named.name, "found": found[0].name, "distance": distance_text(metres)}


def _codes_disagree(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """The layers of the two code systems overlap by less than `limit`."""
    for entity in chosen:
        area = areas.areas.get(str(value_of(entity, "code")))
        if area is not None and area.bps_overlap is not None and area.bps_overlap < rule.limit:
            yield entity["id"], {"share": round(100 * area.bps_overlap), "bps": area.bps or ""}


def _doubted(rule: FaultRule) -> str:
    """The attribute that a rule casts doubt on."""
    return "bpsCode" if rule.kind == "codes-disagree" else rule.attribute or "location"


def _named_district(entity: Mapping[str, Any]) -> str | None:
    address = value_of(entity, "address")
    return address.get("district") if isinstance(address, dict) else None  # pyright: ignore


def _period(entity: Mapping[str, Any], attribute: str) -> str:
    return str(value_of(entity.get(attribute, {}), "period"))


def _in_rule_unit(rule: FaultRule, entity: Mapping[str, Any]) -> float | None:
    """The number in the unit of the rule; None where there is none that can be compared."""
    number = number_of(entity, rule.attribute)
    if number is None:
        return None
    try:
        return in_unit(number, entity[rule.attribute].get("unitCode"), rule.unit)
    except UnitMismatch:
        return None


PLACES: dict[Kind, frozenset[str]] = {
    "shared-position": frozenset({"others"}),
    "share-above": frozenset({"value", "share", "total", "count"}),
    "below": frozenset({"value", "period"}),
    "zero": frozenset(),
    "less-than-sum": frozenset({"value", "sum", "count", "period"}),
    "outside-city": frozenset({"distance", "area"}),
    "outside-named-area": frozenset({"named", "found", "distance"}),
    "codes-disagree": frozenset({"share", "bps"}),
}
"""What the text of a rule may hold."""

_TESTS: dict[Kind, Callable[[FaultRule, Sequence[Entity], Sequence[Entity], AreaIndex], Found]] = {
    "shared-position": _shared_position,
    "share-above": _share_above,
    "below": _below,
    "zero": _zero,
    "less-than-sum": _less_than_sum,
    "outside-city": _outside_city,
    "outside-named-area": _outside_named,
    "codes-disagree": _codes_disagree,
}
