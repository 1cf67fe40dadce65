"""Headways of a line over HTTP: how even, who bunches, whom to hold and where. Advice, never a command."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec

from pinisi.city.text import Text
from pinisi.context.render import value_of
from pinisi.context.term_table import TermTable
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.known import Known
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.models.transit import LIVE_TYPES
from pinisi.services.mobility.transit.asked_timetable import TEXTS
from pinisi.services.mobility.transit.headway_answer import HeadwaysAnswer
from pinisi.store.history import HistoryQuery, Story
from pinisi.vocabulary.instant import MINUTE, SECOND, format_instant
from pinisi.vocabulary.terms import LOCATION

VEHICLE = LIVE_TYPES[0]
MOST_STOPS, MOST_VEHICLES, MOST_FIXES = 30_000, 500, 400
Method = Literal["modelled", "simulated", "replayed"]


class HeadwayQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`route`: the id of a GtfsRoute. `planned`: the headway that is wanted, in minutes; without it the one that is
    seen. `minutes`: how far back."""

    route: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    planned: Annotated[float, msgspec.Meta(ge=0.5, le=240)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=10, le=240)] = 120


async def headways(visit: Visit[None, HeadwayQuery]) -> HeadwaysAnswer:
    """A route that is not there is answered with nothing known."""
    query, now = visit.query, visit.now
    routes = {each.id: each for each in await known_of(visit, "GtfsRoute", 5_000)}
    route = routes.get(query.route)
    at = format_instant(now)
    if route is None:
        return _nothing(query, at, TEXTS["headways-no-route"])
    line = route.text("shortName") or route.text("name") or route.id
    vehicles = [each for each in await known_of(visit, VEHICLE, 20_000) if query.route in each.related("refGtfsRoute")]
    seen, methods = await _seen(visit, vehicles[:MOST_VEHICLES])
    feed = query.route.split(":")[3] if query.route.count(":") > 3 else ""
    halts = [each for each in await known_of(visit, "GtfsStop", MOST_STOPS) if serves(each, feed, line)]
    planned = None if query.planned is None else query.planned * 60
    made: Method = "simulated" if "simulated" in methods else "replayed" if "replayed" in methods else "modelled"

    def computed() -> Any:
        from pinisi.services.mobility.transit.line_headways import Halt, directions

        stops = [
            Halt(each.id, each.text("name") or each.id, point) for each in halts if (point := each.point) is not None
        ]
        return directions(route.value("location"), stops, seen, now, planned)

    return HeadwaysAnswer(
        route=route.id,
        line=line,
        at=at,
        minutes=query.minutes,
        method=made,
        directions=await asyncio.to_thread(computed),
        notes=(TEXTS["headways-rule"], *(() if seen else (TEXTS["headways-none"],))),
    )


def _nothing(query: HeadwayQuery, at: str, note: Text) -> HeadwaysAnswer:
    return HeadwaysAnswer(
        route=query.route, line="", at=at, minutes=query.minutes, method="modelled", directions=(), notes=(note,)
    )


def serves(stop: Known, feed: str, line: str) -> bool:
    names = [each.strip() for each in (stop.text("servedBy") or "").split(",")]
    return f":GtfsStop:{feed}:" in stop.id and line in names


async def _seen(visit: Visit[Any, HeadwayQuery], vehicles: list[Known]) -> tuple[list[Any], set[str]]:
    """The vehicles with their positions over the time looked at, and the methods of the last ones."""
    from pinisi.services.mobility.engine.transit.headways import Fix
    from pinisi.services.mobility.transit.line_headways import Seen

    names = {each.id: each.text("name") or each.id for each in vehicles}
    methods = {said.method or "" for each in vehicles if (said := each.said("location")) is not None}
    since = visit.now - visit.query.minutes * MINUTE
    asked = HistoryQuery(attributes=(LOCATION,), since=since, last=MOST_FIXES, limit=MOST_FIXES, each=True)
    found: list[Any] = []
    for story in await visit.store.stories(visit.tenant, list(names), asked, visit.principal.grants):
        found.append(Seen(story.id, names[story.id], tuple(Fix(*each) for each in fixes_of(story, visit.table))))
    return found, methods


def fixes_of(story: Story, table: TermTable) -> list[tuple[float, float, float]]:
    """Seconds, longitude and latitude of each position told."""
    fixes: list[tuple[float, float, float]] = []
    for moment in story.moments:
        place = None if moment.instance is None else value_of(moment.instance, table)
        if isinstance(place, dict) and place.get("type") == "Point":  # pyright: ignore[reportUnknownMemberType]
            lon, lat = place["coordinates"][:2]  # pyright: ignore[reportUnknownVariableType]
            fixes.append((moment.observed / SECOND, float(lon), float(lat)))  # pyright: ignore[reportUnknownArgumentType]
    return fixes


HEADWAYS = Endpoint(
    method="GET",
    path="/headways",
    title=TEXTS["headways"],
    permission="context.read",
    query=HeadwayQuery,
    answer=HeadwaysAnswer,
    handle=headways,
    seconds=20,
)
