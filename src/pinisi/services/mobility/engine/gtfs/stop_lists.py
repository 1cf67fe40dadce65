"""The stops of each trip in their order, with times in seconds."""

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt

import msgspec

from pinisi.services.mobility.engine.gtfs.table import Feed, Table
from pinisi.services.mobility.engine.gtfs.values import number_of, seconds_of

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


class Halt(msgspec.Struct, frozen=True):
    """One stop of a trip. `place` is its row among the rows of stop_times; times None where there is none."""

    place: int
    sequence: int
    stop: str
    arrival: int | None
    departure: int | None


def halts_of(table: Table) -> dict[str, list[Halt]]:
    """Trip -> its stops by `stop_sequence`. A row without a whole number there is left out."""
    trips: dict[str, list[Halt]] = {}
    columns = ("trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time")
    seconds: dict[str, int | None] = {}
    for place, (trip, sequence, stop, arrival, departure) in enumerate(zip(*map(table.values, columns), strict=True)):
        number = number_of(sequence)
        if number is None:
            continue
        for time in (arrival, departure):
            if time not in seconds:
                seconds[time] = seconds_of(time.strip())
        trips.setdefault(trip, []).append(Halt(place, int(number), stop, seconds[arrival], seconds[departure]))
    for halts in trips.values():
        halts.sort(key=lambda halt: halt.sequence)
    return trips


def points_of(feed: Feed) -> Mapping[str, Point]:
    """Stop -> where it lies; stops without sound coordinates are left out."""
    columns = ("stop_id", "stop_lat", "stop_lon")
    places: dict[str, Point] = {}
    for stop, lat, lon in zip(*(feed.values("stops.txt", column) for column in columns), strict=True):
        north, east = number_of(lat), number_of(lon)
        if north is not None and east is not None and abs(north) <= 90 and abs(east) <= 180:
            places[stop] = (north, east)
    return places


def metres(one: Point, other: Point) -> float:
    """Great-circle distance on a sphere of 6,371,008.8 m (the mean radius of the Earth)."""
    north, south = radians(one[0]), radians(other[0])
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * 6_371_008.8 * asin(min(1.0, sqrt(half)))
