"""The numbers of Now: declared by the city, computed from entities, with all that makes them trustworthy."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from pinisi.city.facts import Selection, number_of, value_of
from pinisi.city.period import days_in
from pinisi.city.text import Text, fill
from pinisi.city.units import UnitMismatch, in_unit
from pinisi.city.words import attribute_label, rule_text, unit_text
from pinisi.vocabulary.instant import DAY, Instant, parse_instant

LATE_AFTER_DAYS = 3 * 365
PLACES = frozenset({"value", "count", "zero"})
"""What the text of a tile's flag may hold."""
State = Literal["fresh", "late", "dead", "undated"]


class TileFlag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason to doubt a tile; `{value}`, `{count}` and `{zero}` (inputs that are 0) stand for its numbers.

    `when` limits it: `always`, or `some-zero` when at least one input is 0.
    """

    code: str
    text: Text
    when: Literal["always", "some-zero"] = "always"


class Tile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One number of Now.

    `attribute`: an attribute of `entity`; `per_day`: that divided by the days of its period; `count`: how many
    entities `select` holds; `sum`: their `attribute` added up. `unit` is what the number is shown in.
    """

    id: str
    label: Text
    kind: Literal["attribute", "count", "sum", "per_day"]
    entity: str | None = None
    attribute: str | None = None
    select: Selection | None = None
    unit: str | None = None
    late_after_days: int = LATE_AFTER_DAYS
    flags: tuple[TileFlag, ...] = ()


class Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One number or word with its provenance, as the console shows it."""

    label: Text
    value: float | str | None
    value_text: Text | None = None
    unit: str | None = None
    unit_text: Text | None = None
    method: str | None = None
    derived: Text | None = None
    provider: str | None = None
    written_by: str | None = None
    observed_at: str | None = None
    received_at: str | None = None
    period: str | None = None
    state: State = "undated"
    age_days: int | None = None
    flags: tuple[dict[str, Any], ...] = ()
    entity: str | None = None
    attribute: str | None = None
    dataset_id: str | None = None


class EntityNeed(msgspec.Struct, frozen=True):
    """Entities that a tile is computed from: these ids and all of these types (short names)."""

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


def tiles_need(tile: Tile) -> EntityNeed:
    if tile.select is not None:
        return EntityNeed(types=(tile.select.type,))
    return EntityNeed(ids=(tile.entity,) if tile.entity else ())


def tile_value(tile: Tile, entities: Sequence[Mapping[str, Any]], now: Instant | None = None) -> Value:
    """Compute a tile from entities in normalized form with short names (others than needed are passed over).

    `now` gives age and state; without it both stay open. A tile without inputs has the value None, or 0 if it counts;
    inputs in units that cannot be compared give None and a flag.
    """
    try:
        return _KINDS[tile.kind](tile, entities, now)
    except UnitMismatch as mismatch:
        text = fill(rule_text("unit_mismatch"), reason=str(mismatch))
        doubt = {"code": "unit-mismatch", "text": msgspec.to_builtins(text)}
        return msgspec.structs.replace(_value(tile, [], None, now), flags=(doubt,))


def _one(tile: Tile, entities: Sequence[Mapping[str, Any]], now: Instant | None) -> Value:
    entity = next((entity for entity in entities if entity["id"] == tile.entity), None)
    number = number_of(entity, tile.attribute or "") if entity is not None else None
    if entity is None or number is None:
        return _value(tile, [], None, now)
    attribute = entity[tile.attribute or ""]
    value = in_unit(number, attribute.get("unitCode"), tile.unit)
    period = value_of(attribute, "period")
    derived = None
    if tile.kind == "per_day":
        if not isinstance(period, str):
            return _value(tile, [], None, now)
        days = days_in(period)
        value = round(value / days, 2)
        derived = fill(rule_text("per_day"), attribute=attribute_label(tile.attribute or ""), period=period, days=days)
    made = _value(tile, [attribute], value, now, derived)
    doubts: list[dict[str, Any]] = value_of(entity, "dataQuality") or []
    inherited = [doubt for doubt in doubts if doubt.get("attribute", tile.attribute) == tile.attribute]
    flags = (*inherited, *made.flags)
    if tile.kind == "attribute":
        return msgspec.structs.replace(made, flags=flags, entity=tile.entity, attribute=tile.attribute)
    return msgspec.structs.replace(made, flags=flags)


def _chosen(tile: Tile, entities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entity for entity in entities if tile.select is not None and tile.select.holds(entity)]


def _count(tile: Tile, entities: Sequence[Mapping[str, Any]], now: Instant | None) -> Value:
    chosen = _chosen(tile, entities)
    inputs = [entity["name"] for entity in chosen if "name" in entity]
    rule = fill(rule_text("count"), label=tile.label)
    return _value(tile, inputs, len(chosen), now, rule, count=len(chosen))


def _sum(tile: Tile, entities: Sequence[Mapping[str, Any]], now: Instant | None) -> Value:
    name = tile.attribute or ""
    inputs = [entity[name] for entity in _chosen(tile, entities) if number_of(entity, name) is not None]
    numbers = [in_unit(float(part["value"]), part.get("unitCode"), tile.unit) for part in inputs]
    zero = sum(1 for number in numbers if number == 0)
    rule = fill(rule_text("sum"), attribute=attribute_label(name), count=len(numbers))
    total = round(sum(numbers), 2) if numbers else None
    return _value(tile, inputs, total, now, rule, count=len(numbers), zero=zero)


_KINDS: dict[str, Callable[[Tile, Sequence[Mapping[str, Any]], Instant | None], Value]] = {
    "attribute": _one,
    "per_day": _one,
    "count": _count,
    "sum": _sum,
}


def _value(
    tile: Tile,
    inputs: Sequence[Mapping[str, Any]],
    value: float | None,
    now: Instant | None,
    derived: Text | None = None,
    count: int = 0,
    zero: int = 0,
) -> Value:
    """The value with what all its inputs have in common; its time is that of the oldest input."""
    observed = min((part["observedAt"] for part in inputs if "observedAt" in part), key=parse_instant, default=None)
    age, state = _age(observed, now, tile.late_after_days)
    words: dict[str, str | float | Text] = {"value": value or 0, "count": count, "zero": zero}
    return Value(
        label=tile.label,
        value=_plain(value),
        unit=tile.unit,
        unit_text=unit_text(tile.unit, a_day=tile.kind == "per_day") if tile.unit else None,
        method=_common(value_of(part, "method") for part in inputs),
        derived=derived,
        provider=_common(value_of(part, "provider") for part in inputs),
        observed_at=observed,
        period=_common(value_of(part, "period") for part in inputs),
        state=state,
        age_days=age,
        flags=tuple(
            {"code": flag.code, "text": msgspec.to_builtins(fill(flag.text, **words))}
            for flag in tile.flags
            if flag.when == "always" or zero
        ),
    )


def _plain(value: float | None) -> float | None:
    """Whole numbers without a fraction, as JSON readers expect."""
    return int(value) if value is not None and float(value).is_integer() else value


def _common(values: Iterable[Any]) -> str | None:
    distinct = set(values)
    return str(distinct.pop()) if len(distinct) == 1 and None not in distinct else None


def _age(observed: str | None, now: Instant | None, late_after: int) -> tuple[int | None, State]:
    if observed is None:
        return None, "undated"
    if now is None:
        return None, "fresh"
    days = max(0, (now - parse_instant(observed)) // DAY)
    return days, "late" if days > late_after else "fresh"
