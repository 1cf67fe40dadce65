"""The NGSI-LD Null in the form of each kind of attribute (4.5.0, 4.5.21.2, 4.5.22.2, 4.6.5)."""

from typing import Any

from pinisi.context.validate import NULL
from pinisi.vocabulary.entity import LANGUAGE, LIST, LIST_RELATIONSHIP

_IN_LISTS: dict[str, list[Any]] = {LIST: [[NULL]], LIST_RELATIONSHIP: [[NULL], [{"object": NULL}]]}


def null_of(kind: str) -> Any:
    """What stands in the member that carries the value of a deleted attribute."""
    if kind == LANGUAGE:
        return {"@none": NULL}
    return [NULL] if kind in _IN_LISTS else NULL


def is_null(value: Any, kind: str | None = None) -> bool:
    """Whether that is an NGSI-LD Null, for an attribute of a kind: a list of one Null is one for lists only."""
    if value == NULL or (value.__class__ is dict and len(value) == 1 and value.get("@none") == NULL):
        return True
    return value.__class__ is list and kind in _IN_LISTS and value in _IN_LISTS[kind]
