"""Journeys of the engine as the endpoint says them."""

from collections.abc import Sequence
from typing import Any

from pinisi.city.text import fill
from pinisi.services.mobility.engine.transit.journey import Journey, Ride, Walk, Wish, journeys, walk_only
from pinisi.services.mobility.models.transit import transit_id
from pinisi.services.mobility.transit.asked_timetable import TEXTS, Asked
from pinisi.services.mobility.transit.journey_answer import Halt, JourneyFound, JourneysAnswer, Leg, Place
from pinisi.vocabulary.instant import format_instant


def answered(asked: Asked, wish: Wish, now: str) -> JourneysAnswer:
    shown = _Shown(asked, wish)
    found = [shown.journey(each) for each in journeys(asked.network, wish)]
    often = any(leg.headway for each in found for leg in each.legs)
    notes = (fill(TEXTS["journeys-on-foot"], metres=wish.walk), *((TEXTS["journeys-often"],) if often else ()))
    return JourneysAnswer(
        timetable=asked.shown,
        journeys=tuple(found),
        walk_seconds=walk_only(asked.network, wish),
        method="modelled",
        at=now,
        notes=(*asked.notes, *notes),
    )


class _Shown:
    def __init__(self, asked: Asked, wish: Wish) -> None:
        self._feed = asked.feed
        self._day = asked.day
        self._timetable = asked.network.timetable
        self._live = asked.network.live
        self._wish = wish

    def journey(self, journey: Journey) -> JourneyFound:
        legs = tuple(self._ride(leg) if isinstance(leg, Ride) else self._walk(leg) for leg in journey.legs)
        return JourneyFound(
            depart=self._time(journey.depart),
            arrive=self._time(journey.arrive),
            seconds=journey.arrive - journey.depart,
            changes=journey.rides - 1,
            walk_seconds=sum(leg.seconds for leg in legs if leg.kind == "walk"),
            approximate=any(leg.approximate for leg in legs),
            legs=legs,
        )

    def _ride(self, ride: Ride) -> Leg:
        trip = self._timetable.trips[ride.trip]
        line = self._timetable.lines[trip.line]
        return Leg(
            kind="ride",
            origin=self._halt(ride.halts[0]),
            goal=self._halt(ride.halts[-1]),
            depart=self._time(ride.depart),
            arrive=self._time(ride.arrive),
            seconds=ride.arrive - ride.depart,
            way=tuple(self._place(halt) for halt in ride.halts),
            line=line.name,
            headsign=trip.headsign or None,
            route=transit_id("GtfsRoute", self._feed, line.id),
            trip=trip.id,
            stops=len(ride.halts) - 1,
            headway=ride.headway or None,
            **self._times(ride),
        )

    def _times(self, ride: Ride) -> dict[str, Any]:
        """How its two times are known."""
        live = self._live.get(ride.trip)
        if live is None:
            by = "approximate" if ride.guessed else "planned"
            return {"approximate": ride.guessed, "depart_by": by, "arrive_by": by}
        board = _place_of(live.stops, live.depart, ride.halts[0], ride.depart, 0)
        alight = _place_of(live.stops, live.arrive, ride.halts[-1], ride.arrive, board + 1)
        planned_out, planned_in = live.planned[board], live.planned[alight]
        return {
            "depart_by": "live" if live.told[board] else "planned",
            "arrive_by": "live" if live.told[alight] else "planned",
            "planned_depart": None if planned_out is None else self._time(planned_out[1]),
            "planned_arrive": None if planned_in is None else self._time(planned_in[0]),
            "as_of": format_instant(live.observed),
        }

    def _walk(self, walk: Walk) -> Leg:
        origin = Halt(name=None, entity=None, at=self._wish.origin) if walk.origin is None else self._halt(walk.origin)
        goal = Halt(name=None, entity=None, at=self._wish.goal) if walk.goal is None else self._halt(walk.goal)
        return Leg(
            kind="walk",
            origin=origin,
            goal=goal,
            depart=self._time(walk.depart),
            arrive=self._time(walk.arrive),
            seconds=walk.arrive - walk.depart,
            way=(origin.at, goal.at),
        )

    def _halt(self, stop: int) -> Halt:
        found = self._timetable.stops[stop]
        return Halt(name=found.name, entity=transit_id("GtfsStop", self._feed, found.id.strip()), at=self._place(stop))

    def _place(self, stop: int) -> Place:
        found = self._timetable.stops[stop]
        return found.lon, found.lat

    def _time(self, seconds: int) -> str:
        return format_instant(self._day.moment(seconds))


def _place_of(stops: Sequence[int], times: Sequence[int], stop: int, at: int, since: int) -> int:
    """The halt at this stop and time."""
    return next(place for place in range(since, len(stops)) if stops[place] == stop and times[place] == at)
