"""The timing sheet over HTTP: computed anew from what is asked, as JSON or on paper (`accept: application/pdf`)."""

from typing import Any

import msgspec

from pinisi.city.text import Language
from pinisi.incidents.report.document import Document
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import BadField, Visit
from pinisi.services.mobility.engine.capacity.approach import CannotPlan
from pinisi.services.mobility.models.counts import JUNCTION_STUDY
from pinisi.services.mobility.on_paper import InLanguage
from pinisi.services.mobility.planning.compare_report import compare_report
from pinisi.services.mobility.planning.compare_request import CompareRequest
from pinisi.services.mobility.planning.compared import halves, speeds_of_visit
from pinisi.services.mobility.planning.from_counts import counts_of_visit, with_demand
from pinisi.services.mobility.planning.plan_job import answered
from pinisi.services.mobility.planning.plan_request import TEXTS, PlanRequest
from pinisi.services.mobility.planning.timing_sheet import no_sheet, timing_sheet


async def sheet(visit: Visit[PlanRequest, InLanguage]) -> Document:
    return await _document(visit, visit.body, visit.query.lang)


async def sheet_of_study(visit: Visit[None, InLanguage]) -> Document:
    """The sheet of the plan that was computed last for a junction, out of what was asked then."""
    junction, language = visit.params["junction"][:120], visit.query.lang
    study = await visit.entity(f"urn:ngsi-ld:{JUNCTION_STUDY}:{junction}")
    try:
        asked = msgspec.convert((study or {})["studyInput"]["json"], PlanRequest)
    except (KeyError, TypeError, msgspec.ValidationError):
        return no_sheet(junction, language, visit.tenant)
    return await _document(visit, asked, language)


async def _document(visit: Visit[Any, Any], asked: PlanRequest, language: Language) -> Document:
    try:
        given = await with_demand(asked, counts_of_visit(visit))
        answer = answered(given)
    except CannotPlan as error:
        raise BadField(error.where, error.reason) from None
    return timing_sheet(given.request, answer, language, visit.tenant)


async def compared(visit: Visit[CompareRequest, InLanguage]) -> Document:
    try:
        before, after = await halves(visit.body, counts_of_visit(visit), speeds_of_visit(visit))
    except CannotPlan as error:
        raise BadField(error.where, error.reason) from None
    return compare_report(visit.body, before, after, visit.query.lang, visit.tenant)


SHEET = Endpoint(
    method="POST",
    path="/junction-plans/sheet",
    title=TEXTS["plan-sheet"],
    permission="jobs.run",
    body=PlanRequest,
    query=InLanguage,
    answer=Document,
    handle=sheet,
)
STUDY_SHEET = Endpoint(
    method="GET",
    path="/junction-plans/{junction}/sheet",
    title=TEXTS["plan-sheet-study"],
    permission="context.read",
    query=InLanguage,
    answer=Document,
    handle=sheet_of_study,
)
COMPARED = Endpoint(
    method="POST",
    path="/junction-plans/compared",
    title=TEXTS["plan-compared"],
    permission="jobs.run",
    body=CompareRequest,
    query=InLanguage,
    answer=Document,
    handle=compared,
)
