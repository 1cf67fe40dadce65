"""A series in a CSV file as a recorded stream: one row a moment, one entity a thing, the cells its attributes."""

import csv
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from pinisi.city.profile import City
from pinisi.city.text import Text, fill
from pinisi.context.validate import is_uri
from pinisi.runtime.recording import Frame, Recorded, Row, StreamKind
from pinisi.runtime.source import Message, Reading, Reject, Unreadable
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant

LONGEST_ROW = 64 << 10
_NO_NUMBER = Text("{value} bukan angka", "{value} is no number", "{value} は数値ではない")
_BELOW = Text(
    "{value} di bawah {limit}: gangguan sensor",
    "{value} is below {limit}: a fault of the sensor",
    "{value} は {limit} 未満。センサーの異常",
)
_ABOVE = Text(
    "{value} di atas {limit}: gangguan sensor",
    "{value} is above {limit}: a fault of the sensor",
    "{value} は {limit} 超。センサーの異常",
)
_NO_TIME = Text("{value} bukan waktu", "{value} is no time", "{value} は時刻ではない")
_NO_CELL = Text("kolom tidak ada", "the column is not there", "列がない")


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One attribute from one column. An empty cell stays a gap; beyond `least` or `most` it is no measurement."""

    name: str
    column: str
    kind: Literal["number", "text"] = "number"
    unit: str | None = None
    least: float | None = None
    most: float | None = None


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`entity` is the id with `{column}` places; `zone` is that of stamps that name none.

    `position` names the columns of longitude and latitude, in degrees; `place` is a fixed point instead.
    """

    entity: str
    type: str
    time: str
    zone: str = "UTC"
    attributes: tuple[Measured, ...]
    position: tuple[str, str] | None = None
    place: tuple[float, float] | None = None
    constants: dict[str, str] = {}


def make_series(options: Series, _city: City) -> Recorded:
    """Raises `ValueError` for a zone that is none."""
    try:
        zone = ZoneInfo(options.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"zone: {options.zone!r} is no time zone") from None
    reader = _Reader(options, zone)
    return Recorded(cut=reader.cut, read=reader.read, frame=Frame(media="text/csv"))


CSV_SERIES = StreamKind(
    name="csv-series",
    title=Text("Deret waktu CSV", "Series in a CSV file", "CSV の時系列"),
    options=Series,
    make=make_series,
)


class _Reader:
    def __init__(self, series: Series, zone: ZoneInfo) -> None:
        self.series = series
        self.zone = zone

    def cut(self, path: Path) -> Iterator[Row]:
        lines = _records(path)
        head = next(lines, b"")
        if self.series.time not in _cells(head):
            raise Unreadable(f"{path.name}: there is no column {self.series.time!r}")
        column = _cells(head).index(self.series.time)
        for number, line in enumerate(lines, start=2):
            cells = _cells(line)
            at = self.instant(cells[column]) if column < len(cells) else None
            yield Row(at, f"{path.name} row {number}", head + b"\n" + line)

    def instant(self, stamp: str) -> Instant | None:
        try:
            moment = datetime.fromisoformat(stamp.strip())
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)
            return parse_instant(aware.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z")
        except (ValueError, OverflowError):
            return None

    def read(self, message: Message) -> Reading:
        head, _, body = message.body.partition(b"\n")
        row = dict(zip(_cells(head), _cells(body), strict=False))
        stamp = row.get(self.series.time, "")
        at = self.instant(stamp)
        raw = body.decode("utf-8", "replace")
        if at is None:
            return Reading(rejects=[_reject(message, raw, self.series.time, fill(_NO_TIME, value=stamp or "-"))])
        rejects: list[Reject] = []
        observed = format_instant(at)
        entity: dict[str, Any] = {"id": self.id(row), "type": self.series.type}
        entity |= {name: _property(value, observed) for name, value in self.series.constants.items()}
        for measured in self.series.attributes:
            value, reason = _value(measured, row)
            if reason is not None:
                rejects.append(_reject(message, raw, measured.column, reason))
            elif value is not None:
                unit = {"unitCode": measured.unit} if measured.unit else {}
                entity[measured.name] = _property(value, observed) | unit
        point, reason = self.point(row)
        if reason is not None:
            rejects.append(_reject(message, raw, "position", reason))
        elif point is not None:
            place = {"type": "Point", "coordinates": list(point)}
            entity["location"] = {"type": "GeoProperty", "value": place, "observedAt": observed}
        return Reading(entities=[entity], rejects=rejects)

    def id(self, row: Mapping[str, str]) -> str:
        try:
            id = self.series.entity.format(**row)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise Unreadable(f"entity: {self.series.entity!r} cannot be filled: {error}") from None
        if not is_uri(id):
            raise Unreadable(f"entity: {id[:120]!r} is no URI")
        return id

    def point(self, row: Mapping[str, str]) -> tuple[tuple[float, float] | None, Text | None]:
        if self.series.position is None:
            return self.series.place, None
        found: list[float] = []
        for column, limit in zip(self.series.position, (180, 90), strict=True):
            value, reason = _value(Measured(name=column, column=column, least=-limit, most=limit), row)
            if reason is not None or not isinstance(value, int | float):
                return None, reason or fill(_NO_NUMBER, value="-")
            found.append(value)
        return (found[0], found[1]), None


def _value(measured: Measured, row: Mapping[str, str]) -> tuple[float | str | None, Text | None]:
    """The cell's value, None for a gap; or why it is none."""
    cell = row.get(measured.column)
    if cell is None:
        return None, _NO_CELL
    if not cell.strip() or measured.kind == "text":
        return cell.strip() or None, None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return None, fill(_NO_NUMBER, value=cell[:80])
    if measured.least is not None and value < measured.least:
        return None, fill(_BELOW, value=cell, limit=measured.least)
    if measured.most is not None and value > measured.most:
        return None, fill(_ABOVE, value=cell, limit=measured.most)
    return int(value) if value.is_integer() else value, None


def _property(value: Any, observed: str) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": observed}


def _reject(message: Message, raw: str, field: str, reason: Text) -> Reject:
    row = message.origin.rpartition(" row ")[2]
    return Reject(key=f"{message.origin} {field}", row=row, field=field, reason=reason, raw=raw)


def _cells(line: bytes) -> list[str]:
    try:
        for cells in csv.reader([line.decode("utf-8-sig", "replace")]):
            return cells
    except csv.Error:
        pass
    return []


def _records(path: Path) -> Iterator[bytes]:
    """The file's rows as bytes; a cell in quotes may have lines of its own."""
    with path.open("rb") as file:
        record = b""
        for line in file:
            record += line
            if record.count(b'"') % 2 == 0 or len(record) > LONGEST_ROW:
                if record.strip():
                    yield record.rstrip(b"\r\n")
                record = b""
        if record.strip():
            yield record.rstrip(b"\r\n")
