"""Distances along shapes (`shape_dist_traveled`), and times that a timepoint must have."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.stop_lists import metres
from pinisi.services.mobility.engine.gtfs.table import Feed, Table
from pinisi.services.mobility.engine.gtfs.values import number_of

Mark = tuple[float, float, int, tuple[float, float] | None]
"""Place in the order, distance, row, latitude and longitude."""
APART = 1.11
"""Metres from which the canonical validator takes two points of one distance for an error."""


def check_distances(feed: Feed) -> Iterator[Notice]:
    shapes, times = feed.tables.get("shapes.txt"), feed.tables.get("stop_times.txt")
    longest: dict[str, float] = {}
    for shape, marks in _marks(shapes, "shape_id", "shape_pt_sequence").items():
        longest[shape] = max(mark[1] for mark in marks)
        yield from _shape(shape, marks)
    trips = _marks(times, "trip_id", "stop_sequence")
    for trip, marks in trips.items():
        yield from _trip(trip, marks)
    yield from _beyond(feed, trips, longest)
    yield from _timepoints(times)


def _marks(table: Table | None, thing: str, order: str) -> dict[str, list[Mark]]:
    """Those that tell a distance, in their order."""
    found: dict[str, list[Mark]] = {}
    if table is None or "shape_dist_traveled" not in table.header:
        return found
    columns = (thing, order, "shape_dist_traveled", "shape_pt_lat", "shape_pt_lon")
    for number, (name, place, far, lat, lon) in zip(
        table.numbers, zip(*map(table.values, columns), strict=True), strict=True
    ):
        at, distance = number_of(place), number_of(far)
        if at is not None and distance is not None:
            north, east = number_of(lat), number_of(lon)
            point = None if north is None or east is None else (north, east)
            found.setdefault(name, []).append((at, distance, number, point))
    for marks in found.values():
        marks.sort(key=lambda mark: mark[0])
    return found


def _shape(shape: str, marks: Sequence[Mark]) -> Iterator[Notice]:
    for one, other in pairwise(marks):
        if other[1] < one[1]:
            code, reason = "decreasing_shape_distance", f"{other[1]:g} after {one[1]:g}"
            yield notice(code, "shapes.txt", other[2], "shape_dist_traveled", shape, reason)
        elif other[1] == one[1] and one[3] and other[3] and (far := metres(one[3], other[3])) >= APART:
            code, reason = "equal_shape_distance_diff_coordinates", f"the same distance {far:.0f} m apart"
            yield notice(code, "shapes.txt", other[2], "shape_dist_traveled", shape, reason)


def _trip(trip: str, marks: Sequence[Mark]) -> Iterator[Notice]:
    for one, other in pairwise(marks):
        if other[1] <= one[1]:
            code, reason = "decreasing_or_equal_stop_time_distance", f"{other[1]:g} after {one[1]:g}"
            yield notice(code, "stop_times.txt", other[2], "shape_dist_traveled", trip, reason)


def _beyond(feed: Feed, trips: dict[str, list[Mark]], longest: dict[str, float]) -> Iterator[Notice]:
    table = feed.tables.get("trips.txt")
    if table is None or not longest:
        return
    for number, trip, shape in zip(table.numbers, table.values("trip_id"), table.values("shape_id"), strict=True):
        most = max((mark[1] for mark in trips.get(trip, ())), default=0.0)
        if shape in longest and most > longest[shape] > 0 and most > 1.01 * longest[shape]:
            reason = f"goes {most:g} along a shape of {longest[shape]:g}"
            yield notice("trip_distance_exceeds_shape_distance", table.name, number, "shape_id", trip, reason)


def _timepoints(times: Table | None) -> Iterator[Notice]:
    if times is None or "timepoint" not in times.header:
        return
    columns = map(times.values, ("timepoint", "arrival_time", "departure_time", "trip_id"))
    for number, (exact, comes, leaves, trip) in zip(times.numbers, zip(*columns, strict=True), strict=True):
        if exact.strip() == "1" and not (comes.strip() and leaves.strip()):
            field = "departure_time" if comes.strip() else "arrival_time"
            reason = "an exact time is told, and none is there"
            yield notice("stop_time_timepoint_without_times", times.name, number, field, trip, reason)
