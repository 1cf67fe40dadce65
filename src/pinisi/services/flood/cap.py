"""The Common Alerting Protocol 1.2 (OASIS, 1 July 2010), read whole: alert, infos, areas.

What the standard demands is demanded here; an agency's own codes and parameters are kept as pairs. Coordinates are
written latitude first, and turned here.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal, cast, get_args

import msgspec

from pinisi.runtime.source import Unreadable
from pinisi.runtime.xml_tree import Element, read_xml
from pinisi.vocabulary.instant import format_instant, parse_instant

SPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MOST_POINTS = 20_000
CIRCLE_POINTS = 48
EARTH_KM = 6_371.0

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MessageType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

Ring = list[list[float]]


class CapArea(msgspec.Struct, frozen=True):
    """An area: its words, rings of longitude and latitude, and codes as (name of the list, code)."""

    description: str
    rings: tuple[Ring, ...]
    codes: tuple[tuple[str, str], ...] = ()


class CapInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One `info`: in one language. Times are UTC as NGSI-LD writes them."""

    language: str
    event: str
    categories: tuple[str, ...]
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    responses: tuple[str, ...] = ()
    event_codes: tuple[tuple[str, str], ...] = ()
    effective: str | None = None
    onset: str | None = None
    expires: str | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    areas: tuple[CapArea, ...] = ()


class CapReference(msgspec.Struct, frozen=True):
    """An earlier message that this one replaces or cancels."""

    sender: str
    identifier: str
    sent: str


class CapAlert(msgspec.Struct, frozen=True, kw_only=True):
    identifier: str
    sender: str
    sent: str
    status: Status
    kind: MessageType
    scope: str
    note: str = ""
    references: tuple[CapReference, ...] = ()
    infos: tuple[CapInfo, ...] = ()


def read_cap(body: bytes) -> CapAlert:
    """A CAP message.

    Raises:
        Unreadable: names the element and what is wrong with it.
    """
    root = read_xml(body)
    if root.name != "alert" or root.space != SPACE:
        raise Unreadable(f"<{root.name}> of {root.space[:80] or 'no namespace'} is no alert of CAP 1.2")
    return CapAlert(
        identifier=_word(root, "identifier"),
        sender=_word(root, "sender"),
        sent=_moment(root, "sent"),
        status=cast("Status", _one_of(root, "status", get_args(Status))),
        kind=cast("MessageType", _one_of(root, "msgType", get_args(MessageType))),
        scope=_one_of(root, "scope", ("Public", "Restricted", "Private")),
        note=root.said("note"),
        references=tuple(_references(root)),
        infos=tuple(_info(info, f"info[{number}]") for number, info in enumerate(root.all("info"))),
    )


def _info(info: Element, at: str) -> CapInfo:
    return CapInfo(
        language=info.said("language").lower() or "en-us",
        event=_demanded(info, "event", at),
        categories=tuple(each.text for each in info.all("category")),
        urgency=cast("Urgency", _one_of(info, "urgency", get_args(Urgency), at)),
        severity=cast("Severity", _one_of(info, "severity", get_args(Severity), at)),
        certainty=cast("Certainty", _one_of(info, "certainty", get_args(Certainty), at)),
        responses=tuple(each.text for each in info.all("responseType")),
        event_codes=_pairs(info, "eventCode"),
        effective=_optional_moment(info, "effective", at),
        onset=_optional_moment(info, "onset", at),
        expires=_optional_moment(info, "expires", at),
        sender_name=info.said("senderName"),
        headline=info.said("headline"),
        description=info.said("description"),
        instruction=info.said("instruction"),
        web=info.said("web"),
        areas=tuple(_area(area, f"{at}.area[{number}]") for number, area in enumerate(info.all("area"))),
    )


def _area(area: Element, at: str) -> CapArea:
    polygons = [_polygon(each, f"{at}.polygon[{number}]") for number, each in enumerate(area.all("polygon"))]
    circles = [_circle(each, f"{at}.circle[{number}]") for number, each in enumerate(area.all("circle"))]
    return CapArea(_demanded(area, "areaDesc", at), (*polygons, *circles), _pairs(area, "geocode"))


