"""The timing sheet over HTTP: computed anew from what is asked, as JSON or on paper (`accept: application/pdf`)."""

import msgspec

from pinisi.city.text import Language
from pinisi.incidents.report.document import Document
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import BadField, Visit
from pinisi.services.mobility.engine.capacity.approach import CannotPlan
from pinisi.services.mobility.planning.plan_job import answered
from pinisi.services.mobility.planning.plan_request import TEXTS, PlanRequest
from pinisi.services.mobility.planning.timing_sheet import timing_sheet


class SheetQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lang: Language = "id"


async def sheet(visit: Visit[PlanRequest, SheetQuery]) -> Document:
    try:
        answer = answered(visit.body)
    except CannotPlan as error:
        raise BadField(error.where, error.reason) from None
    return timing_sheet(visit.body, answer, visit.query.lang, visit.tenant)


SHEET = Endpoint(
    method="POST",
    path="/junction-plans/sheet",
    title=TEXTS["plan-sheet"],
    permission="jobs.run",
    body=PlanRequest,
    query=SheetQuery,
    answer=Document,
    handle=sheet,
)
