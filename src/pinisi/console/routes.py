"""The one route table: every address, who may use it, what it does. Tests and docs walk it."""

from pinisi.console.alike_endpoints import ALIKE_ROUTES
from pinisi.console.area_endpoints import AREA_ROUTES
from pinisi.console.backtest_endpoints import BACKTEST_ROUTES
from pinisi.console.broker_routes import BROKER_ROUTES
from pinisi.console.call_endpoints import CALL_ROUTES
from pinisi.console.city_endpoints import CITY_ROUTES
from pinisi.console.command_endpoints import COMMAND_ROUTES
from pinisi.console.crew_endpoints import CREW_ROUTES
from pinisi.console.entry_endpoints import ENTRY_ROUTES
from pinisi.console.errands import errands
from pinisi.console.exercise_endpoints import EXERCISE_ROUTES
from pinisi.console.field_endpoints import FIELD_ROUTES
from pinisi.console.house import House
from pinisi.console.house_endpoints import HOUSE_ROUTES
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.import_endpoints import IMPORT_ROUTES
from pinisi.console.incident_endpoints import INCIDENT_ROUTES
from pinisi.console.job_endpoints import JOB_ROUTES
from pinisi.console.lineage_endpoints import LINEAGE_ROUTES
from pinisi.console.live import LIVE_ROUTES
from pinisi.console.member_endpoints import MEMBER_ROUTES
from pinisi.console.near_endpoints import NEAR_ROUTES
from pinisi.console.ngsi_ld_routes import NGSI_LD_ROUTES
from pinisi.console.notice_endpoints import NOTICE_ROUTES
from pinisi.console.people_endpoints import PEOPLE_ROUTES
from pinisi.console.place_endpoints import PLACE_ROUTES
from pinisi.console.procedure_endpoints import PROCEDURE_ROUTES
from pinisi.console.programme_endpoints import PROGRAMME_ROUTES
from pinisi.console.public_warnings import PUBLIC_WARNING_ROUTES
from pinisi.console.received_warnings import RECEIVED_ROUTES
from pinisi.console.relay_endpoints import RELAY_ROUTES
from pinisi.console.replay_endpoints import REPLAY_ROUTES
from pinisi.console.report_endpoints import REPORT_ROUTES
from pinisi.console.road_endpoints import ROAD_ROUTES
from pinisi.console.service_endpoints import SERVICE_ROUTES
from pinisi.console.service_report_endpoints import SERVICE_REPORT_ROUTES
from pinisi.console.service_routes import service_routes
from pinisi.console.shift_endpoints import SHIFT_ROUTES
from pinisi.console.sign_in_endpoints import SIGN_IN_ROUTES
from pinisi.console.source_endpoints import SOURCE_ROUTES
from pinisi.console.stage_endpoints import STAGE_ROUTES
from pinisi.console.surveyor_endpoints import SURVEYOR_ROUTES
from pinisi.console.time_endpoints import TIME_ROUTES
from pinisi.console.trail_endpoints import TRAIL_ROUTES
from pinisi.console.unit_endpoints import UNIT_ROUTES
from pinisi.console.v2_routes import V2_ROUTES
from pinisi.console.v2_version import V2_VERSION_ROUTES
from pinisi.console.view_endpoints import VIEW_ROUTES
from pinisi.console.warning_endpoints import WARNING_ROUTES
from pinisi.console.warning_proofs import WARNING_PROOF_ROUTES
from pinisi.runtime.services import Registry


async def get_openapi(house: House, _call: Call) -> Reply:
    from pinisi.console.openapi import openapi  # its texts are needed by those alone who ask for the document

    return json_reply(openapi(all_routes(house.registry)))


OPENAPI_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/openapi.json",
        permission=None,
        endpoint=get_openapi,
        summary="This interface as OpenAPI (open: it holds nothing of the city)",
    ),
)

ROUTES: tuple[Route, ...] = (
    *NGSI_LD_ROUTES,
    *RELAY_ROUTES,
    *V2_ROUTES,
    *V2_VERSION_ROUTES,
    *CITY_ROUTES,
    *PLACE_ROUTES,
    *AREA_ROUTES,
    *TIME_ROUTES,
    *PROGRAMME_ROUTES,
    *ENTRY_ROUTES,
    *INCIDENT_ROUTES,
    *ALIKE_ROUTES,
    *CALL_ROUTES,
    *UNIT_ROUTES,
    *NEAR_ROUTES,
    *errands(FIELD_ROUTES),
    *REPORT_ROUTES,
    *CREW_ROUTES,
    *MEMBER_ROUTES,
    *SURVEYOR_ROUTES,
    *SHIFT_ROUTES,
    *STAGE_ROUTES,
    *EXERCISE_ROUTES,
    *PROCEDURE_ROUTES,
    *NOTICE_ROUTES,
    *WARNING_ROUTES,
    *WARNING_PROOF_ROUTES,
    *RECEIVED_ROUTES,
    *PUBLIC_WARNING_ROUTES,
    *LIVE_ROUTES,
    *PEOPLE_ROUTES,
    *SIGN_IN_ROUTES,
    *TRAIL_ROUTES,
    *BROKER_ROUTES,
    *ROAD_ROUTES,
    *errands(IMPORT_ROUTES),
    *errands(REPLAY_ROUTES),
    *errands(SOURCE_ROUTES),
    *errands(JOB_ROUTES),
    *errands(SERVICE_ROUTES),
    *BACKTEST_ROUTES,
    *errands(LINEAGE_ROUTES),
    *errands(VIEW_ROUTES),
    *errands(SERVICE_REPORT_ROUTES),
    *errands(COMMAND_ROUTES),
    *HOUSE_ROUTES,
    *OPENAPI_ROUTES,
)
"""The kernel's own."""


def all_routes(registry: Registry) -> tuple[Route, ...]:
    """The route table of a house: the kernel's, and what its services declare."""
    return (*ROUTES, *errands(service_routes(registry)))
