"""The exact matcher: a query compiled once into closures, then asked of many entities.

Semantics by NGSI-LD 4.9 (q), 4.10 (geo-queries), 4.17 (types) and 4.19 (scopes). Of several instances of an attribute
any may match; of an array value any element; `!=` holds where the element is there and no part of it is equal.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pinisi.store.candidates import bounds, geo_box, hot_terms, hot_values
from pinisi.store.comparison import Test, equals, ordered
from pinisi.store.pattern import compile_pattern
from pinisi.store.query import (
    ENTITY_MEMBERS,
    MEMBERS,
    AllOf,
    AnyOf,
    Compare,
    EntityQuery,
    Exists,
    Filter,
    GeoQuery,
    Linked,
    Missing,
    Path,
    ScopeIs,
    ScopeSelection,
    TypeIs,
    TypeSelection,
)
from pinisi.store.relation import compile_relation
from pinisi.vocabulary.entity import GEO, LANGUAGE, LIST_RELATIONSHIP, RELATIONSHIP, VOCAB, Entity, Instance
from pinisi.vocabulary.instant import format_instant

__all__ = ["Predicate", "bounds", "compile_query", "geo_box", "hot_terms", "hot_values"]

Predicate = Callable[[Entity, frozenset[str] | None], bool]
"""Entity, the attributes that the reader may see (None: all; a hidden one counts as absent) -> whether it matches."""

_InstanceTest = Callable[[Instance], bool]
_ValueTest = Callable[[Any], bool]
_RELATIONS = (RELATIONSHIP, LIST_RELATIONSHIP)


def compile_query(query: EntityQuery) -> Predicate:
    """One predicate for all that the query asks."""
    return _all_of(list(_parts(query)))


def _parts(query: EntityQuery) -> Iterable[Predicate]:
    if query.ids is not None:
        yield _one_of(frozenset(query.ids))
    if query.types is not None:
        yield _typed(query.types)
    if query.id_pattern is not None:
        yield _id_like(query.id_pattern)
    if query.attributes is not None:
        yield _has_any(query.attributes)
    if query.scopes is not None:
        yield _scoped(query.scopes)
    if query.filter is not None:
        yield _filter(query.filter)
    if query.geo is not None:
        yield _placed(query.geo)


def _all_of(predicates: Sequence[Predicate]) -> Predicate:
    if len(predicates) == 1:
        return predicates[0]
    if len(predicates) == 2:
        one, other = predicates
        return lambda entity, visible: one(entity, visible) and other(entity, visible)
    return lambda entity, visible: all(predicate(entity, visible) for predicate in predicates)


def _any_of(predicates: Sequence[Predicate]) -> Predicate:
    return lambda entity, visible: any(predicate(entity, visible) for predicate in predicates)


def _one_of(ids: frozenset[str]) -> Predicate:
    return lambda entity, visible: entity.id in ids


def _id_like(pattern: str) -> Predicate:
    found = compile_pattern(pattern)
    return lambda entity, visible: found(entity.id)


def _has_any(names: Sequence[str]) -> Predicate:
    def has(entity: Entity, visible: frozenset[str] | None) -> bool:
        attributes = entity.attributes
        return any(name in attributes and (visible is None or name in visible) for name in names)

    return has


def _typed(selection: TypeSelection) -> Predicate:
    if isinstance(selection, TypeIs):
        iri = selection.iri
        return lambda entity, visible: iri in entity.types
    parts = [_typed(part) for part in selection.terms]
    return _all_of(parts) if isinstance(selection, AllOf) else _any_of(parts)


def _scoped(selection: ScopeSelection) -> Predicate:
    if isinstance(selection, ScopeIs):
        test = _scope_test(selection.segments)
        return lambda entity, visible: any(test(scope) for scope in entity.scopes)
    parts = [_scoped(part) for part in selection.terms]
    return _all_of(parts) if isinstance(selection, AllOf) else _any_of(parts)


def _scope_test(segments: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether one scope of an entity lies where the segments say; `/#` takes any."""
    deep = segments[-1:] == ("#",)
    wanted = segments[:-1] if deep else segments

    def test(scope: str) -> bool:
        levels = scope.strip("/").split("/")
        if len(levels) < len(wanted) or (len(levels) > len(wanted) and not deep):
            return False
        return all(want in ("+", level) for want, level in zip(wanted, levels, strict=False))

    return test


def _filter(filter: Filter) -> Predicate:
    if isinstance(filter, AllOf):
        return _all_of([_filter(part) for part in filter.terms])
    if isinstance(filter, AnyOf):
        return _any_of([_filter(part) for part in filter.terms])
    if isinstance(filter, Linked):
        raise ValueError("a filter that speaks of linked entities is resolved before it is matched")
    if isinstance(filter, Exists):
        return _reach(filter.path, lambda instance: True, lambda value: True)
    if isinstance(filter, Missing):
        there = _reach(filter.path, lambda instance: True, lambda value: True)
        return lambda entity, visible: not there(entity, visible)
    return _compare(filter)