def _polygon(element: Element, at: str) -> Ring:
    """CAP 3.2.4: at least four pairs, the last the same as the first."""
    pairs = element.text.split()
    if not 4 <= len(pairs) <= MOST_POINTS:
        raise Unreadable(f"{at}: has {len(pairs)} points; 4 to {MOST_POINTS} are taken (line {element.line})")
    ring = [_position(pair, at) for pair in pairs]
    if ring[0] != ring[-1]:
        raise Unreadable(f"{at}: is not closed: it ends elsewhere than it begins (line {element.line})")
    return ring


def _circle(element: Element, at: str) -> Ring:
    """A point and a radius in kilometres, as a ring of points on it."""
    parts = element.text.split()
    radius = _number(parts[1]) if len(parts) == 2 else None
    if radius is None or not 0 < radius <= 1_000:
        raise Unreadable(f"{at}: {element.text[:60]!r} is no point with a radius up to 1000 km (line {element.line})")
    lon, lat = _position(parts[0], at)
    return _ring_around(lon, lat, radius)


def _ring_around(lon: float, lat: float, radius_km: float) -> Ring:
    """Points on a circle on the sphere, counter-clockwise and closed."""
    angle, phi = radius_km / EARTH_KM, math.radians(lat)
    ring: Ring = []
    for step in range(CIRCLE_POINTS):
        bearing = -2 * math.pi * step / CIRCLE_POINTS
        high = math.asin(math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing))
        east = math.atan2(
            math.sin(bearing) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * math.sin(high)
        )
        ring.append([round(lon + math.degrees(east), 6), round(math.degrees(high), 6)])
    return [*ring, ring[0]]


def _position(pair: str, at: str) -> list[float]:
    """Longitude and latitude of a pair written latitude first."""
    lat, _, lon = pair.partition(",")
    north, east = _number(lat), _number(lon)
    if north is None or east is None or not (abs(north) <= 90 and abs(east) <= 180):
        raise Unreadable(f"{at}: {pair[:40]!r} is no latitude,longitude in degrees")
    return [east, north]


def _references(root: Element) -> Iterator[CapReference]:
    for triple in root.said("references").split():
        parts = triple.split(",")
        if len(parts) != 3:
            raise Unreadable(f"references: {triple[:120]!r} is no sender,identifier,sent")
        yield CapReference(parts[0], parts[1], _utc(parts[2], "references"))


def _pairs(element: Element, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((each.said("valueName"), each.said("value")) for each in element.all(name))


def _word(root: Element, name: str) -> str:
    """CAP 3.2.1: identifier and sender hold no spaces, commas, `<` or `&`."""
    text = _demanded(root, name, "")
    if len(text) > 400 or any(char in " ,<&\n\t" for char in text):
        raise Unreadable(f"{name}: {text[:80]!r} holds a space, a comma, < or &")
    return text


def _demanded(element: Element, name: str, at: str) -> str:
    text = element.said(name)
    if not text:
        raise Unreadable(f"{_path(at, name)}: is missing or empty")
    return text


def _one_of(element: Element, name: str, known: Sequence[str], at: str = "") -> str:
    text = _demanded(element, name, at)
    if text not in known:
        raise Unreadable(f"{_path(at, name)}: {text[:60]!r} is none of {', '.join(known)}")
    return text


def _moment(element: Element, name: str, at: str = "") -> str:
    return _utc(_demanded(element, name, at), _path(at, name))


def _optional_moment(element: Element, name: str, at: str) -> str | None:
    return _utc(element.said(name), _path(at, name)) if element.said(name) else None


def _utc(text: str, at: str) -> str:
    """CAP 3.3.2 demands an offset; a `Z`, which it forbids, is understood."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Unreadable(f"{at}: {text[:40]!r} has no offset from UTC")
        shown = moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        return format_instant(parse_instant(shown))
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"{at}: {text[:40]!r} is no time") from None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _path(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
