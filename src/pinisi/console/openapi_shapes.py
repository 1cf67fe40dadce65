"""Shapes of bodies and query parameters, as OpenAPI tells them. The exact rules are in the parsers, not here."""

from typing import Any

import msgspec

from pinisi.console.alike_endpoints import ApartWish
from pinisi.console.backtest_endpoints import BacktestWish
from pinisi.console.broker_shapes import LetterAct
from pinisi.console.call_bodies import BegunCall, CallAct, SavedCall, TelephoneEvent
from pinisi.console.command_endpoints import CommandAct, CommandWish
from pinisi.console.crew_endpoints import CrewAct, CrewFixes
from pinisi.console.entry_bodies import EntryBody, PlaceBody, UndoBody
from pinisi.console.exercise_endpoints import ExerciseAct
from pinisi.console.field_endpoints import PhoneRule
from pinisi.console.incident_bodies import ActWish, IncidentWish, MergeWish, UnmergeWish
from pinisi.console.job_endpoints import JobWish
from pinisi.console.member_endpoints import CrewInvitation, CrewMembership
from pinisi.console.phone_links import PhoneJoin
from pinisi.console.procedure_endpoints import ProcedureAct, ProcedureWish
from pinisi.console.shift_endpoints import ShiftWish
from pinisi.console.stage_endpoints import StageWish
from pinisi.console.surveyor_endpoints import SurveyorInvitation
from pinisi.console.unit_endpoints import UnitChange, UnitFile, UnitPosition, UnitStateWish, UnitWish
from pinisi.console.warning_bodies import WarningAct, WarningReview, WarningWish
from pinisi.incidents.notices.contact import ContactWish
from pinisi.people.account_register import AccountChange
from pinisi.people.interface import AccountRequest, PasswordRequest, SignInRequest, TokenRequest
from pinisi.runtime.import_desk import Correction, ImportWish
from pinisi.runtime.road_import import RoadBatch, RoadIds

_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 1000}
_TEXT: dict[str, Any] = {"type": "string"}
_URI: dict[str, Any] = {"type": "string", "format": "uri", "examples": ["urn:ngsi-ld:Vehicle:A4567"]}


