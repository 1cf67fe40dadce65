"""TripUpdates on their way from a feed to the context (`tripUpdate` of ArrivalEstimation) and on to journeys."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.runtime.known import Known
from pinisi.services.mobility.engine.gtfs_rt.message import ADDED, CANCELED, StopUpdate, TripUpdate
from pinisi.services.mobility.transit.service_day import ServiceDay
from pinisi.vocabulary.instant import SECOND

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.transit.live_day import TripLive

UPDATE = "tripUpdate"
_NEW, _DELETED = 5, 7
"""`schedule_relationship` NEW and DELETED of the reference, since 2024."""
_STATES = {ADDED: "added", _NEW: "added", CANCELED: "canceled", _DELETED: "canceled"}
_STOPS = {0: "told", 1: "skipped", 2: "silent", 3: "told"}


class StopKept(msgspec.Struct, frozen=True, omit_defaults=True):
    """Moments in seconds since 1970, delays in seconds."""

    stop: str = ""
    sequence: int | None = None
    arrive: int | None = None
    depart: int | None = None
    late_in: int | None = None
    late_out: int | None = None
    state: str = "told"


class TripKept(msgspec.Struct, frozen=True, omit_defaults=True):
    trip: str
    date: str = ""
    time: str = ""
    state: str = "scheduled"
    route: str = ""
    late: int | None = None
    stops: tuple[StopKept, ...] = ()


def state_of(update: TripUpdate) -> str:
    return _STATES.get(update.trip.relation or 0, "scheduled")


def kept_update(update: TripUpdate) -> Any:
    """As JSON for the context."""
    trip = update.trip
    kept = TripKept(
        trip=trip.trip,
        date=trip.start_date,
        time=trip.start_time,
        state=state_of(update),
        route=trip.route,
        late=update.delay,
        stops=tuple(_kept(stop) for stop in update.stops),
    )
    return msgspec.to_builtins(kept)


def _kept(stop: StopUpdate) -> StopKept:
    comes, leaves = stop.arrival, stop.departure
    return StopKept(
        stop=stop.stop,
        sequence=stop.sequence,
        arrive=None if comes is None else comes.at,
        depart=None if leaves is None else leaves.at,
        late_in=None if comes is None else comes.delay,
        late_out=None if leaves is None else leaves.delay,
        state=_STOPS.get(stop.relation, "told"),
    )


def live_trips(arrivals: Sequence[Known], day: ServiceDay) -> "list[TripLive]":
    """Of the service days that a search of this day looks at; what cannot be read is left out."""
    from pinisi.services.mobility.engine.gtfs.values import seconds_of
    from pinisi.services.mobility.engine.transit.live_day import StopLive, TripLive, away_of

    found: list[TripLive] = []
    for known in arrivals:
        said = known.said(UPDATE)
        if said is None:
            continue
        try:
            kept = msgspec.convert(said.value, TripKept)
        except msgspec.ValidationError:
            continue
        away = away_of(kept.date, day.day) if kept.date else 0
        if away is None or not -1 <= away <= 1:
            continue

        def second(moment: int | None) -> int | None:
            return None if moment is None else day.seconds(moment * SECOND)

        stops = tuple(
            StopLive(
                stop=each.stop,
                sequence=each.sequence,
                arrive=second(each.arrive),
                depart=second(each.depart),
                late_in=each.late_in,
                late_out=each.late_out,
                state=each.state,
            )
            for each in kept.stops
        )
        found.append(
            TripLive(
                trip=kept.trip,
                away=away,
                start=seconds_of(kept.time) if kept.time else None,
                state=kept.state,
                route=kept.route,
                late=kept.late,
                observed=said.observed,
                stops=stops,
            )
        )
    return found
