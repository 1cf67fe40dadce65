"""A message held against a schema: cardinality, order, types (CAP 1.2 clause 3.4; W3C XML Schema 1.0)."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pinisi.incidents.cap.findings import Report
from pinisi.incidents.cap.moments import is_cap_time, is_date_time
from pinisi.incidents.cap.places import At
from pinisi.incidents.cap.schema import Kind, Schema, Slot
from pinisi.incidents.cap.versions import SIGNATURE_SPACE
from pinisi.runtime.xml_tree import Element

_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_LOCATION = frozenset({"schemaLocation", "noNamespaceSchemaLocation"})
"""Where a schema lies (XML Schema part 1, 2.6.3): the only attributes that an element of CAP may carry."""


def is_uri(text: str) -> bool:
    """What `xs:anyURI` takes after the escapes of its clause 3.2.17: nearly all but broken escapes and brackets."""
    if re.search(r"%(?![0-9a-fA-F]{2})", text) or text.count("#") > 1:
        return False
    head = text.partition("#")[0].partition("?")[0]
    scheme, colon, _ = head.partition(":")
    return not colon or "/" in scheme or re.fullmatch(r"[a-zA-Z][a-zA-Z0-9+.-]*", scheme) is not None


TYPES: Mapping[Kind, tuple[str, Callable[[str], bool]]] = {
    "cap-time": ("schema.time", is_cap_time),
    "date-time": ("schema.date-time", is_date_time),
    "language": ("schema.language", lambda text: _LANGUAGE.fullmatch(text) is not None),
    "integer": ("schema.integer", lambda text: _INTEGER.fullmatch(text) is not None),
    "decimal": ("schema.decimal", lambda text: _DECIMAL.fullmatch(text) is not None),
    "uri": ("schema.uri", is_uri),
}


def check_schema(root: At, schema: Schema, report: Report) -> None:
    _no_attributes(root, report)
    _sequence(root, schema.slots, root.element.space, report, signed=schema.signed)


def _sequence(at: At, slots: Sequence[Slot], space: str, report: Report, *, signed: bool = False) -> None:
    """A group: its elements in their order, as often as may be."""
    if at.text:
        report.add("schema.text", at.path, at.line, said=at.text)
    order = {slot.name: number for number, slot in enumerate(slots)}
    counts: Counter[str] = Counter()
    reached = 0
    after_all = False
    for child in at.children():
        name = child.element.name
        if signed and child.element.space == SIGNATURE_SPACE:
            after_all = True
            continue
        if name not in order or child.element.space != space:
            report.add("schema.unknown", child.path, child.line, name=name, inside=at.element.name)
            continue
        slot, counts[name] = slots[order[name]], counts[name] + 1
        if slot.most is not None and counts[name] > slot.most:
            report.add("schema.repeated", child.path, child.line, name=name)
        elif order[name] < reached or after_all:
            report.add("schema.order", child.path, child.line, name=name, after=_last(slots, reached, after_all))
        reached = max(reached, order[name])
        _content(child, slot, space, report)
    for slot in slots:
        if counts[slot.name] < slot.least:
            report.add("schema.missing", at.path, at.line, name=slot.name)


def _last(slots: Sequence[Slot], reached: int, after_all: bool) -> str:
    return "Signature" if after_all else slots[reached].name


def _content(at: At, slot: Slot, space: str, report: Report) -> None:
    _no_attributes(at, report)
    if slot.kind == "group":
        _sequence(at, slot.inner, space, report)
        return
    if at.element.children:
        report.add("schema.children", at.path, at.line, name=at.element.name)
    elif slot.kind == "choice":
        _choice(at, slot, report)
    elif slot.kind != "text":
        rule, fits = TYPES[slot.kind]
        if not fits(_collapsed(at.element)):
            report.add(rule, at.path, at.line, said=at.text)


def _choice(at: At, slot: Slot, report: Report) -> None:
    if at.text not in slot.choices:
        report.add("schema.choice", at.path, at.line, said=at.text, known=", ".join(slot.choices))
    elif at.element.padded:
        report.add("schema.padded", at.path, at.line, said=at.text)


def _collapsed(element: Element) -> str:
    """White space as XML Schema collapses it (part 2, 4.3.6)."""
    return re.sub(r"[ \t\r\n]+", " ", element.text)


def _no_attributes(at: At, report: Report) -> None:
    for name in at.element.attributes:
        if name not in _LOCATION:
            report.add("schema.attribute", at.path, at.line, name=name)
