"""Trips of several routes that were given one identifier: told apart again.

Where trips.txt has an identifier as often as stop_times.txt has lists of stops under it, the lists belong to the trips
in the order of the files. Shapes under one identifier follow the trip whose first, middle and last stop lie nearest.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pinisi.services.mobility.engine.gtfs.blocks import blocks_of, fresh, placed
from pinisi.services.mobility.engine.gtfs.mend import REMOVED, REPAIRED, Mend, Mended
from pinisi.services.mobility.engine.gtfs.shape_match import NEAR, match
from pinisi.services.mobility.engine.gtfs.stop_lists import Point, points_of
from pinisi.services.mobility.engine.gtfs.table import Feed, Table
from pinisi.services.mobility.engine.gtfs.values import number_of

Names = list[tuple[Sequence[int], str]]


def mend_repeated_trips(feed: Feed) -> Mended:
    trips, times = feed.tables.get("trips.txt"), feed.tables.get("stop_times.txt")
    if trips is None or times is None:
        return feed, []
    rows: dict[str, list[int]] = defaultdict(list)
    for place, trip in enumerate(trips.values("trip_id")):
        rows[trip].append(place)
    blocks = blocks_of(times, "trip_id", "stop_sequence")
    repeated = {
        trip: places for trip, places in rows.items() if len(places) > 1 and len(blocks.get(trip, ())) == len(places)
    }
    if not repeated:
        return feed, []
    taken, routes = set(rows), trips.values("route_id")
    in_trips: Names = []
    in_times: Names = []
    for trip, places in repeated.items():
        for place, block in zip(places, blocks[trip], strict=True):
            name = fresh(f"{routes[place]}:{trip}", taken)
            in_trips.append(([place], name))
            in_times.append((block, name))
    return (
        feed.putting(placed(trips, "trip_id", in_trips), placed(times, "trip_id", in_times)),
        _told(repeated, blocks),
    )


def _told(repeated: Mapping[str, list[int]], blocks: Mapping[str, list[list[int]]]) -> list[Mend]:
    count = sum(len(places) - 1 for places in repeated.values())
    most = max(repeated, key=lambda trip: len(repeated[trip]))
    how = "trips of several routes had one trip_id; each is now route_id:trip_id, with its own list of stops"
    rows = sum(
        sum(map(len, blocks[trip])) - len({order for block in blocks[trip] for order in range(len(block))})
        for trip in repeated
    )
    example = f"{most} stood for {len(repeated[most])} trips"
    return [
        Mend("duplicate_key", "trips.txt", REPAIRED, count, how, example),
        Mend("duplicate_key", "stop_times.txt", REPAIRED, rows, how, example),
    ]


def mend_repeated_shapes(feed: Feed) -> Mended:
    trips, times, shapes = (feed.tables.get(name) for name in ("trips.txt", "stop_times.txt", "shapes.txt"))
    if trips is None or times is None or shapes is None:
        return feed, []
    blocks = blocks_of(shapes, "shape_id", "shape_pt_sequence")
    repeated = {shape: parts for shape, parts in blocks.items() if len(parts) > 1}
    if not repeated:
        return feed, []
    in_shapes: Names = []
    followed = trips.values("shape_id")
    without = 0
    taken = set(blocks)
    ends = _ends(feed, times)
    for shape, parts in repeated.items():
        places = [place for place, name in enumerate(followed) if name == shape]
        lists = [ends.get(trip, ()) for trip in (trips.values("trip_id")[place] for place in places)]
        lines = [_line(shapes, part) for part in parts]
        found = match(lists, lines)
        names = [fresh(f"{shape}:{number}", taken) for number in range(1, len(parts) + 1)]
        in_shapes.extend(zip(parts, names, strict=True))
        for place, line in zip(places, found, strict=True):
            followed[place] = "" if line is None else names[line]
            without += line is None
    rows = sum(sum(map(len, parts)) - max(map(len, parts)) for parts in repeated.values())
    how = f"shapes of several trips had one shape_id; each trip follows the one its stops lie at (within {NEAR:.0f} m)"
    mends = [Mend("duplicate_key", "shapes.txt", REPAIRED, rows, how, f"{len(repeated)} identifiers")]
    if without:
        how = "no shape of that name passes the stops of the trip: it has none now"
        mends.append(Mend("duplicate_key", "trips.txt", REMOVED, without, how))
    return feed.putting(placed(shapes, "shape_id", in_shapes), trips.having("shape_id", followed)), mends


def _ends(feed: Feed, times: Table) -> dict[str, tuple[Point, ...]]:
    """Trip -> its first, middle and last stop."""
    points = points_of(feed)
    stops: dict[str, list[Point]] = defaultdict(list)
    for trip, stop in zip(times.values("trip_id"), times.values("stop_id"), strict=True):
        if stop in points:
            stops[trip].append(points[stop])
    return {trip: (places[0], places[len(places) // 2], places[-1]) for trip, places in stops.items()}


def _line(shapes: Table, places: Sequence[int]) -> list[Point]:
    lat, lon = shapes.at("shape_pt_lat"), shapes.at("shape_pt_lon")
    if lat is None or lon is None:
        return []
    read = ((number_of(shapes.rows[place][lat]), number_of(shapes.rows[place][lon])) for place in places)
    return [(north, east) for north, east in read if north is not None and east is not None]
