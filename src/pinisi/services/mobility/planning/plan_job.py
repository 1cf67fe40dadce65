"""The job: from counts and geometry to a plan, checked as every plan is, and how it does against what is there."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from pinisi.city.facts import Origin
from pinisi.city.row_entity import slug
from pinisi.city.text import fill
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.runtime.job import Job
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.told import told_json, told_time
from pinisi.services.mobility.engine.capacity.approach import CannotPlan
from pinisi.services.mobility.engine.capacity.judged import judged, planned
from pinisi.services.mobility.engine.signals.junction_check import wrongs
from pinisi.services.mobility.models.counts import TURNING_COUNT, study_entity
from pinisi.services.mobility.models.signals import plan_entity
from pinisi.services.mobility.models.surveys import instant_of
from pinisi.services.mobility.planning.as_signals import as_signals
from pinisi.services.mobility.planning.from_counts import counts_of_job, with_demand
from pinisi.services.mobility.planning.plan_request import TEXTS, PlanAnswer, PlanInput, PlanRequest
from pinisi.vocabulary.instant import Instant, format_instant


def answered(given: PlanInput) -> PlanAnswer:
    """
    Raises:
        CannotPlan: what is asked allows no plan, or the plan is none that signals can run.
    """
    request = given.request
    after = planned(request.layout)
    signals = as_signals(slug(request.junction) or "junction", request.layout, after.timing)
    plan = signals.plans[0]
    wrong = next(iter(wrongs(signals)), None)
    if wrong is not None:
        raise CannotPlan(wrong.field, wrong.reason)
    before = None if request.before is None else judged(request.layout, request.before)
    return PlanAnswer(plan=plan, after=after, before=before, peak=given.peak)


async def gather(request: PlanRequest, reading: JobReading) -> PlanInput:
    """The demand out of the counts, where that is asked.

    Raises:
        JobFailed: nothing was counted, or not what the layout has.
    """
    try:
        return await with_demand(request, counts_of_job(reading))
    except CannotPlan as error:
        raise _failed(error) from None


def compute(given: PlanInput, progress: Progress) -> PlanAnswer:
    """
    Raises:
        JobFailed: what is asked allows no plan; says where and why.
    """
    try:
        return answered(given)
    except CannotPlan as error:
        raise _failed(error) from None


def _failed(error: CannotPlan) -> JobFailed:
    return JobFailed(fill(TEXTS["plan-cannot"], where=error.where, reason=error.reason))


def entities(request: PlanRequest, answer: PlanAnswer, now: Instant) -> Sequence[dict[str, Any]]:
    at = format_instant(now)
    id = slug(request.junction) or "junction"
    study = study_entity(id, request.name, answer.after, answer.before, msgspec.to_builtins(answer.plan), at)
    study["studyInput"] = told_json(msgspec.json.decode(msgspec.json.encode(request)), at)
    if answer.peak is not None:
        study["peakFrom"] = told_time(instant_of(answer.peak.begin), at)
        study["peakBasis"] = told_json(msgspec.json.decode(msgspec.json.encode(answer.peak)), at)
    return [study, _without_provider(plan_entity(id, answer.plan, Origin("", at, at[:10], "modelled")))]


def _without_provider(entity: dict[str, Any]) -> dict[str, Any]:
    """The house adds that it comes from this job."""
    for value in entity.values():
        if isinstance(value, dict):
            cast("dict[str, Any]", value).pop("provider", None)
    return entity


PLAN_JOB = Job(
    name="junction-plan",
    title=TEXTS["plan"],
    input=PlanRequest,
    output=PlanAnswer,
    run=compute,
    entities=entities,
    method="modelled",
    reads=(TURNING_COUNT,),
    gather=gather,
    given=PlanInput,
    seconds=60,
    restarts=True,
)
