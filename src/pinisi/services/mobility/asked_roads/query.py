"""What is asked of the roads, as it stands in an address: positions, minutes, by what; every fault with its field."""

import math
from collections.abc import Mapping
from typing import Literal

import msgspec

from pinisi.city.entry import Fault, Unfit
from pinisi.city.text import fill
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.routing.answers import Costing, LonLat

TEXTS = texts_of("pinisi.services.mobility")
By = Literal["car", "motorcycle", "scooter", "bus", "truck", "bicycle", "pedestrian"]
COSTINGS: Mapping[By, Costing] = {
    "car": "auto",
    "motorcycle": "motorcycle",
    "scooter": "motor_scooter",
    "bus": "bus",
    "truck": "truck",
    "bicycle": "bicycle",
    "pedestrian": "pedestrian",
}
CLOSED_AS: Mapping[By, str] = {"scooter": "motorcycle"}
"""Which kind of `closedTo` it is, where the words differ."""
MOST_PLACES = 100
MOST_CONTOURS = 4
LONGEST_MINUTES = 120.0


class RouteQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """`from`, `to`: `longitude,latitude`."""

    from_: str
    to: str
    by: By = "car"


class RoadReachQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """`minutes`: one to four numbers up to 120, by commas."""

    from_: str
    minutes: str = "5,10,15"
    by: By = "car"


class TimesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """`from`, `to`: one to a hundred `longitude,latitude`, by semicolons."""

    from_: str
    to: str
    by: By = "car"


def position(field: str, text: str) -> LonLat:
    """Raises `Unfit`."""
    numbers = [_number(each) for each in text.split(",")] if len(text) < 100 else []
    match numbers:
        case [float() as lon, float() as lat] if abs(lon) <= 180 and abs(lat) <= 90:
            return lon, lat
        case _:
            raise Unfit([Fault(field, fill(TEXTS["asked-position"], said=text[:60]))])


def positions(field: str, text: str) -> list[LonLat]:
    """Raises `Unfit`."""
    parts = text.split(";")
    if len(parts) > MOST_PLACES:
        raise Unfit([Fault(field, fill(TEXTS["asked-too-many"], most=MOST_PLACES))])
    return [position(field, each) for each in parts]


def minutes(text: str) -> list[float]:
    """Each once, ascending. Raises `Unfit`."""
    numbers = {_number(each) for each in text.split(",")} if len(text) < 100 else {None}
    known = sorted(each for each in numbers if each is not None)
    if None in numbers or len(known) > MOST_CONTOURS or not all(1 <= each <= LONGEST_MINUTES for each in known):
        reason = fill(TEXTS["asked-minutes"], most=MOST_CONTOURS, longest=LONGEST_MINUTES)
        raise Unfit([Fault("minutes", reason)])
    return known


def closed_as(by: By) -> str:
    return CLOSED_AS.get(by, by)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
