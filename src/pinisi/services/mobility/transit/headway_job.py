"""The headways of every line by themselves: a job with a clock, so that history and the report have them."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from pinisi.runtime.asked import asked
from pinisi.runtime.computation import Progress
from pinisi.runtime.job import Job
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.known import Known
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_relation
from pinisi.services.mobility.models.transit import LINE_HEADWAYS, LIVE_TYPES
from pinisi.services.mobility.transit.headway_endpoint import MOST_FIXES, MOST_STOPS, fixes_of, serves
from pinisi.store.history import HistoryQuery
from pinisi.vocabulary.instant import MINUTE, Instant, format_instant

if TYPE_CHECKING:
    from pinisi.services.mobility.transit.headway_answer import DirectionHeadways

TEXTS = texts_of("pinisi.services.mobility")
EVERY = 1_800.0
MOST_LINES, MOST_VEHICLES, MOST_KNOWN = 300, 500, 20_000
LEAST_HEADWAYS = 3
"""Of a direction, at all its stops together: below that nothing is told."""
_VEHICLE, _ROUTE, _STOP = LIVE_TYPES[0], "GtfsRoute", "GtfsStop"
Method = Literal["modelled", "simulated", "replayed"]


class HeadwayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Over how many minutes back."""

    minutes: Annotated[int, asked(TEXTS["headway-minutes"], unit="MIN", ge=10, le=240)] = 60


class VehicleFixes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`fixes`: seconds since 1970, longitude, latitude."""

    id: str
    name: str
    fixes: tuple[tuple[float, float, float], ...]


class LineSeen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ground`: GeoJSON of the route; `stops`: id, name, longitude, latitude."""

    route: str
    line: str
    method: Method
    ground: Any
    stops: tuple[tuple[str, str, float, float], ...]
    vehicles: tuple[VehicleFixes, ...]


class LinesSeen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    now: Instant
    lines: tuple[LineSeen, ...]