def _compare(term: Compare) -> Predicate:
    related = term.operator in ("==", "!=")
    on_value = _on_value(term, term.values)
    on_words = _on_value(term, (*term.values, *term.expanded)) if term.expanded else on_value

    def test(instance: Instance) -> bool:
        kind = instance.kind
        if kind == LANGUAGE:
            return on_value(_words(instance.value))
        if kind in _RELATIONS:
            return related and on_value(_objects(instance.value))
        return on_words(instance.value) if kind == VOCAB else on_value(instance.value)

    return _reach(term.path, test, on_value)


def _objects(value: Any) -> Any:
    """The targets of a relationship; a list may hold them as `{"object": ...}`."""
    if value.__class__ is not list:
        return value
    return [element.get("object") if element.__class__ is dict else element for element in value]


def _words(languages: Any) -> Any:
    """All texts of a language map as one array."""
    if languages.__class__ is not dict:
        return languages
    words: list[Any] = []
    for text in languages.values():
        words += text if text.__class__ is list else (text,)
    return words


def _on_value(term: Compare, values: tuple[Any, ...]) -> _ValueTest:
    """The test of a whole value, which may be an array or a typed value."""
    operator = term.operator
    if operator == "==":
        return _any_element(equals(values))
    if operator == "!=":
        equal = _any_element(equals(values))
        return lambda value: not equal(value)
    if operator == "~=":
        return _any_element(_like(values[0]))
    if operator == "!~=":
        like, is_text = _any_element(_like(values[0])), _any_element(lambda value: value.__class__ is str)
        return lambda value: is_text(value) and not like(value)
    return _any_element(ordered(operator, values[0]))


def _like(pattern: str) -> Test:
    found = compile_pattern(pattern)
    return lambda value: value.__class__ is str and found(value)


def _any_element(test: Test) -> _ValueTest:
    def whole(value: Any) -> bool:
        kind = value.__class__
        if kind is list:
            return any(whole(element) for element in value)
        if kind is dict:
            inner = value.get("@value")
            return inner is not None and whole(inner)
        return test(value)

    return whole


def _reach(path: Path, on_instance: _InstanceTest, on_value: _ValueTest) -> Predicate:
    """Whether a test holds of any target of the path: of an instance, or of a member or part of a value."""
    name = path.attribute
    if name in ENTITY_MEMBERS and not path.sub and not path.trail:
        return lambda entity, visible: _member_holds(entity, name, on_value)
    test = _descend(path.sub, _trailed(path, on_value) if path.trail else on_instance, on_value)

    def reach(entity: Entity, visible: frozenset[str] | None) -> bool:
        instances = entity.attributes.get(name)
        if instances is None or (visible is not None and name not in visible):
            return False
        return test(instances[0]) if len(instances) == 1 else any(test(instance) for instance in instances)

    return reach


def _descend(sub: tuple[str, ...], last: _InstanceTest, on_value: _ValueTest) -> _InstanceTest:
    if not sub:
        return last
    name = sub[0]
    if name in MEMBERS and len(sub) == 1:
        return lambda instance: _member_holds(instance, name, on_value)
    test = _descend(sub[1:], last, on_value)
    return lambda instance: any(test(child) for child in instance.attributes.get(name, ()))


_MEMBER: dict[str, str] = {
    "createdAt": "created_at",
    "modifiedAt": "modified_at",
    "expiresAt": "expires_at",
    "observedAt": "observed_at",
    "unitCode": "unit_code",
    "datasetId": "dataset_id",
    "objectType": "object_type",
}


def _member_holds(owner: Entity | Instance, name: str, test: _ValueTest) -> bool:
    value = getattr(owner, _MEMBER[name])
    if value.__class__ is int:
        return value != 0 and test(format_instant(value))
    return value is not None and test(value)


def _trailed(path: Path, test: _ValueTest) -> _InstanceTest:
    """Follow the bracketed keys into the value: by language in a LanguageProperty, by member elsewhere."""
    keys = [(key,) if key == written else (key, written) for key, written in _both_ways(path)]
    tag = path.trail_as_written[0] if path.trail_as_written else path.trail[0]

    def follow(instance: Instance) -> bool:
        value = instance.value
        if instance.kind == LANGUAGE:
            return len(keys) == 1 and _in_language(value, tag, test)
        for names in keys:
            if value.__class__ is not dict:
                return False
            key = next((name for name in names if name in value), None)
            if key is None:
                return False
            value = value[key]
        return test(value)

    return follow


def _both_ways(path: Path) -> Iterable[tuple[str, str]]:
    return zip(path.trail, path.trail_as_written or path.trail, strict=True)


def _in_language(languages: Any, tag: str, test: _ValueTest) -> bool:
    if languages.__class__ is not dict or not languages:
        return False
    if tag == "*":
        return test(_words(languages))
    if tag in languages:
        return test(languages[tag])
    lower = tag.lower()
    return any(test(text) for language, text in languages.items() if language.lower() == lower)


def _placed(query: GeoQuery) -> Predicate:
    name = query.attribute
    test = compile_relation(query)

    def placed(entity: Entity, visible: frozenset[str] | None) -> bool:
        if visible is not None and name not in visible:
            return False
        return any(instance.kind == GEO and test(instance.value) for instance in entity.attributes.get(name, ()))

    return placed
