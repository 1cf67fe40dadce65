"""Which values a number rests upon: the choice that `computing` makes, told by entity and attribute."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from pinisi.city.computing import Inputs, chosen, fits, with_figure
from pinisi.city.facts import number_of
from pinisi.city.formula import AREA, POPULATION, Formula
from pinisi.city.inheritance import Entity
from pinisi.city.units import UnitMismatch, in_unit
from pinisi.vocabulary.instant import Instant


class Counted(msgspec.Struct, frozen=True):
    """A value that went into a number: an attribute (short name) of an entity."""

    entity: str
    attribute: str


def counted(formula: Formula, inputs: Inputs, now: Instant | None = None) -> tuple[Counted, ...]:
    """What the number of a formula rests upon, each value once; what has no figure that fits is not there.

    Of a sum, of the greatest and of what is above a limit the greatest come first, of the least the least: they made
    the number what it is.
    """
    return tuple(dict.fromkeys(_all(formula, inputs, now)))


def _all(formula: Formula, inputs: Inputs, now: Instant | None) -> Iterator[Counted]:
    yield from _KINDS[formula.kind](formula, inputs, now)
    whole = {"head": POPULATION, "km2": AREA}.get(formula.per or "")
    if whole is not None and inputs.area is not None:
        yield from _figure(Formula(kind="value", attribute=whole), inputs, None)


def _figure(formula: Formula, inputs: Inputs, now: Instant | None) -> Iterator[Counted]:
    id = formula.entity or inputs.area
    for entity in with_figure(formula, [each for each in inputs.entities if each["id"] == id][:1], now):
        yield Counted(entity["id"], formula.attribute or "")


def _number(formula: Formula, inputs: Inputs, now: Instant | None) -> Iterator[Counted]:
    """A thing is counted for what it was chosen by; chosen by its type alone, for its name."""
    if formula.above is not None:
        yield from _statistic(formula, inputs, now)
        return
    name = next(iter(formula.select.where if formula.select else ()), "name")
    for entity in chosen(formula, inputs):
        if fits(formula, entity.get("name"), now):
            yield Counted(entity["id"], name)


def _statistic(formula: Formula, inputs: Inputs, now: Instant | None) -> Iterator[Counted]:
    for entity in _weighed(formula, with_figure(formula, chosen(formula, inputs), now)):
        yield Counted(entity["id"], formula.attribute or "")


def _share(formula: Formula, inputs: Inputs, now: Instant | None) -> Iterator[Counted]:
    for entity in chosen(formula, inputs):
        if all(fits(formula, entity.get(name), now) for name in formula.having):
            yield from (Counted(entity["id"], name) for name in formula.having)


def _ratio(formula: Formula, inputs: Inputs, now: Instant | None) -> Iterator[Counted]:
    for part in formula.parts:
        yield from _all(part, inputs, now)


_KINDS: dict[str, Callable[[Formula, Inputs, Instant | None], Iterator[Counted]]] = {
    "value": _figure,
    "count": _number,
    **dict.fromkeys(("sum", "mean", "min", "max"), _statistic),
    "share": _share,
    "ratio": _ratio,
}
_WEIGHTS: dict[str, Callable[[float], float]] = {
    "sum": lambda number: -abs(number),
    "max": lambda number: -number,
    "min": lambda number: number,
}


def _weighed(formula: Formula, entities: Sequence[Entity]) -> Sequence[Entity]:
    """In the order of what they weigh; units that cannot be compared leave the order as it is."""
    weigh, name = _WEIGHTS.get("max" if formula.above is not None else formula.kind), formula.attribute or ""
    if weigh is None or not entities:
        return entities
    unit = formula.unit or entities[0][name].get("unitCode")
    try:
        weights = [weigh(in_unit(number_of(e, name) or 0.0, e[name].get("unitCode"), unit)) for e in entities]
    except UnitMismatch:
        return entities
    return [entity for _, entity in sorted(zip(weights, entities, strict=True), key=lambda pair: pair[0])]
