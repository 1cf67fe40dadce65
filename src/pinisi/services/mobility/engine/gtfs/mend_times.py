"""Times of trips: carried over midnight, and worked out along the way where there are none or none that can be.

Every time that is worked out has `timepoint` 0: GTFS's word for a time that is not kept exactly.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from pinisi.services.mobility.engine.gtfs.check_times import FASTEST_OTHER, speed_between, speeds_of
from pinisi.services.mobility.engine.gtfs.distances import along, lengths_of
from pinisi.services.mobility.engine.gtfs.mend import ASSUMED, REPAIRED, Assumptions, Mend, Mended
from pinisi.services.mobility.engine.gtfs.stop_lists import Halt, Point, halts_of, points_of
from pinisi.services.mobility.engine.gtfs.table import Feed, Table
from pinisi.services.mobility.engine.gtfs.timing import Timed, filled
from pinisi.services.mobility.engine.gtfs.values import time_of

_DAY = 86_400
_LONGEST_LEG = 6 * 3600
_FILE = "stop_times.txt"
_BACK = "stop_time_with_arrival_before_previous_departure_time"
_EARLY = "stop_time_with_departure_before_arrival_time"
_ONE = "stop_time_with_only_arrival_or_departure_time"
_FAST = "fast_travel_between_consecutive_stops"
_FAR_FAST = "fast_travel_between_far_stops"


class _Trip(msgspec.Struct, frozen=True):
    """The halts of a trip with times that go forward, and the faults that were mended on the way."""

    halts: tuple[Halt, ...]
    faults: tuple[tuple[str, str], ...] = ()


def mend_times(feed: Feed, assumed: Assumptions) -> Mended:
    table = feed.tables.get(_FILE)
    if table is None:
        return feed, []
    points, fastest, lengths = points_of(feed), speeds_of(feed), lengths_of(feed)
    shapes = dict(zip(feed.values("trips.txt", "trip_id"), feed.values("trips.txt", "shape_id"), strict=True))
    told: dict[tuple[str, str], list[str]] = {}
    new: dict[int, Timed] = {}
    begun: list[str] = []
    for trip, halts in halts_of(table).items():
        way = _possible(_forward(halts), points, fastest.get(trip, FASTEST_OTHER))
        for fault in way.faults:
            told.setdefault(fault, []).append(trip)
        if all(halt.arrival is None and halt.departure is None for halt in halts):
            begun.append(trip)
        far = along(way.halts, points, lengths.get(shapes.get(trip, "")))
        edges = _edges(halts)
        if edges:
            told.setdefault(("missing_trip_edge", _how(assumed, trip in begun)), []).extend([trip] * edges)
        new.update(zip((halt.place for halt in way.halts), filled(way.halts, far, assumed), strict=True))
    mends = [
        Mend(code, _FILE, ASSUMED if "km/h" in how else REPAIRED, len(trips), how, f"trip {trips[0]}")
        for (code, how), trips in told.items()
    ]
    feed = feed.putting(_written(table, new))
    return (_repeated(feed, begun, assumed, mends) if assumed.headway else feed), mends


def _edges(halts: Sequence[Halt]) -> int:
    return sum((halt.arrival is None) + (halt.departure is None) for halt in (halts[0], halts[-1]))


def _how(assumed: Assumptions, without_any: bool) -> str:
    start = f", from an assumed departure at {time_of(assumed.start)}" if without_any else ""
    return f"times are worked out along the trip at an assumed {assumed.speed:g} km/h{start}, and have timepoint 0"


def _forward(halts: Sequence[Halt]) -> _Trip:
    """Times that never go back: past midnight they go on to 24:00 and more; others that go back are left out."""
    mended: list[Halt] = []
    faults: list[tuple[str, str]] = []
    before: int | None = None
    days = 0
    for halt in halts:
        arrival, departure = _both(halt, faults)
        if arrival is not None and departure is not None:
            arrival, departure = arrival + days, departure + days
            if before is not None and arrival < before:
                if arrival + _DAY - before <= _LONGEST_LEG:
                    days, arrival, departure = days + _DAY, arrival + _DAY, departure + _DAY
                    faults.append((_BACK, "the trip goes on past midnight: its times go on past 24:00:00"))
                else:
                    arrival = departure = None
                    faults.append((_BACK, "a time that goes back is worked out anew, and has timepoint 0"))
        if arrival is not None and departure is not None and departure < arrival:
            over = departure + _DAY - arrival <= _LONGEST_LEG
            departure = departure + _DAY if over else arrival
            days += _DAY if over else 0
            how = "it leaves after midnight" if over else "it leaves when it arrives"
            faults.append((_EARLY, f"{how}, not before it arrives"))
        before = departure if departure is not None else before
        mended.append(Halt(halt.place, halt.sequence, halt.stop, arrival, departure))
    return _Trip(tuple(mended), tuple(faults))


def _both(halt: Halt, faults: list[tuple[str, str]]) -> tuple[int | None, int | None]:
    if (halt.arrival is None) != (halt.departure is None):
        faults.append((_ONE, "the other time is taken to be the same"))
    return (
        halt.arrival if halt.arrival is not None else halt.departure,
        halt.departure if halt.departure is not None else halt.arrival,
    )


def _possible(trip: _Trip, points: Mapping[str, Point], fastest: float) -> _Trip:
    """Without the times after the first, where some leg is faster than any vehicle of the kind."""
    timed = [halt for halt in trip.halts if halt.stop in points and halt.arrival is not None]
    legs = [speed_between(one, other, points) for one, other in pairwise(timed)]
    too_fast = [far for far, speed in legs if speed > fastest]
    if not too_fast:
        return trip
    how = "no vehicle is so fast: all times after the first are worked out at the assumed km/h, and have timepoint 0"
    faults = tuple((_FAR_FAST if far > 10_000 else _FAST, how) for far in too_fast)
    first = next(place for place, halt in enumerate(trip.halts) if halt.arrival is not None)
    halts = tuple(
        halt if place <= first else Halt(halt.place, halt.sequence, halt.stop, None, None)
        for place, halt in enumerate(trip.halts)
    )
    return _Trip(halts, (*trip.faults, *faults))


def _written(table: Table, new: Mapping[int, Timed]) -> Table:
    """The table with the times; `timepoint` is 0 where they were worked out, 1 where the feed told them and no more."""
    arrivals, departures, points = map(table.values, ("arrival_time", "departure_time", "timepoint"))
    worked_out = any(time.worked_out for time in new.values())
    for place, time in new.items():
        arrivals[place], departures[place] = time_of(time.arrival), time_of(time.departure)
        points[place] = "0" if time.worked_out else points[place] or "1"
    table = table.having("arrival_time", arrivals).having("departure_time", departures)
    return table.having("timepoint", points) if worked_out else table


def _repeated(feed: Feed, trips: Sequence[str], assumed: Assumptions, mends: list[Mend]) -> Feed:
    """Trips that were given a departure go every `headway` seconds, as frequencies.txt says it (not exactly)."""
    table = feed.tables.get("frequencies.txt")
    header = ("trip_id", "start_time", "end_time", "headway_secs", "exact_times") if table is None else table.header
    there = frozenset(feed.values("frequencies.txt", "trip_id"))
    said = {
        "start_time": time_of(assumed.start),
        "end_time": time_of(assumed.until),
        "headway_secs": str(assumed.headway),
        "exact_times": "0",
    }
    rows = [
        tuple({**said, "trip_id": trip}.get(column, "") for column in header) for trip in trips if trip not in there
    ]
    if not rows:
        return feed
    how = f"a frequency of {assumed.headway} seconds is assumed until {time_of(assumed.until)}"
    mends.append(Mend("missing_trip_edge", "frequencies.txt", ASSUMED, len(rows), how, rows[0][0]))
    old, numbers = ((), ()) if table is None else (table.rows, table.numbers)
    return feed.putting(Table("frequencies.txt", header, (*old, *rows), (*numbers, *[0] * len(rows))))
