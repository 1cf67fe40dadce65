"""As whom a job acts."""

from collections.abc import Sequence
from typing import Any

from pinisi.context.term_table import TermTable
from pinisi.runtime.job import Job
from pinisi.runtime.manifest import Service
from pinisi.vocabulary.principal import Grant, Grants, Principal


def principal_of(service: Service, job: Job[Any, Any], table: TermTable) -> Principal:
    """It writes its service's types and nothing else."""
    grants = Grants((Grant(types=iris(service.types, table), write=True),))
    return Principal(id=f"job:{service.name}.{job.name}", name=job.title.en, kind="job", grants=grants)


def iris(names: Sequence[str], table: TermTable) -> frozenset[str]:
    return frozenset(table.expand_term(name) for name in names)
