"""Vehicles, arrivals and alerts of a GTFS-Realtime feed as entities, checked against the timetable if there is one."""

from collections.abc import Iterator, Mapping
from typing import Any

from pinisi.city.text import Text, fill
from pinisi.runtime.about import About
from pinisi.runtime.source import Reading, Reject
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_json, told_place, told_relation, told_time
from pinisi.services.mobility.engine.gtfs_rt.message import (
    CAUSES,
    EFFECTS,
    SKIPPED,
    STANDINGS,
    Alert,
    Entity,
    Feed,
    StopUpdate,
    TripNamed,
    TripUpdate,
    VehiclePosition,
)
from pinisi.services.mobility.models.transit import LIVE_TYPES, transit_id
from pinisi.services.mobility.transit.live_trips import UPDATE, kept_update, state_of
from pinisi.services.mobility.transit.trip_book import TripBook
from pinisi.vocabulary.instant import HOUR, MINUTE, SECOND, Instant, format_instant

TEXTS = texts_of("pinisi.services.mobility")
VEHICLE, ARRIVAL, ALERT = LIVE_TYPES
KEPT = 30 * MINUTE
"""So long after its last word a vehicle or an arrival is still there, old as it is shown to be."""
AHEAD = 5 * MINUTE
"""So far may clocks be apart."""
LONGEST = 500
_FORECAST = {"method": {"type": "Property", "value": "forecast"}}
_NOBODY_KNOWS = "\u2014"
Told = dict[str, Any]


class _Bad(ValueError):
    """Field of an entity that cannot be taken, and why."""

    def __init__(self, field: str, reason: Text) -> None:
        super().__init__(field)
        self.field, self.reason = field, reason


def live_entities(feed: str, said: Feed, received: Instant, book: TripBook | None) -> Reading:
    """What a message says. What is refused names its entity and field; trips unknown to the timetable are named."""
    reading = _Live(feed, said, received, book)
    entities: dict[str, Told] = {}
    rejects: list[Reject] = []
    sound: list[str] = []
    for entity in said.entities:
        key = f"entity {entity.id[:200]}"
        try:
            for made in reading.made(entity):
                entities[made["id"]] = made
            sound.append(key)
        except _Bad as bad:
            rejects.append(_reject(key, entity.id, bad.field, bad.reason))
    for place, reason in said.faults:
        words = fill(TEXTS["live-unreadable"], reason=reason)
        rejects.append(_reject(f"entity at {place}", str(place), "entity", words))
    return Reading(entities=tuple(entities.values()), rejects=rejects, sound=sound)


def _reject(key: str, row: str, field: str, reason: Text) -> Reject:
    return Reject(key=key, row=row[:200], field=field, reason=reason, about=About(types=LIVE_TYPES))


