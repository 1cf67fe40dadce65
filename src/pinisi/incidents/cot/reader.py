"""A document as an event. No document type, no entities, at most 64 KB; what a phone adds to the standard is let by.

A reason names the element or attribute, never what people wrote: callsigns and chats are not kept, not even there.
"""

import math
import re
from datetime import UTC, datetime, timedelta

from pinisi.incidents.cot.event import UNKNOWN, Event
from pinisi.runtime.source import Unreadable
from pinisi.runtime.xml_tree import Element, read_xml
from pinisi.vocabulary.instant import Instant

MOST_BYTES = 65_536
MOST_UID = 256
_TYPE = re.compile(r"\w{1,40}(-\w{1,40}){0,20}(;[^;]{0,100})?", re.ASCII)
_HOW = re.compile(r"\w(-\w{1,20}){0,10}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,3})?", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,30}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_PROTOBUF = b"\xbf"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Credentials(Exception):
    """It is no event but an `<auth>`: what a phone says of itself first. `secret` is the password of it."""

    def __init__(self, secret: str) -> None:
        super().__init__("an <auth>")
        self.secret = secret


def read_event(body: bytes) -> Event:
    """An event.

    Raises:
        Unreadable: says what is wrong with it.
        Credentials: it is an `<auth>`.
    """
    if len(body) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES >> 10} KB")
    if body[:1] == _PROTOBUF:
        raise Unreadable("is TAK protocol 1 (protobuf): set the phone to XML (TAK protocol 0)")
    root = read_xml(body)
    if root.name == "auth":
        given = root.first("cot")
        raise Credentials(given.attributes.get("password", "") if given else "")
    if root.name != "event":
        raise Unreadable("is no <event>")
    return _event(root)


def _event(root: Element) -> Event:
    point = root.first("point")
    if point is None:
        raise Unreadable("event/point: is missing")
    if _number(root, "version") < 2:
        raise Unreadable("event/@version: is older than 2.0")
    lat, lon = _number(point, "lat"), _number(point, "lon")
    if abs(lat) > 90 or abs(lon) > 180:
        raise Unreadable("event/point: is not on the Earth")
    return Event(
        uid=_uid(root),
        type=_matching(root, "type", _TYPE),
        how=_matching(root, "how", _HOW),
        time=_moment(root, "time"),
        start=_moment(root, "start"),
        stale=_moment(root, "stale"),
        longitude=lon,
        latitude=lat,
        height=_number(point, "hae", UNKNOWN),
        error=_number(point, "ce", UNKNOWN),
        opex=root.attributes.get("opex", "")[:40],
    )


def _uid(root: Element) -> str:
    uid = root.attributes.get("uid", "").strip()
    if not uid or len(uid) > MOST_UID or not uid.isprintable():
        raise Unreadable(f"event/@uid: between 1 and {MOST_UID} printable characters")
    return uid


def _matching(element: Element, name: str, pattern: re.Pattern[str]) -> str:
    text = element.attributes.get(name, "")
    if pattern.fullmatch(text) is None:
        raise Unreadable(f"{element.name}/@{name}: is missing or not of the form of the standard")
    return text


def _number(element: Element, name: str, default: float | None = None) -> float:
    text = element.attributes.get(name, "").strip()
    if not text and default is not None:
        return default
    if _NUMBER.fullmatch(text) is None or not math.isfinite(float(text)):
        raise Unreadable(f"{element.name}/@{name}: is no number")
    return float(text)


def _moment(element: Element, name: str) -> Instant:
    found = _TIME.fullmatch(element.attributes.get(name, "").strip())
    if found is None:
        raise Unreadable(f"{element.name}/@{name}: is no time with an offset from UTC")
    text, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(text + ("+00:00" if zone == "Z" else zone))
        return (moment - _EPOCH) // timedelta(microseconds=1) + int((fraction or "0")[:6].ljust(6, "0"))
    except (ValueError, OverflowError):
        raise Unreadable(f"{element.name}/@{name}: does not exist") from None
