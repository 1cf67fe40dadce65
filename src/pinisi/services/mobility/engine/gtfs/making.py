"""A GTFS feed of a list of corridors: trips by frequency (frequencies.txt, `exact_times` 0), times approximate."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from pinisi.services.mobility.engine.gtfs.corridors import DAYS, Corridor, CorridorList, CorridorStop, Headway
from pinisi.services.mobility.engine.gtfs.stop_lists import metres
from pinisi.services.mobility.engine.gtfs.table import Feed, Row, Table
from pinisi.services.mobility.engine.gtfs.values import time_of

CIRCUITY = 1.3
"""Of a way through streets, against the straight line."""
SAME_METRES = 150.0
"""One name so near to itself is one stop."""
_OTHER = re.compile(r"[^a-z0-9]+")
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class CannotMake(ValueError):
    """`field` names what stands in the way, as a path in the list; `code` names the reason, `words` fill its text."""

    def __init__(self, field: str, code: str, reason: str, **words: str | float) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.code = code
        self.words = words


class Made(msgspec.Struct, frozen=True):
    """The feed, and what was taken that the list does not say: one sentence each, in English."""

    feed: Feed
    assumed: tuple[str, ...]


def make_feed(said: CorridorList, zones: frozenset[str]) -> Made:
    """`zones`: the time zones that there are.

    Raises:
        CannotMake: something contradicts something else.
    """
    _check(said, zones)
    stops = _Stops(said)
    told = {headway.days for corridor in said.corridors for headway in corridor.headways}
    used = [days for days in DAYS if days in told]
    tables = (
        _agency(said),
        stops.table(),
        _routes(said),
        _calendar(said, used),
        *_runs(said, stops),
        _shapes(said),
        _info(said),
        *_fares(said),
    )
    return Made(Feed({table.name: table for table in tables}), tuple(_assumed(said)))


def _check(said: CorridorList, zones: frozenset[str]) -> None:
    if said.operator.time_zone not in zones:
        raise CannotMake("operator.time_zone", "no-zone", f"there is no time zone {said.operator.time_zone}")
    if said.end < said.begin:
        raise CannotMake("end", "ends-before", "lies before begin")
    seen: set[str] = set()
    for place, corridor in enumerate(said.corridors):
        path = f"corridors[{place}]"
        if corridor.code in seen:
            raise CannotMake(f"{path}.code", "twice", f"{corridor.code} stands twice", line=corridor.code)
        seen.add(corridor.code)
        _check_stops(path, corridor)
        _check_headways(path, corridor.headways)


def _check_stops(path: str, corridor: Corridor) -> None:
    for number, (one, other) in enumerate(pairwise(corridor.stops), start=1):
        field = f"{path}.stops[{number}]"
        far = metres((one.lat, one.lon), (other.lat, other.lon))
        if far < 1:
            raise CannotMake(field, "same-place", f"lies where {one.name} does", stop=one.name)
        if other.minutes is None and corridor.speed is None:
            raise CannotMake(f"{field}.minutes", "no-minutes", f"is missing, and {path} has no speed")
        speed = far * CIRCUITY / _seconds(corridor, one, other) * 3.6
        if speed > 120:
            reason = f"lies {far / 1000:.1f} km from {one.name}: that is {speed:.0f} km/h on the way"
            raise CannotMake(field, "too-fast", reason, stop=one.name, speed=round(speed))


def _check_headways(path: str, headways: Sequence[Headway]) -> None:
    for place, headway in enumerate(headways):
        field = f"{path}.headways[{place}]"
        if _clock(headway.to) <= _clock(headway.from_):
            raise CannotMake(f"{field}.to", "not-after", f"{headway.to} is not after {headway.from_}")
        for other in headways[:place]:
            if other.days == headway.days and _overlap(other, headway):
                raise CannotMake(f"{field}.from", "within", f"{headway.from_} lies within {other.from_} to {other.to}")
            if other.days != headway.days and _share_a_day(other, headway) and _overlap(other, headway):
                raise CannotMake(f"{field}.days", "days-shared", f"{headway.days} and {other.days} have days in common")


def _overlap(one: Headway, other: Headway) -> bool:
    return _clock(one.from_) < _clock(other.to) and _clock(other.from_) < _clock(one.to)


def _share_a_day(one: Headway, other: Headway) -> bool:
    return any(a == b == "1" for a, b in zip(DAYS[one.days], DAYS[other.days], strict=True))


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class _Stops:
    """One stop for each name at one place."""

    def __init__(self, said: CorridorList) -> None:
        self._placed: dict[str, list[tuple[str, CorridorStop]]] = {}
        self._rows: list[Row] = []
        for corridor in said.corridors:
            for stop in corridor.stops:
                self.id(stop)

    def id(self, stop: CorridorStop) -> str:
        word = _OTHER.sub("-", stop.name.lower()).strip("-") or "stop"
        there = self._placed.setdefault(word, [])
        for id, other in there:
            if metres((stop.lat, stop.lon), (other.lat, other.lon)) <= SAME_METRES:
                return id
        id = word if not there else f"{word}-{len(there) + 1}"
        there.append((id, stop))
        self._rows.append((id, stop.name, f"{stop.lat:.6f}", f"{stop.lon:.6f}"))
        return id

    def table(self) -> Table:
        return _table("stops.txt", ("stop_id", "stop_name", "stop_lat", "stop_lon"), self._rows)


def _table(name: str, header: Row, rows: Sequence[Row]) -> Table:
    return Table(name, header, tuple(rows), tuple(range(2, len(rows) + 2)))


def _agency(said: CorridorList) -> Table:
    operator = said.operator
    header = ("agency_id", "agency_name", "agency_url", "agency_timezone", "agency_lang")
    return _table("agency.txt", header, [("1", operator.name, operator.url, operator.time_zone, operator.language)])


def _routes(said: CorridorList) -> Table:
    header = (
        "route_id",
        "agency_id",
        "route_short_name",
        "route_long_name",
        "route_desc",
        "route_type",
        "route_color",
        "continuous_pickup",
        "continuous_drop_off",
    )
    rows: list[Row] = []
    for corridor in said.corridors:
        anywhere = "0" if corridor.hail_and_ride else "1"
        about = f"{corridor.kind}; {corridor.source}"
        rows.append((corridor.code, "1", corridor.code, corridor.name, about, "3", corridor.color, anywhere, anywhere))
    return _table("routes.txt", header, rows)


def _fares(said: CorridorList) -> Iterator[Table]:
    """One price a line, paid on board; none where no fare is known."""
    told = [corridor for corridor in said.corridors if corridor.fare is not None]
    if not told:
        return
    header = ("fare_id", "price", "currency_type", "payment_method", "transfers", "agency_id")
    currency = said.operator.currency
    yield _table(
        "fare_attributes.txt", header, [(each.code, f"{each.fare:.2f}", currency, "0", "0", "1") for each in told]
    )
    yield _table("fare_rules.txt", ("fare_id", "route_id"), [(each.code, each.code) for each in told])


def _calendar(said: CorridorList, used: Sequence[str]) -> Table:
    begin, end = f"{said.begin:%Y%m%d}", f"{said.end:%Y%m%d}"
    rows = [(days, *week, begin, end) for days, week in DAYS.items() if days in used]
    return _table("calendar.txt", ("service_id", *_WEEK, "start_date", "end_date"), rows)


def _runs(said: CorridorList, stops: _Stops) -> tuple[Table, Table, Table]:
    """trips.txt, stop_times.txt, frequencies.txt."""
    trips: list[Row] = []
    times: list[Row] = []
    often: list[Row] = []
    for corridor in said.corridors:
        for direction, way in _ways(corridor):
            for days in {headway.days: None for headway in corridor.headways}:
                trip = f"{corridor.code}:{direction}:{days}"
                trips.append((corridor.code, days, trip, way[-1].name, str(direction), f"{corridor.code}:{direction}"))
                told = [headway for headway in corridor.headways if headway.days == days]
                start = min(_clock(headway.from_) for headway in told)
                for sequence, (stop, second) in enumerate(_timed(corridor, way), start=1):
                    clock = time_of(start + second)
                    times.append((trip, clock, clock, stops.id(stop), str(sequence), "0"))
                for headway in sorted(told, key=lambda each: _clock(each.from_)):
                    span = (time_of(_clock(headway.from_)), time_of(_clock(headway.to)))
                    often.append((trip, *span, str(round(headway.minutes * 60)), "0"))
    return (
        _table("trips.txt", ("route_id", "service_id", "trip_id", "trip_headsign", "direction_id", "shape_id"), trips),
        _table(
            "stop_times.txt",
            ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "timepoint"),
            times,
        ),
        _table("frequencies.txt", ("trip_id", "start_time", "end_time", "headway_secs", "exact_times"), often),
    )


def _ways(corridor: Corridor) -> Iterator[tuple[int, Sequence[CorridorStop]]]:
    yield 0, corridor.stops
    if corridor.both_ways:
        yield 1, corridor.stops[::-1]


def _timed(corridor: Corridor, way: Sequence[CorridorStop]) -> Iterator[tuple[CorridorStop, int]]:
    """Each stop, and how many seconds after the first one. Back it takes as long as there."""
    second = 0
    yield way[0], 0
    back = way[0] != corridor.stops[0]
    for one, other in pairwise(way):
        second += _seconds(corridor, other, one) if back else _seconds(corridor, one, other)
        yield other, second


def _seconds(corridor: Corridor, one: CorridorStop, other: CorridorStop) -> int:
    if other.minutes is not None:
        return round(other.minutes * 60)
    far = metres((one.lat, one.lon), (other.lat, other.lon)) * CIRCUITY
    return max(1, round(far / ((corridor.speed or 18.0) / 3.6)))


def _shapes(said: CorridorList) -> Table:
    """Straight lines from stop to stop."""
    rows: list[Row] = []
    for corridor in said.corridors:
        for direction, way in _ways(corridor):
            for number, stop in enumerate(way, start=1):
                rows.append((f"{corridor.code}:{direction}", f"{stop.lat:.6f}", f"{stop.lon:.6f}", str(number)))
    return _table("shapes.txt", ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"), rows)


def _info(said: CorridorList) -> Table:
    operator = said.operator
    header = (
        "feed_publisher_name",
        "feed_publisher_url",
        "feed_lang",
        "feed_start_date",
        "feed_end_date",
        "feed_version",
    )
    version = "example" if said.example else "made of a list of corridors"
    span = (f"{said.begin:%Y%m%d}", f"{said.end:%Y%m%d}")
    return _table("feed_info.txt", header, [(operator.name, operator.url, operator.language, *span, version)])


def _assumed(said: CorridorList) -> Iterator[str]:
    if said.example:
        yield "this is an example: nothing of it is real"
    yield "all times are approximate (timepoint 0), and vehicles come by frequency"
    fast = [each for each in said.corridors if any(stop.minutes is None for stop in each.stops[1:])]
    for each in fast:
        yield f"{each.code}: {each.speed:g} km/h along ways {CIRCUITY} times as long as the straight lines"
    for each in said.corridors:
        if each.both_ways:
            yield f"{each.code}: back it takes as long as there, by the same stops"
        if each.hail_and_ride:
            yield f"{each.code}: people get on and off where they wave; its stops are places that it passes"
    yield "the ways of the lines are straight from stop to stop"
