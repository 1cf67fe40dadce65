"""What the endpoints of journeys say: journeys with their legs, ground that is reached, and how far to trust them."""

from typing import Any, Literal

import msgspec

from pinisi.city.text import Text

TimesBy = Literal["live", "planned", "approximate"]
Place = tuple[float, float]
"""Longitude and latitude."""


class AskedTimetable(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Which timetable it was, and how far it can be trusted.

    `approximate`: percent of its times that are not published but approximate, as a repair makes them. `since`: when
    the timetable was taken in. `begin`, `end`: its period (days).
    """

    id: str
    name: str
    zone: str
    begin: str
    end: str
    since: str
    approximate: float
    left_out: int


class Halt(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`entity`: the GtfsStop; None where the journey itself begins or ends."""

    name: str | None
    entity: str | None
    at: Place


class Leg(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`line`, `headsign`, `route` (the GtfsRoute) and `trip` are of rides. `way`: from stop to stop.

    `headway`: seconds between two vehicles where the timetable says only how often they come. `approximate`: its times
    are not published ones. `depart_by`, `arrive_by`: `live` (a vehicle is expected so), `planned` or `approximate`;
    of a trip with live word `planned_depart` and `planned_arrive` (None of one that no timetable has), and `as_of`:
    when that word was true.
    """

    kind: Literal["ride", "walk"]
    origin: Halt
    goal: Halt
    depart: str
    arrive: str
    seconds: int
    way: tuple[Place, ...]
    line: str | None = None
    headsign: str | None = None
    route: str | None = None
    trip: str | None = None
    stops: int | None = None
    headway: int | None = None
    approximate: bool = False
    depart_by: TimesBy = "planned"
    arrive_by: TimesBy = "planned"
    planned_depart: str | None = None
    planned_arrive: str | None = None
    as_of: str | None = None


class JourneyFound(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    depart: str
    arrive: str
    seconds: int
    changes: int
    walk_seconds: int
    approximate: bool
    legs: tuple[Leg, ...]


class JourneysAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`walk_seconds`: on foot alone, where the way is short enough. `notes`: what one has to know to trust it."""

    timetable: AskedTimetable | None
    journeys: tuple[JourneyFound, ...]
    walk_seconds: int | None
    method: Literal["modelled"]
    at: str
    notes: tuple[Text, ...]


class Reached(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`ground` is GeoJSON; None where nothing can be said."""

    minutes: int
    stops: int
    ground: Any


class ReachAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    timetable: AskedTimetable | None
    reached: tuple[Reached, ...]
    method: Literal["modelled"]
    at: str
    notes: tuple[Text, ...]
