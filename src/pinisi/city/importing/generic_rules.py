"""The rules by which any register is examined, whatever it is about; a city adds its own in `rules.toml`."""

from collections.abc import Iterable, Sequence

from pinisi.city.facts import Entity, number_of, types_of
from pinisi.city.fault_rule import FaultRule, Kind
from pinisi.city.importing.fault_texts import catalogue
from pinisi.city.units import AREAS

OF_THE_CITY: frozenset[Kind] = frozenset(
    {"outside-city", "outside-named-area", "misspelt-area", "unknown-area", "displaced", "codes-disagree"}
)
"""Kinds that compare with the city's own areas, so that they say nothing of other cities' rows."""

LEAST = 20
"""Rows from which on a figure can be called unusual among the others."""
SHARE = 0.5
TIMES_MEDIAN = 100.0
FEW = 0.05
DECIMALS = 1
BORDER_M = 20
"""About the width of a road, on which many borders run."""
DRAWN_ALIKE = 0.5


def generic_rules(entities: Sequence[Entity], of_places: bool) -> list[FaultRule]:
    """Rules for the types and figures that occur. `of_places`: each row is a place of its own, not an event or a
    measurement, so that two at one point are odd.
    """
    rules: list[FaultRule] = []
    for type in dict.fromkeys(types_of(entity)[0] for entity in entities):
        chosen = [entity for entity in entities if types_of(entity)[0] == type]
        if of_places:
            rules += [
                _rule("fill-in-position", "fill-in-position", type, by=_finest(chosen)),
                _rule("shared-position", "shared-position", type),
            ]
        rules += [
            _rule("coarse-position", "coarse-position", type, limit=DECIMALS),
            _rule("outside-city", "outside-city", type, limit=BORDER_M),
            _rule("outside-named-area", "outside-named-area", type, limit=BORDER_M),
            _rule("misspelt-area", "misspelt-area", type),
            _rule("unknown-area", "unknown-area", type),
            _rule("displaced", "displaced", type, limit=DRAWN_ALIKE),
        ]
        if of_places:
            for attribute in _figures(chosen):
                rules += _of_figure(type, attribute, chosen)
    return rules


def _of_figure(type: str, attribute: str, chosen: Sequence[Entity]) -> Iterable[FaultRule]:
    units = {entity[attribute].get("unitCode") for entity in chosen if attribute in entity} - {None}
    if units:
        for by in ("", "addressLocality"):
            more = {"limit": SHARE, "least": LEAST, "by": by, "times": TIMES_MEDIAN}
            yield _rule("outlier", "share-above", type, attribute=attribute, **more)
        yield _rule("minority-unit", "minority-unit", type, attribute=attribute, limit=FEW, least=LEAST)
    if units & AREAS:
        yield _rule("area-zero", "zero", type, attribute=attribute)


def _rule(code: str, kind: Kind, type: str, **more: object) -> FaultRule:
    return FaultRule(code=code, kind=kind, type=type, text=catalogue()[code].text, **more)  # pyright: ignore


def _finest(chosen: Sequence[Entity]) -> str:
    """The part of the address by which places are told apart: the regency, else the province."""
    return "addressLocality" if any(_has(entity, "addressLocality") for entity in chosen[:100]) else "addressRegion"


def _has(entity: Entity, part: str) -> bool:
    return part in entity.get("address", {}).get("value", {})


def _figures(chosen: Sequence[Entity]) -> list[str]:
    """Attributes with numbers, of the first entities that have them."""
    seen: dict[str, None] = {}
    for entity in chosen[:2000]:
        for name in entity:
            if name not in seen and number_of(entity, name) is not None:
                seen[name] = None
    return list(seen)
