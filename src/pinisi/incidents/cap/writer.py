"""An alert as a document: elements in the order of the schema, and nothing in it that a reader could mistake."""

from collections.abc import Iterator, Sequence
from html import escape

from pinisi.incidents.cap.geometry import degrees, point_text, polygon_text
from pinisi.incidents.cap.model import Alert, Area, Info, Pair, Reference, Resource
from pinisi.incidents.cap.versions import SPACE

_LINES = str.maketrans({"\r": None})


def write_cap(alert: Alert) -> bytes:
    """UTF-8. What is empty is left out; characters that XML does not know become spaces."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<alert xmlns="{SPACE}">',
        *_indented(_alert(alert)),
        "</alert>",
        "",
    ]
    return "\n".join(lines).encode()


def reference_text(references: Sequence[Reference]) -> str:
    return " ".join(f"{each.sender},{each.identifier},{each.sent}" for each in references)


def _alert(alert: Alert) -> Iterator[str]:
    yield _element("identifier", alert.identifier)
    yield _element("sender", alert.sender)
    yield _element("sent", alert.sent)
    yield _element("status", alert.status)
    yield _element("msgType", alert.msg_type)
    yield from _texts(("source", alert.source))
    yield _element("scope", alert.scope)
    yield from _texts(("restriction", alert.restriction), ("addresses", _quoted(alert.addresses)))
    yield from _texts(*(("code", code) for code in alert.codes))
    yield from _texts(
        ("note", alert.note),
        ("references", reference_text(alert.references)),
        ("incidents", _quoted(alert.incidents)),
    )
    for info in alert.infos:
        yield from _group("info", _info(info))


def _info(info: Info) -> Iterator[str]:
    yield _element("language", info.language)
    yield from _texts(*(("category", each) for each in info.categories))
    yield _element("event", info.event)
    yield from _texts(*(("responseType", each) for each in info.response_types))
    yield _element("urgency", info.urgency)
    yield _element("severity", info.severity)
    yield _element("certainty", info.certainty)
    yield from _texts(("audience", info.audience))
    yield from _pairs("eventCode", info.event_codes)
    yield from _texts(
        ("effective", info.effective),
        ("onset", info.onset),
        ("expires", info.expires),
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("web", info.web),
        ("contact", info.contact),
    )
    yield from _pairs("parameter", info.parameters)
    for resource in info.resources:
        yield from _group("resource", _resource(resource))
    for area in info.areas:
        yield from _group("area", _area(area))


def _resource(resource: Resource) -> Iterator[str]:
    yield _element("resourceDesc", resource.description)
    yield _element("mimeType", resource.mime_type)
    yield from _texts(
        ("size", "" if resource.size is None else str(resource.size)),
        ("uri", resource.uri),
        ("derefUri", resource.deref_uri),
        ("digest", resource.digest),
    )


def _area(area: Area) -> Iterator[str]:
    yield _element("areaDesc", area.description)
    yield from _texts(*(("polygon", polygon_text(ring)) for ring in area.polygons))
    for circle in area.circles:
        yield _element("circle", f"{point_text(circle.centre)} {degrees(circle.radius_km)}")
    yield from _pairs("geocode", area.geocodes)
    if area.altitude is not None:
        yield _element("altitude", degrees(area.altitude))
    if area.ceiling is not None:
        yield _element("ceiling", degrees(area.ceiling))


def _pairs(name: str, pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        yield from _group(name, iter((_element("valueName", pair.name), _element("value", pair.value))))


def _texts(*named: tuple[str, str]) -> Iterator[str]:
    for name, text in named:
        if text:
            yield _element(name, text)


def _group(name: str, inner: Iterator[str]) -> Iterator[str]:
    yield f"<{name}>"
    yield from _indented(inner)
    yield f"</{name}>"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _element(name: str, text: str) -> str:
    return f"<{name}>{xml_text(text)}</{name}>"


def xml_text(text: str) -> str:
    """Escaped; control characters and halves of characters, which XML 1.0 forbids, are spaces."""
    return escape("".join(char if _is_xml(char) else " " for char in text.translate(_LINES)), quote=False)


def _is_xml(char: str) -> bool:
    code = ord(char)
    return char in "\t\n" or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF


def _quoted(words: Sequence[str]) -> str:
    return " ".join(f'"{word}"' if any(char.isspace() for char in word) else word for word in words)
