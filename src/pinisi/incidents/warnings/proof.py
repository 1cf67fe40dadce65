"""A draft judged while it is worded: each fault beside the field that it belongs to. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pinisi.city.text import LANGUAGES, Language, Text
from pinisi.incidents.cap.alert_entities import geometry_of
from pinisi.incidents.cap.compose import findings_of
from pinisi.incidents.cap.findings import Finding, Weight
from pinisi.incidents.cap.model import Alert

_INFO = re.compile(r"/alert/info\[(\d+)\](?:/([A-Za-z]+))?")
_WORDED = ("event", "headline", "description", "instruction")
_MISSING = {"description.none": "description", "area.none": "areas", "expires.none": "expires", "info.none": "words"}
"""What a rule misses, where it can only name the block that lacks it."""
_FIELDS = {
    "onset": "onset",
    "effective": "onset",
    "expires": "expires",
    "area": "areas",
    "web": "web",
    "contact": "contact",
    "category": "category",
    "urgency": "urgency",
    "severity": "severity",
    "certainty": "certainty",
    "responseType": "responses",
}


class Fault(msgspec.Struct, frozen=True):
    """`field` as a draft names it (`words.id.headline`, `areas`, `expires`); `draft` where it is of none alone."""

    field: str
    rule: str
    weight: Weight
    clause: str
    reason: Text


class Proof(msgspec.Struct, frozen=True):
    """What the message would be, and what keeps it from going out. `ground`: what it would cover, as GeoJSON."""

    alert: Alert
    faults: tuple[Fault, ...]
    ground: dict[str, Any] | None

    @property
    def fit(self) -> bool:
        return all(fault.weight == "note" for fault in self.faults)


def proof_of(alert: Alert, worded: Sequence[Language]) -> Proof:
    """`worded`: the languages that the draft has words in."""
    languages: list[Language] = [language for language in LANGUAGES if language in worded]
    infos = alert.infos
    return Proof(
        alert=alert,
        faults=tuple(_once(findings_of(alert), languages)),
        ground=geometry_of(infos[0].areas) if infos else None,
    )


def _once(findings: Sequence[Finding], languages: Sequence[Language]) -> Iterator[Fault]:
    """What all languages share (times, area) is told once."""
    told: set[tuple[str, str]] = set()
    for finding in findings:
        field = field_of(finding.path, finding.rule, languages)
        if (field, finding.rule) not in told:
            told.add((field, finding.rule))
            yield Fault(field, finding.rule, finding.weight, finding.clause, finding.reason)


def field_of(path: str, rule: str, languages: Sequence[Language]) -> str:
    """The field of a draft that an XPath of its message comes from."""
    found = _INFO.match(path)
    missing = _MISSING.get(rule)
    if found is None:
        return missing or "draft"
    name = missing or found[2] or ""
    number = int(found[1]) - 1
    if name in _WORDED and number < len(languages):
        return f"words.{languages[number]}.{name}"
    return name if missing else _FIELDS.get(name, "draft")
