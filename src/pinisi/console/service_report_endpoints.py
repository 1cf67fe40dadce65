"""The report of a service over HTTP: all of its sections of one period, as PDF in three languages."""

from datetime import datetime

import msgspec

from pinisi.city.period import NotAPeriod
from pinisi.city.value import Value
from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.paper import language_of, on_paper, room_of, tongue_of, wants_pdf
from pinisi.console.report_period import chosen_period
from pinisi.console.sections import Span, at_the_end, span_of, table_of
from pinisi.console.service_report import Edition, Part, service_report
from pinisi.console.source_titles import source_titles
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.problems import ResourceNotFound
from pinisi.incidents.report.after_action import moment
from pinisi.runtime.manifest import Service
from pinisi.runtime.view import Section
from pinisi.runtime.views import sections_of
from pinisi.vocabulary.instant import SECOND


async def get_service_report(house: House, call: Call) -> Reply:
    """What the sections of a service say of a period, on paper; `format=json` is the same document as data."""
    language, pdf, town = language_of(call), wants_pdf(call, "pdf"), house.town(call.tenant)
    view = viewpoint_of(house, call)
    service, sections = _asked(house, town, call)
    span = asked_span(town, view, call)
    edition = await _edition(house, town, view, service, sections, span)
    tongue = tongue_of(town, language)
    document = service_report(edition, tongue, room_of(town, tongue))
    if not pdf:
        return json_reply(document)
    name = f"{service.name}-{span.period.replace('/', '--')}-{language}"
    return await on_paper(house, document, moment(view.now), name)


def _asked(house: House, town: Town, call: Call) -> tuple[Service, list[Section]]:
    name = call.params["service"]
    service = house.registry.service(name)
    sections = [section for owner, section in sections_of(town.profile, house.registry) if owner.name == name]
    if service is None or not sections:
        raise ResourceNotFound(f"no service {name[:80]} has sections of a report here")
    return service, sections


def asked_span(town: Town, view: Viewpoint, call: Call) -> Span:
    """Of the query: a period, two days, or one of the names; this month where nothing is said.

    Raises:
        BadRequest: it is none, or has not begun.
    """
    there = datetime.fromtimestamp(view.now / SECOND, town.profile.zone)
    period = chosen_period(call.query.get("period") or f"{there:%Y-%m}", there.date())
    try:
        span = span_of(town, period, view.now)
    except (NotAPeriod, ValueError, OverflowError) as error:
        raise BadRequest("period", str(error)) from None
    if span.since >= view.now:
        raise BadRequest("period", f"{period} has not begun yet")
    return span


async def _edition(
    house: House, town: Town, view: Viewpoint, service: Service, sections: list[Section], span: Span
) -> Edition:
    end = at_the_end(view, span)
    own = [tile.id for tile in town.profile.service_tiles if tile.group == service.name]
    told = await town.tile_values(end, own)
    tiles = {each["id"]: msgspec.convert(each, Value) for each in told}
    within = {id for section in sections for id in section.tiles}
    parts = [
        Part(
            section,
            [tiles[id] for id in section.tiles if id in tiles],
            await table_of(house, town, view, section, span),
        )
        for section in sections
    ]
    return Edition(
        service=service.title,
        city=town.profile.city.name,
        span=span,
        since=span.since,
        until=span.whole_until,
        now=view.now,
        position=await house.store.position(view.tenant),
        whole=view.grants.sees_all,
        exercise=town.exercise,
        parts=parts,
        other=[value for id, value in tiles.items() if id not in within],
        titles=await source_titles(house, town.tenant, view.grants),
    )


SERVICE_REPORT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/reports/{service}",
        permission="console.read",
        endpoint=get_service_report,
        summary="The report of a service of a period, as PDF in three languages or as JSON",
        parameters=("period", "lang", "format", "at", "known"),
        answers=(200, 400, 404, 501),
    ),
)
