"""Travel times between places, for any service that plans rounds or visits: by road where a service offers it.

A service that finds ways offers itself (`offered_travel`) while it can; any other asks `travel_between` and never knows
which one answered. Where none does, the straight line with a detour factor stands in and says so.
"""

import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

import msgspec

from pinisi.city.ellipsoid import MEAN_RADIUS
from pinisi.city.text import Text
from pinisi.context.term_table import TermTable
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant

LonLat = tuple[float, float]
By = Literal["car", "motorcycle", "truck", "bicycle", "pedestrian"]
DETOUR = 1.4
"""Road metres for each metre of the straight line. A default of Pinisi."""
SPEED_KMH = {"car": 25.0, "motorcycle": 25.0, "truck": 20.0, "bicycle": 12.0, "pedestrian": 4.5}
"""Across a city, stops at signals included. Defaults of Pinisi."""
MOST_PLACES = 100


class TravelTable(msgspec.Struct, frozen=True, kw_only=True):
    """From each origin (row) to each place (column): seconds and metres, None where no way leads.

    `by_road`: found on roads, around what is closed; else along straight lines. `method`: how, in words.
    """

    seconds: tuple[tuple[float | None, ...], ...]
    metres: tuple[tuple[float | None, ...], ...]
    by_road: bool
    method: Text


class Asker(Protocol):
    """For whom it is asked: the `Visit` of an endpoint is one."""

    @property
    def tenant(self) -> str: ...
    @property
    def now(self) -> Instant: ...
    @property
    def store(self) -> Store: ...
    @property
    def table(self) -> TermTable: ...


class RoadTravel(Protocol):
    """What a service offers that finds ways by road."""

    async def between(
        self, asker: Asker, origins: Sequence[LonLat], places: Sequence[LonLat], by: By
    ) -> TravelTable | None:
        """None: not for this tenant, or not now. Raises nothing."""
        ...


_OFFERED: list[RoadTravel] = []


@contextmanager
def offered_travel(travel: RoadTravel) -> Generator[None]:
    """It may be asked while this lasts."""
    _OFFERED.append(travel)
    try:
        yield
    finally:
        _OFFERED.remove(travel)


async def travel_between(
    asker: Asker, origins: Sequence[LonLat], places: Sequence[LonLat], by: By = "car"
) -> TravelTable:
    """The newest offer that has an answer, else the straight line.

    Raises:
        ValueError: more than a hundred places on a side, or one that is none on the Earth.
    """
    if max(len(origins), len(places)) > MOST_PLACES:
        raise ValueError(f"more than {MOST_PLACES} places")
    if not all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in (*origins, *places)):
        raise ValueError("a place is none on the Earth")
    for travel in reversed(_OFFERED):
        found = await travel.between(asker, origins, places, by)
        if found is not None:
            return found
    return straight_line(origins, places, by)


def straight_line(origins: Sequence[LonLat], places: Sequence[LonLat], by: By) -> TravelTable:
    """Great circle times a detour factor, at one speed."""
    speed = SPEED_KMH[by]
    metres = tuple(tuple(DETOUR * _great_circle(one, other) for other in places) for one in origins)
    return TravelTable(
        seconds=tuple(tuple(each * 3.6 / speed for each in row) for row in metres),
        metres=metres,
        by_road=False,
        method=Text(
            id=f"garis lurus × {DETOUR:g}, {speed:g} km/jam",
            en=f"straight line × {DETOUR:g}, {speed:g} km/h",
            ja=f"直線距離 × {DETOUR:g}、時速 {speed:g} km",
        ),
    )


def _great_circle(one: LonLat, other: LonLat) -> float:
    (west, south), (east, north) = ((math.radians(lon), math.radians(lat)) for lon, lat in (one, other))
    half = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * MEAN_RADIUS * math.asin(math.sqrt(min(1.0, half)))
