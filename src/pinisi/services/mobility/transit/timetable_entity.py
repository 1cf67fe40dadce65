"""One timetable as an entity: what it covers, and how far its times can be trusted."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pinisi.runtime.told import told, told_time
from pinisi.services.mobility.models.transit import TIMETABLE
from pinisi.services.mobility.transit.service_day import ServiceDay, zone_of
from pinisi.vocabulary.instant import Instant

Cells = Mapping[str, str]
READ = frozenset(
    {
        "agency.txt",
        "calendar.txt",
        "calendar_dates.txt",
        "frequencies.txt",
        "routes.txt",
        "shapes.txt",
        "stop_times.txt",
        "stops.txt",
        "transfers.txt",
        "trips.txt",
    }
)
"""What a timetable is read from."""
_HALT = ("trip_id", "stop_sequence", "timepoint", "arrival_time")
_DIGITS = 16
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def rows_of(body: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of a zip by file. Raises `NoFeed`."""
    from pinisi.services.mobility.engine.gtfs.reading import read_feed
    from pinisi.services.mobility.gtfs_zip import unzip

    tables, _ = read_feed(unzip(body, "the file"))
    return {
        name: [dict(zip(table.header, row, strict=True)) for row in table.rows]
        for name, table in tables.tables.items()
        if name in READ
    }


def digest_of(rows: Mapping[str, Sequence[Cells]]) -> str:
    """Names what the files say: the same rows in another order, or twice, are the same timetable."""
    found = hashlib.sha256()
    for file in sorted(READ):
        found.update(f"\0{file}".encode())
        for row in sorted({tuple(sorted(cells.items())) for cells in rows.get(file, ())}):
            found.update(repr(row).encode())
    return found.hexdigest()[:_DIGITS]


def timetable_entity(feed: str, at: str, rows: Mapping[str, Sequence[Cells]]) -> dict[str, Any]:
    """`rows` by file; `at` when it came."""
    halts = {tuple(row.get(name, "").strip() for name in _HALT) for row in rows.get("stop_times.txt", ())}
    entity: dict[str, Any] = {
        "id": f"urn:ngsi-ld:{TIMETABLE}:{feed}",
        "type": TIMETABLE,
        "name": told(feed, at),
        "timetableDigest": told(digest_of(rows), at),
        "tripCount": told(len({row.get("trip_id") for row in rows.get("trips.txt", ())}), at),
        "stopCount": told(len({row.get("stop_id") for row in rows.get("stops.txt", ())}), at),
        "lineCount": told(len({row.get("route_id") for row in rows.get("routes.txt", ())}), at),
    }
    if halts:
        approximate = sum(timepoint == "0" or not arrival for *_, timepoint, arrival in halts)
        entity["approximateTimes"] = told(round(approximate / len(halts) * 100, 1), at, "P1")
    zones = [row.get("agency_timezone", "").strip() for row in rows.get("agency.txt", ())]
    period = _period(rows, zones[0] if zones else "UTC")
    if period is not None:
        entity |= {"validFrom": told_time(period[0], at), "validTo": told_time(period[1], at)}
    return entity


def _period(rows: Mapping[str, Sequence[Cells]], zone: str) -> tuple[Instant, Instant] | None:
    """The first moment of its first day and the last of its last one; None where no day can be read."""
    begins = _read(_cells(rows, "start_date"), _cells(rows, "date"))
    ends = _read(_cells(rows, "end_date"), _cells(rows, "date"))
    if not begins or not ends:
        return None
    place = zone_of(zone)
    first, last = ServiceDay(min(begins), place), ServiceDay(max(ends), place)
    return first.moment(0), last.moment(86_400)


def _cells(rows: Mapping[str, Sequence[Cells]], column: str) -> Iterable[str]:
    if column == "date":
        return [row.get(column, "") for row in rows.get("calendar_dates.txt", ()) if row.get("exception_type") == "1"]
    return [row.get(column, "") for row in rows.get("calendar.txt", ()) if "1" in [row.get(day) for day in _DAYS]]


def _read(*columns: Iterable[str]) -> list[datetime.date]:
    """The days that can be: of 1970 to 2200."""
    days: list[datetime.date] = []
    for cell in (cell.strip() for column in columns for cell in column):
        try:
            day = datetime.datetime.strptime(cell, "%Y%m%d").date()
        except ValueError:
            continue
        if 1970 <= day.year <= 2200:
            days.append(day)
    return days
