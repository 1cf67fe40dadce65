"""A payload said in the terms of another @context (NGSI-LD 4.3.6.6): names of types, attributes and words of vocabs.

Values stay as they are, but for those that are names themselves: `type` of an entity, `objectType`, `vocab`.
"""

from typing import Any

from pinisi.context.core_context import MEMBERS
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.term_table import TermTable

_OPAQUE = frozenset({"value", "object", "languageMap", "json", "valueList", "objectList", "scope", "id", "@context"})
_WORDS = frozenset({"vocab", "objectType"})
_DEEPEST = 12


def recompact(document: Any, old: TermTable, new: TermTable) -> Any:
    """Entities, fragments of them or attributes in the terms of `new`; ids (plain texts) stay."""
    if is_list(document):
        return [recompact(item, old, new) for item in document]
    return _members(document, old, new, 0, entity=True) if is_object(document) else document


def _members(document: dict[str, Any], old: TermTable, new: TermTable, depth: int, *, entity: bool) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, member in document.items():
        if name in ("type", "@type"):
            said[name] = _words(member, old, new) if entity and "value" not in document else member
        elif name in _WORDS:
            said[name] = _words(member, old, new)
        elif name in _OPAQUE or name in MEMBERS:
            said[name] = member
        else:
            said[new.compact_iri(old.expand_term(name))] = _attribute(member, old, new, depth + 1)
    return said


def _attribute(member: Any, old: TermTable, new: TermTable, depth: int) -> Any:
    if depth > _DEEPEST:
        return member
    if is_list(member):
        return [_attribute(item, old, new, depth) for item in member]
    return _members(member, old, new, depth, entity=False) if is_object(member) else member


def _words(value: Any, old: TermTable, new: TermTable) -> Any:
    if is_list(value):
        return [_words(item, old, new) for item in value]
    return new.compact_iri(old.expand_term(value)) if isinstance(value, str) else value
