"""A table of speeds (CSV or XLSX): the first column says when, each further one is a detector; and the table of places.

A file whose heading has `latitude` and `longitude` tells where the detectors are (`id`, and `name`, `vehicle`, `road`
where known); any other one tells speeds. A table without a column of time (METR-LA as T-GCN publishes it) begins at the
moment `first` of the options and goes on by `minutes`. An empty cell, 0 and a negative number are gaps: a detector that
saw nobody tells no speed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.importing.cells import moment_in
from pinisi.city.importing.rows import BadRow, Row, Sheet
from pinisi.city.row_entity import slug
from pinisi.city.text import fill
from pinisi.runtime.about import About
from pinisi.runtime.source import Message, Reading, Reject, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_place, told_relation
from pinisi.services.mobility.models.traffic import OBSERVED, SPEED
from pinisi.services.mobility.observed_speed import FASTEST, FASTEST_BY_UNIT
from pinisi.services.mobility.sheet_sent import sheet_sent
from pinisi.vocabulary.instant import MINUTE, Instant, format_instant, parse_instant

TEXTS = texts_of("pinisi.services.mobility")
MOST_VALUES = 500_000
"""Of one file: a week of 200 detectors."""
_TIMES = frozenset({"time", "timestamp", "waktu", "datetime", "date", "at", "jam"})
_IDS = ("id", "sensor_id", "detector", "detektor")
_ABOUT = About(types=(OBSERVED,))
Entity = dict[str, Any]


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """How a table is to be read. `first`: of the first row, where no column says when."""

    feed: str
    unit: str
    zone: ZoneInfo
    minutes: float
    first: Instant | None


def speed_reader(series: Series) -> Callable[[Message], Reading]:
    def read(message: Message) -> Reading:
        sheet = sheet_sent(message, "speeds")
        names = {name.strip().casefold(): name for name in sheet.columns}
        if {"latitude", "longitude"} <= names.keys():
            return _Places(series, names, message).reading(sheet)
        return _Speeds(series, sheet, message).reading()

    return read


def detector_id(feed: str, detector: str) -> str:
    return f"urn:ngsi-ld:{OBSERVED}:{feed}-{detector}"


class _Speeds:
    """A table of speeds on its way to entities."""

    def __init__(self, series: Series, sheet: Sheet, message: Message) -> None:
        self._series, self._sheet, self._message = series, sheet, message
        timed = [name for name in sheet.columns if name.strip().casefold() in _TIMES]
        self._time = timed[0] if timed else None
        columns = [name for name in sheet.columns if name not in timed]
        self._detectors = {name: slug(name) for name in columns}
        if not columns or not all(self._detectors.values()):
            raise Unreadable("the heading names no detectors, or one without letters and digits")
        if len(set(self._detectors.values())) < len(columns):
            raise Unreadable("the heading names a detector twice")
        if self._time is None and series.first is None:
            raise Unreadable("no column says when (time, waktu ...), and the option `first` names no moment")

    def reading(self) -> Reading:
        entities: list[Entity] = []
        rejects: list[Reject] = []
        sound: list[str] = []
        for place, row in enumerate(self._sheet.rows()):
            if len(entities) > MOST_VALUES:
                raise Unreadable(f"more than {MOST_VALUES:,} values: give shorter files")
            at = self._moment(place, row)
            if isinstance(row, BadRow) or at is None:
                rejects.append(self._reject(row, "time", str(row.number), "speeds-time"))
                continue
            sound.append(self._key(row.number, "time"))
            for name, detector in self._detectors.items():
                cell = (row.cells.get(name) or "").strip()
                speed = _speed(cell, self._series.unit)
                if speed is None:
                    rejects.append(self._reject(row, name, cell, "speeds-cell"))
                    continue
                sound.append(self._key(row.number, name))
                if speed > 0:
                    entities.append(_spoken(self._series, detector, speed, at))
        return Reading(entities=entities, rejects=rejects, sound=sound)

    def _moment(self, place: int, row: Row | BadRow) -> str | None:
        if isinstance(row, BadRow):
            return None
        if self._time is None:
            assert self._series.first is not None
            return format_instant(self._series.first + round(place * self._series.minutes * MINUTE))
        return moment_of((row.cells.get(self._time) or "").strip(), self._series.zone)

    def _key(self, row: int, field: str) -> str:
        return f"{self._message.origin} {row} {field}"

    def _reject(self, row: Row | BadRow, field: str, cell: str, why: str) -> Reject:
        return rejected(self._key(row.number, field), row, field, cell, why)


def moment_of(cell: str, zone: ZoneInfo) -> str | None:
    told = moment_in(cell, zone) if ":" in cell else None
    try:
        return None if told is None else format_instant(parse_instant(_utc(datetime.fromisoformat(told), zone)))
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime, zone: ZoneInfo) -> str:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return aware.astimezone(ZoneInfo("UTC")).replace(tzinfo=None).isoformat() + "Z"


def _speed(cell: str, unit: str) -> float | None:
    """0 of a gap; None of what is no speed."""
    if cell.casefold() in ("", "nan", "na", "-"):
        return 0.0
    try:
        speed = float(cell)
    except ValueError:
        return None
    return max(0.0, speed) if abs(speed) <= FASTEST_BY_UNIT.get(unit, FASTEST) else None


def _spoken(series: Series, detector: str, speed: float, at: str) -> Entity:
    return {
        "id": detector_id(series.feed, detector),
        "type": OBSERVED,
        "name": told(detector, at),
        SPEED: told(speed, at, series.unit),
    }


def rejected(key: str, row: Row | BadRow, field: str, cell: str, why: str) -> Reject:
    raw = msgspec.json.encode(row.cells).decode()[:2_000] if isinstance(row, Row) else row.raw
    reason = fill(TEXTS[why], field=field[:60], cell=cell[:60])
    return Reject(key=key, row=str(row.number), field=field[:60], reason=reason, raw=raw, about=_ABOUT)


class _Places:
    """A table of places on its way to entities."""

    def __init__(self, series: Series, names: Mapping[str, str], message: Message) -> None:
        self._series, self._names, self._message = series, names, message
        self._id = next((names[each] for each in _IDS if each in names), None)
        if self._id is None:
            raise Unreadable(f"a table of places needs one of the columns {', '.join(_IDS)}")

    def reading(self, sheet: Sheet) -> Reading:
        entities: list[Entity] = []
        rejects: list[Reject] = []
        sound: list[str] = []
        for row in sheet.rows():
            made = self._place(row)
            if isinstance(made, Reject):
                rejects.append(made)
            else:
                entities.append(made)
                sound += [f"{self._message.origin} {row.number} {field}" for field in ("id", "place")]
        return Reading(entities=entities, rejects=rejects, sound=sound)

    def _place(self, row: Row | BadRow) -> Entity | Reject:
        key = f"{self._message.origin} {row.number}"
        assert self._id is not None
        cells = row.cells if isinstance(row, Row) else {}
        detector = slug((cells.get(self._id) or "").strip())
        if not detector:
            return rejected(f"{key} id", row, "id", "", "speeds-cell")
        lon, lat = (_degrees(cells.get(self._names[name])) for name in ("longitude", "latitude"))
        if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
            return rejected(f"{key} place", row, "longitude, latitude", f"{lon}, {lat}", "speeds-place")
        at = format_instant(self._message.received)
        entity: Entity = {"id": detector_id(self._series.feed, detector), "type": OBSERVED}
        entity["location"] = told_place({"type": "Point", "coordinates": [lon, lat]}, at)
        return entity | dict(self._said(cells, at))

    def _said(self, cells: Mapping[str, str | None], at: str) -> Iterator[tuple[str, Any]]:
        """What else the table says of a detector."""
        said = {name: (cells.get(self._names.get(name, "")) or "").strip() for name in ("name", "vehicle", "road")}
        if said["name"]:
            yield "name", told(said["name"][:200], at)
        if said["vehicle"]:
            yield "vehicleType", told(said["vehicle"][:40], at)
        if slug(said["road"]):
            yield "refRoadSegment", told_relation(f"urn:ngsi-ld:RoadSegment:{slug(said['road'])}", at)


def _degrees(cell: str | None) -> float | None:
    try:
        return float(cell or "")
    except ValueError:
        return None


__all__: Sequence[str] = ("Series", "detector_id", "speed_reader")
