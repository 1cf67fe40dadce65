"""Translations that name nothing, or name it in two ways (GTFS Schedule Reference, translations.txt)."""

from collections.abc import Iterator, Mapping

from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.table import Feed

FILE = "translations.txt"
OF_FEED = "feed_info"
IDENTIFIED_BY: Mapping[str, tuple[str, ...]] = {
    "agency": ("agency_id",),
    "stops": ("stop_id",),
    "routes": ("route_id",),
    "trips": ("trip_id",),
    "stop_times": ("trip_id", "stop_sequence"),
    "pathways": ("pathway_id",),
    "levels": ("level_id",),
    OF_FEED: (),
}
"""Table -> columns that `record_id` and `record_sub_id` name; those of other tables are not looked up."""
_COLUMNS = ("table_name", "record_id", "record_sub_id", "field_value")


def check_translations(feed: Feed) -> Iterator[Notice]:
    table = feed.tables.get(FILE)
    if table is None or "table_name" not in table.header:
        return
    there = {name: _records(feed, name) for name in set(table.values("table_name")) & IDENTIFIED_BY.keys()}
    for number, *cells in zip(table.numbers, *map(table.values, _COLUMNS), strict=True):
        of, record, sub, value = cells
        fault = _unfitting(of, record, sub, value)
        if fault is not None:
            yield notice(fault[0], FILE, number, fault[1], fault[2], fault[3])
        elif of in there and of != OF_FEED and not value and (record, sub) not in there[of]:
            reason = f"{of}.txt has no such row"
            yield notice("translation_foreign_key_violation", FILE, number, "record_id", record, reason)


def _records(feed: Feed, name: str) -> frozenset[tuple[str, str]]:
    columns = IDENTIFIED_BY[name]
    if not columns:
        return frozenset()
    first, *rest = (feed.values(f"{name}.txt", column) for column in columns)
    return frozenset(zip(first, rest[0] if rest else [""] * len(first), strict=True))


def _unfitting(of: str, record: str, sub: str, value: str) -> tuple[str, str, str, str] | None:
    """Code, field, value and reason of what must not be there, or is missing."""
    named = (("field_value", value), ("record_id", record), ("record_sub_id", sub))
    unexpected = "translation_unexpected_value"
    if of == OF_FEED:
        extra = next((each for each in named if each[1]), None)
        return None if extra is None else (unexpected, *extra, "feed_info has one row, and nothing names it")
    if value:
        extra = next((each for each in named[1:] if each[1]), None)
        return None if extra is None else (unexpected, *extra, "it is named by its value already (field_value)")
    columns = IDENTIFIED_BY.get(of)
    if not record:
        return "missing_required_field", "record_id", "", "nothing says which row is translated"
    if columns is not None and len(columns) == 1 and sub:
        return unexpected, "record_sub_id", sub, f"a row of {of}.txt is named by {columns[0]} alone"
    if columns is not None and len(columns) > 1 and not sub:
        return "missing_required_field", "record_sub_id", "", f"a row of {of}.txt is named by {columns[1]} too"
    return None
