"""The incident as an entity: what happened, how grave, where, in which state. It names nobody."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pinisi.incidents.life_cycle import Severity, State
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
RULE = PINISI + "rule"
SUBJECT = PINISI + "subject"
RAISED_AT = PINISI + "raisedAt"
ACTS = PINISI + "acts"
EXERCISE = PINISI + "exercise"

Text = Mapping[str, str]


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A reason to call people. `rule` is the written rule's text when a rule raised it; `location` is GeoJSON.

    `exercise`: what it speaks of is replayed or simulated; nobody is to be called out.
    """

    id: str
    title: Text
    severity: Severity
    kind: str
    detail: Text | None = None
    rule: Text | None = None
    subject: str | None = None
    location: dict[str, Any] | None = None
    exercise: bool = False


def incident_entity(raised: Raised, acts: int, now: Instant) -> Entity:
    """A new, unacknowledged incident. `acts` counts the lines of its story: with it the entity changes at each act."""

    def one(kind: str, value: Any) -> list[Instance]:
        return [Instance(kind, value, created_at=now, modified_at=now)]

    attributes = {
        TITLE: one(LANGUAGE, dict(raised.title)),
        STATE: one(PROPERTY, "unacknowledged"),
        SEVERITY: one(PROPERTY, raised.severity),
        KIND: one(PROPERTY, raised.kind),
        ACTS: one(PROPERTY, acts),
        RAISED_AT: one(PROPERTY, {"@type": "DateTime", "@value": format_instant(now)}),
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
    return Entity(raised.id, [INCIDENT], attributes, created_at=now, modified_at=now)


def after_act(incident: Entity, state: State, acts: int, now: Instant) -> Entity:
    """The incident in the state that an act left it in."""

    def become(attribute: str, value: Any) -> list[Instance]:
        was = incident.attributes.get(attribute)
        if was and was[0].value == value:
            return was
        return [Instance(PROPERTY, value, created_at=was[0].created_at if was else now, modified_at=now)]

    attributes = {**incident.attributes, STATE: become(STATE, state), ACTS: become(ACTS, acts)}
    return Entity(
        incident.id, incident.types, attributes, incident.scopes, incident.expires_at, incident.created_at, now
    )


def word_of(incident: Entity, attribute: str) -> Any:
    """The value of an attribute; None when it has none."""
    instances = incident.attributes.get(attribute)
    return instances[0].value if instances else None
