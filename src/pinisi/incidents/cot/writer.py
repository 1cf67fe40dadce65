"""An event as XML that keeps the schema of CoT 2.0; outlines as the TAK programs draw them (`u-d-f`)."""

from datetime import UTC, datetime, timedelta

from pinisi.incidents.cot.event import GONE, PONG, Event, Line
from pinisi.vocabulary.instant import SECOND, Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799 * SECOND
"""The last second of the year 9999."""
_POINT_STALE = 20 * SECOND


def write_event(event: Event) -> bytes:
    attributes = {
        "version": "2.0",
        "uid": event.uid,
        "type": event.type,
        "how": event.how,
        "time": _moment(event.time),
        "start": _moment(event.start),
        "stale": _moment(event.stale),
        **({"opex": event.opex} if event.opex else {}),
    }
    point = {
        "lat": _decimal(event.latitude),
        "lon": _decimal(event.longitude),
        "hae": _decimal(event.height),
        "ce": _decimal(event.error),
        "le": _decimal(9_999_999.0),
    }
    inside = _tag("point", point) + "<detail>" + "".join(_details(event)) + "</detail>"
    return f"<event{_written(attributes)}>{inside}</event>\n".encode()


def pong(now: Instant) -> Event:
    """The answer to a ping, and what keeps a silent line open."""
    return Event(
        uid="takPong",
        type=PONG,
        how="h-g-i-g-o",
        time=now,
        start=now,
        stale=now + _POINT_STALE,
        longitude=0.0,
        latitude=0.0,
    )


def _details(event: Event) -> list[str]:
    parts: list[str] = []
    if event.callsign:
        parts.append(_tag("contact", {"callsign": event.callsign}))
    if event.ends:
        parts.append(_tag("link", {"uid": event.uid, "relation": "p-p", "type": event.ends}))
        parts.append("<__forcedelete/>")
    if event.colour is not None:
        parts.append(_tag("color", {"argb": str(_signed(event.colour))}))
    if event.line is not None:
        parts += _outline(event.line)
    if event.remarks:
        parts.append(f"<remarks>{_text(event.remarks)}</remarks>")
    return parts


def _outline(line: Line) -> list[str]:
    points = [_tag("link", {"point": f"{_decimal(lat)},{_decimal(lon)}"}) for lon, lat in line.ring]
    return [
        *points,
        _tag("strokeColor", {"value": str(_signed(line.stroke))}),
        _tag("strokeWeight", {"value": "3.0"}),
        _tag("fillColor", {"value": str(_signed(line.fill))}),
        _tag("labels_on", {"value": "true"}),
    ]


def taken_off(uid: str, type: str, now: Instant) -> Event:
    """What tells a phone that an event is over."""
    return Event(
        uid=uid,
        type=GONE,
        how="m-g",
        time=now,
        start=now,
        stale=now + _POINT_STALE,
        longitude=0.0,
        latitude=0.0,
        ends=type,
    )


def _tag(name: str, attributes: dict[str, str]) -> str:
    return f"<{name}{_written(attributes)}/>"


def _written(attributes: dict[str, str]) -> str:
    from xml.sax.saxutils import quoteattr  # with the first phone: it brings urllib.request and http.client along

    return "".join(f" {name}={quoteattr(_allowed(value))}" for name, value in attributes.items())


def _text(text: str) -> str:
    return _allowed(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _allowed(text: str) -> str:
    """Without what XML 1.0 cannot hold (clause 2.2)."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n\r" or "\x20" <= sign <= "\ud7ff" or "\ue000" <= sign <= "\ufffd" or sign >= "\U00010000"
    )


def _decimal(number: float) -> str:
    """As `xs:decimal` has it, without an exponent; 1e-7 of a degree is a centimetre."""
    return f"{number:.7f}".rstrip("0").rstrip(".")


def _signed(argb: int) -> int:
    """A colour as the TAK programs write it: 32 bits with a sign."""
    return argb - (1 << 32) if argb >= 1 << 31 else argb


def _moment(instant: Instant) -> str:
    moment = _EPOCH + timedelta(microseconds=max(0, min(instant, _LATEST)))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
