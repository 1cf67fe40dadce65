"""Values inside attributes: JSON-LD expansion and compaction of the keys of objects, nothing else is touched.

Numbers, texts, the order of lists, nulls inside objects and the words of JSON-LD (`@value` ...) stay as they were
given (NGSI-LD 4.6.4). Depth is bounded by `json_body.read_json`.
"""

from typing import Any

from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL, check_whole_number, refuse


def expand_value(value: Any, terms: TermTable, field: str, *, nulls: bool = False) -> Any:
    """The value of a Property with its keys as IRIs.

    Args:
        nulls: whether keys may be deleted by `urn:ngsi-ld:null`, as in a merge (NGSI-LD 5.5.4).
    """
    kind = value.__class__
    if kind is str:
        return value
    if kind is dict:
        return _expand_object(value, terms, field, nulls)
    if kind is list:
        return [expand_value(item, terms, field, nulls=nulls) for item in value]
    if kind is int:
        return check_whole_number(value, field)
    return value


def _expand_object(value: dict[str, Any], terms: TermTable, field: str, nulls: bool) -> dict[str, Any]:
    expanded: dict[str, Any] = {}
    coerced = terms.coerced
    for key, member in value.items():
        iri = terms.expand_term(key)
        if member == NULL and not nulls:
            refuse(f"{field}.{key}", "urn:ngsi-ld:null may stand inside a value in a merge only")
        if iri == "@type":
            expanded[iri] = _each(member, terms.expand_term)
        elif key in coerced:
            expanded[iri] = _expand_coerced(member, coerced[key], terms, f"{field}.{key}", nulls)
        else:
            expanded[iri] = expand_value(member, terms, f"{field}.{key}", nulls=nulls)
    if len(expanded) < len(value):
        refuse(field, "two members mean the same")
    return expanded


def _expand_coerced(member: Any, coercion: str, terms: TermTable, field: str, nulls: bool) -> Any:
    if coercion == "@json" or member == NULL:
        return check_plain(member, field)
    if isinstance(member, str | list):
        return _each(member, terms.expand_term if coercion == "@vocab" else terms.expand_id, terms, field, nulls)
    return expand_value(member, terms, field, nulls=nulls)


def _each(member: Any, expand: Any, terms: TermTable | None = None, field: str = "", nulls: bool = False) -> Any:
    if isinstance(member, str):
        return expand(member)
    if is_list(member):
        return [_each(item, expand, terms, field, nulls) for item in member]
    return member if terms is None else expand_value(member, terms, field, nulls=nulls)


def check_plain(value: Any, field: str) -> Any:
    """A value that JSON-LD does not touch (the value of a JsonProperty); only its numbers are looked at."""
    kind = value.__class__
    if kind is int:
        return check_whole_number(value, field)
    if kind is dict:
        for key, member in value.items():
            check_plain(member, f"{field}.{key}")
    elif kind is list:
        for item in value:
            check_plain(item, field)
    return value


def holds_null(value: Any) -> bool:
    """Whether `urn:ngsi-ld:null` stands anywhere in a plain value."""
    if is_object(value):
        return any(holds_null(member) for member in value.values())
    if is_list(value):
        return any(holds_null(item) for item in value)
    return value == NULL


def compact_value(value: Any, terms: TermTable) -> Any:
    """The inverse of `expand_value` under any @context."""
    kind = value.__class__
    if kind is dict:
        return _compact_object(value, terms)
    if kind is list:
        return [
            compact_value(item, terms) if item.__class__ is dict or item.__class__ is list else item for item in value
        ]
    return value


def _compact_object(value: dict[str, Any], terms: TermTable) -> dict[str, Any]:
    compacted: dict[str, Any] = {}
    coerced = terms.coerced
    for iri, member in value.items():
        key = terms.compact_iri(iri)
        if iri == "@type":
            compacted[key] = _each(member, terms.compact_iri)
        elif key in coerced:
            compacted[key] = _compact_coerced(member, coerced[key], terms)
        else:
            kind = member.__class__
            compacted[key] = compact_value(member, terms) if kind is dict or kind is list else member
    return compacted


def _compact_coerced(member: Any, coercion: str, terms: TermTable) -> Any:
    if coercion == "@json":
        return member
    if isinstance(member, str):
        return terms.compact_iri(member) if coercion == "@vocab" else terms.compact_id(member)
    if is_list(member):
        return [_compact_coerced(item, coercion, terms) for item in member]
    return compact_value(member, terms)