def _words(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


PARAMETERS: dict[str, dict[str, Any]] = {
    "limit": _COUNT,
    "offset": {"type": "integer", "minimum": 0},
    "count": {"type": "boolean"},
    "details": {"type": "boolean"},
    "local": {"type": "boolean"},
    "deleteAll": {"type": "boolean"},
    "georel": {"type": "string", "examples": ["near;maxDistance==1000"]},
    "geometry": _words("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    "coordinates": {"type": "string", "examples": ["[119.42,-5.14]"]},
    "q": {"type": "string", "examples": ['speed>50;brandName!="Mercedes"']},
    "timerel": _words("before", "after", "between"),
    "timeAt": {"type": "string", "format": "date-time"},
    "endTimeAt": {"type": "string", "format": "date-time"},
    "lastN": {"type": "integer", "minimum": 1},
    "state": _words("open", "closed", "all"),
    "observedAt": {"type": "string", "format": "date-time"},
    "level": _words("city", "kecamatan", "kelurahan"),
    "part": _words("indicators", "systems"),
}

_NAME: dict[str, Any] = {"type": "string", "minLength": 1}
_ATTRIBUTE: dict[str, Any] = {
    "anyOf": [
        {"$ref": "#/components/schemas/Attribute"},
        {"type": "array", "items": {"$ref": "#/components/schemas/Attribute"}, "minItems": 1},
        {"type": ["string", "number", "boolean"]},
    ]
}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Problem": {
        "type": "object",
        "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
        "required": ["type", "title", "status", "detail"],
    },
    "Attribute": {
        "type": "object",
        "properties": {
            "type": _words(
                "Property",
                "Relationship",
                "GeoProperty",
                "LanguageProperty",
                "VocabProperty",
                "JsonProperty",
                "ListProperty",
                "ListRelationship",
            ),
            "value": {},
            "object": _URI,
            "languageMap": {"type": "object"},
            "vocab": _TEXT,
            "json": {},
            "valueList": {"type": "array"},
            "objectList": {"type": "array"},
            "observedAt": {"type": "string", "format": "date-time"},
            "unitCode": _TEXT,
            "datasetId": _URI,
        },
    },
    "Entity": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": {"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]},
            "scope": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
            "@context": {},
            "location": _ATTRIBUTE,
            "speed": _ATTRIBUTE,
        },
        "required": ["id", "type"],
        "additionalProperties": _ATTRIBUTE,
    },
    "EntityFragment": {
        "type": "object",
        "properties": {"@context": {}, "speed": _ATTRIBUTE},
        "additionalProperties": _ATTRIBUTE,
    },
    "Query": {
        "type": "object",
        "properties": {
            "type": _words("Query"),
            "entities": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"id": _URI, "idPattern": _TEXT, "type": _NAME},
                    "required": ["type"],
                },
                "minItems": 1,
            },
            "attrs": {"type": "array", "items": _NAME},
            "q": _TEXT,
            "scopeQ": _TEXT,
            "lang": _TEXT,
            "geoQ": {
                "type": "object",
                "properties": {
                    "geometry": _TEXT,
                    "coordinates": {"type": "array"},
                    "georel": _TEXT,
                    "geoproperty": _TEXT,
                },
            },
            "temporalQ": {
                "type": "object",
                "properties": {
                    "timerel": _TEXT,
                    "timeAt": _TEXT,
                    "endTimeAt": _TEXT,
                    "timeproperty": _TEXT,
                    "lastN": _COUNT,
                },
            },
        },
        "required": ["type"],
    },
    "Snapshot": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": _words("Snapshot"),
            "snapshotQueries": {"type": "array", "items": {"$ref": "#/components/schemas/Query"}, "minItems": 1},
            "snapshotTemporalQueries": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Query"},
                "minItems": 1,
            },
            "snapshotPriority": {"type": "integer", "minimum": 1, "maximum": 10},
            "snapshotLifetime": _TEXT,
            "endpoint": _URI,
            "receiverInfo": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["type"],
    },
    "SnapshotFragment": {
        "type": "object",
        "properties": {
            "snapshotPriority": {"type": "integer", "minimum": 1, "maximum": 10},
            "snapshotLifetime": _TEXT,
            "endpoint": _URI,
            "receiverInfo": {"type": "array", "items": {"type": "object"}},
        },
    },
    "EntityMapFragment": {
        "type": "object",
        "properties": {"type": _words("EntityMap"), "expiresAt": {"type": "string", "format": "date-time"}},
    },
    "Notification": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": _words("Notification"),
            "subscriptionId": _URI,
            "notifiedAt": {"type": "string", "format": "date-time"},
            "data": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["subscriptionId", "data"],
    },
    "Subscription": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": _words("Subscription"),
            "description": _TEXT,
            "entities": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"id": _URI, "idPattern": _TEXT, "type": _NAME},
                    "required": ["type"],
                },
                "minItems": 1,
            },
            "watchedAttributes": {"type": "array", "items": _NAME, "minItems": 1},
            "q": _TEXT,
            "notification": {
                "type": "object",
                "properties": {
                    "attributes": {"type": "array", "items": _NAME},
                    "format": _TEXT,
                    "endpoint": {"type": "object", "properties": {"uri": _URI, "accept": _TEXT}, "required": ["uri"]},
                },
                "required": ["endpoint"],
            },
            "throttling": {"type": "number"},
            "isActive": {"type": "boolean"},
        },
        "required": ["type", "notification"],
    },
    "ContextSourceRegistration": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": _words("ContextSourceRegistration"),
            "registrationName": _NAME,
            "description": _NAME,
            "endpoint": _URI,
            "information": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/RegistrationInfo"},
                "minItems": 1,
            },
            "mode": _words("inclusive", "exclusive", "redirect", "auxiliary"),
            "operations": {"type": "array", "items": _NAME, "minItems": 1},
            "tenant": _NAME,
            "contextSourceAlias": _NAME,
            "contextSourceInfo": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"key": _NAME, "value": _TEXT},
                    "required": ["key", "value"],
                },
                "minItems": 1,
            },
            "datasetId": {"type": "array", "items": _TEXT, "minItems": 1},
            "scope": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
            "expiresAt": {"type": "string", "format": "date-time"},
            "observationInterval": {"$ref": "#/components/schemas/TimeInterval"},
            "managementInterval": {"$ref": "#/components/schemas/TimeInterval"},
            "location": {"$ref": "#/components/schemas/Object"},
            "observationSpace": {"$ref": "#/components/schemas/Object"},
            "operationSpace": {"$ref": "#/components/schemas/Object"},
            "refreshRate": {"type": "string", "examples": ["PT1H"]},
            "management": {
                "type": "object",
                "properties": {
                    "localOnly": {"type": "boolean"},
                    "cacheDuration": {"type": "string", "examples": ["PT5M"]},
                    "timeout": {"type": "number", "exclusiveMinimum": 0},
                    "cooldown": {"type": "number", "exclusiveMinimum": 0},
                },
            },
        },
        "required": ["type", "endpoint", "information"],
    },
    "RegistrationInfo": {
        "type": "object",
        "properties": {
            "entities": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": _URI,
                        "idPattern": _TEXT,
                        "type": {"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]},
                    },
                },
                "minItems": 1,
            },
            "propertyNames": {"type": "array", "items": _NAME, "minItems": 1},
            "relationshipNames": {"type": "array", "items": _NAME, "minItems": 1},
        },
    },
    "TimeInterval": {
        "type": "object",
        "properties": {
            "startAt": {"type": "string", "format": "date-time"},
            "endAt": {"type": "string", "format": "date-time"},
        },
        "required": ["startAt"],
    },
    "Replay": {
        "type": "object",
        "properties": {
            "recording": _NAME,
            "span": {
                "type": ["object", "null"],
                "properties": {"since": _TEXT, "until": _TEXT, "types": {"type": "array", "items": _NAME}},
                "required": ["since", "until"],
            },
            "name": _TEXT,
            "folder": _TEXT,
            "from": {"type": ["string", "null"], "format": "date-time"},
            "speed": {"type": "number"},
            "paused": {"type": "boolean"},
            "loop": {"type": "boolean"},
            "notify": _words("held", "loopback"),
        },
        "required": ["recording"],
        "additionalProperties": False,
    },
    "Switch": {
        "type": "object",
        "properties": {"on": {"type": "boolean"}},
        "required": ["on"],
        "additionalProperties": False,
    },
    "RunAgain": {
        "type": "object",
        "properties": {"subject": {"type": "string"}},
        "additionalProperties": False,
    },
    "ReplayAct": {
        "type": "object",
        "properties": {
            "act": _words("run", "pause", "seek", "speed", "loop", "end"),
            "at": {"type": "string", "format": "date-time"},
            "speed": {"type": "number"},
            "loop": {"type": "boolean"},
            "keep": {"type": "boolean"},
        },
        "required": ["act"],
        "additionalProperties": False,
    },
    "Object": {"type": "object"},
}


