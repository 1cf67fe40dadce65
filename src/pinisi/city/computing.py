"""From a formula and its inputs to a number: pure, with the sample counted and nothing dropped in silence."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.city.facts import Attribute, number_of, value_of
from pinisi.city.formula import AREA, FIGURE, POPULATION, Formula
from pinisi.city.inheritance import Doubt, Entity, Part, common, doubts_about
from pinisi.city.period import NotAPeriod, days_in
from pinisi.city.text import Text, fill
from pinisi.city.units import in_unit
from pinisi.city.words import attribute_label, rule_text, type_title, value_text
from pinisi.vocabulary.instant import HOUR, Instant, parse_instant


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a formula is computed from: entities in normalized form with short names (others than needed do no harm).

    `lies_in`: entity id -> codes of the areas that it lies in. `area`: id of the area that is asked for, usually the
    city; with its `code` only entities that lie in it are taken, without all.
    """

    entities: Sequence[Entity]
    lies_in: Mapping[str, Collection[str]] = {}
    area: str | None = None
    code: str | None = None


class _Figures(msgspec.Struct, frozen=True):
    """Numbers of chosen entities, in one unit; `missing` of them have none that fits."""

    numbers: list[float]
    unit: str | None
    inputs: tuple[Attribute, ...]
    missing: int
    doubts: tuple[Doubt, ...]


def compute(formula: Formula, inputs: Inputs, now: Instant | None = None, label: Text | None = None) -> Part:
    """The number that a formula declares; `label` names what is counted, for the rule.

    Raises:
        UnitMismatch: inputs in units that cannot be compared.
    """
    part = _KINDS[formula.kind](formula, inputs, now, label)
    return part if formula.per is None else _PERS[formula.per](formula, part, inputs)


def _value(formula: Formula, inputs: Inputs, now: Instant | None, _label: Text | None) -> Part:
    id, name = formula.entity or inputs.area, formula.attribute or ""
    entity = next((each for each in inputs.entities if each["id"] == id), None)
    found = _figures(formula, [] if entity is None else [entity], now)
    period = common(value_of(part, "period") for part in found.inputs) or ""
    what = name_text(entity) if entity is not None and name == FIGURE else attribute_label(name)
    return Part(
        value=found.numbers[0] if found.numbers else None,
        unit=found.unit,
        inputs=found.inputs,
        n=len(found.numbers),
        missing=1 - len(found.numbers),
        zero=found.numbers.count(0),
        doubts=found.doubts,
        rule=fill(rule_text("value" if period else "value_undated"), attribute=what, period=period),
    )


def _count(formula: Formula, inputs: Inputs, now: Instant | None, label: Text | None) -> Part:
    if formula.above is not None:
        return _count_above(formula, formula.above, inputs, now, label)
    picked = chosen(formula, inputs)
    names = cast("list[Attribute]", [entity["name"] for entity in picked if "name" in entity])
    fitting = [entity for entity in picked if fits(formula, entity.get("name"), now)]
    what = label or type_title(formula.select.type if formula.select else "")
    return Part(
        value=len(fitting),
        inputs=tuple(names),
        n=len(fitting),
        missing=len(picked) - len(fitting),
        doubts=_doubts(fitting, formula.select.where if formula.select else ()),
        rule=fill(rule_text("count"), label=what),
    )


def _count_above(formula: Formula, above: float, inputs: Inputs, now: Instant | None, label: Text | None) -> Part:
    """Nobody knows how many there are where none tells its figure."""
    found = _figures(formula, chosen(formula, inputs), now)
    held = sum(number > above for number in found.numbers)
    what = label or type_title(formula.select.type if formula.select else "")
    named = {"label": what, "attribute": attribute_label(formula.attribute or "")}
    return Part(
        value=held if found.numbers else None,
        inputs=found.inputs,
        n=len(found.numbers),
        missing=found.missing,
        doubts=found.doubts,
        rule=fill(rule_text("count_above"), part=held, count=len(found.numbers), limit=above, **named),
    )


def _statistic(formula: Formula, inputs: Inputs, now: Instant | None, _label: Text | None) -> Part:
    found = _figures(formula, chosen(formula, inputs), now)
    attribute = attribute_label(formula.attribute or "")
    return Part(
        value=_STATISTICS[formula.kind](found.numbers) if found.numbers else None,
        unit=found.unit,
        inputs=found.inputs,
        n=len(found.numbers),
        missing=found.missing,
        zero=found.numbers.count(0),
        doubts=found.doubts,
        rule=fill(rule_text(formula.kind), attribute=attribute, count=len(found.numbers)),
    )


def _share(formula: Formula, inputs: Inputs, now: Instant | None, _label: Text | None) -> Part:
    picked = chosen(formula, inputs)
    known = [e for e in picked if all(fits(formula, e.get(name), now) for name in formula.having)]
    held = sum(all(value_of(e, name) == value for name, value in formula.having.items()) for e in known)
    return Part(
        value=in_unit(held / len(known), "C62", formula.unit or "P1") if known else None,
        unit=formula.unit or "P1",
        inputs=tuple(entity[name] for entity in known for name in formula.having),
        n=len(known),
        missing=len(picked) - len(known),
        doubts=_doubts(known, formula.having),
        rule=fill(rule_text("share"), part=held, count=len(known), having=_having(formula.having)),
    )


