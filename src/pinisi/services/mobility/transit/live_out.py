"""The city's own GTFS-Realtime: vehicles, arrivals and closed ways of lines, of what the context knows now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.runtime.known import Known
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.gtfs_rt.message import (
    CANCELED,
    Alert,
    Entity,
    Expected,
    Feed,
    Informed,
    StopUpdate,
    TripNamed,
    TripUpdate,
    VehiclePosition,
)
from pinisi.services.mobility.models.transit import transit_id
from pinisi.services.mobility.road_closures import moment
from pinisi.services.mobility.transit.closed_lines import closed_lines
from pinisi.services.mobility.transit.live_trips import UPDATE
from pinisi.services.mobility.transit.trip_book import TripBook
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

TEXTS = texts_of("pinisi.services.mobility")
VERSION = "2.0"
OLDEST = 30 * MINUTE
WEATHER, UNKNOWN_CAUSE, UNKNOWN_EFFECT = 8, 1, 8
_MADE_UP = frozenset({"simulated", "replayed"})
_STANDINGS = {"incomingAt": 0, "stoppedAt": 1, "inTransitTo": 2}


class Names:
    """The timetable's own identifiers of entities."""

    def __init__(self, feed: str, book: TripBook) -> None:
        self.book = book
        self._stops = {transit_id("GtfsStop", feed, stop): stop for stop in book.stops}
        self._routes = {transit_id("GtfsRoute", feed, route): route for route in book.lines}

    def trip(self, known: Known) -> TripNamed | None:
        """None where the timetable does not know it."""
        trip = known.text("tripId") or ""
        route = self.book.trips.get(trip)
        return None if route is None else TripNamed(trip=trip, route=route)

    def stop(self, known: Known) -> str:
        return next((self._stops[id] for id in known.related("refGtfsStop") if id in self._stops), "")

    def route(self, id: str) -> str:
        return self._routes.get(id, "")


def positions_feed(vehicles: Iterable[Known], names: Names, now: Instant) -> Feed:
    """Vehicles that told where they are within half an hour; what is simulated or replayed is never told as real."""
    entities: list[Entity] = []
    for known in vehicles:
        place = known.said("location")
        point = known.point
        if place is None or point is None or place.method in _MADE_UP or not 0 <= now - place.observed <= OLDEST:
            continue
        speed, stop = known.number("speed"), names.stop(known)
        position = VehiclePosition(
            vehicle=known.id.rpartition(":")[2],
            label=known.text("name") or "",
            trip=names.trip(known),
            lon=point[0],
            lat=point[1],
            bearing=known.number("bearing"),
            speed=None if speed is None else speed / 3.6,
            stop=stop,
            standing=_STANDINGS.get(known.text("vehicleStanding") or "") if stop else None,
            at=place.observed // SECOND,
        )
        entities.append(Entity(id=f"vehicle-{position.vehicle}", vehicle=position))
    return _feed(entities, now)


def arrivals_feed(arrivals: Iterable[Known], names: Names, now: Instant) -> Feed:
    """Trips of which a delay or an arrival is known."""
    entities: dict[str, Entity] = {}
    for known in arrivals:
        trip, stop = names.trip(known), names.stop(known)
        if trip is not None and (ended := _canceled(known, now)) is not None:
            entities[trip.trip] = Entity(id=f"trip-{trip.trip}", trip_update=_ended(trip, ended))
            continue
        said = known.said("delay") or known.said("expectedArrival")
        if trip is None or said is None or said.method in _MADE_UP or not 0 <= now - said.observed <= OLDEST:
            continue
        at, delay = moment(known.value("expectedArrival")), known.number("delay")
        expected = Expected(delay=None if delay is None else round(delay), at=None if at is None else at // SECOND)
        # GTFS-Realtime wants both; a vehicle leaves as late as it comes, or as soon as it has come
        leaves = expected if expected.delay is None else Expected(delay=expected.delay)
        stops = (StopUpdate(stop=stop, arrival=expected, departure=leaves),) if stop else ()
        behind = None if stop or delay is None else round(delay)
        if not stops and behind is None:
            continue
        update = TripUpdate(trip=trip, stops=stops, at=said.observed // SECOND, delay=behind)
        entities[trip.trip] = Entity(id=f"trip-{trip.trip}", trip_update=update)
    return _feed(list(entities.values()), now)


def _canceled(known: Known, now: Instant) -> Instant | None:
    """When it was told that the trip does not run; None where it was not."""
    said = known.said(UPDATE)
    if said is None or said.method in _MADE_UP or not 0 <= now - said.observed <= OLDEST:
        return None
    value: Any = said.value
    return said.observed if isinstance(value, dict) and value.get("state") == "canceled" else None  # pyright: ignore[reportUnknownMemberType]


def _ended(trip: TripNamed, at: Instant) -> TripUpdate:
    return TripUpdate(trip=msgspec.structs.replace(trip, relation=CANCELED), at=at // SECOND)


def alerts_feed(routes: Sequence[Known], closures: Sequence[Known], names: Names, now: Instant) -> Feed:
    """One alert for each closed road that lines go over."""
    entities: list[Entity] = []
    for closure, ids in closed_lines(routes, closures, now):
        lines = [route for route in map(names.route, ids) if route]
        if not lines:
            continue
        begin, end = (moment(closure.value(name)) for name in ("validFrom", "validTo"))
        alert = Alert(
            periods=((_second(begin), _second(end)),) if begin is not None or end is not None else (),
            informed=tuple(Informed(route=route) for route in lines),
            cause=WEATHER if closure.related("refObserved") else UNKNOWN_CAUSE,
            effect=UNKNOWN_EFFECT,
            header=_texts("live-road-closed"),
            description=_reason(closure),
        )
        entities.append(Entity(id=closure.id, alert=alert))
    return _feed(entities, now)


def _second(at: Instant | None) -> int | None:
    return None if at is None else at // SECOND


def _texts(key: str) -> Mapping[str, str]:
    text = TEXTS[key]
    return {"id": text.id, "en": text.en, "ja": text.ja}


def _reason(closure: Known) -> Mapping[str, str]:
    said: Any = closure.value("reason")
    return {"": said[:1_000]} if isinstance(said, str) and said.strip() else {}


def _feed(entities: Sequence[Entity], now: Instant) -> Feed:
    return Feed(version=VERSION, at=now // SECOND, entities=tuple(entities))