class DirectionEvenness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one direction of a line, of all headways at its stops: `mean` seconds; `variation` the median of the stops'
    coefficients, `grade` its class (None where no stop had three headways); shares in percent.
    """

    route: str
    line: str
    method: Method
    number: int
    towards: str
    vehicles: int
    headways: int
    mean: float
    variation: float | None
    grade: str | None
    bunched: float
    gaps: float


class HeadwayReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    minutes: int
    at: Instant
    directions: tuple[DirectionEvenness, ...]


async def due(reading: JobReading) -> Sequence[HeadwayRequest]:
    """Only where vehicles of known lines told where they are within the hour."""
    request = HeadwayRequest()
    return [request] if await _running(reading, request.minutes) else ()


async def gather(request: HeadwayRequest, reading: JobReading) -> LinesSeen:
    vehicles = await _running(reading, request.minutes)
    routes = {each.id: each for each in await reading.all(_ROUTE, 5_000) if each.id in vehicles} if vehicles else {}
    stops = await reading.all(_STOP, MOST_STOPS) if routes else ()
    since = reading.now - request.minutes * MINUTE
    query = HistoryQuery(
        attributes=(reading.iri("location"),), since=since, last=MOST_FIXES, limit=MOST_FIXES, each=True
    )
    lines: list[LineSeen] = []
    for id in sorted(routes)[:MOST_LINES]:
        named = {each.id: each.text("name") or each.id for each in vehicles[id][:MOST_VEHICLES]}
        stories = await reading.past(list(named), query)
        fixes = tuple(VehicleFixes(each.id, named[each.id], tuple(fixes_of(each, reading.table))) for each in stories)
        lines.append(_line(routes[id], stops, vehicles[id], fixes))
    return LinesSeen(now=reading.now, lines=tuple(lines))


async def _running(reading: JobReading, minutes: int) -> dict[str, list[Known]]:
    """Route -> vehicles that told their place within the time looked at."""
    found: dict[str, list[Known]] = {}
    for each in await reading.all(_VEHICLE, MOST_KNOWN):
        said = each.said("location")
        if said is not None and reading.now - minutes * MINUTE < said.observed <= reading.now:
            for route in each.related("refGtfsRoute"):
                found.setdefault(route, []).append(each)
    return found


def _line(route: Known, stops: Sequence[Known], vehicles: Sequence[Known], fixes: tuple[VehicleFixes, ...]) -> LineSeen:
    line = route.text("shortName") or route.text("name") or route.id
    feed = route.id.split(":")[3] if route.id.count(":") > 3 else ""
    methods = {said.method for each in vehicles if (said := each.said("location")) is not None}
    return LineSeen(
        route=route.id,
        line=line,
        method="simulated" if "simulated" in methods else "replayed" if "replayed" in methods else "modelled",
        ground=route.value("location"),
        stops=tuple(
            (each.id, each.text("name") or each.id, *point)
            for each in stops
            if serves(each, feed, line) and (point := each.point) is not None
        ),
        vehicles=fixes,
    )


def compute(seen: LinesSeen, progress: Progress) -> HeadwayReport:
    from pinisi.services.mobility.engine.transit.headways import Fix
    from pinisi.services.mobility.transit.line_headways import Halt, Seen, directions

    found: list[DirectionEvenness] = []
    for place, line in enumerate(seen.lines):
        progress(place / len(seen.lines), line.line)
        stops = [Halt(id, name, (lon, lat)) for id, name, lon, lat in line.stops]
        vehicles = [Seen(each.id, each.name, tuple(Fix(*fix) for fix in each.fixes)) for each in line.vehicles]
        for number, each in enumerate(directions(line.ground, stops, vehicles, seen.now, None)):
            evenness = _evenness(line, number, each)
            if evenness is not None:
                found.append(evenness)
    return HeadwayReport(minutes=0, at=seen.now, directions=tuple(found))


def _evenness(line: LineSeen, number: int, direction: "DirectionHeadways") -> DirectionEvenness | None:
    """None where too few vehicles passed to tell."""
    from pinisi.services.mobility.engine.transit.headways import grade

    headways = [each for stop in direction.stops for each in stop.headways]
    if len(headways) < LEAST_HEADWAYS:
        return None
    variations = [stop.variation for stop in direction.stops if stop.variation is not None]
    variation = round(median(variations), 2) if variations else None
    return DirectionEvenness(
        route=line.route,
        line=line.line,
        method=line.method,
        number=number + 1,
        towards=direction.towards,
        vehicles=max(stop.passed for stop in direction.stops),
        headways=len(headways),
        mean=round(fmean(headways)),
        variation=variation,
        grade=None if variation is None else grade(variation),
        bunched=round(100 * sum(stop.bunched for stop in direction.stops) / len(headways), 1),
        gaps=round(100 * sum(stop.gaps for stop in direction.stops) / len(headways), 1),
    )


def entities(request: HeadwayRequest, report: HeadwayReport, _now: Instant) -> Sequence[Mapping[str, Any]]:
    return [_entity(each, request.minutes, format_instant(report.at)) for each in report.directions]


def _entity(each: DirectionEvenness, minutes: int, at: str) -> Mapping[str, Any]:
    own = each.route.partition(":GtfsRoute:")[2]
    said: dict[str, Any] = {
        "name": told(f"{each.line} \u2192 {each.towards}" if each.towards else each.line, at),
        "lineName": told(each.line, at),
        "refGtfsRoute": told_relation(each.route, at),
        "headwayMean": told(each.mean, at, "SEC"),
        "headwayCount": told(each.headways, at),
        "vehiclesPassed": told(each.vehicles, at),
        "bunchedShare": told(each.bunched, at, "P1"),
        "gapShare": told(each.gaps, at, "P1"),
        "overMinutes": told(minutes, at, "MIN"),
    }
    if each.variation is not None:
        said |= {"headwayVariation": told(each.variation, at), "headwayGrade": told(each.grade, at)}
    method = {"method": {"type": "Property", "value": each.method}}
    marked = {name: value | method for name, value in said.items()}
    return {"id": f"urn:ngsi-ld:{LINE_HEADWAYS}:{own}:{each.number}", "type": LINE_HEADWAYS, **marked}


LINE_HEADWAYS_JOB = Job(
    name="line-headways",
    title=TEXTS["line-headways"],
    input=HeadwayRequest,
    output=HeadwayReport,
    run=compute,
    entities=entities,
    method="modelled",
    seconds=300,
    restarts=True,
    reads=(_VEHICLE, _ROUTE, _STOP),
    gather=gather,
    given=LinesSeen,
    writes=(LINE_HEADWAYS,),
    made_of=(_VEHICLE,),
    every=EVERY,
    due=due,
)
