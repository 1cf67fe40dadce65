"""Journeys by public transport over HTTP: from a place to a place, leaving at or arriving by a moment."""

import asyncio
from typing import Annotated

import msgspec

from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import BadField, Visit
from pinisi.services.mobility.transit.asked_timetable import TEXTS, Asked, asked_timetable, moment_of, place_of
from pinisi.services.mobility.transit.journey_answer import JourneysAnswer, Place
from pinisi.vocabulary.instant import Instant, format_instant

_Words = Annotated[str, msgspec.Meta(max_length=100)]
WALK_METRES = 800.0
MOST_WALK = 3_000.0


class JourneyQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`from` and `to`: longitude,latitude. `walk`: straight metres on foot at most. `expired`: a timetable whose
    period is over is taken by its days of the week.
    """

    from_: _Words = msgspec.field(name="from")
    to: _Words
    depart: _Words = ""
    arrive: _Words = ""
    walk: Annotated[float, msgspec.Meta(ge=0, le=MOST_WALK)] = WALK_METRES
    rides: Annotated[int, msgspec.Meta(ge=1, le=8)] = 6
    timetable: _Words = ""
    expired: bool = False


async def journeys(visit: Visit[None, JourneyQuery]) -> JourneysAnswer:
    query = visit.query
    ends = place_of("from", query.from_), place_of("to", query.to)
    moment = asked_moment(query.depart, query.arrive, visit.now)
    asked = await asked_timetable(visit, query.timetable, moment, expired=query.expired)
    at = format_instant(visit.now)
    if asked is None:
        notes = (TEXTS["journeys-no-timetable"],)
        return JourneysAnswer(timetable=None, journeys=(), walk_seconds=None, method="modelled", at=at, notes=notes)
    return await asyncio.to_thread(_answer, asked, query, ends, asked.day.seconds(moment), at)


def asked_moment(depart: str, arrive: str, now: Instant) -> Instant:
    """Raises `BadField`: both are asked, or one is no moment."""
    if depart and arrive:
        raise BadField("arrive", "cannot be asked together with depart")
    if arrive:
        return moment_of("arrive", arrive)
    return moment_of("depart", depart) if depart else now


def _answer(asked: Asked, query: JourneyQuery, ends: tuple[Place, Place], at: int, now: str) -> JourneysAnswer:
    from pinisi.services.mobility.engine.transit.journey import Wish
    from pinisi.services.mobility.transit.journey_shown import answered

    wish = Wish(*ends, at=at, arrive=bool(query.arrive), walk=query.walk, rides=query.rides)
    return answered(asked, wish, now)


JOURNEYS = Endpoint(
    method="GET",
    path="/journeys",
    title=TEXTS["journeys"],
    permission="context.read",
    query=JourneyQuery,
    answer=JourneysAnswer,
    handle=journeys,
    seconds=30,
)
