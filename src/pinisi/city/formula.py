"""The language of indicators: what to count, add up or compare, of which entities, where and when.

A formula is data (TOML). It says nothing of storage and is computed by `computing`, a pure function of its inputs.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from pinisi.city.facts import Selection

Kind = Literal["value", "count", "sum", "mean", "min", "max", "share", "ratio"]
Per = Literal["day", "head", "km2"]
NEEDS: dict[Kind, tuple[str, ...]] = {
    "value": ("attribute",),
    "count": ("select",),
    "sum": ("select", "attribute"),
    "mean": ("select", "attribute"),
    "min": ("select", "attribute"),
    "max": ("select", "attribute"),
    "share": ("select", "having"),
    "ratio": ("of", "over"),
}
POPULATION, AREA = "population", "area"
"""Attributes of an administrative area that `per = "head"` and `per = "km2"` divide by."""

FIGURE = "figure"
"""The attribute of a figure that the city states: its meaning is in the name of its entity."""


class Formula(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One number, declared.

    `value`: an attribute of `entity`, or without one of the area that is asked for. `count`: how many entities `select`
    holds; with `above` how many of them have an `attribute` (in `unit`) above it, of those that tell it. `sum`, `mean`,
    `min`, `max`: of their `attribute`. `share`: how many percent of them are `having` these values. `ratio`: the
    formula `of` divided by the formula `over`.

    `per` divides by the days of the inputs' period, the people of the area or its square kilometres; `times` is for
    how many of these (100000 people). Only figures of `period`, or of the last `last_hours`, are taken; the others
    count as missing. `unit` (UN/CEFACT code) is what the number is shown in.
    """

    kind: Kind
    entity: str | None = None
    attribute: str | None = None
    above: float | None = None
    select: Selection | None = None
    having: dict[str, str] = {}
    of: "Formula | None" = None
    over: "Formula | None" = None
    per: Per | None = None
    times: float = 1
    period: str | None = None
    last_hours: float | None = None
    unit: str | None = None

    @property
    def parts(self) -> tuple["Formula", ...]:
        return tuple(part for part in (self.of, self.over) if part is not None)

    @property
    def divisible(self) -> bool:
        """Whether it can be asked for one area alone: not when it rests upon one entity by name."""
        return self.entity is None and all(part.divisible for part in self.parts)


class EntityNeed(msgspec.Struct, frozen=True):
    """Entities that a formula is computed from: these ids and all of these types (short names).

    `attributes` are the attributes that it reads (short names).
    """

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


def need_of(formula: Formula, area: str | None = None) -> EntityNeed:
    """What must be at hand to compute it; `area` is the id of the area that is asked for."""
    ids: dict[str, None] = {}
    types: dict[str, None] = {}
    attributes: dict[str, None] = {}
    for part in _all(formula):
        named = part.entity or (area if part.kind == "value" else None)
        ids |= dict.fromkeys(each for each in (named, area if part.per in ("head", "km2") else None) if each)
        types |= {part.select.type: None} if part.select is not None else {}
        attributes |= dict.fromkeys(_read_by(part))
    return EntityNeed(tuple(ids), tuple(types), tuple(attributes))


def _all(formula: Formula) -> Iterator[Formula]:
    yield formula
    for part in formula.parts:
        yield from _all(part)


def _read_by(part: Formula) -> Iterator[str]:
    if part.attribute is not None:
        yield part.attribute
    yield from part.having
    if part.select is not None:
        yield from part.select.where
    if part.kind == "count":
        yield "name"
    if part.per in ("head", "km2"):
        yield POPULATION if part.per == "head" else AREA


def faults_of(formula: Formula, at: str = "") -> Iterator[tuple[str, str]]:
    """Field and reason of what the types cannot say."""
    for need in NEEDS[formula.kind]:
        if not getattr(formula, need):
            yield f"{at}{need}", f"is needed for the kind {formula.kind!r}"
    if formula.above is not None and (formula.kind != "count" or not formula.attribute):
        yield f"{at}above", "goes only with kind = 'count' and an attribute"
    if formula.times <= 0:
        yield f"{at}times", f"{formula.times} is not more than 0"
    if formula.times != 1 and formula.per not in ("head", "km2"):
        yield f"{at}times", "goes only with per = 'head' or 'km2'"
    if formula.last_hours is not None and formula.last_hours <= 0:
        yield f"{at}last_hours", f"{formula.last_hours} is not more than 0"
    for name in ("of", "over"):
        part = getattr(formula, name)
        if part is not None:
            yield from faults_of(part, f"{at}{name}.")