class _Live:
    def __init__(self, feed: str, said: Feed, received: Instant, book: TripBook | None) -> None:
        self._feed, self._said, self._received, self._book = feed, said, received, book

    def made(self, entity: Entity) -> Iterator[Told]:
        """Raises `_Bad`."""
        if entity.deleted:
            return
        if entity.vehicle is not None:
            yield self._vehicle(entity.vehicle, entity.id)
        if entity.trip_update is not None:
            yield from self._arrival(entity.trip_update)
        if entity.alert is not None:
            yield from self._alert(entity.alert, entity.id)

    def _moment(self, at: int | None) -> Instant:
        """When it was true: its own word, else the feed's, else when it came. Raises `_Bad`."""
        told_at = at or self._said.at
        moment = self._received if not told_at else told_at * SECOND
        if moment > self._received + AHEAD:
            raise _Bad("timestamp", fill(TEXTS["live-ahead"], minutes=AHEAD // MINUTE))
        if moment < self._received - KEPT:
            raise _Bad("timestamp", fill(TEXTS["live-old"], minutes=KEPT // MINUTE))
        return min(moment, self._received)

    def _vehicle(self, said: VehiclePosition, id: str) -> Told:
        moment = self._moment(said.at)
        at = format_instant(moment)
        lon, lat = said.lon, said.lat
        if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90 or (lon, lat) == (0, 0):
            raise _Bad("position", TEXTS["live-nowhere"])
        named = said.vehicle or (said.trip.trip if said.trip else "") or id
        point = {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]}
        entity = self._begun(VEHICLE, named, moment) | {
            "name": told((said.label or named)[:LONGEST], at),
            "location": told_place(point, at),
        }
        if said.bearing is not None and 0 <= said.bearing <= 360:
            entity["bearing"] = told(round(said.bearing, 1), at, "DD")
        if said.speed is not None and 0 <= said.speed < 100:
            entity["speed"] = told(round(said.speed * 3.6, 1), at, "KMH")
        return entity | self._of_trip(said.trip, at) | self._at_stop(said, at)

    def _at_stop(self, said: VehiclePosition, at: str) -> Told:
        if not said.stop or (self._book is not None and said.stop not in self._book.stops):
            return {}
        standing = STANDINGS.get(2 if said.standing is None else said.standing, "inTransitTo")
        return {
            "refGtfsStop": told_relation(transit_id("GtfsStop", self._feed, said.stop), at),
            "vehicleStanding": told(standing, at),
        }

    def _of_trip(self, trip: TripNamed | None, at: str) -> Told:
        """Its line, where trip or route are known to the timetable; whether they are."""
        if trip is None or not (trip.trip or trip.route):
            return {}
        route = self._route(trip)
        found: Told = {"tripId": told(trip.trip[:LONGEST], at)} if trip.trip else {}
        found["tripState"] = told("unchecked" if self._book is None else "known" if route else "unknown", at)
        named = route or (trip.route if self._book is None else "")
        if named:
            name = named if self._book is None else self._book.lines.get(named, named)
            found["lineName"] = told(name[:LONGEST], at)
            found["refGtfsRoute"] = told_relation(transit_id("GtfsRoute", self._feed, named), at)
        return found

    def _route(self, trip: TripNamed) -> str:
        """Empty where the timetable does not know it."""
        if self._book is None:
            return ""
        return self._book.trips.get(trip.trip, "") or (trip.route if trip.route in self._book.lines else "")

    def _arrival(self, said: TripUpdate) -> Iterator[Told]:
        moment = self._moment(said.at)
        trip = said.trip
        if not trip.trip:
            raise _Bad("trip_id", TEXTS["live-no-trip"])
        state = state_of(said)
        if self._book is not None and not self._route(trip):
            raise _Bad("trip_id", fill(TEXTS["live-unknown-trip"], trip=trip.trip[:100]))
        own = "-".join(filter(None, (trip.trip, trip.start_date, trip.start_time)))
        at = format_instant(moment)
        kept = {UPDATE: told_json(kept_update(said), at) | _FORECAST}
        entity = self._begun(ARRIVAL, own, moment) | self._of_trip(trip, at) | kept
        found = next((stop for stop in said.stops if self._comes(stop)), None)
        if state == "canceled" or found is None:
            if state == "canceled" or any(stop.relation == SKIPPED for stop in said.stops):
                yield entity
            return
        event = found.arrival or found.departure
        delay = (event.delay if event else None) if (event and event.delay is not None) else said.delay
        if found.stop:
            entity["refGtfsStop"] = told_relation(transit_id("GtfsStop", self._feed, found.stop), at)
        if event is not None and event.at is not None:
            entity["expectedArrival"] = told_time(event.at * SECOND, at) | _FORECAST
        if delay is not None and abs(delay) < 86_400:
            entity["delay"] = told(delay, at, "SEC") | _FORECAST
        yield entity

    def _comes(self, stop: StopUpdate) -> bool:
        """It is still to come, as far as the feed tells moments."""
        event = stop.arrival or stop.departure
        if stop.relation or event is None or (event.at is None and event.delay is None):
            return False
        if self._book is not None and stop.stop and stop.stop not in self._book.stops:
            return False
        now = self._said.at or self._received // SECOND
        return event.at is None or now <= event.at <= now + 86_400

    def _alert(self, said: Alert, id: str) -> Iterator[Told]:
        begin = min((each[0] for each in said.periods if each[0]), default=None)
        ends = [each[1] for each in said.periods]
        end = max((each for each in ends if each), default=None) if all(ends) else None
        if end is not None and (end * SECOND <= self._received or end > _LAST_SECOND):
            return
        at = format_instant(self._received)
        over = self._received + HOUR if end is None else end * SECOND
        header, about = _words(said.header), _words(said.description)
        entity = self._begun(ALERT, id, over - KEPT) | {
            "name": told((header or _NOBODY_KNOWS)[:LONGEST], at),
            "alertCause": told(CAUSES.get(said.cause, "otherCause"), at),
            "alertEffect": told(EFFECTS.get(said.effect, "otherEffect"), at),
        }
        if about:
            entity["description"] = told(about[: 4 * LONGEST], at)
        if begin is not None and begin <= _LAST_SECOND:
            entity["validFrom"] = told_time(begin * SECOND, at)
        if end is not None:
            entity["validTo"] = told_time(end * SECOND, at)
        yield entity | self._affected(said, at)

    def _affected(self, said: Alert, at: str) -> Told:
        lines: Mapping[str, str] = {} if self._book is None else self._book.lines
        routes = sorted({lines.get(each.route, each.route) for each in said.informed if each.route})
        stops = sorted({each.stop for each in said.informed if each.stop})
        found: Mapping[str, list[str]] = {"affectedLines": routes, "affectedStops": stops}
        return {name: told(", ".join(values)[: 4 * LONGEST], at) for name, values in found.items() if values}

    def _begun(self, type: str, own: str, moment: Instant) -> Told:
        return {
            "id": transit_id(type, self._feed, own),
            "type": type,
            "expiresAt": format_instant(moment + KEPT),
        }


_LAST_SECOND = 7_258_118_400
"""The year 2200."""


def _words(texts: Mapping[str, str]) -> str:
    """In Indonesian where it is there, else in English, else as it stands first."""
    return texts.get("id") or texts.get("en") or next(iter(texts.values()), "")
