"""The Programme page over HTTP: indicators, the register of systems, and both to take away."""

from datetime import datetime
from typing import Any, cast

from pinisi.city.text import LANGUAGES, Language
from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.atlas import AreaCard
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.programme import standings, systems
from pinisi.console.programme_export import POLICY, indicators_csv, printed_page, systems_csv
from pinisi.console.town import Town
from pinisi.context.problems import ResourceNotFound
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.terms import DATA_SOURCE

LEVELS = ("city", "kecamatan", "kelurahan")
FORMATS = ("json", "csv", "html")
PARTS = ("indicators", "systems")


async def get_indicators(house: House, call: Call) -> Reply:
    """Every indicator as it stands, of the city or of one area."""
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    area = await asked_area(town, call)
    level = _choice(call, "level", ("", *LEVELS))
    position = await house.store.position(call.tenant)
    made = await standings(house, town, view, area, level)
    return json_reply({"position": position, "area": area, "indicators": made, **view.told()})


async def get_systems(house: House, call: Call) -> Reply:
    view = viewpoint_of(house, call)
    position = await house.store.position(call.tenant)
    listed = await systems(house, house.town(call.tenant), view)
    return json_reply({"position": position, "systems": listed, **view.told()})


async def export_programme(house: House, call: Call) -> Reply:
    """What the page shows, under the reader's grants."""
    kind, part = _choice(call, "format", FORMATS), _choice(call, "part", PARTS)
    language = cast("Language", _choice(call, "lang", LANGUAGES))
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    made, listed = await standings(house, town, view), await systems(house, town, view)
    if kind == "json":
        return _file(json_reply({"indicators": made, "systems": listed}), "programme.json")
    cards = await _cards(house, call)
    if kind == "csv":
        body = systems_csv(listed, cards, language) if part == "systems" else indicators_csv(made, cards, language)
        return _file(Reply(200, body, b"text/csv; charset=utf-8"), f"programme-{part}.csv")
    page = printed_page(town.profile.city.name, made, listed, cards, language, _local(town, view.now))
    return Reply(200, page, b"text/html; charset=utf-8", ((b"content-security-policy", POLICY),))


def _file(reply: Reply, name: str) -> Reply:
    headers = ((b"content-disposition", f'attachment; filename="{name}"'.encode()),)
    return Reply(reply.status, reply.body, reply.media, headers)


def _local(town: Town, now: Instant) -> str:
    there = datetime.fromtimestamp(now / SECOND, town.profile.zone)
    return f"{there:%Y-%m-%d %H:%M} {town.profile.city.time_zone_name}"


async def asked_area(town: Town, call: Call) -> AreaCard | None:
    """The area that a request names by its code; None: the whole city."""
    code = call.query.get("area")
    if not code:
        return None
    await town.atlas.refresh()
    card = town.atlas.card(code)
    if card is None:
        raise ResourceNotFound(f"the city has no area {code[:40]}")
    return card


def _choice(call: Call, name: str, choices: tuple[str, ...]) -> str:
    """One of the choices; the first one where nothing is said."""
    given = call.query.get(name, choices[0])
    if given not in choices:
        raise BadRequest(name, f"one of {', '.join(choice for choice in choices if choice)}")
    return given


async def _cards(house: House, call: Call) -> dict[str, Any]:
    """Titles of the source cards that the reader sees."""
    title = house.pinisi_table.expand_term("title")
    page = await house.store.find(call.tenant, EntityQuery(types=TypeIs(DATA_SOURCE)), call.grants, limit=5_000)
    titles = {record.id: record.entity.attributes.get(title) for record in page.records}
    return {id: instances[0].value if instances else None for id, instances in titles.items()}


PROGRAMME_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/indicators",
        permission="console.read",
        endpoint=get_indicators,
        summary="Every indicator: now, target, gap, trend",
        parameters=("area", "level", "at", "known"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/systems",
        permission="console.read",
        endpoint=get_systems,
        summary="The systems of the city and their state",
        parameters=("at", "known"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/programme/export",
        permission="console.read",
        endpoint=export_programme,
        summary="The Programme as CSV, as JSON, or to print",
        parameters=("format", "part", "lang", "at", "known"),
        answers=(200, 400),
    ),
)
