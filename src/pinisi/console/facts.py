"""From an entity to what the console shows of it: each value with unit, method, source, time and doubts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import msgspec

from pinisi.city.course import read_course
from pinisi.city.text import LANGUAGES, Text, fill
from pinisi.city.value import LATE_AFTER_DAYS, State, Value
from pinisi.city.words import attribute_label, rule_text, unit_text, value_text
from pinisi.context.render import View, entity_document
from pinisi.context.term_table import TermTable
from pinisi.runtime.health import freshness
from pinisi.vocabulary.entity import GEO, JSON, LANGUAGE, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.instant import DAY, Instant, format_instant, parse_instant
from pinisi.vocabulary.principal import Projection
from pinisi.vocabulary.terms import DATA_QUALITY, HOURLY, METHOD, NAME, NOTE, PERIOD, PROVIDER

_DEFAULTS = View(datasets=frozenset({None}))
HIDDEN = frozenset({NAME, DATA_QUALITY})
"""Shown as heading and as flags, not among the facts."""


def name_of(entity: Entity) -> str:
    """What people call it; the id where it has no name."""
    instances = entity.attributes.get(NAME)
    value = instances[0].value if instances else None
    if isinstance(value, Mapping):
        return str(next(iter(value.values()), entity.id))  # pyright: ignore[reportUnknownArgumentType]
    return value if isinstance(value, str) else entity.id


def flags_of(entity: Entity) -> list[dict[str, Any]]:
    """The doubts that rules of the city have about it: `{"code", "text"}`."""
    instances = entity.attributes.get(DATA_QUALITY)
    value = instances[0].value if instances else None
    return [flag for flag in value if isinstance(flag, dict) and "code" in flag] if isinstance(value, list) else []  # pyright: ignore


Periods = Mapping[str, float]
"""Id of a live source's card -> its own period in seconds."""


def facts_of(
    entity: Entity,
    table: TermTable,
    writers: Mapping[str, str],
    now: Instant,
    periods: Periods,
    names: Mapping[str, str] = MappingProxyType({}),
) -> list[Value]:
    """Every attribute of an entity as its reader sees it, in its order.

    `writers`: attribute -> name; `names`: id -> name of what its relationships name.
    """
    return [
        _named(instance, names, fact_of(entity, attribute, instance, table, writers.get(attribute), now, periods))
        for attribute, instances in entity.attributes.items()
        if attribute not in HIDDEN
        for instance in instances
        if instance.kind != GEO
    ]


def _named(instance: Instance, names: Mapping[str, str], fact: Value) -> Value:
    """A relationship is called by the name of what it names."""
    name = names.get(instance.value) if instance.kind == RELATIONSHIP and isinstance(instance.value, str) else None
    return fact if name is None else msgspec.structs.replace(fact, value_text=Text(name, name, name))


def state_of(age: Instant | None, period: float | None) -> State:
    """How far a value can be trusted by its age: by the own period of its source, or as registers age."""
    if age is None:
        return "undated"
    if period is not None:
        return freshness(age, period)
    return "late" if age > LATE_AFTER_DAYS * DAY else "fresh"


def fact_of(
    entity: Entity,
    attribute: str,
    instance: Instance,
    table: TermTable,
    writer: str | None,
    now: Instant,
    periods: Periods,
) -> Value:
    """One instance of an attribute with its provenance."""
    short = table.compact_iri(attribute)
    observed = instance.observed_at
    age = max(0, now - parse_instant(observed)) if observed else None
    provider = _word(instance, PROVIDER)
    period = periods.get(provider) if provider and not _holds(entity, now) else None
    course = read_course(instance.value) if instance.kind == JSON else None
    unit = instance.unit_code if course is None else _unit_beside(entity, instance)
    shown = None if course is not None else _shown(instance)
    return Value(
        label=attribute_label(short),
        value=shown,
        value_text=words_of(instance) if shown is None or instance.kind == LANGUAGE else value_text(short, shown),
        unit=unit,
        unit_text=unit_text(unit) if unit else None,
        method=_word(instance, METHOD),
        provider=provider,
        written_by=writer,
        observed_at=observed,
        received_at=format_instant(instance.modified_at) if instance.modified_at else None,
        period=_word(instance, PERIOD),
        state=state_of(age, period),
        age_days=None if age is None else age // DAY,
        update_period=period,
        flags=(*(flag for flag in flags_of(entity) if flag.get("attribute") == short), *_condensed(instance)),
        entity=entity.id,
        attribute=short,
        dataset_id=instance.dataset_id,
        note=_word(instance, NOTE),
        course=course,
    )


def _unit_beside(entity: Entity, course: Instance) -> str | None:
    """JSON has no unit: that of the numbers of its own dataset, where they have all the same."""
    if course.dataset_id is None:
        return None
    told = [each for instances in entity.attributes.values() for each in instances if each is not course]
    units = {each.unit_code for each in told if each.dataset_id == course.dataset_id and _is_number(each)}
    return units.pop() if len(units) == 1 else None


def _is_number(instance: Instance) -> bool:
    return type(instance.value) in (int, float)


def _holds(entity: Entity, now: Instant) -> bool:
    """Whether it is true until a moment yet to come (a warning, a step of a forecast): so long it does not age."""
    return entity.expires_at is not None and parse_instant(entity.expires_at) > now


def _condensed(instance: Instance) -> list[dict[str, Any]]:
    """That a past value is the mean of its hour: the values themselves have gone."""
    found = instance.attributes.get(HOURLY)
    if not found:
        return []
    text = fill(rule_text("hourly"), n=found[0].value["n"])
    return [{"code": "hourly", "text": msgspec.to_builtins(text)}]


def words_of(instance: Instance) -> Text | None:
    """What is written in the three languages of the console, where it is."""
    words = cast("dict[str, Any]", instance.value) if isinstance(instance.value, dict) else {}
    told = [words.get(language) for language in LANGUAGES]
    return Text(*map(str, told)) if instance.kind == LANGUAGE and all(told) else None


def _word(instance: Instance, name: str) -> str | None:
    found = instance.attributes.get(name)
    value = found[0].value if found else None
    return value if isinstance(value, str) else None


def _shown(instance: Instance) -> float | str | None:
    """Numbers and words as they are; anything else as readable text."""
    value = instance.value
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value).lower()
    if isinstance(value, (int, float, str)):
        return value
    if instance.kind == LANGUAGE and isinstance(value, dict):
        return str(next(iter(value.values()), ""))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, dict) and "@value" in value:
        return str(value["@value"])  # pyright: ignore[reportUnknownArgumentType]
    return readable(value)


def readable(value: Any) -> str:
    """Words of a list or object, in order, for people: addresses, lists of names."""
    if isinstance(value, dict):
        return ", ".join(readable(part) for part in value.values())  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return ", ".join(readable(part) for part in value)  # pyright: ignore[reportUnknownVariableType]
    return str(value)


def normalized(entity: Entity, table: TermTable, projection: Projection) -> dict[str, Any]:
    """Default instances in normalized form with short names, of what the reader may see: what a city's rules read."""
    return entity_document(entity, table, _DEFAULTS, projection)
