"""How far one comes by public transport within a time, over HTTP: ground as GeoJSON."""

import asyncio
from typing import Annotated

import msgspec

from pinisi.city.text import fill
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import BadField, Visit
from pinisi.services.mobility.transit.asked_timetable import TEXTS, Asked, asked_timetable, place_of
from pinisi.services.mobility.transit.journey_answer import Place, ReachAnswer, Reached
from pinisi.services.mobility.transit.journey_endpoint import MOST_WALK, WALK_METRES, asked_moment
from pinisi.vocabulary.instant import format_instant

_Words = Annotated[str, msgspec.Meta(max_length=100)]
MOST_MINUTES = 180
MOST_LIMITS = 4


class ReachQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`from`: longitude,latitude. `minutes`: up to four, with commas. With `arrive`: from where one is here by then."""

    from_: _Words = msgspec.field(name="from")
    minutes: _Words = "30,60"
    depart: _Words = ""
    arrive: _Words = ""
    walk: Annotated[float, msgspec.Meta(ge=0, le=MOST_WALK)] = WALK_METRES
    timetable: _Words = ""
    expired: bool = False


async def reach(visit: Visit[None, ReachQuery]) -> ReachAnswer:
    query = visit.query
    place, minutes = place_of("from", query.from_), _minutes(query.minutes)
    moment = asked_moment(query.depart, query.arrive, visit.now)
    asked = await asked_timetable(visit, query.timetable, moment, expired=query.expired)
    at = format_instant(visit.now)
    if asked is None:
        notes = (TEXTS["journeys-no-timetable"],)
        return ReachAnswer(timetable=None, reached=(), method="modelled", at=at, notes=notes)
    return await asyncio.to_thread(_answer, asked, query, place, minutes, asked.day.seconds(moment), at)


def _minutes(text: str) -> tuple[int, ...]:
    try:
        minutes = tuple(int(word) for word in text.split(","))
    except ValueError:
        raise BadField("minutes", "are no whole numbers with commas (15,30,60)") from None
    if len(minutes) > MOST_LIMITS or not all(1 <= each <= MOST_MINUTES for each in minutes):
        raise BadField("minutes", f"have to be at most {MOST_LIMITS} numbers from 1 to {MOST_MINUTES}")
    return minutes


def _answer(
    asked: Asked, query: ReachQuery, place: Place, minutes: tuple[int, ...], seconds: int, now: str
) -> ReachAnswer:
    from pinisi.services.mobility.engine.transit.isochrone import isochrones

    found = isochrones(asked.network, place, seconds, minutes, query.walk, arrive=bool(query.arrive))
    return ReachAnswer(
        timetable=asked.shown,
        reached=tuple(Reached(minutes=each.minutes, stops=each.stops, ground=each.ground) for each in found),
        method="modelled",
        at=now,
        notes=(*asked.notes, fill(TEXTS["journeys-on-foot"], metres=query.walk)),
    )


REACH = Endpoint(
    method="GET",
    path="/transit-reach",
    title=TEXTS["transit-reach"],
    permission="context.read",
    query=ReachQuery,
    answer=ReachAnswer,
    handle=reach,
    seconds=30,
)
