"""What a change may not make of an entity: one beyond the bounds of what is kept (`vocabulary.bounds`).

Asked of every change after it was worked out, so that no number of small appends goes round it. What lies beyond
already, from an earlier version, may shrink and be deleted, but not grow.
"""

from pinisi.store.change import Refused
from pinisi.vocabulary.bounds import (
    LARGEST,
    LEAST_BYTES,
    MOST_INSTANCES,
    MOST_OF_ONE,
    MOST_SCOPES,
    MOST_TYPES,
    count_instances,
)
from pinisi.vocabulary.entity import Entity

_FEW_OF_ONE = LEAST_BYTES * MOST_OF_ONE
_FEW = LEAST_BYTES * MOST_INSTANCES


class BeyondBounds(Refused):
    """The entity would hold more than is kept of one; names the member and the bound."""


def check_bounds(old: Entity | None, new: Entity, body: bytes, before: int) -> None:
    """
    Args:
        body: `new`, encoded; `before`: the length of `old`, encoded.

    Raises:
        BeyondBounds: see there.
    """
    if len(new.types) > MOST_TYPES:
        _refuse("type", len(new.types), 0 if old is None else len(old.types), MOST_TYPES, "types")
    if len(new.scopes) > MOST_SCOPES:
        _refuse("scope", len(new.scopes), 0 if old is None else len(old.scopes), MOST_SCOPES, "scopes")
    if len(body) > LARGEST:
        _refuse("entity", len(body), before, LARGEST, "bytes, as it is kept")
    if len(body) > _FEW_OF_ONE:
        for name, many in new.attributes.items():
            if len(many) > MOST_OF_ONE:
                had = 0 if old is None else len(old.attributes.get(name, ()))
                _refuse(name, len(many), had, MOST_OF_ONE, "instances of this attribute")
    if len(body) > _FEW and (count := count_instances(new.attributes)) > MOST_INSTANCES:
        had = 0 if old is None else count_instances(old.attributes)
        _refuse("attributes", count, had, MOST_INSTANCES, "instances, attributes of attributes included")


def check_size(length: int) -> None:
    """As `check_bounds`, of a new entity whose attributes were counted before.

    Raises:
        BeyondBounds: it has too many bytes.
    """
    if length > LARGEST:
        _refuse("entity", length, 0, LARGEST, "bytes, as it is kept")


def _refuse(field: str, count: int, before: int, most: int, what: str) -> None:
    if count > before:
        raise BeyondBounds(f"{field}: the entity would have {count:,} {what}; at most {most:,} are kept of one")
