"""The compiled matcher against a plain reading of the clause, over random worlds."""

import operator
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from query_worlds import FILTERS, INSTANCES

from pinisi.store.match import compile_query
from pinisi.store.query import AllOf, AnyOf, Date, DateTime, EntityQuery, Exists, Missing, Path, Range, TimeOfDay
from pinisi.vocabulary.entity import LANGUAGE, LIST_RELATIONSHIP, RELATIONSHIP, VOCAB, Entity, Instance
from pinisi.vocabulary.instant import NotAnInstant, format_instant, parse_instant

ORDER: dict[str, Any] = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
NOTHING = object()


def interpret(filter: Any, entity: Entity) -> bool:
    if isinstance(filter, AllOf):
        return all(interpret(term, entity) for term in filter.terms)
    if isinstance(filter, AnyOf):
        return any(interpret(term, entity) for term in filter.terms)
    found = targets(filter.path, entity)
    if isinstance(filter, Exists):
        return bool(found)
    if isinstance(filter, Missing):
        return not found
    return any(meets(filter, kind, value) for kind, value in found)


def targets(path: Path, entity: Entity) -> list[tuple[str, Any]]:
    """Kind and value of every target element of the path."""
    if path.attribute == "modifiedAt" and not path.sub and not path.trail:
        return [("", format_instant(entity.modified_at))] if entity.modified_at else []
    level = entity.attributes.get(path.attribute, [])
    for name in path.sub:
        if name == "observedAt":
            return [("", one.observed_at) for one in level if one.observed_at is not None]
        if name == "unitCode":
            return [("", one.unit_code) for one in level if one.unit_code is not None]
        level = [child for one in level for child in one.attributes.get(name, [])]
    if not path.trail:
        return [(one.kind, one.value) for one in level]
    return [("", value) for one in level if (value := followed(path, one)) is not NOTHING]


def followed(path: Path, instance: Instance) -> Any:
    value, written = instance.value, path.trail_as_written[0]
    if instance.kind == LANGUAGE:
        if written == "*":
            return list(value.values()) if value else NOTHING
        return value.get(written, NOTHING)
    if not isinstance(value, dict):
        return NOTHING
    return value.get(path.trail[0], value.get(written, NOTHING))


def meets(term: Any, kind: str, value: Any) -> bool:
    sign = term.operator
    if kind in (RELATIONSHIP, LIST_RELATIONSHIP) and sign not in ("==", "!="):
        return False
    scalars = flat(list(value.values()) if kind == LANGUAGE else value)
    if kind == LIST_RELATIONSHIP:
        scalars = [one.get("object") if isinstance(one, dict) else one for one in scalars]
    literals = term.values + (term.expanded if kind == VOCAB else ())
    texts = [one for one in scalars if isinstance(one, str)]
    if sign == "==":
        return any(same(one, literal) for one in scalars for literal in literals)
    if sign == "!=":
        return not any(same(one, literal) for one in scalars for literal in literals)
    if sign == "~=":
        return any(re.search(literals[0], one) for one in texts)
    if sign == "!~=":
        return bool(texts) and not any(re.search(literals[0], one) for one in texts)
    return any(ordered(sign, one, literals[0]) for one in scalars)


def flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [scalar for element in value for scalar in flat(element)]
    if isinstance(value, dict) and "@value" in value:
        return flat(value["@value"])
    return [value]


def typed(value: Any, literal: Any) -> Any:
    """The value as of the literal's type, or NOTHING."""
    if isinstance(literal, bool):
        return value if isinstance(value, bool) else NOTHING
    if isinstance(literal, (int, float)):
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else NOTHING
    if not isinstance(value, str):
        return NOTHING
    if isinstance(literal, str):
        return value
    if isinstance(literal, Date):
        return value[:10] if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*Z)?", value) else NOTHING
    if isinstance(literal, TimeOfDay):
        return seconds(value) if re.fullmatch(r"\d\d:\d\d:\d\d([.,]\d+)?Z", value) else NOTHING
    try:
        return parse_instant(value)
    except NotAnInstant:
        return NOTHING


def plain(literal: Any) -> Any:
    if isinstance(literal, DateTime):
        return literal.instant
    if isinstance(literal, Date):
        return literal.text
    return literal.microseconds / 1e6 if isinstance(literal, TimeOfDay) else literal


def seconds(text: str) -> float:
    hours, minutes, rest = text[:-1].replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def same(value: Any, literal: Any) -> bool:
    if isinstance(literal, Range):
        found = typed(value, literal.low)
        return found is not NOTHING and plain(literal.low) <= found <= plain(literal.high)
    found = typed(value, literal)
    return found is not NOTHING and found == plain(literal)


def ordered(sign: str, value: Any, literal: Any) -> bool:
    found = typed(value, literal)
    return found is not NOTHING and ORDER[sign](found, plain(literal))


ENTITIES = st.builds(
    Entity,
    id=st.just("urn:x:1"),
    types=st.just(["T"]),
    attributes=st.dictionaries(st.sampled_from("ab"), st.lists(INSTANCES, min_size=1, max_size=2)),
    modified_at=st.sampled_from([0, parse_instant("2026-01-01T00:00:00Z")]),
)


@settings(max_examples=500)
@given(FILTERS, ENTITIES)
def test_the_matcher_agrees_with_a_plain_reading_of_the_clause(filter: Any, entity: Entity) -> None:
    assert compile_query(EntityQuery(filter=filter))(entity, None) is interpret(filter, entity)


@given(FILTERS, ENTITIES, st.frozensets(st.sampled_from("ab")))
def test_what_is_hidden_is_as_if_it_were_not_there(filter: Any, entity: Entity, visible: frozenset[str]) -> None:
    seen = Entity(
        entity.id,
        entity.types,
        {name: instances for name, instances in entity.attributes.items() if name in visible},
        modified_at=entity.modified_at,
    )
    matches = compile_query(EntityQuery(filter=filter))
    assert matches(entity, visible) is matches(seen, None)
