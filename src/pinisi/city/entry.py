"""What somebody typed, checked by its model: every fault at once, each with its field and words for people. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.facts import Attribute, Origin, fact, said
from pinisi.city.models import Field
from pinisi.city.text import Text, fill
from pinisi.city.words import entry_text

LONGEST = 2_000
YEARS = (1900, 2200)


class Typed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value as it was typed: `unit` where the field lets one choose."""

    attribute: str
    value: str | float | None
    unit: str | None = None


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    reason: Text


class Unfit(Exception):
    """What was typed cannot be kept; nothing of it is."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.reason.en}" for fault in faults))
        self.faults = tuple(faults)


def faults_of(fields: Mapping[str, Field], typed: Sequence[Typed], *, new: bool) -> list[Fault]:
    """Everything that is wrong; `new`: what an entity needs must be there."""
    found = [fault for each in typed if (fault := _fault(fields.get(each.attribute), each)) is not None]
    given = {each.attribute for each in typed}
    if len(given) < len(typed):
        found.append(Fault("values", entry_text("twice")))
    if new:
        missing = [name for name, field in fields.items() if field.required and name not in given]
        found += [Fault(name, entry_text("needed")) for name in missing]
    if not typed and not new:
        found.append(Fault("values", entry_text("nothing")))
    return found


def _fault(field: Field | None, each: Typed) -> Fault | None:
    reason = _unknown() if field is None else _reason(field, each)
    return None if reason is None else Fault(each.attribute, reason)


def _unknown() -> Text:
    return entry_text("unknown")


def _reason(field: Field, each: Typed) -> Text | None:
    value = each.value
    if value is None or value == "":
        return entry_text("needed")
    if field.kind in ("number", "year"):
        return _number_reason(field, value) or _unit_reason(field, each.unit)
    if not isinstance(value, str):
        return entry_text("not_text")
    if not value.strip() or len(value) > LONGEST:
        return fill(entry_text("length"), most=LONGEST)
    if field.kind == "choice" and value not in field.choices:
        return fill(entry_text("not_choice"), choices=", ".join(field.choices))
    return None


def _number_reason(field: Field, value: Any) -> Text | None:
    if isinstance(value, (str, bool)) or not math.isfinite(value):
        return entry_text("not_number")
    if field.kind == "year" and not (float(value).is_integer() and YEARS[0] <= value <= YEARS[1]):
        return fill(entry_text("not_year"), low=str(YEARS[0]), high=str(YEARS[1]))
    if field.min is not None and value < field.min:
        return fill(entry_text("too_small"), least=field.min)
    return fill(entry_text("too_great"), most=field.max) if field.max is not None and value > field.max else None


def _unit_reason(field: Field, unit: str | None) -> Text | None:
    allowed = {field.unit, *field.units}
    if unit is None or unit in allowed:
        return None
    return fill(entry_text("not_unit"), units=", ".join(sorted(each for each in allowed if each)) or "-")


def attributes_of(
    fields: Mapping[str, Field], typed: Sequence[Typed], origin: Origin, note: str
) -> dict[str, Attribute]:
    """What was typed, sound, as attributes in normalized form with short names."""
    made: dict[str, Attribute] = {}
    for each in typed:
        attribute = _attribute(fields[each.attribute], each, origin)
        if not origin.period:
            del attribute["period"]
        made[each.attribute] = attribute | ({"note": {"type": "Property", "value": note}} if note else {})
    return made


def _attribute(field: Field, each: Typed, origin: Origin) -> Attribute:
    value = each.value
    if isinstance(value, str):
        words = value.strip()
        return said(Text(words, words, words), origin) if field.kind == "words" else fact(words, origin)
    number = float(value or 0)
    return fact(int(number) if number.is_integer() else number, origin, each.unit or field.unit)