# Bodies that are read by a struct describe themselves.
_STRUCTS: tuple[type[msgspec.Struct], ...] = (
    SignInRequest,
    PasswordRequest,
    AccountRequest,
    AccountChange,
    TokenRequest,
    EntryBody,
    PlaceBody,
    UndoBody,
    JobWish,
    LetterAct,
    BegunCall,
    CallAct,
    SavedCall,
    TelephoneEvent,
    ShiftWish,
    StageWish,
    ExerciseAct,
    BacktestWish,
    CommandWish,
    ProcedureAct,
    ProcedureWish,
    CommandAct,
    RoadBatch,
    ImportWish,
    Correction,
    RoadIds,
    IncidentWish,
    ActWish,
    MergeWish,
    ApartWish,
    UnmergeWish,
    WarningWish,
    WarningAct,
    WarningReview,
    UnitWish,
    UnitChange,
    PhoneRule,
    UnitFile,
    UnitStateWish,
    UnitPosition,
    CrewAct,
    CrewFixes,
    CrewMembership,
    CrewInvitation,
    PhoneJoin,
    SurveyorInvitation,
    ContactWish,
)
SCHEMAS.update(msgspec.json.schema_components(_STRUCTS, ref_template="#/components/schemas/{name}")[1])


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_BOTH = ("application/json", "application/ld+json")
MERGE_PATCH = "application/merge-patch+json"
_MERGE = (*_BOTH, MERGE_PATCH)

V2_BODIES = (
    "V2Entity",
    "V2Attributes",
    "V2Attribute",
    "V2Query",
    "V2Update",
    "V2Notification",
    "V2Subscription",
    "V2Registration",
)
"""Bodies of NGSI v2: objects whose members are names of attributes."""

BODIES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "Entity": (_BOTH, _ref("Entity")),
    "EntityFragment": (_MERGE, _ref("EntityFragment")),
    "Attribute": (_MERGE, _ref("Attribute")),
    "EntityList": (_BOTH, {"type": "array", "items": _ref("Entity"), "minItems": 1}),
    "IdList": (_BOTH, {"type": "array", "items": _URI, "minItems": 1}),
    "Query": (_BOTH, _ref("Query")),
    "EntityMapFragment": (_MERGE, _ref("EntityMapFragment")),
    "Snapshot": (_BOTH, _ref("Snapshot")),
    "SnapshotFragment": (_MERGE, _ref("SnapshotFragment")),
    "Subscription": (_BOTH, _ref("Subscription")),
    "Notification": (_BOTH, _ref("Notification")),
    "JsonLdContext": (_BOTH, _ref("JsonLdContextDocument")),
    "SubscriptionFragment": (_MERGE, _ref("Object")),
    "ContextSourceRegistration": (_BOTH, _ref("ContextSourceRegistration")),
    "ContextSourceRegistrationFragment": (_MERGE, _ref("Object")),
    "Replay": (("application/json",), _ref("Replay")),
    "ReplayAct": (("application/json",), _ref("ReplayAct")),
    "Switch": (("application/json",), _ref("Switch")),
    "RunAgain": (("application/json",), _ref("RunAgain")),
    "Push": (
        ("application/json", "application/ld+json", "application/geo+json", "application/senml+json", "text/csv"),
        _ref("Object"),
    ),
    "Object": (("application/json",), _ref("Object")),
    **{name: (("application/json",), _ref("Object")) for name in V2_BODIES},
    "V2Value": (("application/json", "text/plain"), {}),
    "File": (("application/octet-stream",), {"type": "string", "format": "binary"}),
    **{struct.__name__: (("application/json",), _ref(struct.__name__)) for struct in _STRUCTS},
}
"""Name of a body in the route table -> (media types, schema)."""
