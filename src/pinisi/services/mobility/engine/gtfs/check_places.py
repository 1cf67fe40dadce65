"""Stops without a place, routes without a name, frequencies that overlap, trips that lead nowhere."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.table import Feed
from pinisi.services.mobility.engine.gtfs.values import number_of, seconds_of

_PLACED = frozenset({"", "0", "1", "2"})
"""`location_type` of what must lie somewhere: stops, stations, entrances."""


def check_places(feed: Feed) -> Iterator[Notice]:
    yield from _stops(feed)
    yield from _routes(feed)
    yield from _trips(feed)
    yield from _frequencies(feed)


def _stops(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get("stops.txt")
    if table is None:
        return
    columns = map(table.values, ("stop_id", "stop_name", "location_type", "stop_lat", "stop_lon"))
    for number, (stop, name, kind, lat, lon) in zip(table.numbers, zip(*columns, strict=True), strict=True):
        if kind in _PLACED and not name:
            yield notice("missing_stop_name", table.name, number, "stop_name", stop, "a stop without a name")
        if kind in _PLACED and not (lat and lon):
            yield notice("stop_without_location", table.name, number, "stop_lat", stop, "a stop without coordinates")
        north, east = number_of(lat), number_of(lon)
        if north is not None and east is not None:
            yield from _on_earth(number, north, east)


def _on_earth(number: int, lat: float, lon: float) -> Iterator[Notice]:
    place = f"{lat}, {lon}"
    if abs(lat) <= 1 and abs(lon) <= 1:
        yield notice("point_near_origin", "stops.txt", number, "stop_lat", place, "lies where nought and nought meet")
    elif abs(lat) >= 89:
        yield notice("point_near_pole", "stops.txt", number, "stop_lat", place, "lies at a pole")


def _routes(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get("routes.txt")
    if table is None:
        return
    names = zip(*map(table.values, ("route_id", "route_short_name", "route_long_name")), strict=True)
    for number, (route, short, long) in zip(table.numbers, names, strict=True):
        if not (short or long):
            code = "route_both_short_and_long_name_missing"
            yield notice(code, table.name, number, "route_short_name", route, "a route needs one of its two names")


def _trips(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get("trips.txt")
    if table is None:
        return
    stops = Counter(feed.values("stop_times.txt", "trip_id"))
    for number, trip in zip(table.numbers, table.values("trip_id"), strict=True):
        if stops[trip] < 2:
            yield notice(
                "unusable_trip", table.name, number, "trip_id", trip, f"has {stops[trip]} stops; two are needed"
            )
    used = frozenset(table.values("shape_id"))
    shapes = feed.tables.get("shapes.txt")
    if shapes is not None:
        first = dict(zip(reversed(shapes.values("shape_id")), reversed(shapes.numbers), strict=True))
        for shape in sorted(first.keys() - used):
            yield notice("unused_shape", shapes.name, first[shape], "shape_id", shape, "no trip follows it")


def _frequencies(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get("frequencies.txt")
    if table is None:
        return
    spans: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    columns = zip(*map(table.values, ("trip_id", "start_time", "end_time")), strict=True)
    for number, (trip, start, end) in zip(table.numbers, columns, strict=True):
        begins, ends = seconds_of(start), seconds_of(end)
        if begins is None or ends is None:
            continue
        if begins >= ends:
            code = "start_and_end_range_out_of_order" if begins > ends else "start_and_end_range_equal"
            yield notice(code, table.name, number, "end_time", end, f"ends at {end} and begins at {start}")
        spans[trip].append((begins, ends, number))
    for trip, told in spans.items():
        told.sort()
        for (_, ends, _), (begins, _, number) in pairwise(told):
            if begins < ends:
                reason = "begins before the one before it ends"
                yield notice("overlapping_frequency", table.name, number, "start_time", trip, reason)
