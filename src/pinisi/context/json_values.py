"""Values inside attributes: JSON-LD expansion and compaction of the keys of objects, nothing else is touched.

Numbers, texts, the order of lists, nulls inside objects and the words of JSON-LD (`@value` ...) stay as they were
given (NGSI-LD 4.6.4). Depth is bounded by `json_body.read_json`.
"""

from collections.abc import Callable
from typing import Any

from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL, check_whole_number, refuse


def expand_value(value: Any, terms: TermTable, field: str, *, nulls: bool = False) -> Any:
    """The value of a Property with its keys as IRIs.

    Args:
        nulls: whether keys may be deleted by `urn:ngsi-ld:null`, as in a merge (NGSI-LD 5.5.4); a merge does not go
            into lists, so there they may not.
    """
    kind = value.__class__
    if kind is str:
        return value
    if kind is dict:
        return _expand_object(value, terms, field, nulls)
    if kind is list:
        return [expand_value(item, terms, field) for item in value]
    if kind is int:
        return check_whole_number(value, field)
    return value


def _expand_object(value: dict[str, Any], terms: TermTable, field: str, nulls: bool) -> dict[str, Any]:
    expanded: dict[str, Any] = {}
    coerced = terms.coerced
    for key, member in value.items():
        iri = terms.expand_term(key)
        if iri == "@context":
            refuse(f"{field}.@context", "an attribute carries no @context of its own (NGSI-LD 5.5.7)")
        if member == NULL and not nulls:
            refuse(f"{field}.{key}", "urn:ngsi-ld:null may stand inside a value in a merge only")
        if iri == "@type":
            expanded[iri] = _expand_coerced(member, "@vocab", terms, f"{field}.{key}", nulls)
        elif key in coerced:
            expanded[iri] = _expand_coerced(member, coerced[key], terms, f"{field}.{key}", nulls)
        else:
            expanded[iri] = expand_value(member, terms, f"{field}.{key}", nulls=nulls)
    if len(expanded) < len(value):
        refuse(field, "two members mean the same")
    return expanded


def _expand_coerced(member: Any, coercion: str, terms: TermTable, field: str, nulls: bool) -> Any:
    """A member whose term says how texts under it are read; NGSI-LD Nulls stay what they are."""
    if member == NULL:
        return member
    if coercion == "@json":
        if holds_null(member):
            refuse(field, "urn:ngsi-ld:null may not stand inside plain JSON")
        return check_plain(member, field)
    return _expand_texts(member, terms.expand_id if coercion == "@id" else terms.expand_term, terms, field, nulls)


def _expand_texts(member: Any, expand: Callable[[str], str], terms: TermTable, field: str, nulls: bool) -> Any:
    if isinstance(member, str):
        return expand(member)
    if is_list(member):
        return [_expand_texts(item, expand, terms, field, False) for item in member]
    return expand_value(member, terms, field, nulls=nulls)


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
    """A typed value (`@value`) keeps its `@type` as it was written; elsewhere `@type` goes by its name, `type`."""
    compacted: dict[str, Any] = {}
    coerced = terms.coerced
    for iri, member in value.items():
        key = terms.compact_key(iri)
        kind = member.__class__
        if key in coerced:
            _compact_coerced(compacted, iri, key, member, terms)
        elif iri == "@type":
            compacted[iri if "@value" in value else key] = _compact_texts(member, terms.compact_iri, terms)
        else:
            compacted[key] = compact_value(member, terms) if kind is dict or kind is list else member
    return compacted


def _compact_coerced(compacted: dict[str, Any], iri: str, key: str, member: Any, terms: TermTable) -> None:
    """Under a coerced name if the member comes back from it as it is, else under the IRI, which coerces nothing."""
    coercion = terms.coerced[key]
    if coercion == "@json":
        compacted[key] = member
        return
    compact = terms.compact_id if coercion == "@id" else terms.compact_iri
    shown = _compact_texts(member, compact, terms)
    if _expand_coerced(shown, coercion, terms, key, True) == member:
        compacted[key] = shown
    else:
        compacted[iri] = compact_value(member, terms)


def _compact_texts(member: Any, compact: Callable[[str], str], terms: TermTable) -> Any:
    if isinstance(member, str):
        return compact(member)
    if is_list(member):
        return [_compact_texts(item, compact, terms) for item in member]
    return compact_value(member, terms)
