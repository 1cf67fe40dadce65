"""What services show, over HTTP: their declared views, their tiles as numbers, sections of the report of a period."""

from collections.abc import Iterator, Sequence
from typing import Any

from pinisi.city.formula import Formula
from pinisi.city.text import LANGUAGES, Language
from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.section_export import section_csv
from pinisi.console.section_lineage import cell_tree
from pinisi.console.sections import Span, at_the_end, shown_section, table_of
from pinisi.console.service_report_endpoints import asked_span
from pinisi.console.town import Town
from pinisi.context.problems import ResourceNotFound
from pinisi.runtime.manifest import Service
from pinisi.runtime.view import Page, Panel, Section, Tile
from pinisi.runtime.views import pages_of, sections_of
from pinisi.vocabulary.instant import format_instant

FORMATS = ("json", "csv")


async def list_views(house: House, call: Call) -> Reply:
    """What services declare and this city shows, as data; layers stand in the city's profile."""
    town = house.town(call.tenant)
    shown = {tile.id for tile in town.profile.service_tiles}
    now = set(town.profile.city.tiles)
    tiles: list[dict[str, Any]] = []
    panels: list[dict[str, Any]] = []
    for service in house.registry.services:
        for view in house.registry.views(service):
            if isinstance(view, Tile) and view.id in shown:
                tiles.append(_tile(service.name, view, view.id in now))
            elif isinstance(view, Panel):
                panels.append(_panel(service.name, view))
    sections = [_section(service, each) for service, each in sections_of(town.profile, house.registry)]
    pages = [_page(house, service, page) for service, page in _pages(house, town, call)]
    return json_reply({"tiles": tiles, "panels": panels, "sections": sections, "pages": pages})


def _pages(house: House, town: Town, call: Call) -> Iterator[tuple[str, Page]]:
    """The pages of services that run here, of those that the reader may see."""
    for service, page in pages_of(town.profile, house.registry):
        room = town.rooms.rooms.get(service.name)
        if room is not None and room.state == "running" and page.permission in call.principal.permissions:
            yield service.name, page


def _page(house: House, service: str, page: Page) -> dict[str, Any]:
    return {
        "id": page.id,
        "service": service,
        "title": page.title,
        "component": page.component,
        "type": None if page.type is None else house.pinisi_table.expand_term(page.type),
    }


def _tile(service: str, tile: Tile, now: bool) -> dict[str, Any]:
    formula = {name: value for name in Formula.__struct_fields__ if (value := getattr(tile.formula, name))}
    told = {"id": tile.id, "service": service, "title": tile.title, "note": tile.note}
    return told | {"formula": formula, "now": now}


def _panel(service: str, panel: Panel) -> dict[str, Any]:
    return {
        "service": service,
        "type": panel.type,
        "title": panel.title,
        "attributes": panel.attributes,
        "charts": panel.charts,
    }


def _section(service: Service, section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "service": service.name,
        "serviceTitle": service.title,
        "title": section.title,
        "note": section.note,
        "tiles": section.tiles,
        "type": section.type or None,
        "columns": section.columns,
    }


async def list_tiles(house: House, call: Call) -> Reply:
    """The tiles of services as numbers, those that stand on Now among them."""
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    wanted = [tile.id for tile in town.profile.service_tiles]
    position = await house.store.position(call.tenant)
    return json_reply({"position": position, "tiles": await town.tile_values(view, wanted), **view.told()})


async def get_section(house: House, call: Call) -> Reply:
    """A section of the report of a period; this month where none is named."""
    format = call.query.get("format", "json")
    if format not in FORMATS:
        raise BadRequest("format", f"one of {', '.join(FORMATS)}")
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    service, section = _asked(house, town, call)
    span = asked_span(town, view, call)
    position = await house.store.position(call.tenant)
    end = at_the_end(view, span)
    tiles = await town.tile_values(end, section.tiles)
    table = await table_of(house, town, view, section, span)
    if format == "csv":
        return _file(section, span, section_csv(section, span, tiles, table, _language(call)))
    told = shown_section(service, section, span, tiles, table)
    as_of = None if end.at is None else format_instant(end.at)
    return json_reply({"position": position, **told, "asOf": as_of, **view.told()})


async def get_cell_lineage(house: House, call: Call) -> Reply:
    """Why this number? Of a cell of a section: the values that it was made of."""
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    _, section = _asked(house, town, call)
    number, id = call.number("column", 0, 0, 1_000), call.query.get("entity", "")
    if number >= len(section.columns):
        raise BadRequest("column", f"counts from 0; the section has {len(section.columns)}")
    tree = await cell_tree(house, town, view, call.principal, section, asked_span(town, view, call), id, number)
    if tree is None:
        raise ResourceNotFound(f"the section has no row of {id[:120]}, or no value in it")
    return json_reply(tree)


def _asked(house: House, town: Town, call: Call) -> tuple[str, Section]:
    id = call.params["id"]
    for service, section in sections_of(town.profile, house.registry):
        if section.id == id:
            return service.name, section
    raise ResourceNotFound(f"no service shows a section {id[:80]} here")


def _language(call: Call) -> Language:
    given = call.query.get("lang", LANGUAGES[0])
    if given not in LANGUAGES:
        raise BadRequest("lang", f"one of {', '.join(LANGUAGES)}")
    return given


def _file(section: Section, span: Span, body: bytes) -> Reply:
    name = f'attachment; filename="{section.id}-{span.period.replace("/", "--")}.csv"'
    return Reply(200, body, b"text/csv; charset=utf-8", ((b"content-disposition", name.encode()),))


_PINISI = "/pinisi/v1"
_PARAMETERS: Sequence[str] = ("period", "at", "known")

VIEW_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PINISI + "/views",
        permission="console.read",
        endpoint=list_views,
        summary="What services show here, as data: tiles, panels, report sections, pages",
    ),
    Route(
        method="GET",
        path=_PINISI + "/tiles",
        permission="console.read",
        endpoint=list_tiles,
        summary="The tiles of services, as numbers",
        parameters=("at", "known"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_PINISI + "/sections/{id}",
        permission="console.read",
        endpoint=get_section,
        summary="A section of the report of a period: tiles and a table",
        parameters=(*_PARAMETERS, "format", "lang"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=_PINISI + "/sections/{id}/lineage",
        permission="console.read",
        endpoint=get_cell_lineage,
        summary="Why this number: the values of a period that a cell of a section was made of",
        parameters=(*_PARAMETERS, "entity", "column"),
        answers=(200, 400, 404),
    ),
)
