"""`GET /buses`: what the page of buses shows, as the one who asks may see it."""

import asyncio

import msgspec

from pinisi.city.value import Value
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.known import Known
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.models.transit import LIVE_TYPES, REACH_TYPES, transit_id
from pinisi.services.mobility.road_network.shown import shown
from pinisi.services.mobility.transit.asked_timetable import TEXTS
from pinisi.services.mobility.transit.bus_page import (
    MOST_LINES,
    Plan,
    alert_now,
    count_of,
    lines_now,
    timetable_now,
)
from pinisi.services.mobility.transit.bus_page_answer import BusesAnswer
from pinisi.services.mobility.transit.service_day import day_of
from pinisi.services.mobility.transit.shelf import SHELF, NotOnShelf
from pinisi.services.mobility.transit.timetables import timetables_of
from pinisi.vocabulary.instant import Instant, format_instant

VEHICLE, ARRIVAL, ALERT = LIVE_TYPES
MOST_ROUTES, MOST_VEHICLES, MOST_ALERTS = 5_000, 20_000, 200


async def buses(visit: Visit[None, None]) -> BusesAnswer:
    now = visit.now
    timetables = list((await timetables_of(visit)).values())
    routes = await known_of(visit, "GtfsRoute", MOST_ROUTES)
    vehicles = await known_of(visit, VEHICLE, MOST_VEHICLES)
    arrivals = await known_of(visit, ARRIVAL, MOST_VEHICLES)
    alerts = await known_of(visit, ALERT, MOST_ALERTS)
    reach = sorted(await known_of(visit, REACH_TYPES[0]), key=lambda each: each.text("reachOf") or "", reverse=True)
    plans = await asyncio.to_thread(_plans, timetables, now)
    lines = lines_now(routes, plans, vehicles, arrivals)
    of_lines = [each for each in vehicles if each.related("refGtfsRoute")]
    seen = [count_of(of_lines, "location", TEXTS["live-count"])] if of_lines else []
    shares = [value for each in reach if (value := _share(each, now)) is not None]
    return BusesAnswer(
        at=format_instant(now),
        figures=(*seen, *shares),
        lines=tuple(lines[:MOST_LINES]),
        more=max(0, len(lines) - MOST_LINES),
        alerts=tuple(alert_now(each) for each in alerts),
        timetables=tuple(timetable_now(each, plans[_feed(each)][1].fault, now) for each in timetables),
        notes=(TEXTS["buses-planned-rule"],),
    )


def _share(reach: Known, now: Instant) -> Value | None:
    """Residents near, named by what they are near to."""
    value = shown(reach, "residentsNearShare", now)
    label = TEXTS["reach-lines" if reach.text("reachOf") == "lines" else "reach-stops"]
    return None if value is None else msgspec.structs.replace(value, label=label)


def _feed(timetable: Known) -> str:
    return timetable.id.rpartition(":")[2]


def _plans(timetables: list[Known], now: Instant) -> dict[str, tuple[Known, Plan]]:
    return {_feed(each): (each, _plan(each, now)) for each in timetables}


def _plan(timetable: Known, now: Instant) -> Plan:
    """What it plans today; one whose period is over is not planned any more."""
    from pinisi.services.mobility.engine.transit.planned_headways import planned_headways

    digest = timetable.text("timetableDigest") or ""
    try:
        day = day_of(now, SHELF.networks(digest).timetable.zone)
        told = planned_headways(SHELF.on(digest, day.day), day.seconds(now))
    except NotOnShelf as error:
        return Plan(fault=str(error))
    feed = _feed(timetable)
    return Plan({transit_id("GtfsRoute", feed, line): each for line, each in told.items()})


BUSES = Endpoint(
    method="GET",
    path="/buses",
    title=TEXTS["buses-page"],
    permission="context.read",
    answer=BusesAnswer,
    handle=buses,
    seconds=30,
)
