"""`GET /network`: what the page of the road network shows, as the one who asks may see it."""

from collections.abc import Sequence
from heapq import nsmallest
from typing import Annotated, Any

import msgspec

from pinisi.city.value import Value
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.known import Known
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.asked_entities import known_of, known_one
from pinisi.services.mobility.models.roads import CITY_CLOSURES, CITY_ROAD_OWNERS, CLOSURE
from pinisi.services.mobility.models.traffic import (
    ALL_VEHICLES,
    CITY_TRAFFIC,
    FORECAST,
    NETWORK_FORECAST,
    NETWORK_FORECAST_DATA,
    ROAD_TRAFFIC,
    RULE,
    TRAFFIC_FORECAST,
    beside,
)
from pinisi.services.mobility.observed_speed import rule_of
from pinisi.services.mobility.road_closures import in_force
from pinisi.services.mobility.road_network.answer import (
    Ahead,
    Forecast,
    NetworkAnswer,
    NetworkMissed,
    OnRoads,
    RoadRow,
    Rule,
)
from pinisi.services.mobility.road_network.shown import shown
from pinisi.services.mobility.road_network.standing import Standing, roads_seen
from pinisi.services.mobility.road_reactions import MOST_CLOSURES, UNDER_WAY
from pinisi.store.query import GeoQuery
from pinisi.vocabulary.instant import MINUTE, Instant, NotAnInstant, format_instant, parse_instant
from pinisi.vocabulary.terms import LOCATION

TEXTS = texts_of("pinisi.services.mobility")
MOST_ROADS, MOST_SHOWN = 20_000, 50
MOST_INCIDENTS = 300
ON_ROAD_M, MOST_NEAR = 100.0, 50
"""An incident so near to a road is one on it. A default of Pinisi."""
_DATASETS = (TRAFFIC_FORECAST, NETWORK_FORECAST_DATA)
_SHOWN_STEPS = (15, 30, 45, 60)


class NetworkQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`vehicle`: the class whose speeds are shown; without it those of all together, or the first class there is."""

    vehicle: Annotated[str, msgspec.Meta(max_length=40)] = ""


async def network(visit: Visit[None, NetworkQuery]) -> NetworkAnswer:
    traffic = await roads_seen(visit, MOST_ROADS)
    counts = {_vehicle(each): each for each in await known_of(visit, CITY_TRAFFIC)}
    vehicles = sorted({each.standing.vehicle for each in traffic} | counts.keys())
    vehicle = visit.query.vehicle or (ALL_VEHICLES if ALL_VEHICLES in vehicles else (vehicles or [ALL_VEHICLES])[0])
    of_class = [each for each in traffic if each.standing.vehicle == vehicle]
    worst = nsmallest(MOST_SHOWN, of_class, key=lambda each: each.standing.place(visit.now))
    rows = [await _row_of(visit, each.known(visit.table), each.standing) for each in worst]
    closures = [each for each in await known_of(visit, CLOSURE, MOST_CLOSURES) if in_force(each, visit.now)]
    incidents = await known_of(visit, "Incident", MOST_INCIDENTS)
    on_roads = await _incidents_on(visit, incidents, vehicle)
    rule, now = rule_of(await known_of(visit, RULE)), visit.now
    count = counts.get(vehicle)
    city = next(iter(await known_of(visit, CITY_CLOSURES)), None)
    owners = [each for known in await known_of(visit, CITY_ROAD_OWNERS, 1) for each in _lengths(known, now)]
    networks = await known_of(visit, NETWORK_FORECAST)
    return NetworkAnswer(
        at=format_instant(now),
        vehicle=vehicle,
        vehicles=vehicles,
        rule=Rule(below=round(100 * rule.below, 1), minutes=rule.minutes, written=rule.written),
        congested=None if count is None else shown(count, "congestedRoads", now),
        judged=None if count is None else shown(count, "judgedRoads", now),
        known=None if count is None else shown(count, "knownRoads", now),
        closed=None if city is None else shown(city, "closedRoads", now),
        roads=rows,
        more=len(of_class) - len(rows),
        closures=[_closure(each) for each in closures[:MOST_SHOWN]],
        more_closures=max(0, len(closures) - MOST_SHOWN),
        incidents=[_incident(each) for each in on_roads],
        owners=owners,
        missed=next((_missed(each, now) for each in networks if _vehicle(each) == vehicle), None),
    )


def _missed(known: Known, now: Instant) -> NetworkMissed:
    return NetworkMissed(
        entity=known.id,
        roads=shown(known, "forecastRoads", now),
        error_at_15=shown(known, "errorAt15", now),
        error_at_60=shown(known, "errorAt60", now),
        last_speed_error_at_15=shown(known, "lastSpeedErrorAt15", now),
        last_speed_error_at_60=shown(known, "lastSpeedErrorAt60", now),
        interval_held=shown(known, "intervalHeld", now),
        compared_days=shown(known, "comparedDays", now),
        basis=shown(known, "errorBasis", now),
    )


def _lengths(known: Known, now: Instant) -> list[Value]:
    attributes = ("roadLengthCity", "roadLengthProvince", "roadLengthNation", "roadLengthUnknown")
    return [value for each in attributes if (value := shown(known, each, now)) is not None]


def _vehicle(known: Known) -> str:
    return known.text("vehicleType") or ALL_VEHICLES


async def _row_of(visit: Visit[None, NetworkQuery], traffic: Known, standing: Standing) -> RoadRow:
    observed = next(iter(traffic.related("refObserved")), None)
    forecast = None if observed is None else await known_one(visit, beside(FORECAST, observed))
    return road_row(traffic, standing, forecast, visit.now)


def road_row(traffic: Known, standing: Standing, forecast: Known | None, now: Instant) -> RoadRow:
    return RoadRow(
        id=traffic.id,
        name=standing.name,
        segment=next(iter(traffic.related("refRoadSegment")), None),
        state=standing.state_at(now),
        speed_now=shown(traffic, "speedNow", now),
        speed_share=shown(traffic, "speedShare", now),
        free_speed=shown(traffic, "freeSpeed", now),
        travel_time_index=shown(traffic, "travelTimeIndex", now),
        planning_time_index=shown(traffic, "planningTimeIndex", now),
        buffer_index=shown(traffic, "bufferIndex", now),
        forecast=_forecast(forecast, now),
    )


def _forecast(known: Known | None, now: Instant) -> Forecast | None:
    """Of a forecast that still tells of what is to come; of that of the road and of the network the newer one."""
    told = [] if known is None else [(each, said) for each in _DATASETS if (said := ahead_of(known, each)) is not None]
    if known is None or not told:
        return None
    dataset, (origin, steps) = max(told, key=lambda each: each[1][0])
    shown_steps = [step for step in steps if round(step.minutes) in _SHOWN_STEPS]
    if not shown_steps or parse_instant(shown_steps[-1].at) <= now:
        return None
    own = None if dataset == TRAFFIC_FORECAST else dataset
    return Forecast(
        entity=known.id,
        origin=format_instant(origin),
        ahead=shown_steps,
        of_network=own is not None,
        error_at_15=shown(known, "errorAt15", now, own),
        error_at_60=shown(known, "errorAt60", now, own),
        last_speed_error_at_60=shown(known, "lastSpeedErrorAt60", now, own),
        interval_held=shown(known, "intervalHeld", now, own),
    )


def ahead_of(known: Known, dataset: str) -> tuple[Instant, Sequence[Ahead]] | None:
    """From when, and the steps; None where nothing can be read."""
    said = known.said("speedAhead", dataset)
    if said is None or not isinstance(said.value, list):
        return None
    steps = [step for each in said.value if (step := _step(each, said.observed)) is not None]  # pyright: ignore[reportUnknownVariableType]
    return (said.observed, steps) if steps else None


def _step(said: Any, origin: Instant) -> Ahead | None:
    match said:
        case {"at": str(at), "value": int() | float() as value, "low": int() | float() as low, "high": high}:
            try:
                minutes = (parse_instant(at) - origin) / MINUTE
            except NotAnInstant:
                return None
            return Ahead(minutes=minutes, at=at, value=value, low=low, high=high) if _is_number(high) else None
        case _:
            return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _closure(known: Known) -> OnRoads:
    return OnRoads(
        id=known.id,
        name=known.text("name") or known.text("reason") or known.id.rpartition(":")[2],
        what=known.text("closureCause"),
        since=known.text("validFrom"),
        until=known.text("validTo"),
        said_by=known.text("saidBy"),
        owner=known.text("roadOwner"),
    )


def _incident(known: Known) -> OnRoads:
    return OnRoads(
        id=known.id,
        name=known.text("title") or known.text("name") or known.id.rpartition(":")[2],
        what=known.text("category"),
        since=known.text("raisedAt"),
        until=None,
        said_by=None,
    )


async def _incidents_on(visit: Visit[None, NetworkQuery], incidents: Sequence[Known], vehicle: str) -> Sequence[Known]:
    """Those under way that lie on a road of this class, the first ones."""
    found: list[Known] = []
    for each in incidents:
        place = each.value("location")
        if each.text("state") not in UNDER_WAY or each.point is None or len(found) == MOST_SHOWN:
            continue
        geo = GeoQuery("near", place, LOCATION, max_distance=ON_ROAD_M)
        if any(_vehicle(road) == vehicle for road in await known_of(visit, ROAD_TRAFFIC, MOST_NEAR, geo)):
            found.append(each)
    return found


NETWORK = Endpoint(
    method="GET",
    path="/network",
    title=TEXTS["network-page"],
    permission="context.read",
    query=NetworkQuery,
    answer=NetworkAnswer,
    handle=network,
    seconds=30,
)
