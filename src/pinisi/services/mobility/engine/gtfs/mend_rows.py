"""Rows that cannot be kept: without what they must have, stops without a place, trips without two stops."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pinisi.services.mobility.engine.gtfs.check_cells import faults_of
from pinisi.services.mobility.engine.gtfs.mend import REMOVED, REPAIRED, Mend, Mended
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS
from pinisi.services.mobility.engine.gtfs.stop_lists import points_of
from pinisi.services.mobility.engine.gtfs.table import Feed, Table
from pinisi.services.mobility.engine.gtfs.values import number_of, seconds_of

_HARMLESS = frozenset({"leading_or_trailing_whitespaces", "non_ascii_or_non_printable_char", "unexpected_enum_value"})
_NEVER = frozenset({"agency.txt", "feed_info.txt"})
"""Of these no row is left out: the feed would be nobody's."""
_PLACED = frozenset({"", "0", "1", "2"})


def mend_rows(feed: Feed) -> Mended:
    mends: list[Mend] = []
    tables = [table if name in _NEVER else _whole_rows(table, mends) for name, table in feed.tables.items()]
    feed = feed.putting(*tables)
    feed = _placed_stops(feed, mends)
    return _spans(feed, mends), mends


def _whole_rows(table: Table, mends: list[Mend]) -> Table:
    """Without rows that lack a field that must be there, unless the whole column lacks it."""
    kept = [True] * len(table.rows)
    for column in LAYOUTS[table.name].columns:
        if not column.required or column.name not in table.header:
            continue
        values = table.values(column.name)
        faults = {
            value: next((code for code, _ in faults_of(column, value) if code not in _HARMLESS), "")
            for value in set(values)
        }
        if all(faults.values()):
            continue
        counts: Counter[str] = Counter()
        for place, value in enumerate(values):
            if faults[value]:
                kept[place] = False
                counts[faults[value]] += 1
        for code, count in counts.items():
            first = next(place for place, value in enumerate(values) if faults[value] == code)
            how = f"the row is left out: its {column.name} must be there, and nobody can know it"
            mends.append(Mend(code, table.name, REMOVED, count, how, ",".join(table.rows[first])[:80]))
    return table if all(kept) else table.only(kept)


def _placed_stops(feed: Feed, mends: list[Mend]) -> Feed:
    """Without stops that lie nowhere. The trips pass there no more; nothing is invented."""
    table = feed.tables.get("stops.txt")
    if table is None:
        return feed
    points = points_of(feed)
    lost: dict[str, list[str]] = {"stop_without_location": [], "point_near_origin": [], "point_near_pole": []}
    for stop, kind in zip(table.values("stop_id"), table.values("location_type"), strict=True):
        point = points.get(stop)
        if point is None and kind in _PLACED:
            lost["stop_without_location"].append(stop)
        elif point is not None and abs(point[0]) <= 1 and abs(point[1]) <= 1:
            lost["point_near_origin"].append(stop)
        elif point is not None and abs(point[0]) >= 89:
            lost["point_near_pole"].append(stop)
    for code, stops in lost.items():
        if stops:
            how = "the stop is left out, and trips pass it without a halt: nobody can know where it lies"
            mends.append(Mend(code, table.name, REMOVED, len(stops), how, stops[0]))
    gone = frozenset(stop for stops in lost.values() for stop in stops)
    return feed.putting(table.only([stop not in gone for stop in table.values("stop_id")])) if gone else feed


def _spans(feed: Feed, mends: list[Mend]) -> Feed:
    """Without frequencies that end before they begin."""
    table = feed.tables.get("frequencies.txt")
    if table is None:
        return feed
    spans = list(
        zip(map(seconds_of, table.values("start_time")), map(seconds_of, table.values("end_time")), strict=True)
    )
    kept = [begins is not None and ends is not None and begins < ends for begins, ends in spans]
    for code, equal in (("start_and_end_range_equal", True), ("start_and_end_range_out_of_order", False)):
        count = sum(not keep and (begins == ends) is equal for keep, (begins, ends) in zip(kept, spans, strict=True))
        if count:
            how = "the row is left out: it tells of no time at all"
            mends.append(Mend(code, table.name, REMOVED, count, how))
    return feed if all(kept) else feed.putting(table.only(kept))


def mend_order(feed: Feed) -> Mended:
    """Trips without two stops go, shapes that nobody follows too; the stops of each trip stand together in order."""
    mends: list[Mend] = []
    trips, times = feed.tables.get("trips.txt"), feed.tables.get("stop_times.txt")
    if trips is None or times is None:
        return feed, mends
    count = Counter(times.values("trip_id"))
    named = trips.values("trip_id")
    short = [trip for trip in named if count[trip] < 2]
    if short:
        how = "the trip is left out: it has not two stops"
        mends.append(Mend("unusable_trip", trips.name, REMOVED, len(short), how, short[0]))
        gone = frozenset(short)
        trips = trips.only([trip not in gone for trip in named])
        times = times.only([trip not in gone for trip in times.values("trip_id")])
    feed = feed.putting(trips, _sorted(times, mends))
    return _followed(feed, trips, mends), mends


def _sorted(times: Table, mends: list[Mend]) -> Table:
    first: dict[str, int] = {}
    for place, trip in enumerate(times.values("trip_id")):
        first.setdefault(trip, place)
    keys = [
        (first[trip], number_of(sequence) or 0.0)
        for trip, sequence in zip(times.values("trip_id"), times.values("stop_sequence"), strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    if order == list(range(len(keys))):
        return times
    moved = len({trip for trip, _ in _scattered(keys, order)})
    how = "the stops of each trip stand together now, in their order"
    mends.append(Mend("unsorted_stop_times", times.name, REPAIRED, moved, how))
    return times.order(order)


def _scattered(keys: Sequence[tuple[int, float]], order: Sequence[int]) -> Iterator[tuple[int, float]]:
    for place, (one, other) in enumerate(pairwise(order)):
        if other != one + 1 and keys[one][0] == keys[other][0]:
            yield keys[order[place]]


def _followed(feed: Feed, trips: Table, mends: list[Mend]) -> Feed:
    shapes = feed.tables.get("shapes.txt")
    if shapes is None:
        return feed
    used = frozenset(trips.values("shape_id"))
    unused = {shape for shape in shapes.values("shape_id") if shape not in used}
    if not unused:
        return feed
    how = "the shape is left out: no trip follows it"
    mends.append(Mend("unused_shape", shapes.name, REMOVED, len(unused), how, min(unused)))
    return feed.putting(shapes.only([shape in used for shape in shapes.values("shape_id")]))