def _ratio(formula: Formula, inputs: Inputs, now: Instant | None, _label: Text | None) -> Part:
    above, below = (compute(part, inputs, now) for part in formula.parts)
    value = _divided(above.value, below.value)
    if value is not None and formula.unit == "P1":
        value = in_unit(value, "C62", "P1")
    numbers: dict[str, Any] = {"of": above.rule, "over": below.rule, "a": _figure(above), "b": _figure(below)}
    return Part(
        value=value,
        unit=formula.unit,
        inputs=above.inputs + below.inputs,
        n=above.n + below.n,
        missing=above.missing + below.missing,
        doubts=above.doubts + below.doubts,
        rule=fill(rule_text("ratio"), **numbers),
    )


def _figure(part: Part) -> float | str:
    return "?" if part.value is None else part.value


_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "mean": lambda numbers: sum(numbers) / len(numbers),
    "min": min,
    "max": max,
}
_KINDS: dict[str, Callable[[Formula, Inputs, Instant | None, Text | None], Part]] = {
    "value": _value,
    "count": _count,
    **dict.fromkeys(_STATISTICS, _statistic),
    "share": _share,
    "ratio": _ratio,
}


def _per_day(_formula: Formula, part: Part, _inputs: Inputs) -> Part:
    period = common(value_of(attribute, "period") for attribute in part.inputs)
    try:
        days = days_in(period or "")
    except NotAPeriod:
        return msgspec.structs.replace(part, value=None)
    rule = fill(rule_text("per_day"), rule=part.rule, days=days)
    return msgspec.structs.replace(part, value=_divided(part.value, days), rule=rule)


def _per_head(formula: Formula, part: Part, inputs: Inputs) -> Part:
    return _per_area(formula, part, inputs, POPULATION, None)


def _per_km2(formula: Formula, part: Part, inputs: Inputs) -> Part:
    return _per_area(formula, part, inputs, AREA, "KMK")


def _per_area(formula: Formula, part: Part, inputs: Inputs, attribute: str, unit: str | None) -> Part:
    """Divided by what the area that is asked for has of people or ground; unknown where it does not say."""
    whole = _value(Formula(kind="value", attribute=attribute, unit=unit), inputs, None, None)
    scaled = None if part.value is None else part.value * formula.times
    rule = fill(rule_text(f"per_{formula.per}"), rule=part.rule, whole=_figure(whole), times=formula.times)
    return msgspec.structs.replace(
        part,
        value=_divided(scaled, whole.value),
        inputs=part.inputs + whole.inputs,
        missing=part.missing + whole.missing,
        doubts=part.doubts + whole.doubts,
        rule=rule,
    )


_PERS: dict[str, Callable[[Formula, Part, Inputs], Part]] = {"day": _per_day, "head": _per_head, "km2": _per_km2}


def _divided(value: float | None, by: float | None) -> float | None:
    return None if value is None or not by else value / by


def chosen(formula: Formula, inputs: Inputs) -> list[Entity]:
    """The entities that the formula speaks of, whether or not they have a figure that fits."""
    code, select = inputs.code, formula.select
    if select is None:
        return []
    there = [each for each in inputs.entities if code is None or code in inputs.lies_in.get(each["id"], ())]
    return [each for each in there if select.holds(each)]


def with_figure(formula: Formula, picked: Sequence[Entity], now: Instant | None) -> list[Entity]:
    """Those of the entities that have a number which fits."""
    name = formula.attribute or ""
    return [entity for entity in picked if number_of(entity, name) is not None and fits(formula, entity[name], now)]


def _figures(formula: Formula, picked: Sequence[Entity], now: Instant | None) -> _Figures:
    name = formula.attribute or ""
    fitting = with_figure(formula, picked, now)
    inputs = tuple(entity[name] for entity in fitting)
    unit = formula.unit or next((part.get("unitCode") for part in inputs), None)
    numbers = [in_unit(float(part["value"]), part.get("unitCode"), unit) for part in inputs]
    return _Figures(numbers, unit, inputs, len(picked) - len(fitting), _doubts(fitting, (name,)))


def fits(formula: Formula, attribute: Any, now: Instant | None) -> bool:
    """Whether a figure is of the period, or as young as the formula asks; what says no time is not."""
    if not isinstance(attribute, Mapping):
        return formula.kind == "count" and formula.period is None and formula.last_hours is None
    part = cast("Mapping[str, Any]", attribute)
    if formula.period not in (None, value_of(part, "period")):
        return False
    if formula.last_hours is None or now is None:
        return True
    observed = part.get("observedAt")
    return observed is not None and now - parse_instant(observed) <= formula.last_hours * HOUR


def _doubts(entities: Iterable[Entity], attributes: Iterable[str]) -> tuple[Doubt, ...]:
    names = tuple(attributes)
    return tuple(doubt for entity in entities for doubt in doubts_about(entity, names)) if names else ()


def _having(values: Mapping[str, str]) -> Text:
    parts = [
        fill(Text("{name} {value}", "{name} {value}", "{name}：{value}"), name=attribute_label(name),
             value=value_text(name, value) or value)
        for name, value in values.items()
    ]  # fmt: skip
    return Text(*(", ".join(getattr(part, language) for part in parts) for language in ("id", "en", "ja")))


def name_text(entity: Entity) -> Text:
    """What people call an entity, in every language that it has a name in."""
    name = value_of(entity, "name")
    if isinstance(name, Mapping):
        words = cast("Mapping[str, str]", name)
        first = next(iter(words.values()), str(entity["id"]))
        return Text(*(words.get(language) or first for language in ("id", "en", "ja")))
    return Text(*(str(name or entity["id"]),) * 3)
