"""Faults of registers: found by declared rules, kept as flags beside the fact, never mended.

A rule names entities (type and attribute values), a kind of test and a text in three languages with places for the
numbers of the entity. Tests are pure: entities in, flags out.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from pinisi.city import figure_faults, name_faults, position_faults
from pinisi.city.areas import AreaIndex
from pinisi.city.facts import Entity
from pinisi.city.fault_rule import FaultRule, Flag, Found, Kind
from pinisi.city.text import fill


def find_faults(rules: Sequence[FaultRule], entities: Sequence[Entity], areas: AreaIndex) -> dict[str, list[Flag]]:
    """Flags by entity id, in the order of the rules."""
    flags: dict[str, list[Flag]] = defaultdict(list)
    for rule in rules:
        chosen = [entity for entity in entities if rule.holds(entity)]
        for entity_id, words in _TESTS[rule.kind](rule, chosen, entities, areas):
            flags[entity_id].append(Flag(rule.code, fill(rule.text, **words), _doubted(rule)))
    return dict(flags)


def _doubted(rule: FaultRule) -> str:
    """The attribute that a rule casts doubt on."""
    return _DOUBTED.get(rule.kind) or rule.attribute or "location"


_DOUBTED: dict[Kind, str] = {"codes-disagree": "bpsCode", "misspelt-area": "address", "unknown-area": "address"}

PLACES: dict[Kind, frozenset[str]] = {
    "shared-position": frozenset({"others"}),
    "fill-in-position": frozenset({"others", "places"}),
    "coarse-position": frozenset({"digits", "distance"}),
    "share-above": frozenset({"value", "share", "total", "count"}),
    "minority-unit": frozenset({"unit", "usual", "count"}),
    "below": frozenset({"value", "period"}),
    "zero": frozenset(),
    "less-than-sum": frozenset({"value", "sum", "count", "period"}),
    "outside-city": frozenset({"distance", "area"}),
    "outside-named-area": frozenset({"named", "found", "distance"}),
    "misspelt-area": frozenset({"written", "name"}),
    "unknown-area": frozenset({"written", "level"}),
    "displaced": frozenset({"name", "distance", "share"}),
    "codes-disagree": frozenset({"share", "bps"}),
}
"""What the text of a rule may hold."""

_TESTS: dict[Kind, Callable[[FaultRule, Sequence[Entity], Sequence[Entity], AreaIndex], Found]] = {
    "shared-position": position_faults.shared_position,
    "fill-in-position": position_faults.fill_in_position,
    "coarse-position": position_faults.coarse_position,
    "share-above": figure_faults.share_above,
    "minority-unit": figure_faults.minority_unit,
    "below": figure_faults.below,
    "zero": figure_faults.zero,
    "less-than-sum": figure_faults.less_than_sum,
    "outside-city": position_faults.outside_city,
    "outside-named-area": position_faults.outside_named,
    "misspelt-area": name_faults.misspelt_area,
    "unknown-area": name_faults.unknown_area,
    "displaced": position_faults.displaced,
    "codes-disagree": position_faults.codes_disagree,
}
