"""Whether each trip goes forward in time, has its two ends, and never faster than a vehicle can."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.stop_lists import Halt, Point, halts_of, metres, points_of
from pinisi.services.mobility.engine.gtfs.table import Feed, Table
from pinisi.services.mobility.engine.gtfs.values import time_of

_FILE = "stop_times.txt"
FASTEST = {"0": 100.0, "1": 150.0, "2": 500.0, "4": 80.0, "5": 30.0, "6": 50.0, "7": 50.0, "11": 150.0, "12": 150.0}
"""Kilometres an hour by `route_type`, as the canonical validator has them; all others `FASTEST_OTHER`, buses too."""
FASTEST_OTHER = 150.0
FAR = 10_000.0
"""Metres from which stops count as far from each other."""
_FULL_MINUTE = 60
"""Times are often told in whole minutes: so many seconds are allowed more."""


def check_times(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get(_FILE)
    if table is None:
        return
    points, fastest = points_of(feed), speeds_of(feed)
    for trip, halts in halts_of(table).items():
        yield from _sides(table, halts)
        yield from _edges(table, trip, halts)
        yield from _forward(table, trip, halts)
        yield from _unsorted(table, trip, halts)
        yield from _fast(table, trip, halts, points, fastest.get(trip, FASTEST_OTHER))


def speeds_of(feed: Feed) -> dict[str, float]:
    """Trip -> the most kilometres an hour that its kind of vehicle can do."""
    kinds = dict(zip(feed.values("routes.txt", "route_id"), feed.values("routes.txt", "route_type"), strict=True))
    trips = zip(feed.values("trips.txt", "trip_id"), feed.values("trips.txt", "route_id"), strict=True)
    return {trip: FASTEST.get(kinds.get(route, ""), FASTEST_OTHER) for trip, route in trips}


def _sides(table: Table, halts: Sequence[Halt]) -> Iterator[Notice]:
    code = "stop_time_with_only_arrival_or_departure_time"
    for halt in halts:
        if (halt.arrival is None) != (halt.departure is None):
            field = "arrival_time" if halt.arrival is None else "departure_time"
            yield notice(code, _FILE, table.numbers[halt.place], field, reason="only one of the two times is told")


def _edges(table: Table, trip: str, halts: Sequence[Halt]) -> Iterator[Notice]:
    for halt in (halts[0], halts[-1]):
        for field, time in (("arrival_time", halt.arrival), ("departure_time", halt.departure)):
            if time is None:
                reason = "the first and the last stop of a trip need both times"
                yield notice("missing_trip_edge", _FILE, table.numbers[halt.place], field, trip, reason)


def _forward(table: Table, trip: str, halts: Sequence[Halt]) -> Iterator[Notice]:
    before: int | None = None
    for halt in halts:
        row = table.numbers[halt.place]
        if halt.arrival is not None and before is not None and halt.arrival < before:
            code = "stop_time_with_arrival_before_previous_departure_time"
            reason = f"arrives at {time_of(halt.arrival)}, after leaving the stop before at {time_of(before)}"
            yield notice(code, _FILE, row, "arrival_time", trip, reason)
        if halt.arrival is not None and halt.departure is not None and halt.departure < halt.arrival:
            code, reason = "stop_time_with_departure_before_arrival_time", "leaves before it arrives"
            yield notice(code, _FILE, row, "departure_time", trip, reason)
        before = halt.departure if halt.departure is not None else before


def _unsorted(table: Table, trip: str, halts: Sequence[Halt]) -> Iterator[Notice]:
    places = [halt.place for halt in halts]
    if places[-1] - places[0] != len(places) - 1 or any(b < a for a, b in pairwise(places)):
        row = table.numbers[places[0]]
        yield notice("unsorted_stop_times", _FILE, row, "trip_id", trip, "its stops do not stand together in order")


def _fast(
    table: Table, trip: str, halts: Sequence[Halt], points: Mapping[str, Point], fastest: float
) -> Iterator[Notice]:
    timed = [halt for halt in halts if halt.stop in points and (halt.arrival is not None or halt.departure is not None)]
    for one, other in pairwise(timed):
        far, speed = speed_between(one, other, points)
        if speed > fastest:
            code = "fast_travel_between_far_stops" if far > FAR else "fast_travel_between_consecutive_stops"
            reason = f"{far / 1000:.1f} km at {speed:.0f} km/h"
            yield notice(code, _FILE, table.numbers[other.place], "arrival_time", trip, reason)


def speed_between(one: Halt, other: Halt, points: Mapping[str, Point]) -> tuple[float, float]:
    """Metres between two stops, and kilometres an hour between their times, a minute allowed where they are round."""
    far = metres(points[one.stop], points[other.stop])
    leaves = one.departure if one.departure is not None else one.arrival
    comes = other.arrival if other.arrival is not None else other.departure
    if leaves is None or comes is None or far < 1:
        return far, 0.0
    took = max(0, comes - leaves)
    if leaves % 60 == 0 and comes % 60 == 0:
        took += _FULL_MINUTE
    return far, far / max(took, 1) * 3.6
