"""Corridors in a table that a planner fills: a row for each stop, what is said of the line in its first row."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import msgspec

from pinisi.city.importing.delimited import delimited_sheet
from pinisi.city.importing.fault_texts import fault_text
from pinisi.city.importing.rows import NotReadable, Row
from pinisi.city.text import fill
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.gtfs.corridors import Corridor, Days
from pinisi.services.mobility.transit.corridor_bodies import CorridorsRead, RowFault

TEXTS = texts_of("pinisi.services.mobility")
COLUMNS = (
    "code",
    "name",
    "kind",
    "hail_and_ride",
    "both_ways",
    "speed",
    "fare",
    "source",
    "headways",
    "stop",
    "lat",
    "lon",
    "minutes",
)
NEEDED = ("code", "stop", "lat", "lon")
MOST_FAULTS = 200
_YES = frozenset({"1", "yes", "ya", "true", "はい"})
_NO = frozenset({"0", "no", "tidak", "false", "いいえ"})
_SPAN = re.compile(r"(\d?\d[:.]\d\d)\s*-\s*(\d?\d[:.]\d\d)\s*=\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)")
_DAYS = {
    "": "all",
    "semua": "all",
    "kerja": "weekdays",
    "libur": "weekend",
    "sabtu": "saturday",
    "minggu": "sunday",
    **{days: days for days in get_args(Days)},
}
TEMPLATE = (
    ",".join(COLUMNS)
    + "\r\n"
    + "K1,Terminal Contoh - Pasar Contoh,bus,no,yes,18,5000,made up: replace it,"
    + "05:30-09:00=10 weekdays; 09:00-20:00=20 weekdays; 06:00-20:00=20 weekend,Terminal Contoh,-5.1500,119.4300,\r\n"
    + "K1,,,,,,,,,Pasar Contoh,-5.1330,119.4450,12\r\n"
    + "P7,Pete-pete Pasar Contoh - Kampung Contoh,minibus,yes,yes,15,5000,made up: replace it,"
    + "05:00-21:00=6,Pasar Contoh,-5.1330,119.4450,\r\n"
    + "P7,,,,,,,,,Kampung Contoh,-5.1200,119.4600,\r\n"
)


class _Bad(ValueError):
    def __init__(self, field: str, code: str, **words: str) -> None:
        super().__init__(field)
        self.field, self.reason = field, fill(TEXTS[f"corridor-{code}"], **words)


def read_table(text: str) -> CorridorsRead:
    """Every fault of every row; corridors that have one are left out. Raises nothing."""
    try:
        sheet = delimited_sheet("corridors", text.encode())
    except NotReadable as error:
        return CorridorsRead(
            corridors=(), faults=(RowFault(row=1, field="", reason=fault_text(error.code, error.words)),)
        )
    missing = [column for column in NEEDED if column not in sheet.columns]
    if missing:
        reason = fill(TEXTS["corridor-no-column"], columns=", ".join(missing))
        return CorridorsRead(corridors=(), faults=(RowFault(row=1, field=missing[0], reason=reason),))
    faults: list[RowFault] = []
    lines: dict[str, list[Row]] = {}
    for row in sheet.rows():
        if not isinstance(row, Row):
            faults.append(RowFault(row=row.number, field="", reason=fault_text(row.code, row.words)))
        elif any(cell.strip() for cell in row.cells.values()):
            lines.setdefault(row.cells.get("code", "").strip(), []).append(row)
    found: list[Corridor] = []
    for rows in lines.values():
        wrong = list(_taken(rows, found))
        faults += wrong
    faults.sort(key=lambda fault: fault.row)
    return CorridorsRead(corridors=tuple(found), faults=tuple(faults[:MOST_FAULTS]))


def _taken(rows: list[Row], found: list[Corridor]) -> Iterator[RowFault]:
    """The corridor goes to those found where nothing is wrong with it."""
    stops: list[dict[str, Any]] = []
    wrong = False
    for row in rows:
        try:
            stops.append(_stop(row.cells))
        except _Bad as bad:
            wrong = True
            yield RowFault(row=row.number, field=bad.field, reason=bad.reason)
    try:
        said = _line(rows[0].cells)
        if not wrong:
            found.append(msgspec.convert(said | {"stops": stops}, Corridor))
    except _Bad as bad:
        yield RowFault(row=rows[0].number, field=bad.field, reason=bad.reason)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`") or "code"
        reason = fill(TEXTS["corridor-unfit"], reason=str(error))
        yield RowFault(row=rows[0].number, field=field, reason=reason)


def _line(cells: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {name: _cell(cells, name) for name in ("code", "name", "source")}
    said["name"] = said["name"] or said["code"]
    said["kind"] = _cell(cells, "kind").lower() or "bus"
    for field, usual in (("hail_and_ride", said["kind"] == "minibus"), ("both_ways", True)):
        said[field] = _yes(cells, field, usual=usual)
    for field in ("speed", "fare"):
        said[field] = _number(cells, field)
    said["headways"] = list(_headways(_cell(cells, "headways")))
    if not said["source"]:
        raise _Bad("source", "no-source")
    return said


def _stop(cells: Mapping[str, str]) -> dict[str, Any]:
    stop: dict[str, Any] = {"name": _cell(cells, "stop")}
    if not stop["name"]:
        raise _Bad("stop", "no-name")
    for field, most in (("lat", 90.0), ("lon", 180.0)):
        number = _number(cells, field)
        if number is None or abs(number) > most:
            raise _Bad(field, "no-number", cell=_cell(cells, field)[:40])
        stop[field] = number
    minutes = _number(cells, "minutes")
    return stop | ({} if minutes is None else {"minutes": minutes})


def _headways(text: str) -> Iterator[dict[str, Any]]:
    """`05:30-09:00=10 weekdays; 09:00-20:00=20`."""
    for part in filter(None, (part.strip().lower() for part in text.split(";"))):
        match = _SPAN.fullmatch(part)
        if match is None or match[4] not in _DAYS:
            raise _Bad("headways", "no-headway", cell=part[:40])
        begin, end = (each.replace(".", ":").zfill(5) for each in match.group(1, 2))
        yield {"from": begin, "to": end, "minutes": float(match[3].replace(",", ".")), "days": _DAYS[match[4]]}


def _cell(cells: Mapping[str, str], field: str) -> str:
    return cells.get(field, "").strip()


def _number(cells: Mapping[str, str], field: str) -> float | None:
    """With a point or a comma; None of an empty cell."""
    text = _cell(cells, field)
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,12}([.,]\d{1,12})?", text):
        raise _Bad(field, "no-number", cell=text[:40])
    return float(text.replace(",", "."))


def _yes(cells: Mapping[str, str], field: str, *, usual: bool) -> bool:
    text = _cell(cells, field).lower()
    if text and text not in _YES | _NO:
        raise _Bad(field, "no-yes", cell=text[:40])
    return text in _YES if text else usual
