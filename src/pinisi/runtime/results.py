"""Entities that a job or an action brings, as changes: each value with method, provider and the mark of an exercise."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.arrival import arrived
from pinisi.runtime.source import Method
from pinisi.store.change import EntityChange, Refused

MOST = 50_000
_NAMELESS = frozenset({"id", "type", "scope", "@context", "expiresAt"})


class BadResult(Exception):
    """A result that is no entity, or one too many; says which and why."""


class Mark(msgspec.Struct, frozen=True):
    """What every value says that does not say it itself; `provider` is the entity of the job or the command; empty
    where a person says it.

    `origin` is the lineage that is kept beside each value (`runtime/lineage.py`).
    """

    method: Method
    provider: str
    exercise: bool
    origin: bytes | None = None


def result_changes(documents: Sequence[Mapping[str, Any]], mark: Mark, table: TermTable) -> list[EntityChange]:
    """The changes that write entities in normalized form.

    Raises:
        BadResult: see there.
    """
    if len(documents) > MOST:
        raise BadResult(f"{len(documents)} entities; {MOST} is the most")
    return [_change(document, mark, table) for document in documents]


def _change(document: Mapping[str, Any], mark: Mark, table: TermTable) -> EntityChange:
    try:
        entity = read_entity(_marked(document, mark), table)
    except (Refused, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadResult(f"{str(document.get('id', 'an entity without id'))[:200]}: {error}") from None
    return EntityChange(entity.id, arrived(entity), origin=mark.origin)


def _marked(document: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    trace: dict[str, Any] = {"method": {"type": "Property", "value": mark.method}}
    if mark.provider:
        trace["provider"] = {"type": "Relationship", "object": mark.provider}
    marked = {name: _trace(value, trace) if name not in _NAMELESS else value for name, value in document.items()}
    return marked | ({"exercise": {"type": "Property", "value": True}} if mark.exercise else {})


def _trace(value: Any, trace: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_trace(each, trace) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, Mapping) or "type" not in value:
        return value  # pyright: ignore[reportUnknownVariableType]
    members: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
    return {**trace, **members}
