"""Entities that come as NGSI-LD: what an importer can say of them before the context reads them."""

import re
from typing import Any

from pinisi.city.row_entity import RowFault

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_NAME = re.compile(r"[^\W\d_][\w.-]*(?::[^\W\d_]\w*)?|[A-Za-z][A-Za-z0-9+.-]*://\S+|urn:\S+")
_VALUES = ("value", "object", "languageMap", "vocab", "json", "valueList", "objectList")
_OUTER = frozenset({"id", "type", "@context", "scope"})


def checked_entity(document: dict[str, Any], provider: str) -> dict[str, Any]:
    """The entity without its @context (the city's own is used); attributes without a provider get this one.

    Raises:
        RowFault: its id is no URI, or it has no type.
    """
    id, types = document.get("id"), document.get("type")
    if not isinstance(id, str) or _URI.fullmatch(id) is None or len(id) > 500:
        raise RowFault("id-not-uri", "id", value=str(id)[:120], identity=str(id)[:200])
    named: list[Any] = types if isinstance(types, list) else [types]  # pyright: ignore[reportUnknownVariableType]
    if not named or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in named):
        raise RowFault("no-entity", "type", reason="it has no type", identity=id)
    return {name: _traced(name, member, provider) for name, member in document.items() if name != "@context"}


def _traced(name: str, member: Any, provider: str) -> Any:
    if name in _OUTER or not isinstance(member, dict) or "provider" in member:
        return member  # pyright: ignore[reportUnknownVariableType]
    attribute: dict[str, Any] = member  # pyright: ignore[reportUnknownVariableType]
    if not any(value in attribute for value in _VALUES):
        return attribute
    return attribute | {"provider": {"type": "Relationship", "object": provider}}
