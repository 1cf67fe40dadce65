"""A document as an alert.

What the standard demands and a reader can do without is not demanded here: a foreign agency's warning with a `Z` in a
time or an outline left open is still a warning. `judge` says what is wrong with it; this refuses what cannot be
understood, and never guesses.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, cast

from pinisi.incidents.cap.geometry import Crooked, number, read_circle, read_polygon
from pinisi.incidents.cap.model import (
    CERTAINTIES,
    DEFAULT_LANGUAGE,
    MESSAGE_TYPES,
    SCOPES,
    SEVERITIES,
    STATUSES,
    URGENCIES,
    Alert,
    Area,
    Certainty,
    Info,
    MessageType,
    Pair,
    Reference,
    Resource,
    Scope,
    Severity,
    Status,
    Urgency,
)
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cap.places import At, root_at
from pinisi.incidents.cap.versions import version_of
from pinisi.runtime.source import Unreadable
from pinisi.runtime.xml_tree import Element, read_xml

_QUOTED = re.compile(r'"([^"]*)"|(\S+)')
Read = TypeVar("Read")


def read_cap(body: bytes) -> Alert:
    """A CAP message.

    Raises:
        Unreadable: names the element and what is wrong with it.
    """
    return read_alert(read_xml(body))


def read_alert(root: Element) -> Alert:
    """Raises as `read_cap` does."""
    if version_of(root) not in ("1.1", "1.2"):
        raise Unreadable(f"<{root.name}> of {root.space[:80] or 'no namespace'} is no alert of CAP 1.2")
    at = root_at(root)
    return Alert(
        identifier=_word(at, "identifier"),
        sender=_word(at, "sender"),
        sent=_time(at, "sent", demanded=True),
        status=cast("Status", _one_of(at, "status", STATUSES)),
        msg_type=cast("MessageType", _one_of(at, "msgType", MESSAGE_TYPES)),
        scope=cast("Scope", _one_of(at, "scope", SCOPES)),
        source=at.said("source"),
        restriction=at.said("restriction"),
        addresses=quoted_words(at.said("addresses")),
        codes=_texts(at, "code"),
        note=at.said("note"),
        references=tuple(read_references(at.said("references"), at.path + "/references")),
        incidents=quoted_words(at.said("incidents")),
        infos=tuple(_info(info) for info in at.all("info")),
    )


def quoted_words(text: str) -> tuple[str, ...]:
    """Words apart by spaces; those with spaces in them stand in double quotes (clause 3.2.1, addresses)."""
    return tuple(quoted or plain for quoted, plain in _QUOTED.findall(text) if quoted or plain.strip('"'))


def read_references(text: str, path: str) -> Iterator[Reference]:
    """Raises Unreadable: one is no sender, identifier and time."""
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(parts) or instant_of(parts[2]) is None:
            raise Unreadable(f"{path}: {triple[:120]!r} is no sender,identifier,sent")
        yield Reference(*parts)


def _info(at: At) -> Info:
    return Info(
        language=at.said("language") or DEFAULT_LANGUAGE,
        categories=_texts(at, "category"),
        event=_demanded(at, "event"),
        response_types=_texts(at, "responseType"),
        urgency=cast("Urgency", _one_of(at, "urgency", URGENCIES)),
        severity=cast("Severity", _one_of(at, "severity", SEVERITIES)),
        certainty=cast("Certainty", _one_of(at, "certainty", CERTAINTIES)),
        audience=at.said("audience"),
        event_codes=_pairs(at, "eventCode"),
        effective=_time(at, "effective"),
        onset=_time(at, "onset"),
        expires=_time(at, "expires"),
        sender_name=at.said("senderName"),
        headline=at.said("headline"),
        description=at.said("description"),
        instruction=at.said("instruction"),
        web=at.said("web"),
        contact=at.said("contact"),
        parameters=_pairs(at, "parameter"),
        resources=tuple(_resource(resource) for resource in at.all("resource")),
        areas=tuple(_area(area) for area in at.all("area")),
    )


def _resource(at: At) -> Resource:
    size = at.said("size")
    return Resource(
        description=at.said("resourceDesc"),
        mime_type=at.said("mimeType"),
        size=int(size) if re.fullmatch(r"[+-]?\d{1,15}", size, re.ASCII) else None,
        uri=at.said("uri"),
        deref_uri="".join(at.said("derefUri").split()),
        digest=at.said("digest"),
    )


def _area(at: At) -> Area:
    return Area(
        description=_demanded(at, "areaDesc"),
        polygons=tuple(_drawn(each, read_polygon)[0] for each in at.all("polygon") if each.text),
        circles=tuple(_drawn(each, read_circle) for each in at.all("circle") if each.text),
        geocodes=_pairs(at, "geocode"),
        altitude=number(at.said("altitude")),
        ceiling=number(at.said("ceiling")),
    )


def _drawn(at: At, read: Callable[[str], Read]) -> Read:
    try:
        return read(at.text)
    except Crooked as error:
        raise Unreadable(f"{at.path}: {_CROOKED[error.fault].format(error.said[:60])} (line {at.line})") from None


_CROOKED = {
    "points": "has {} points; 4 or more are needed",
    "pair": "{!r} is no latitude,longitude in degrees",
    "range": "{!r} is out of range",
    "closed": "{!r} is not closed",
}


def _pairs(at: At, name: str) -> tuple[Pair, ...]:
    return tuple(Pair(each.said("valueName"), each.said("value")) for each in at.all(name))


def _texts(at: At, name: str) -> tuple[str, ...]:
    return tuple(each.text for each in at.all(name) if each.text)


def _word(at: At, name: str) -> str:
    """Clause 3.2.1: identifier and sender hold no spaces, commas, `<` or `&`."""
    text = _demanded(at, name)
    if not is_word(text):
        raise Unreadable(f"{at.path}/{name}: {text[:80]!r} holds a space, a comma, < or &")
    return text


def is_word(text: str) -> bool:
    return len(text) <= 400 and re.search(r"[\s,<&]", text) is None


def _demanded(at: At, name: str) -> str:
    text = at.said(name)
    if not text:
        raise Unreadable(f"{at.path}/{name}: is missing or empty")
    return text


def _one_of(at: At, name: str, known: Sequence[str]) -> str:
    text = _demanded(at, name)
    if text not in known:
        raise Unreadable(f"{at.path}/{name}: {text[:60]!r} is none of {', '.join(known)}")
    return text


def _time(at: At, name: str, *, demanded: bool = False) -> str:
    text = _demanded(at, name) if demanded else at.said(name)
    if text and instant_of(text) is None:
        raise Unreadable(f"{at.path}/{name}: {text[:40]!r} is no time with an offset from UTC")
    return text
