"""Entities of services that need people, by the city's written rules (`[[intake]]` of `operations.toml`)."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.city.facts import number_of, types_of, value_of
from pinisi.city.operations import Condition, Intake
from pinisi.city.text import LANGUAGES, Text, fill
from pinisi.vocabulary.instant import HOUR, Instant, NotAnInstant, parse_instant


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An entity that needs people, and the rule that says so. `key` is the same as long as the rule holds."""

    key: str
    intake: Intake
    subject: str
    title: Text


def taken_in(rules: Sequence[Intake], entity: Mapping[str, Any], now: Instant | None = None) -> list[Taken]:
    """What the rules say of one entity in normalized form, in the order of the rules; without `now` all is fresh."""
    return [
        Taken(key=f"{rule.id}:{entity['id']}", intake=rule, subject=entity["id"], title=_title(rule, entity))
        for rule in rules
        if rule.type in types_of(entity) and all(_holds(each, entity) for each in rule.conditions)
        if now is None or rule.fresh_hours is None or not _older(rule, entity, now - round(rule.fresh_hours * HOUR))
    ]


def _older(rule: Intake, entity: Mapping[str, Any], than: Instant) -> bool:
    """Whether all that its conditions look at was observed before; what tells no time is not older."""
    return all(_observed(entity, each.attribute, than) < than for each in rule.conditions) if rule.conditions else False


def _observed(entity: Mapping[str, Any], attribute: str, otherwise: Instant) -> Instant:
    said = entity.get(attribute)
    at = cast("Mapping[str, Any]", said).get("observedAt") if isinstance(said, Mapping) else None
    try:
        return otherwise if at is None else parse_instant(str(at))
    except NotAnInstant:
        return otherwise


def _holds(condition: Condition, entity: Mapping[str, Any]) -> bool:
    value = value_of(entity, condition.attribute)
    if value is None or (condition.is_ and value not in condition.is_):
        return False
    if condition.at_least is None and condition.at_most is None:
        return True
    number = number_of(entity, condition.attribute)
    if number is None:
        return False
    low, high = condition.at_least, condition.at_most
    return (low is None or number >= low) and (high is None or number <= high)


def _title(rule: Intake, entity: Mapping[str, Any]) -> Text:
    values: dict[str, str | float | Text] = {"name": _word(entity, "name") or _word(entity, "title") or entity["id"]}
    for condition in rule.conditions:
        values[condition.attribute] = _word(entity, condition.attribute) or ""
    return fill(rule.title, **values)


def _word(entity: Mapping[str, Any], attribute: str) -> "str | float | Text | None":
    value = value_of(entity, attribute)
    if isinstance(value, Mapping):
        return _in_all_languages(value)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value
    return None if value is None else str(value)


def _in_all_languages(words: Mapping[str, Any]) -> Text:
    """A LanguageProperty; where one of our languages is missing, any that is there."""
    first = next((str(word) for word in words.values()), "")
    return Text(*(str(words.get(language, first)) for language in LANGUAGES))
