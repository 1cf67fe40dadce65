"""`GET /network`: what the page of the road network shows, as the one who asks may see it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import msgspec

from pinisi.city.value import Value
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.known import Known
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.congestion_reactions import LATEST_MINUTES
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
from pinisi.services.mobility.road_reactions import MOST_CLOSURES, UNDER_WAY
from pinisi.vocabulary.instant import MINUTE, Instant, NotAnInstant, format_instant, parse_instant

TEXTS = texts_of("pinisi.services.mobility")
MOST_ROADS, MOST_SHOWN = 20_000, 50
MOST_INCIDENTS = 300
ON_ROAD_DEGREES = 0.0009
"""A hundred metres: an incident so near to a road is one on it. A default of Pinisi."""
_ORDER = ("congested", "slow", "free", "silent")
_DATASETS = (TRAFFIC_FORECAST, NETWORK_FORECAST_DATA)
_SHOWN_STEPS = (15, 30, 45, 60)


class NetworkQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`vehicle`: the class whose speeds are shown; without it those of all together, or the first class there is."""

    vehicle: Annotated[str, msgspec.Meta(max_length=40)] = ""


async def network(visit: Visit[None, NetworkQuery]) -> NetworkAnswer:
    traffic = await known_of(visit, ROAD_TRAFFIC, MOST_ROADS)
    counts = {_vehicle(each): each for each in await known_of(visit, CITY_TRAFFIC)}
    vehicles = sorted({_vehicle(each) for each in traffic} | counts.keys())
    vehicle = visit.query.vehicle or (ALL_VEHICLES if ALL_VEHICLES in vehicles else (vehicles or [ALL_VEHICLES])[0])
    of_class = [each for each in traffic if _vehicle(each) == vehicle]
    forecasts = {
        one: each for each in await known_of(visit, FORECAST, MOST_ROADS) for one in each.related("refObserved")
    }
    rows = sorted((_row(each, forecasts, visit.now) for each in of_class), key=_worst_first)
    closures = [each for each in await known_of(visit, CLOSURE, MOST_CLOSURES) if in_force(each, visit.now)]
    incidents = await known_of(visit, "Incident", MOST_INCIDENTS)
    on_roads = await asyncio.to_thread(_incidents_on, incidents, of_class)
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
        roads=rows[:MOST_SHOWN],
        more=max(0, len(rows) - MOST_SHOWN),
        closures=[_closure(each) for each in closures[:MOST_SHOWN]],
        more_closures=max(0, len(closures) - MOST_SHOWN),
        incidents=[_incident(each) for each in on_roads[:MOST_SHOWN]],
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


def _row(traffic: Known, forecasts: Mapping[str, Known], now: Instant) -> RoadRow:
    said = traffic.said("trafficState")
    silent = said is None or not isinstance(said.value, str) or now - said.observed > LATEST_MINUTES * MINUTE
    observed = next(iter(traffic.related("refObserved")), "")
    return RoadRow(
        id=traffic.id,
        name=traffic.text("name") or traffic.id.rpartition(":")[2],
        segment=next(iter(traffic.related("refRoadSegment")), None),
        state="silent" if silent or said is None else str(said.value),
        speed_now=shown(traffic, "speedNow", now),
        speed_share=shown(traffic, "speedShare", now),
        free_speed=shown(traffic, "freeSpeed", now),
        travel_time_index=shown(traffic, "travelTimeIndex", now),
        planning_time_index=shown(traffic, "planningTimeIndex", now),
        buffer_index=shown(traffic, "bufferIndex", now),
        forecast=_forecast(forecasts.get(observed), now),
    )


def _worst_first(row: RoadRow) -> tuple[int, float, str]:
    share = row.speed_share.value if row.speed_share is not None else None
    place = _ORDER.index(row.state) if row.state in _ORDER else len(_ORDER)
    return place, float(share) if isinstance(share, int | float) else 1_000.0, row.name


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


def _incidents_on(incidents: Sequence[Known], roads: Sequence[Known]) -> list[Known]:
    """Those under way that lie on one of the roads."""
    import shapely
    from shapely.geometry import shape

    open = [(each, each.point) for each in incidents if each.text("state") in UNDER_WAY]
    places = [each.value("location") for each in roads] if any(point for _, point in open) else []
    tree = shapely.STRtree([shape(cast("dict[str, Any]", each)) for each in places if isinstance(each, dict)])
    return [
        each
        for each, point in open
        if point is not None and tree.query(shapely.Point(point), predicate="dwithin", distance=ON_ROAD_DEGREES).size
    ]


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
