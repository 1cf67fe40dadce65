"""The whole check: files, cells, keys, then what only the tables together can tell."""

from collections.abc import Iterator

from pinisi.services.mobility.engine.gtfs.check_cells import check_cells
from pinisi.services.mobility.engine.gtfs.check_distances import check_distances
from pinisi.services.mobility.engine.gtfs.check_keys import check_keys, check_references
from pinisi.services.mobility.engine.gtfs.check_parents import check_parents
from pinisi.services.mobility.engine.gtfs.check_places import check_places
from pinisi.services.mobility.engine.gtfs.check_ties import check_ties
from pinisi.services.mobility.engine.gtfs.check_times import check_times
from pinisi.services.mobility.engine.gtfs.check_translations import check_translations
from pinisi.services.mobility.engine.gtfs.notice import Notice, notice
from pinisi.services.mobility.engine.gtfs.schema import REQUIRED
from pinisi.services.mobility.engine.gtfs.table import Feed

_EITHER = ("calendar.txt", "calendar_dates.txt")


def check_feed(feed: Feed, today: str) -> list[Notice]:
    """Every fault of the tables. `today` (YYYYMMDD) tells which calendars are over; empty: none is."""
    checks = (
        check_cells,
        check_keys,
        check_references,
        check_places,
        check_parents,
        check_times,
        check_distances,
        check_ties,
        check_translations,
    )
    found = [*_files(feed), *_calendar_over(feed, today)]
    for check in checks:
        found.extend(check(feed))
    return found


def _files(feed: Feed) -> Iterator[Notice]:
    for name in REQUIRED:
        if name not in feed.tables:
            yield notice("missing_required_file", name, reason="a feed cannot be without it")
    if not any(name in feed.tables for name in _EITHER):
        reason = "one of calendar.txt and calendar_dates.txt must say on which days the trips go"
        yield notice("missing_calendar_and_calendar_date_files", _EITHER[0], reason=reason)
    if "feed_info.txt" not in feed.tables:
        yield notice("missing_recommended_file", "feed_info.txt", reason="nobody says who publishes the feed")


def _calendar_over(feed: Feed, today: str) -> Iterator[Notice]:
    table = feed.tables.get("calendar.txt")
    if table is None or not today:
        return
    ends = table.values("end_date")
    for number, service, end in zip(table.numbers, table.values("service_id"), ends, strict=True):
        if end < today:
            yield notice("expired_calendar", table.name, number, "end_date", end, f"the service {service} is over")
