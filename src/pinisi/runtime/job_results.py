"""What a job that is done writes: the entities of its output, and what it keeps for its next run."""

from collections.abc import Mapping
from typing import Any

from pinisi.context.term_table import TermTable
from pinisi.runtime.job import Job
from pinisi.runtime.job_entity import Asked
from pinisi.runtime.job_reading import KEPT, kept_id
from pinisi.runtime.results import BadResult, Mark, result_changes
from pinisi.store.change import DocumentChange, EntityChange
from pinisi.vocabulary.instant import Instant


def results_of(
    job: Job[Any, Any], asked: Asked, given: Any, output: Any, now: Instant, origin: bytes, table: TermTable
) -> tuple[list[EntityChange], list[DocumentChange]]:
    """
    Raises:
        BadResult: see there; also when the service's own function fails.
    """
    try:
        documents = job.entities(given, output, now)
        kept: Mapping[str, bytes] = {} if job.keep is None else job.keep(given, output)
    except Exception as error:
        raise BadResult(f"{type(error).__name__}: {error}") from error
    changes = result_changes(documents, Mark(job.method, asked.entity, asked.exercise, origin), table)
    return changes, [DocumentChange(KEPT, kept_id(asked.service, asked.job, name), body) for name, body in kept.items()]
