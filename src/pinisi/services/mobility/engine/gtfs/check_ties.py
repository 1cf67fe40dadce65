"""What ties rows of several files together: agencies, transfers, blocks, pathways."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from pinisi.services.mobility.engine.gtfs.check_parents import places_of
from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.stop_lists import halts_of
from pinisi.services.mobility.engine.gtfs.table import Feed

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GATE, _LIFT = "7", "5"


def check_ties(feed: Feed) -> Iterator[Notice]:
    yield from _agencies(feed)
    yield from _transfers(feed)
    yield from _blocks(feed)
    yield from _pathways(feed)


def _agencies(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get("agency.txt")
    if table is None or not table.rows:
        return
    zones = table.values("agency_timezone")
    for number, zone, agency, name in zip(
        table.numbers, zones, table.values("agency_id"), table.values("agency_name"), strict=True
    ):
        if zone.strip() != zones[0].strip():
            reason = f"all agencies of a feed have one time zone; the first has {zones[0]}"
            yield notice("inconsistent_agency_timezone", table.name, number, "agency_timezone", zone, reason)
        if len(table.rows) > 1 and not agency.strip():
            reason = "of several agencies each needs an identifier"
            yield notice("missing_required_agency_id", table.name, number, "agency_id", name, reason)
    for file in ("routes.txt", "fare_attributes.txt"):
        other = feed.tables.get(file)
        if other is None or len(table.rows) < 2:
            continue
        for number, agency in zip(other.numbers, other.values("agency_id"), strict=True):
            if not agency.strip():
                reason = "where there are several agencies, it has to name one"
                yield notice("missing_required_agency_id", file, number, "agency_id", "", reason)


def _transfers(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get("transfers.txt")
    if table is None:
        return
    kinds = {place.stop: place.kind for place in places_of(feed)}
    routes = dict(zip(feed.values("trips.txt", "trip_id"), feed.values("trips.txt", "route_id"), strict=True))
    stops: dict[str, set[str]] = defaultdict(set)
    for trip, stop in zip(
        feed.values("stop_times.txt", "trip_id"), feed.values("stop_times.txt", "stop_id"), strict=True
    ):
        stops[trip].add(stop)
    parents = {place.stop: place.parent for place in places_of(feed)}
    for side in ("from", "to"):
        columns = map(table.values, (f"{side}_stop_id", f"{side}_route_id", f"{side}_trip_id"))
        for number, (stop, route, trip) in zip(table.numbers, zip(*columns, strict=True), strict=True):
            if kinds.get(stop, "0") not in ("0", "1"):
                code, reason = "transfer_with_invalid_stop_location_type", "people change at stops and in stations"
                yield notice(code, table.name, number, f"{side}_stop_id", stop, reason)
            if trip in routes and route and routes[trip] != route:
                code, reason = "transfer_with_invalid_trip_and_route", f"the trip is of {routes[trip]}"
                yield notice(code, table.name, number, f"{side}_trip_id", trip, reason)
            halts = stops.get(trip)
            if halts and stop and stop not in halts | {parents.get(each, "") for each in halts}:
                code, reason = "transfer_with_invalid_trip_and_stop", f"the trip does not stop at {stop}"
                yield notice(code, table.name, number, f"{side}_trip_id", trip, reason)


def _blocks(feed: Feed) -> Iterator[Notice]:
    """Two trips of one vehicle at the same time on the same day of the week of one period."""
    table, times = feed.tables.get("trips.txt"), feed.tables.get("stop_times.txt")
    if table is None or times is None or not any(table.values("block_id")):
        return
    spans: dict[str, tuple[int, int]] = {}
    for trip, halts in halts_of(times).items():
        told = [at for halt in halts for at in (halt.arrival, halt.departure) if at is not None]
        if told:
            spans[trip] = (min(told), max(told))
    runs = _runs(feed)
    blocks: dict[str, list[tuple[int, int, int, str, str]]] = defaultdict(list)
    columns = map(table.values, ("block_id", "trip_id", "service_id"))
    for number, (block, trip, service) in zip(table.numbers, zip(*columns, strict=True), strict=True):
        if block and trip in spans:
            blocks[block].append((*spans[trip], number, trip, service))
    for block, trips in blocks.items():
        trips.sort()
        for one, other in pairwise(trips):
            if other[0] < one[1] and _share(runs.get(one[4]), runs.get(other[4]), one[4] == other[4]):
                code, reason = "block_trips_with_overlapping_stop_times", f"begins before {one[3]} ends"
                yield notice(code, table.name, other[2], "block_id", block, reason)


Days = tuple[str, str, str]
"""Seven days as 0 and 1, first and last day."""


def _runs(feed: Feed) -> dict[str, Days]:
    columns = [feed.values("calendar.txt", day) for day in _DAYS]
    ends = (feed.values("calendar.txt", "start_date"), feed.values("calendar.txt", "end_date"))
    return {
        service: ("".join(days[:7]), days[7], days[8])
        for service, *days in zip(feed.values("calendar.txt", "service_id"), *columns, *ends, strict=True)
    }


def _share(one: Days | None, other: Days | None, same: bool) -> bool:
    if one is None or other is None:
        return same
    week = any(a == b == "1" for a, b in zip(one[0], other[0], strict=False))
    return week and one[1] <= other[2] and other[1] <= one[2]


def _pathways(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get("pathways.txt")
    if table is None:
        return
    places = {place.stop: place for place in places_of(feed)}
    boarded = {place.parent for place in places.values() if place.kind == "4"}
    levels = dict(zip(feed.values("stops.txt", "stop_id"), feed.values("stops.txt", "level_id"), strict=True))
    columns = map(table.values, ("pathway_id", "pathway_mode", "is_bidirectional", "from_stop_id", "to_stop_id"))
    for number, (pathway, mode, both, origin, goal) in zip(table.numbers, zip(*columns, strict=True), strict=True):
        if mode == _GATE and both == "1":
            code, reason = "bidirectional_exit_gate", "nobody comes in by an exit gate"
            yield notice(code, table.name, number, "is_bidirectional", pathway, reason)
        for field, stop in (("from_stop_id", origin), ("to_stop_id", goal)):
            place = places.get(stop)
            if place is not None and place.kind == "1":
                code, reason = "pathway_to_wrong_location_type", "a pathway leads to a part of a station, not to it"
                yield notice(code, table.name, number, field, stop, reason)
            if place is not None and stop in boarded:
                code, reason = "pathway_to_platform_with_boarding_areas", "it leads to one of the boarding areas"
                yield notice(code, table.name, number, field, stop, reason)
            if mode == _LIFT and place is not None and not levels.get(stop):
                code, reason = "missing_level_id", "where a lift stops, the level has to be told"
                yield notice(code, "stops.txt", place.number, "level_id", stop, reason)
