"""The incident as an entity: what happened, how grave, where, in which state, until when. It names nobody."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pinisi.incidents.acts import Raise
from pinisi.incidents.record import Record
from pinisi.incidents.states import Channel, Severity, State
from pinisi.vocabulary.entity import GEO, LANGUAGE, PROPERTY, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import INCIDENT, LOCATION, PINISI

DCTERMS = "http://purl.org/dc/terms/"
"""The core @context gives `title` and `description` to Dublin Core."""

TITLE = DCTERMS + "title"
DETAIL = DCTERMS + "description"
STATE = PINISI + "state"
SEVERITY = PINISI + "severity"
KIND = PINISI + "kind"
CHANNEL = PINISI + "channel"
RULE = PINISI + "rule"
SUBJECT = PINISI + "subject"
RAISED_AT = PINISI + "raisedAt"
ACTS = PINISI + "acts"
EXERCISE = PINISI + "exercise"
PRIORITY = PINISI + "priority"
CATEGORY = "https://smartdatamodels.org/dataModel.PointOfInterest/category"
"""Pinisi's @context gives the word `category` to the Smart Data Models."""
SUBCATEGORY = PINISI + "subcategory"
INJURED = PINISI + "injured"
LEAD_AGENCY = PINISI + "leadAgency"
SUPPORTING_AGENCIES = PINISI + "supportingAgencies"
OWNED = PINISI + "owned"
OVER = PINISI + "conditionEnded"
GROUP = PINISI + "group"
SHELVED_UNTIL = PINISI + "shelvedUntil"
DUE_AT = PINISI + "dueAt"
CLOSED_AT = PINISI + "closedAt"

Text = Mapping[str, str]


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A reason to call people. `rule` is the written rule's text when a rule raised it; `location` is GeoJSON.

    `begins`: `open` where a person or a call raised it, else it is an alarm. `caller`: somebody waits for an answer.
    `priority` 0: by the city's written rules. `exercise`: what it speaks of is replayed or simulated; nobody is to be
    called out. `at`: when it truly happened, where that was written down before it was entered; 0: now.
    """

    id: str
    title: Text
    severity: Severity
    kind: str
    detail: Text | None = None
    rule: Text | None = None
    rule_id: str = ""
    subject: str | None = None
    location: dict[str, Any] | None = None
    exercise: bool = False
    begins: State = "unacknowledged"
    channel: Channel = "rule"
    category: str = ""
    subcategory: str = ""
    priority: int = 0
    injured: int = 0
    caller: bool = False
    note: str = ""
    at: Instant = 0

    def deed(self, priority: int) -> Raise:
        return Raise(
            note=self.note,
            begins=self.begins,
            channel=self.channel,
            category=self.category,
            subcategory=self.subcategory,
            priority=priority,
            injured=self.injured,
            caller=self.caller,
        )


def incident_entity(raised: Raised, record: Record, due: Instant, now: Instant) -> Entity:
    """A new incident in the state of its record; `due` 0: no clock runs."""

    def one(kind: str, value: Any) -> list[Instance]:
        return [Instance(kind, value, created_at=now, modified_at=now)]

    attributes = {
        TITLE: one(LANGUAGE, dict(raised.title)),
        SEVERITY: one(PROPERTY, raised.severity),
        KIND: one(PROPERTY, raised.kind),
    }
    if raised.detail:
        attributes[DETAIL] = one(LANGUAGE, dict(raised.detail))
    if raised.rule:
        attributes[RULE] = one(LANGUAGE, dict(raised.rule))
    if raised.subject:
        attributes[SUBJECT] = one(RELATIONSHIP, raised.subject)
    if raised.exercise:
        attributes[EXERCISE] = one(PROPERTY, True)
    if raised.location:
        attributes[LOCATION] = one(GEO, raised.location)
    new = Entity(raised.id, [INCIDENT], attributes, created_at=now, modified_at=now)
    return after_act(new, record, due, now)


def after_act(incident: Entity, record: Record, due: Instant, now: Instant) -> Entity:
    """The incident as its record now is; what did not change stays the same value."""
    attributes = dict(incident.attributes)
    for name, kind, value in _facts(record, due):
        was = attributes.get(name)
        if value is None:
            attributes.pop(name, None)
        elif was is None or was[0].value != value or was[0].kind != kind:
            created = was[0].created_at if was else now
            attributes[name] = [Instance(kind, value, created_at=created, modified_at=now)]
    return Entity(
        incident.id, incident.types, attributes, incident.scopes, incident.expires_at, incident.created_at, now
    )


def _facts(record: Record, due: Instant) -> list[tuple[str, str, Any]]:
    """What the entity says of the record; None: nothing."""
    supporting = sorted({each.agency for each in record.active} - {record.lead})
    times = {name: getattr(record, member) for name, member in _TIMES.items()}
    times |= {DUE_AT: due, SHELVED_UNTIL: record.until}
    return [
        (STATE, PROPERTY, record.state),
        (ACTS, PROPERTY, record.acts),
        (CHANNEL, PROPERTY, record.channel),
        (OWNED, PROPERTY, bool(record.owner or record.owner_name)),
        (PRIORITY, PROPERTY, record.priority or None),
        (CATEGORY, PROPERTY, record.category or None),
        (SUBCATEGORY, PROPERTY, record.subcategory or None),
        (INJURED, PROPERTY, record.injured or None),
        (LEAD_AGENCY, PROPERTY, record.lead or None),
        (SUPPORTING_AGENCIES, PROPERTY, supporting or None),
        (OVER, PROPERTY, True if record.over else None),
        (GROUP, RELATIONSHIP, record.group or None),
        *((name, PROPERTY, _moment(at)) for name, at in times.items()),
    ]


def _moment(at: Instant) -> dict[str, str] | None:
    return {"@type": "DateTime", "@value": format_instant(at)} if at else None


_TIMES = {
    PINISI + name: member
    for name, member in {
        "raisedAt": "raised_at",
        "acknowledgedAt": "acknowledged_at",
        "triagedAt": "triaged_at",
        "dispatchedAt": "dispatched_at",
        "onSceneAt": "on_scene_at",
        "resolvedAt": "resolved_at",
        "verifiedAt": "verified_at",
        "closedAt": "closed_at",
    }.items()
}


def word_of(incident: Entity, attribute: str) -> Any:
    """The value of an attribute; None when it has none."""
    instances = incident.attributes.get(attribute)
    return instances[0].value if instances else None
