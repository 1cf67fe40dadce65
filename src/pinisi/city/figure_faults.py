"""Doubts about figures: found by comparing them with each other, each in its own unit."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from pinisi.city.areas import AreaIndex
from pinisi.city.facts import Entity, number_of
from pinisi.city.fault_rule import FaultRule, Filling, Found, address_part, in_rule_unit, period_of
from pinisi.city.words import unit_text


def share_above(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    """One entity holds more than `limit` of the sum of all that report in the same unit (and place, with `by`), and
    at least `times` the median.
    """
    groups: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for entity in chosen:
        number = number_of(entity, rule.attribute)
        if number is not None:
            place = (address_part(entity, rule.by) or "") if rule.by else ""
            groups[place, entity[rule.attribute].get("unitCode", "")].append((entity["id"], number))
    for (place, _), rows in groups.items():
        total = sum(number for _, number in rows)
        if len(rows) < rule.least or total <= 0 or (rule.by and not place):
            continue
        usual = median(number for _, number in rows) if rule.times else 0
        for entity_id, number in rows:
            if number / total > rule.limit and number >= rule.times * usual:
                share = round(100 * number / total)
                yield entity_id, {"value": number, "share": share, "total": round(total), "count": len(rows)}


def minority_unit(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    """A unit in which less than `limit` of the rows report."""
    units = {
        entity["id"]: unit
        for entity in chosen
        if number_of(entity, rule.attribute) is not None and (unit := entity[rule.attribute].get("unitCode"))
    }
    counted = Counter(units.values()).most_common()
    if len(units) < rule.least or len(counted) < 2:
        return
    usual, count = counted[0]
    few = {unit for unit, times in counted[1:] if times < rule.limit * len(units)}
    for entity_id, unit in units.items():
        if unit in few:
            yield entity_id, {"unit": unit_text(unit), "usual": unit_text(usual), "count": count}


def below(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    """More than nothing, but less than `limit`."""
    for entity in chosen:
        number = in_rule_unit(rule, entity)
        if number is not None and 0 < number < rule.limit:
            yield entity["id"], {"value": number, "period": period_of(entity, rule.attribute)}


def zero(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    for entity in chosen:
        if number_of(entity, rule.attribute) == 0:
            yield entity["id"], {}


def less_than_sum(rule: FaultRule, chosen: Sequence[Entity], all_: Sequence[Entity], _areas: AreaIndex) -> Found:
    """Less than what its members report for the same period."""
    members = rule.members
    if members is None or not chosen:
        return
    parts: dict[str, list[float]] = defaultdict(list)
    for member in all_:
        number = in_rule_unit(rule, member) if members.holds(member) else None
        if number is not None:
            parts[period_of(member, rule.attribute)].append(number)
    for entity in chosen:
        period = period_of(entity, rule.attribute)
        number = in_rule_unit(rule, entity)
        if number is not None and number < sum(parts[period]):
            words: Filling = {"value": number, "period": period}
            yield entity["id"], {**words, "sum": round(sum(parts[period])), "count": len(parts[period])}
