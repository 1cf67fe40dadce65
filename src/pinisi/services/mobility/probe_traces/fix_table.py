"""A table of fixes (CSV, GeoJSON points): who, when, where; every row is a fix or is told with its reason."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.importing.rows import BadRow, Sheet
from pinisi.runtime.source import Message, Unreadable
from pinisi.services.mobility.probe_traces.report import LeftOut, Why
from pinisi.services.mobility.road_speeds.speed_table import moment_of
from pinisi.services.mobility.routing.answers import Fix
from pinisi.services.mobility.sheet_sent import sheet_sent
from pinisi.vocabulary.instant import parse_instant

MOST_FIXES = 200_000
"""Of one file."""
_VEHICLES = ("vehicle_id", "vehicle", "kendaraan", "tracker", "device_id", "device", "id")
_TRIPS = ("trip_id", "trip", "trajectory_id")
_TIMES = ("timestamp", "time", "waktu", "datetime", "at", "t")
_LONGITUDES = ("longitude", "lon", "lng", "bujur", "x")
_LATITUDES = ("latitude", "lat", "lintang", "y")


class Seen(msgspec.Struct, frozen=True):
    """A fix, and its row in the file (the first below the heading is 2; of GeoJSON the first feature is 1)."""

    row: int
    fix: Fix


class FixTable(msgspec.Struct, frozen=True):
    """Fixes by vehicle and trip, as they came; the names of neither leave this process."""

    traces: Mapping[tuple[str, str], Sequence[Seen]]
    left_out: Sequence[LeftOut]
    fixes: int


def left_out(rows: Sequence[int], why: Why) -> LeftOut:
    return LeftOut(first=min(rows), last=max(rows), rows=len(rows), why=why)


def read_fixes(message: Message, zone: ZoneInfo) -> FixTable:
    """Raises `Unreadable`: no table, columns that are needed are not there, too many rows."""
    begins = message.body.lstrip()[:1]
    rows = _features(message.body) if begins == b"{" else _sheet_rows(sheet_sent(message, "traces"))
    traces: dict[tuple[str, str], list[Seen]] = {}
    bad: list[LeftOut] = []
    fixes = 0
    for number, cells in rows:
        fixes += 1
        if fixes > MOST_FIXES:
            raise Unreadable(f"more than {MOST_FIXES:,} fixes: give shorter files")
        found = _fix(number, cells, zone)
        if isinstance(found, LeftOut):
            bad.append(found)
        else:
            traces.setdefault(found[0], []).append(found[1])
    return FixTable(traces, bad, fixes)


def _fix(number: int, cells: Mapping[str, str] | None, zone: ZoneInfo) -> tuple[tuple[str, str], Seen] | LeftOut:
    if cells is None:
        return left_out([number], "no-row")
    vehicle = _first(cells, _VEHICLES)
    if not vehicle:
        return left_out([number], "no-vehicle")
    at = moment_of(_first(cells, _TIMES), zone)
    if at is None:
        return left_out([number], "no-time")
    lon, lat = _degrees(_first(cells, _LONGITUDES)), _degrees(_first(cells, _LATITUDES))
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
        return left_out([number], "no-position")
    return (vehicle, _first(cells, _TRIPS)), Seen(number, Fix((lon, lat), parse_instant(at)))


def _first(cells: Mapping[str, str], names: Sequence[str]) -> str:
    return next((cells[name].strip() for name in names if name in cells), "")


def _degrees(cell: str) -> float | None:
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _sheet_rows(sheet: Sheet) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    names = {name: name.strip().casefold() for name in sheet.columns}
    for wanted, what in (
        (_VEHICLES, "vehicle"),
        (_TIMES, "time"),
        (_LONGITUDES, "longitude"),
        (_LATITUDES, "latitude"),
    ):
        if not set(wanted) & set(names.values()):
            raise Unreadable(f"no column says the {what}: one of {', '.join(wanted)} is needed")
    for row in sheet.rows():
        if isinstance(row, BadRow):
            yield row.number, None
        else:
            yield row.number, {names[name]: cell or "" for name, cell in row.cells.items() if name in names}


class _Point(msgspec.Struct, frozen=True, tag="Point"):
    coordinates: list[float]


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Point
    properties: dict[str, Any]


class _Collection(msgspec.Struct, frozen=True):
    features: list[msgspec.Raw]


def _features(body: bytes) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    try:
        said = msgspec.json.decode(body, type=_Collection)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"is no FeatureCollection of points: {error}") from None
    for number, feature in enumerate(said.features, start=1):
        yield number, _feature(feature)


def _feature(body: msgspec.Raw) -> Mapping[str, str] | None:
    try:
        feature = msgspec.json.decode(body, type=_Feature)
        lon, lat = feature.geometry.coordinates[:2]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    said = {name.strip().casefold(): str(value) for name, value in feature.properties.items() if value is not None}
    return said | {"longitude": str(lon), "latitude": str(lat)}
