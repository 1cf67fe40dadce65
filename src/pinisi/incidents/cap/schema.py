"""The three schemas as tables: what elements stand where, how often, with what in them (CAP 1.2 clause 3.4).

`SCHEMAS["1.2"]` says what CAP-v1.2.xsd of OASIS says; those of 1.0 and 1.1 let an old message be judged as what it is.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from pinisi.incidents.cap.model import (
    CATEGORIES,
    CERTAINTIES,
    MESSAGE_TYPES,
    RESPONSE_TYPES,
    SCOPES,
    SEVERITIES,
    STATUSES,
    URGENCIES,
)
from pinisi.incidents.cap.versions import Version

Kind = Literal["text", "choice", "cap-time", "date-time", "language", "integer", "decimal", "uri", "group"]


class Slot(msgspec.Struct, frozen=True):
    """An element in its place. `most` None: any number."""

    name: str
    kind: Kind = "text"
    least: int = 1
    most: int | None = 1
    choices: tuple[str, ...] = ()
    inner: tuple["Slot", ...] = ()


class Schema(msgspec.Struct, frozen=True):
    """`signed`: signatures may follow the last element."""

    slots: tuple[Slot, ...]
    signed: bool


def one(name: str, kind: Kind = "text", *, choices: Sequence[str] = (), inner: Sequence[Slot] = ()) -> Slot:
    return Slot(name, kind, 1, 1, tuple(choices), tuple(inner))


def may(name: str, kind: Kind = "text", *, choices: Sequence[str] = (), inner: Sequence[Slot] = ()) -> Slot:
    return Slot(name, kind, 0, 1, tuple(choices), tuple(inner))


def any_of(
    name: str, kind: Kind = "text", least: int = 0, *, choices: Sequence[str] = (), inner: Sequence[Slot] = ()
) -> Slot:
    return Slot(name, kind, least, None, tuple(choices), tuple(inner))


PAIR = (one("valueName"), one("value"))

_RESOURCE = (
    one("resourceDesc"),
    one("mimeType"),
    may("size", "integer"),
    may("uri", "uri"),
    may("derefUri"),
    may("digest"),
)
_AREA = (
    one("areaDesc"),
    any_of("polygon"),
    any_of("circle"),
    any_of("geocode", "group", inner=PAIR),
    may("altitude", "decimal"),
    may("ceiling", "decimal"),
)


def _info(time: Kind, responses: Sequence[str], resource: Sequence[Slot], area: Sequence[Slot]) -> tuple[Slot, ...]:
    return (
        may("language", "language"),
        any_of("category", "choice", 1, choices=CATEGORIES),
        one("event"),
        any_of("responseType", "choice", choices=responses),
        one("urgency", "choice", choices=URGENCIES),
        one("severity", "choice", choices=SEVERITIES),
        one("certainty", "choice", choices=CERTAINTIES),
        may("audience"),
        any_of("eventCode", "group", inner=PAIR),
        may("effective", time),
        may("onset", time),
        may("expires", time),
        may("senderName"),
        may("headline"),
        may("description"),
        may("instruction"),
        may("web", "uri"),
        may("contact"),
        any_of("parameter", "group", inner=PAIR),
        any_of("resource", "group", inner=resource),
        any_of("area", "group", inner=area),
    )


def _alert(time: Kind, info: Sequence[Slot]) -> tuple[Slot, ...]:
    return (
        one("identifier"),
        one("sender"),
        one("sent", time),
        one("status", "choice", choices=STATUSES),
        one("msgType", "choice", choices=MESSAGE_TYPES),
        may("source"),
        one("scope", "choice", choices=SCOPES),
        may("restriction"),
        may("addresses"),
        any_of("code"),
        may("note"),
        may("references"),
        may("incidents"),
        any_of("info", "group", inner=info),
    )


_12 = _alert("cap-time", _info("cap-time", RESPONSE_TYPES, _RESOURCE, _AREA))
_11_RESOURCE = (one("resourceDesc"), may("mimeType"), *_RESOURCE[2:])
_11_AREA = (*_AREA[:4], may("altitude"), may("ceiling"))
_11_RESPONSES = tuple(each for each in RESPONSE_TYPES if each not in ("Avoid", "AllClear"))
_11 = _alert("date-time", _info("date-time", _11_RESPONSES, _11_RESOURCE, _11_AREA))


def _version_10() -> tuple[Slot, ...]:
    """CAP 1.0 had no response types, no `Draft`, other certainties, codes as plain text, and a password."""
    plain = {name: any_of(name) for name in ("eventCode", "parameter", "geocode")}
    changed = {
        "category": any_of("category", "choice", choices=[each for each in CATEGORIES if each != "CBRNE"]),
        "certainty": one("certainty", "choice", choices=("Very Likely", *CERTAINTIES[1:])),
        "resource": any_of("resource", "group", inner=(*_11_RESOURCE[:4], may("digest"))),
        "area": any_of("area", "group", inner=[plain.get(slot.name, slot) for slot in _11_AREA]),
        **plain,
    }
    info = [changed.get(slot.name, slot) for slot in _info("date-time", (), _RESOURCE, _AREA)]
    slots = list(_alert("date-time", [slot for slot in info if slot.name != "responseType"]))
    slots[3] = one("status", "choice", choices=[each for each in STATUSES if each != "Draft"])
    slots[6] = may("scope", "choice", choices=SCOPES)
    slots.insert(5, may("password"))
    return tuple(slots)


SCHEMAS: Mapping[Version, Schema] = {
    "1.0": Schema(_version_10(), signed=False),
    "1.1": Schema(_11, signed=False),
    "1.2": Schema(_12, signed=True),
}
