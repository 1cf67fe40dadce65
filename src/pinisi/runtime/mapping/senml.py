"""SenML (RFC 8428) in JSON: records resolved, so that each stands for itself."""

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from pinisi.runtime.source import Unreadable
from pinisi.vocabulary.instant import SECOND, Instant, format_instant

RELATIVE_BELOW = 2**28
"""Seconds: below it a time is relative to now (4.5.3)."""

UNITS = {
    "Cel": "CEL",
    "K": "KEL",
    "%RH": "P1",
    "%": "P1",
    "/": "C62",
    "m": "MTR",
    "mm": "MMT",
    "cm": "CMT",
    "km": "KMT",
    "kg": "KGM",
    "g": "GRM",
    "s": "SEC",
    "m/s": "MTS",
    "km/h": "KMH",
    "m3": "MTQ",
    "l": "LTR",
    "l/s": "G51",
    "m3/s": "MQS",
    "Pa": "PAL",
    "hPa": "A97",
    "V": "VLT",
    "A": "AMP",
    "W": "WTT",
    "kW": "KWT",
    "J": "JOU",
    "kWh": "KWH",
    "Hz": "HTZ",
    "lx": "LUX",
    "dB": "2N",
    "deg": "DD",
    "count": "C62",
    "ug/m3": "GQ",
}
"""Units of SenML (RFC 8428, 12.1; RFC 8798) -> UN/CEFACT."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it comes; `bver` above 10 is of a later standard."""

    bn: str = ""
    bt: float = 0
    bu: str = ""
    bv: float = 0
    bver: int = 10
    n: str = ""
    u: str = ""
    v: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: float | None = None
    t: float = 0


def resolved(body: bytes, now: Instant) -> Iterator[dict[str, Any]]:
    """Each record with its full name `n`, moment `t` (UTC text), value `v`, and unit `u` (UN/CEFACT where known).

    Raises:
        Unreadable: it is no SenML pack.
    """
    try:
        records = msgspec.json.decode(body, type=list[Record])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"is no SenML pack: {error}") from None
    base = Record()
    for record in records:
        if record.bver > 10:
            raise Unreadable(f"is SenML of version {record.bver}; 10 is read")
        base = _based(base, record)
        name = base.bn + record.n
        value = _value(record, base.bv)
        if value is None:
            continue
        unit = record.u or base.bu
        yield {"n": name, "t": _moment(base.bt + record.t, now), "v": value, "u": UNITS.get(unit, unit)}


def _based(base: Record, record: Record) -> Record:
    """Base values hold from the record in which they stand on (4.1)."""
    return Record(bn=record.bn or base.bn, bt=record.bt or base.bt, bu=record.bu or base.bu, bv=record.bv or base.bv)


def _value(record: Record, base: float) -> Any:
    """The value; of a record that has only a sum (`s`) the sum."""
    for value in (record.vs, record.vb, record.vd):
        if value is not None:
            return value
    if record.v is not None:
        return record.v + base
    return record.s


def _moment(seconds: float, now: Instant) -> str:
    """Raises Unreadable: the time cannot be."""
    if not math.isfinite(seconds) or abs(seconds) > 1e11:
        raise Unreadable(f"has a time that cannot be: {seconds}")
    since = seconds * SECOND if seconds >= RELATIVE_BELOW else now + seconds * SECOND
    try:
        return format_instant(round(since))
    except OverflowError:
        raise Unreadable(f"has a time that cannot be: {seconds}") from None
