"""The report before and after by two surveys: layout and timings are those of the study of the junction."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.city.row_entity import slug
from pinisi.city.text import Language
from pinisi.incidents.report.document import Document
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import BadField, Visit
from pinisi.services.mobility.counting.seen_entities import seen_entities
from pinisi.services.mobility.engine.capacity.approach import CannotPlan
from pinisi.services.mobility.engine.capacity.judged import Timing
from pinisi.services.mobility.engine.signals.plan import SignalPlan
from pinisi.services.mobility.models.counts import JUNCTION_STUDY
from pinisi.services.mobility.models.surveys import COUNT_SURVEY, Survey, instant_of, survey_of
from pinisi.services.mobility.planning.compare_report import compare_report
from pinisi.services.mobility.planning.compare_request import CompareRequest, PeriodAsked
from pinisi.services.mobility.planning.compared import halves, speeds_of_visit
from pinisi.services.mobility.planning.from_counts import counts_of_visit
from pinisi.services.mobility.planning.plan_request import TEXTS, PlanRequest
from pinisi.services.mobility.planning.timing_sheet import no_sheet
from pinisi.vocabulary.instant import format_instant


class JunctionSurvey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    name: str
    since: str
    until: str


class JunctionSurveys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The surveys of a junction, the earliest first. `timed`: its study knows the timing before and the new one, so
    that two of them can be compared.
    """

    surveys: tuple[JunctionSurvey, ...]
    timed: bool


class WhichSurveys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`before`, `after`: keys of two surveys of the junction."""

    before: str
    after: str
    lang: Language = "id"


async def list_of_junction(visit: Visit[None, None]) -> JunctionSurveys:
    junction = visit.params["junction"][:120]
    timings = _timings(await _study(visit, junction))
    surveys = [
        JunctionSurvey(
            key=each.key,
            name=each.name,
            since=format_instant(instant_of(each.since)),
            until=format_instant(instant_of(each.until)),
        )
        for each in await _surveys(visit, junction)
    ]
    return JunctionSurveys(surveys=tuple(surveys), timed=timings is not None)


async def compared_by_surveys(visit: Visit[None, WhichSurveys]) -> Document:
    """Of a junction without a study only that.

    Raises:
        BadField: a survey is not of this junction, the study knows no timing before, or what was counted does not do.
    """
    junction, asked = visit.params["junction"][:120], visit.query
    study = await _study(visit, junction)
    if study is None:
        return no_sheet(junction, asked.lang, visit.tenant)
    timings = _timings(study)
    if timings is None:
        raise BadField("before", "the study of the junction says no timing that was set before")
    surveys = {each.key: each for each in await _surveys(visit, junction)}
    request = study[0]
    wish = CompareRequest(
        junction=request.junction,
        name=request.name,
        layout=request.layout,
        before=_period(surveys, asked.before, "before", timings[0]),
        after=_period(surveys, asked.after, "after", timings[1]),
    )
    try:
        before, after = await halves(wish, counts_of_visit(visit), speeds_of_visit(visit))
    except CannotPlan as error:
        raise BadField(error.where, error.reason) from None
    return compare_report(wish, before, after, asked.lang, visit.tenant)


Study = tuple[PlanRequest, SignalPlan]


async def _study(visit: Visit[Any, Any], junction: str) -> Study | None:
    """What was asked for the junction last, and the plan that was computed."""
    entity = await visit.entity(f"urn:ngsi-ld:{JUNCTION_STUDY}:{junction}")
    try:
        document = entity or {}
        asked = msgspec.convert(document["studyInput"]["json"], PlanRequest)
        return asked, msgspec.convert(document["signalPlan"]["json"], SignalPlan)
    except (KeyError, TypeError, msgspec.ValidationError):
        return None


def _timings(study: Study | None) -> tuple[Timing, Timing] | None:
    """The timing before and the one of the plan."""
    if study is None or study[0].before is None:
        return None
    plan = study[1]
    return study[0].before, Timing(plan.cycle, tuple(stage.green for stage in plan.stages))


async def _surveys(visit: Visit[Any, Any], junction: str) -> Sequence[Survey]:
    found = [survey_of(each) for each in await seen_entities(visit, COUNT_SURVEY)]
    own = [each for each in found if each is not None and slug(each.junction) == junction]
    return sorted(own, key=lambda survey: (survey.since, survey.key))


def _period(surveys: dict[str, Survey], key: str, field: str, timing: Timing) -> PeriodAsked:
    survey = surveys.get(key)
    if survey is None:
        raise BadField(field, f"{key[:80]} is no survey of this junction")
    return PeriodAsked(since=survey.since, until=survey.until, timing=timing)


OF_JUNCTION = Endpoint(
    method="GET",
    path="/junction-plans/{junction}/surveys",
    title=TEXTS["surveys-of-junction"],
    permission="context.read",
    answer=JunctionSurveys,
    handle=list_of_junction,
)
COMPARED_SURVEYS = Endpoint(
    method="GET",
    path="/junction-plans/{junction}/compared",
    title=TEXTS["plan-compared-surveys"],
    permission="context.read",
    query=WhichSurveys,
    answer=Document,
    handle=compared_by_surveys,
)
