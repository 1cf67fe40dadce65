"""Answers for consumers that know an earlier version of NGSI-LD only (4.3.6.8): younger kinds of attributes fall back.

A consumer says so in a header, `Prefer: ngsi-ld=1.5` (RFC 7240).
"""

import re
from typing import Any

import msgspec

from pinisi.context.json_shapes import is_list, is_object

Version = tuple[int, int]
_PREFERENCE = re.compile(r'^\s*ngsi-ld\s*=\s*"?(\d{1,3})\.(\d{1,3})"?\s*$', re.IGNORECASE)
_FALLBACKS: dict[str, tuple[Version, str, str, str]] = {
    "LanguageProperty": ((1, 4), "languageMap", "Property", "value"),
    "VocabProperty": ((1, 8), "vocab", "Property", "value"),
    "JsonProperty": ((1, 8), "json", "Property", "value"),
    "ListProperty": ((1, 8), "valueList", "Property", "value"),
    "ListRelationship": ((1, 8), "objectList", "Relationship", "object"),
}
"""Kind -> since which version, its member; the kind and member that it falls back to."""
_DEEPEST = 32


def preferred_version(prefer: str | None) -> Version | None:
    """The version that a Prefer header asks for; None if it asks for none."""
    if prefer is None:
        return None
    for preference in prefer.split(","):
        found = _PREFERENCE.match(preference.partition(";")[0])
        if found is not None:
            return int(found[1]), int(found[2])
    return None


def amended(body: bytes, version: Version) -> bytes | None:
    """An answer of entities in the terms of an earlier version; None if nothing has to be said differently."""
    if all(since <= version for since, *_ in _FALLBACKS.values()):
        return None
    document = msgspec.json.decode(body)
    return msgspec.json.encode(document) if _amend(document, version, 0) else None


def _amend(node: Any, version: Version, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if is_list(node):
        return bool(sum(_amend(item, version, depth + 1) for item in node))
    if not is_object(node):
        return False
    changed = _amend_attribute(node, version)
    inner = [_amend(member, version, depth + 1) for name, member in node.items() if name not in ("value", "@context")]
    return any(inner) or changed


def _amend_attribute(node: dict[str, Any], version: Version) -> bool:
    kind = node.get("type")
    fallback = _FALLBACKS.get(kind) if isinstance(kind, str) else None
    if fallback is None:
        return False
    since, member, older, older_member = fallback
    if since <= version or member not in node:
        return False
    node["type"] = older
    content = node.pop(member)
    references = kind == "ListRelationship" and is_list(content)
    node[older_member] = [item["object"] if is_object(item) else item for item in content] if references else content
    return True
