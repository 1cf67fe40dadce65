"""What GTFS-Realtime says, as values: moments in seconds since 1970, places in degrees, speeds in metres a second."""

from collections.abc import Mapping

import msgspec

CAUSES: Mapping[int, str] = {
    1: "unknownCause",
    2: "otherCause",
    3: "technicalProblem",
    4: "strike",
    5: "demonstration",
    6: "accident",
    7: "holiday",
    8: "weather",
    9: "maintenance",
    10: "construction",
    11: "policeActivity",
    12: "medicalEmergency",
}
EFFECTS: Mapping[int, str] = {
    1: "noService",
    2: "reducedService",
    3: "significantDelays",
    4: "detour",
    5: "additionalService",
    6: "modifiedService",
    7: "otherEffect",
    8: "unknownEffect",
    9: "stopMoved",
    10: "noEffect",
    11: "accessibilityIssue",
}
STANDINGS: Mapping[int, str] = {0: "incomingAt", 1: "stoppedAt", 2: "inTransitTo"}
SCHEDULED, ADDED, UNSCHEDULED, CANCELED = 0, 1, 2, 3
SKIPPED = 1
"""A `relation` of a stop."""


class TripNamed(msgspec.Struct, frozen=True, kw_only=True):
    """`start_date` as `YYYYMMDD`. `relation` is one of SCHEDULED, ADDED, UNSCHEDULED, CANCELED ..."""

    trip: str = ""
    route: str = ""
    direction: int | None = None
    start_time: str = ""
    start_date: str = ""
    relation: int | None = None


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """When a vehicle comes to a stop or leaves it: `delay` seconds behind the timetable, or a moment."""

    delay: int | None = None
    at: int | None = None


class StopUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """`relation`: 0 scheduled, 1 skipped, 2 no data."""

    sequence: int | None = None
    stop: str = ""
    arrival: Expected | None = None
    departure: Expected | None = None
    relation: int = 0


class TripUpdate(msgspec.Struct, frozen=True, kw_only=True):
    trip: TripNamed
    vehicle: str = ""
    stops: tuple[StopUpdate, ...] = ()
    at: int | None = None
    delay: int | None = None


class VehiclePosition(msgspec.Struct, frozen=True, kw_only=True):
    """`bearing` in degrees from north, clockwise; `standing` a key of STANDINGS. No licence plate is read."""

    vehicle: str = ""
    label: str = ""
    trip: TripNamed | None = None
    lon: float | None = None
    lat: float | None = None
    bearing: float | None = None
    speed: float | None = None
    stop: str = ""
    sequence: int | None = None
    standing: int | None = None
    at: int | None = None


class Informed(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an alert is about."""

    agency: str = ""
    route: str = ""
    stop: str = ""
    trip: TripNamed | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """`periods`: begin and end, None where it is open. Texts by language, `""` where none is named."""

    periods: tuple[tuple[int | None, int | None], ...] = ()
    informed: tuple[Informed, ...] = ()
    cause: int = 1
    effect: int = 8
    header: Mapping[str, str] = {}
    description: Mapping[str, str] = {}


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One of the three; `deleted` in a feed of differences."""

    id: str
    deleted: bool = False
    trip_update: TripUpdate | None = None
    vehicle: VehiclePosition | None = None
    alert: Alert | None = None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """`at`: when the feed was made. `faults`: entities that could not be read, by their place and reason."""

    version: str
    at: int | None
    entities: tuple[Entity, ...]
    differential: bool = False
    faults: tuple[tuple[int, str], ...] = ()
