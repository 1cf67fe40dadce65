"""The job `mobility.traffic-emissions`."""

from collections.abc import Sequence
from typing import Any

from pinisi.runtime.computation import Progress
from pinisi.runtime.job import Job
from pinisi.services.mobility.emissions.gathering import READS, gather
from pinisi.services.mobility.emissions.request import TEXTS, EmissionsAnswer, EmissionsRequest, Traffic
from pinisi.services.mobility.models.counts import TURNING_COUNT
from pinisi.services.mobility.models.emissions import EMISSION_TOTAL
from pinisi.services.mobility.models.traffic import OBSERVED
from pinisi.vocabulary.emission import EMISSION_RECORD
from pinisi.vocabulary.instant import Instant


def compute(given: Traffic, progress: Progress) -> EmissionsAnswer:
    from pinisi.services.mobility.emissions.computing import compute as computed

    return computed(given, progress)


def entities(asked: EmissionsRequest, answer: EmissionsAnswer, now: Instant) -> Sequence[dict[str, Any]]:
    from pinisi.services.mobility.emissions.entities import entities as told

    return told(asked, answer, now)


EMISSIONS_JOB = Job(
    name="traffic-emissions",
    title=TEXTS["emissions"],
    input=EmissionsRequest,
    output=EmissionsAnswer,
    run=compute,
    entities=entities,
    method="modelled",
    seconds=900,
    memory_mb=2_048,
    restarts=True,
    reads=READS,
    writes=(EMISSION_TOTAL, EMISSION_RECORD),
    made_of=(TURNING_COUNT, OBSERVED),
    gather=gather,
    given=Traffic,
)
