"""The job: from counts and geometry to a plan, checked as every plan is, and how it does against what is there."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from pinisi.city.facts import Origin
from pinisi.city.row_entity import slug
from pinisi.city.text import fill
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.runtime.job import Job
from pinisi.services.mobility.engine.capacity.approach import CannotPlan
from pinisi.services.mobility.engine.capacity.judged import judged, planned
from pinisi.services.mobility.engine.signals.junction_check import wrongs
from pinisi.services.mobility.models.counts import study_entity
from pinisi.services.mobility.models.signals import plan_entity
from pinisi.services.mobility.planning.as_signals import as_signals
from pinisi.services.mobility.planning.plan_request import TEXTS, PlanAnswer, PlanRequest
from pinisi.vocabulary.instant import Instant, format_instant


def answered(request: PlanRequest) -> PlanAnswer:
    """
    Raises:
        CannotPlan: what is asked allows no plan, or the plan is none that signals can run.
    """
    after = planned(request.layout)
    signals = as_signals(slug(request.junction) or "junction", request.layout, after.timing)
    plan = signals.plans[0]
    wrong = next(iter(wrongs(signals)), None)
    if wrong is not None:
        raise CannotPlan(wrong.field, wrong.reason)
    before = None if request.before is None else judged(request.layout, request.before)
    return PlanAnswer(plan=plan, after=after, before=before)


def compute(request: PlanRequest, progress: Progress) -> PlanAnswer:
    """
    Raises:
        JobFailed: what is asked allows no plan; says where and why.
    """
    try:
        return answered(request)
    except CannotPlan as error:
        raise JobFailed(fill(TEXTS["plan-cannot"], where=error.where, reason=error.reason)) from None


def entities(request: PlanRequest, answer: PlanAnswer, now: Instant) -> Sequence[dict[str, Any]]:
    at = format_instant(now)
    id = slug(request.junction) or "junction"
    study = study_entity(id, request.name, answer.after, answer.before, msgspec.to_builtins(answer.plan), at)
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
    seconds=60,
    restarts=True,
)
