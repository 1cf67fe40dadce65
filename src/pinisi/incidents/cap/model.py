"""A CAP message as values. Names are the standard's; clauses 3.2.1 to 3.2.4 say what each holds."""

from typing import Literal, get_args

import msgspec

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MessageType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Scope = Literal["Public", "Restricted", "Private"]
Category = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"
]
ResponseType = Literal["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

STATUSES: tuple[str, ...] = get_args(Status)
MESSAGE_TYPES: tuple[str, ...] = get_args(MessageType)
SCOPES: tuple[str, ...] = get_args(Scope)
CATEGORIES: tuple[str, ...] = get_args(Category)
RESPONSE_TYPES: tuple[str, ...] = get_args(ResponseType)
URGENCIES: tuple[str, ...] = get_args(Urgency)
SEVERITIES: tuple[str, ...] = get_args(Severity)
CERTAINTIES: tuple[str, ...] = get_args(Certainty)

DEFAULT_LANGUAGE = "en-US"
Point = tuple[float, float]
"""Longitude, latitude: as GeoJSON has it, not as CAP writes it."""
Ring = tuple[Point, ...]


class Pair(msgspec.Struct, frozen=True):
    """A code or parameter: whose list it is of, and what it says."""

    name: str
    value: str


class Reference(msgspec.Struct, frozen=True):
    """An earlier message; `sent` as it was written there."""

    sender: str
    identifier: str
    sent: str


class Circle(msgspec.Struct, frozen=True):
    centre: Point
    radius_km: float


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """Polygons are closed. `altitude` and `ceiling` are feet above mean sea level."""

    description: str
    polygons: tuple[Ring, ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[Pair, ...] = ()
    altitude: float | None = None
    ceiling: float | None = None


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A file beside the message. `size` in bytes; `deref_uri` is its content in base 64; `digest` is SHA-1 in hex."""

    description: str
    mime_type: str = ""
    size: int | None = None
    uri: str = ""
    deref_uri: str = ""
    digest: str = ""


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected, in one language. Times as they are written, with their offset."""

    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    language: str = DEFAULT_LANGUAGE
    categories: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ()
    audience: str = ""
    event_codes: tuple[Pair, ...] = ()
    effective: str = ""
    onset: str = ""
    expires: str = ""
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Pair, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A message. `sent` as it is written, with its offset."""

    identifier: str
    sender: str
    sent: str
    status: Status
    msg_type: MessageType
    scope: Scope
    source: str = ""
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()

    @property
    def as_reference(self) -> Reference:
        """How a later message names this one."""
        return Reference(self.sender, self.identifier, self.sent)
