"""Parents, distances, blocks, transfers and pathways that contradict themselves: optional ones go, the rest is told."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from pinisi.services.mobility.engine.gtfs.check_distances import check_distances
from pinisi.services.mobility.engine.gtfs.check_parents import check_parents
from pinisi.services.mobility.engine.gtfs.check_ties import check_ties
from pinisi.services.mobility.engine.gtfs.check_translations import FILE as TRANSLATIONS
from pinisi.services.mobility.engine.gtfs.check_translations import check_translations
from pinisi.services.mobility.engine.gtfs.mend import ASSUMED, REMOVED, REPAIRED, Mend, Mended
from pinisi.services.mobility.engine.gtfs.notice import Notice
from pinisi.services.mobility.engine.gtfs.table import Feed

Act = Callable[[Feed, list[Notice]], Feed]


def mend_ties(feed: Feed) -> Mended:
    found: dict[str, list[Notice]] = {}
    for check in (check_parents, check_distances, check_ties, check_translations):
        for each in check(feed):
            found.setdefault(each.code, []).append(each)
    mends: list[Mend] = []
    for code, (act, how, mend) in _MENDS.items():
        faults = found.get(code, [])
        after = mend(feed, faults) if faults else feed
        if after is not feed:
            mends.append(Mend(code, faults[0].file, act, len(faults), how, faults[0].value))
        feed = after
    return feed, mends


def _emptied(file: str, column: str, value: str = "") -> Act:
    """The column of the rows of that file."""

    def mend(feed: Feed, faults: list[Notice]) -> Feed:
        table = feed.tables.get(file)
        rows = {each.row for each in faults}
        if table is None or column not in table.header:
            return feed
        cells = zip(table.numbers, table.values(column), strict=True)
        return feed.putting(table.having(column, [value if number in rows else cell for number, cell in cells]))

    return mend


def _left_out(file: str) -> Act:
    def mend(feed: Feed, faults: list[Notice]) -> Feed:
        table = feed.tables[file]
        rows = {each.row for each in faults}
        return feed.putting(table.only([number not in rows for number in table.numbers]))

    return mend


def _undistanced(file: str, key: str) -> Act:
    """All distances of the shapes or trips that have a fault: half of them would say nothing."""

    def mend(feed: Feed, faults: list[Notice]) -> Feed:
        return _without_distances(feed, file, key, {each.value for each in faults})

    return mend


def _without_distances(feed: Feed, file: str, key: str, names: Iterable[str]) -> Feed:
    table = feed.tables.get(file)
    if table is None or "shape_dist_traveled" not in table.header:
        return feed
    gone = frozenset(name[:80] for name in names)
    cells = zip(table.values(key), table.values("shape_dist_traveled"), strict=True)
    return feed.putting(
        table.having("shape_dist_traveled", ["" if name[:80] in gone else cell for name, cell in cells])
    )


def _one_zone(feed: Feed, _faults: list[Notice]) -> Feed:
    table = feed.tables["agency.txt"]
    zone = Counter(table.values("agency_timezone")).most_common(1)[0][0]
    return feed.putting(table.having("agency_timezone", [zone] * len(table.rows)))


def _stops_of_stations(feed: Feed, faults: list[Notice]) -> Feed:
    """A station in which nothing lies, and where vehicles stop, is a stop; halts at other places are left out."""
    stops, times = feed.tables["stops.txt"], feed.tables["stop_times.txt"]
    parents = frozenset(stops.values("parent_station"))
    halted = {each.value for each in faults}
    kinds = dict(zip(stops.values("stop_id"), stops.values("location_type"), strict=True))
    alone = {stop for stop in kinds if stop[:80] in halted and kinds[stop] == "1" and stop not in parents}
    changed = ["0" if stop in alone else kind for stop, kind in kinds.items()]
    if len(changed) == len(stops.rows):
        stops = stops.having("location_type", changed)
    lost = {stop for stop in kinds if stop[:80] in halted and stop not in alone}
    return feed.putting(stops, times.only([stop not in lost for stop in times.values("stop_id")]))


_DISTANCES = "its distances along the shape are emptied: they need not be there, and these contradict themselves"
_MENDS: Mapping[str, tuple[str, str, Act]] = {
    "translation_foreign_key_violation": (
        REMOVED,
        "the translation is left out: the row that it names is not there",
        _left_out(TRANSLATIONS),
    ),
    "translation_unexpected_value": (
        REMOVED,
        "the translation is left out: it names what it is of in two ways, and either may be meant",
        _left_out(TRANSLATIONS),
    ),
    "missing_required_field": (
        REMOVED,
        "the translation is left out: nothing says which row it is of",
        _left_out(TRANSLATIONS),
    ),
    "location_with_unexpected_stop_time": (
        REPAIRED,
        "a station where vehicles stop and in which nothing lies is a stop; halts at other such places are left out",
        _stops_of_stations,
    ),
    "station_with_parent_station": (
        REMOVED,
        "its parent is emptied: a station lies in no other one",
        _emptied("stops.txt", "parent_station"),
    ),
    "wrong_parent_location_type": (
        REMOVED,
        "its parent is emptied: it is of a kind in which nothing of this kind lies",
        _emptied("stops.txt", "parent_station"),
    ),
    "location_without_parent_station": (
        REMOVED,
        "the place is left out: no vehicle stops there, and nobody can know what it belongs to",
        _left_out("stops.txt"),
    ),
    "decreasing_shape_distance": (REMOVED, _DISTANCES, _undistanced("shapes.txt", "shape_id")),
    "equal_shape_distance_diff_coordinates": (REMOVED, _DISTANCES, _undistanced("shapes.txt", "shape_id")),
    "decreasing_or_equal_stop_time_distance": (REMOVED, _DISTANCES, _undistanced("stop_times.txt", "trip_id")),
    "trip_distance_exceeds_shape_distance": (REMOVED, _DISTANCES, _undistanced("stop_times.txt", "trip_id")),
    "stop_time_timepoint_without_times": (
        REPAIRED,
        "timepoint is 0: there is no exact time",
        _emptied("stop_times.txt", "timepoint", "0"),
    ),
    "inconsistent_agency_timezone": (ASSUMED, "the time zone of most agencies is taken for all", _one_zone),
    "block_trips_with_overlapping_stop_times": (
        REMOVED,
        "its block is emptied: one vehicle cannot make both trips",
        _emptied("trips.txt", "block_id"),
    ),
    **{
        code: (REMOVED, "the row is left out: it names what does not belong together", _left_out("transfers.txt"))
        for code in (
            "transfer_with_invalid_stop_location_type",
            "transfer_with_invalid_trip_and_route",
            "transfer_with_invalid_trip_and_stop",
        )
    },
    "bidirectional_exit_gate": (
        REPAIRED,
        "it leads one way: out",
        _emptied("pathways.txt", "is_bidirectional", "0"),
    ),
    **{
        code: (REMOVED, "the pathway is left out: it does not lead to a place", _left_out("pathways.txt"))
        for code in ("pathway_to_wrong_location_type", "pathway_to_platform_with_boarding_areas")
    },
}
