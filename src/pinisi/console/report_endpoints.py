"""The after-action report of an incident over HTTP: as JSON, or on paper in three languages."""

import asyncio

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.layers import point_of
from pinisi.console.paper import language_of, on_paper, room_of, tongue_of, wants_pdf
from pinisi.console.procedure_json import is_exercise
from pinisi.console.town import Town
from pinisi.incidents.incident import word_of
from pinisi.incidents.report.after_action import AfterAction, Sources, after_action
from pinisi.incidents.report.document import Drawing
from pinisi.incidents.report.drawing import drawn
from pinisi.incidents.report.told import told
from pinisi.incidents.report.wording import Tongue
from pinisi.vocabulary.terms import LOCATION


async def get_report(house: House, call: Call) -> Reply:
    """What happened in an incident, as far as the caller sees it; names the people of the room, never who called."""
    language, pdf, town = language_of(call), wants_pdf(call, "pdf"), house.town(call.tenant)
    report = await _report(house, town, call)
    if not pdf:
        return json_reply(report)
    tongue = tongue_of(town, language)
    drawing = await asyncio.to_thread(_map, town, report, tongue)
    document = told(report, tongue, room_of(town, tongue), drawing)
    name = f"incident-{report.id.rpartition(':')[2][:8]}-{language}"
    return await on_paper(house, document, report.made_at, name)


async def _report(house: House, town: Town, call: Call) -> AfterAction:
    id = call.params["id"]
    case = await house.queue.case(call.tenant, id, call.grants)
    followed = await house.procedures.kept.of(call.tenant, id)
    sources = Sources(
        case=case,
        story=await house.queue.acts(call.tenant, id),
        operations=town.profile.operations,
        runs=[(each.run, each.playbook) for each in followed],
        area=town.area_name(case.areas),
        location=point_of(word_of(case.entity, LOCATION)),
        exercise=is_exercise(town, case),
        units={each.id: each.name for each in await house.roster.units(call.tenant, call.grants)},
    )
    return after_action(sources, town.now())


def _map(town: Town, report: AfterAction, tongue: Tongue) -> Drawing | None:
    """Where it lies, by the city's own boundaries; None where either is not known."""
    profile = town.profile
    if report.location is None or not profile.areas:
        return None
    svg, labels = drawn(profile.areas, *report.location)
    card = profile.city.areas.source if profile.city.areas else ""
    publisher = next((each.publisher for each in profile.sources if each.id == card), card)
    return Drawing(svg, labels, tongue.label("map-caption", area=report.area or "–", source=publisher))


REPORT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/incidents/{id}/report",
        permission="incidents.read",
        endpoint=get_report,
        summary="The after-action report of an incident, as PDF in three languages or as JSON",
        parameters=("lang", "format"),
        answers=(200, 400, 404, 501),
    ),
)
