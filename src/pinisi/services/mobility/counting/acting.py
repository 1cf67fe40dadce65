"""With which rights a surveyor's count is written: that of turning counts, and no other."""

from dataclasses import replace
from typing import Any

import msgspec

from pinisi.runtime.visit import Visit
from pinisi.services.mobility.models.counts import TURNING_COUNT
from pinisi.services.mobility.models.surveys import COUNT_SURVEY
from pinisi.vocabulary.principal import Grant, Grants


def as_surveyor(visit: Visit[Any, Any]) -> Visit[Any, Any]:
    """The same person; he reaches counts and surveys whatever he may see else."""
    types = frozenset(visit.table.expand_term(name) for name in (TURNING_COUNT, COUNT_SURVEY))
    return replace(
        visit,
        principal=msgspec.structs.replace(visit.principal, grants=Grants((Grant(types=types, write=True),))),
    )
