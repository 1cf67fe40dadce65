"""What a job has computed, as changes of entities: each value with method, provider and the mark of an exercise."""

from collections.abc import Mapping
from typing import Any

from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.arrival import arrived
from pinisi.runtime.job import Job
from pinisi.runtime.job_entity import Asked
from pinisi.store.protocol import EntityChange, Refused
from pinisi.vocabulary.instant import Instant

MOST = 50_000
_NAMELESS = frozenset({"id", "type", "scope", "@context", "expiresAt"})


class BadResult(Exception):
    """A result that is no entity, or one too many; says which and why."""


def result_changes(
    job: Job[Any, Any], asked: Asked, given: Any, output: Any, now: Instant, table: TermTable
) -> list[EntityChange]:
    """The changes that write a job's output.

    Raises:
        BadResult: see there; also when the service's own function fails.
    """
    try:
        documents = job.entities(given, output, now)
    except Exception as error:
        raise BadResult(f"{type(error).__name__}: {error}") from error
    if len(documents) > MOST:
        raise BadResult(f"{len(documents)} entities; {MOST} is the most")
    return [_change(document, job, asked, table) for document in documents]


def _change(document: Mapping[str, Any], job: Job[Any, Any], asked: Asked, table: TermTable) -> EntityChange:
    try:
        entity = read_entity(_traced(document, job, asked), table)
    except (Refused, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadResult(f"{str(document.get('id', 'an entity without id'))[:200]}: {error}") from None
    return EntityChange(entity.id, arrived(entity))


def _traced(document: Mapping[str, Any], job: Job[Any, Any], asked: Asked) -> dict[str, Any]:
    trace = {
        "method": {"type": "Property", "value": job.method},
        "provider": {"type": "Relationship", "object": asked.entity},
    }
    traced = {name: _trace(value, trace) if name not in _NAMELESS else value for name, value in document.items()}
    return traced | ({"exercise": {"type": "Property", "value": True}} if asked.exercise else {})


def _trace(value: Any, trace: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_trace(each, trace) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, Mapping) or "type" not in value:
        return value  # pyright: ignore[reportUnknownVariableType]
    members: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
    return {**trace, **members}
