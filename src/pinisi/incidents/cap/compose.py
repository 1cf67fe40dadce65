"""A warning of the city made from its parts: one `info` in each language that it is worded in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.text import LANGUAGES, Language
from pinisi.incidents.cap.findings import Finding
from pinisi.incidents.cap.judge import judge
from pinisi.incidents.cap.model import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MessageType,
    Pair,
    Reference,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from pinisi.incidents.cap.moments import cap_time
from pinisi.incidents.cap.writer import write_cap
from pinisi.vocabulary.instant import Instant


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said in one language. `place` is the area in that language's words; empty: as the area says."""

    event: str
    headline: str
    description: str
    instruction: str = ""
    place: str = ""


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """What is warned of, where, and from when to when."""

    words: Mapping[Language, Wording]
    category: Category
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    areas: tuple[Area, ...]
    expires: Instant
    effective: Instant | None = None
    onset: Instant | None = None
    responses: tuple[ResponseType, ...] = ()
    event_codes: tuple[Pair, ...] = ()
    web: str = ""
    contact: str = ""


class Sender(msgspec.Struct, frozen=True):
    """Who warns: `id` as CAP's `sender`, the name as people know it, and the zone that times are written in."""

    id: str
    name: str
    zone: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is: new, an update, a cancel; for real or an exercise. Made anew for each message."""

    identifier: str
    sent: Instant
    status: Status = "Actual"
    msg_type: MessageType = "Alert"
    scope: Scope = "Public"
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    note: str = ""


class NotFit(ValueError):
    """The message would not be CAP 1.2, or would mislead; the findings say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{each.path}: {each.reason.en}" for each in findings))
        self.findings = tuple(findings)


def compose(warned: Warned, sender: Sender, envelope: Envelope) -> Alert:
    """The message, as its own judge finds it fit.

    Raises:
        NotFit: it keeps the standard not, or has a warning of the judge: what goes out has none.
    """
    return fit(assemble(warned, sender, envelope))


def fit(alert: Alert) -> Alert:
    """The message itself.

    Raises:
        NotFit: as `compose`.
    """
    faults = [each for each in findings_of(alert) if each.weight != "note"]
    if faults:
        raise NotFit(faults)
    return alert


def findings_of(alert: Alert) -> tuple[Finding, ...]:
    """All that the judge has to say of it as it would be written."""
    return judge(write_cap(alert)).findings


def assemble(warned: Warned, sender: Sender, envelope: Envelope) -> Alert:
    """The message as it stands, fit or not."""
    zone = ZoneInfo(sender.zone)
    return Alert(
        identifier=envelope.identifier,
        sender=sender.id,
        sent=_written(envelope.sent, zone),
        status=envelope.status,
        msg_type=envelope.msg_type,
        scope=envelope.scope,
        note=envelope.note,
        references=envelope.references,
        incidents=envelope.incidents,
        infos=tuple(
            _info(warned, sender, language, warned.words[language], zone)
            for language in LANGUAGES
            if language in warned.words
        ),
    )


def _info(warned: Warned, sender: Sender, language: Language, words: Wording, zone: ZoneInfo) -> Info:
    return Info(
        language=language,
        categories=(warned.category,),
        event=words.event,
        response_types=warned.responses,
        urgency=warned.urgency,
        severity=warned.severity,
        certainty=warned.certainty,
        event_codes=warned.event_codes,
        effective=_written(warned.effective, zone),
        onset=_written(warned.onset, zone),
        expires=_written(warned.expires, zone),
        sender_name=sender.name,
        headline=words.headline,
        description=words.description,
        instruction=words.instruction,
        web=warned.web,
        contact=warned.contact,
        areas=tuple(_named(area, words.place) for area in warned.areas),
    )


def _named(area: Area, place: str) -> Area:
    return msgspec.structs.replace(area, description=place) if place else area


def _written(moment: Instant | None, zone: ZoneInfo) -> str:
    """In the zone's own offset at that moment; a zone of odd seconds is written in UTC."""
    if moment is None:
        return ""
    offset = datetime.fromtimestamp(moment / 1_000_000, zone).utcoffset()
    minutes, seconds = divmod(0 if offset is None else int(offset.total_seconds()), 60)
    return cap_time(moment, 0 if seconds else minutes)


def identifier_of(sender: Sender, sent: Instant, number: int) -> str:
    """Unique for the sender: its name, the moment in UTC, and a running number."""
    moment = cap_time(sent)[:19].replace("-", "").replace(":", "").replace("T", "")
    return f"{sender.id}.{moment}.{number}"
