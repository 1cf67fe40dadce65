"""The payload of a context source registration, with every rule of NGSI-LD 5.2.8 to 5.2.11, 5.2.9, 5.2.34, 4.3.6.

Reading goes in two steps. `expanded` turns the names of a payload or of a fragment into IRIs, under its own @context;
`read_registration` reads a whole payload of IRIs, new or from the store, into a `Registration`. Each problem names the
member by its path (`information[0].entities[1].id`).
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from pinisi.context.attribute_payload import read_instances
from pinisi.context.duration import Duration, NotADuration, parse_duration
from pinisi.context.geometry import check_geometry
from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.json_members import Payload, array_of, flag_of, object_of, plainly_named, positive_of, text_of
from pinisi.context.ngsi_v2.type_patterns import with_type_patterns
from pinisi.context.problems import BadRequestData
from pinisi.context.query_error import QueryError
from pinisi.context.registration import (
    MODES,
    TYPE,
    EntityInfo,
    Information,
    Interval,
    Mode,
    Registration,
    StoredRegistration,
)
from pinisi.context.registration_operations import AUXILIARY, CONSUMPTION, DEFAULT, expand_operations
from pinisi.context.subscription import KeyValue
from pinisi.context.targets import BadTarget, parse_target
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.context.validate import NULL, check_moment, check_scopes, check_text, check_uri, refuse, shorten
from pinisi.vocabulary.entity import GEO, PROPERTY, Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant

READ_ONLY = frozenset(
    {
        "status",
        "timesSent",
        "timesFailed",
        "lastSuccess",
        "lastFailure",
        "createdAt",
        "modifiedAt",
        "deletedAt",
        "@context",
    }
)
"""What the broker says of a registration; given, it is ignored (Table 5.2.9-2)."""
_TEXTS = ("registrationName", "description", "contextSourceAlias", "tenant", "refreshRate", "endpoint", "mode")
_PLACES = ("location", "observationSpace", "operationSpace")
NAME_LISTS = ("propertyNames", "relationshipNames", "attributeNames")
"""Names of attributes in a RegistrationInfo. The last is of TS 104 175, the successor of GS CIM 009: of either kind."""
_EARLIER_NAMES = {"properties": "propertyNames", "relationships": "relationshipNames"}
"""What V1.1 and V1.2 of the standard called them."""
MEMBERS = frozenset(
    {
        "id",
        "type",
        "information",
        "contextSourceInfo",
        "datasetId",
        "expiresAt",
        "localOnly",
        "management",
        "managementInterval",
        "observationInterval",
        "operations",
        "scope",
        *_TEXTS,
        *_PLACES,
    }
)
"""What a registration says of itself (Table 5.2.9-1); all else are properties of the source. `localOnly` is said beside
`management` too, by clients that do not nest it."""
MOST_INFORMATION = 1_000
MOST_NAMES = 1_000
LONGEST_SECONDS = 86_400.0
REQUEST = "urn:ngsi-ld:request"
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}", re.ASCII)
_BODY_TYPES = frozenset({"application/json", "application/ld+json"})


def expanded(document: Any, table: TermTable) -> tuple[Payload, Attributes]:
    """A payload, or a fragment of one, with IRIs for names; and the source's own properties, read.

    Members that are to be deleted keep their null.

    Raises:
        BadRequestData: for a name that is none, or a property that cannot be read.
    """
    payload: Payload = {}
    properties: Attributes = {}
    for name, value in plainly_named(object_of(document, "")).items():
        if name in READ_ONLY:
            continue
        if name in MEMBERS:
            payload[name] = _expanded_information(value, table) if name == "information" else value
            continue
        iri = table.expand_name(name, name)
        if iri in payload:
            refuse(name, "the same property is named twice")
        payload[iri] = value
        if not is_null(value):
            properties[iri] = read_instances(value, name, table)
    return payload, properties


def is_null(value: Any) -> bool:
    """The null of JSON, or of NGSI-LD: in a fragment it takes a member away (NGSI-LD 5.5.8)."""
    return value is None or value == NULL


def _expanded_information(value: Any, table: TermTable) -> Any:
    """The same with IRIs. What has not the right form stays, for `read_registration` to refuse."""
    if not isinstance(value, list):
        return value
    return [_expanded_part(part, f"information[{n}]", table) for n, part in enumerate(value)]  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]


def _expanded_part(part: Any, field: str, table: TermTable) -> Any:
    members = {_EARLIER_NAMES.get(name, name): value for name, value in object_of(part, field).items()}
    for name in NAME_LISTS:
        if name in members:
            place = f"{field}.{name}"
            words = array_of(members[name], place, MOST_NAMES)
            members[name] = [table.expand_name(check_text(word, place), place) for word in words]
    if "entities" in members:
        entities = array_of(members["entities"], f"{field}.entities", MOST_NAMES)
        members["entities"] = [_typed(entity, f"{field}.entities[{n}]", table) for n, entity in enumerate(entities)]
    return members


def _typed(entity: Any, field: str, table: TermTable) -> Payload:
    members = dict(plainly_named(object_of(entity, field)))
    if "type" not in members:
        return members
    field = f"{field}.type"
    value = members["type"]
    if isinstance(value, list):
        words = array_of(value, field, MOST_NAMES)  # pyright: ignore[reportUnknownArgumentType]
        members["type"] = [table.expand_name(check_text(word, field), field) for word in words]
    else:
        members["type"] = table.expand_name(check_text(value, field), field)
    return members


def read_stored(stored: StoredRegistration) -> Registration:
    """The registration of a document."""
    read = read_registration(stored.payload, stored.properties, stored.owner, stored.context, stored.created_at)
    if stored.provider is None:
        return read
    operations = read.operations if "operations" in stored.payload else frozenset[str]()
    information = with_type_patterns(read.information, stored.v2 or {})
    return msgspec.structs.replace(read, provider=stored.provider, operations=operations, information=information)


def read_registration(
    payload: Payload, properties: Attributes, owner: str, context: Any, created_at: Instant = 0
) -> Registration:
    """Read and check a whole registration, whose names are IRIs.

    Raises:
        BadRequestData: names the member that breaks a rule.
    """
    id = check_uri(payload.get("id"), "id")
    if payload.get("type") != TYPE:
        refuse("type", f"{shorten(payload.get('type'))} is not {TYPE}")
    for name, value in payload.items():
        if is_null(value):
            refuse(name, "null has no meaning here")
    mode = _mode(payload)
    management = object_of(payload.get("management", {}), "management")
    registration = Registration(
        id=id,
        owner=owner,
        endpoint=_endpoint(payload),
        mode=mode,
        information=_information(payload.get("information")),
        operations=_operations(payload, mode),
        face=_face(id, payload, properties),
        tenant=text_of(payload, "tenant", "tenant"),
        alias=text_of(payload, "contextSourceAlias", "contextSourceAlias"),
        datasets=_datasets(payload),
        observation=_interval(payload, "observationInterval"),
        management=_interval(payload, "managementInterval"),
        expires_at=expiry(payload),
        source_info=_source_info(payload),
        local_only=flag_of(management, "localOnly", "management.localOnly", False)
        or flag_of(payload, "localOnly", "localOnly", False),
        timeout=_milliseconds(management, "timeout"),
        cooldown=_milliseconds(management, "cooldown"),
        cache_duration=_duration(management, "cacheDuration", "management.cacheDuration"),
        context=context,
        created_at=created_at,
    )
    _duration(payload, "refreshRate", "refreshRate")
    if mode == "exclusive":
        _check_exclusive(registration)
    return registration


def expiry(payload: Payload) -> Instant | None:
    """`expiresAt` as an instant."""
    value = payload.get("expiresAt")
    return None if value is None else parse_instant(check_moment(value, "expiresAt"))


def _mode(payload: Payload) -> Mode:
    written = payload.get("mode", "inclusive")
    if written not in MODES:
        refuse("mode", f"{shorten(written)} is none of {', '.join(MODES)}")
    return written


def _endpoint(payload: Payload) -> str:
    if "endpoint" not in payload:
        refuse("endpoint", "is missing")
    endpoint = check_uri(payload["endpoint"], "endpoint")
    try:
        parse_target(endpoint)
    except BadTarget as error:
        raise BadRequestData(str(error), "endpoint") from None
    return endpoint


def _operations(payload: Payload, mode: Mode) -> frozenset[str]:
    if "operations" not in payload:
        return CONSUMPTION if mode == "auxiliary" else DEFAULT
    names = array_of(payload["operations"], "operations", MOST_NAMES)
    operations = expand_operations(names)
    if mode == "auxiliary" and not AUXILIARY.issuperset(names):
        refuse("operations", f"an auxiliary source offers only {', '.join(sorted(AUXILIARY))} (NGSI-LD 5.9.2.4)")
    return operations


def _information(value: Any) -> tuple[Information, ...]:
    if value is None:
        refuse("information", "is missing")
    parts = array_of(value, "information", MOST_INFORMATION)
    return tuple(_part(part, f"information[{number}]") for number, part in enumerate(parts))


def _part(value: Any, field: str) -> Information:
    members = object_of(value, field)
    entities: tuple[EntityInfo, ...] = ()
    if "entities" in members:
        listed = array_of(members["entities"], f"{field}.entities", MOST_NAMES)
        entities = tuple(_entity(entity, f"{field}.entities[{number}]") for number, entity in enumerate(listed))
    unknown = next((name for name in members if name != "entities" and name not in NAME_LISTS), None)
    if unknown is not None:
        refuse(f"{field}.{unknown[:80]}", f"is none of entities, {', '.join(NAME_LISTS)} (NGSI-LD 5.2.10)")
    properties = _names(members, "propertyNames", field)
    relationships = _names(members, "relationshipNames", field)
    either = _names(members, "attributeNames", field)
    if either is not None:
        if properties is not None or relationships is not None:
            refuse(f"{field}.attributeNames", "stands alone: it names properties and relationships")
        properties = relationships = either
    if not entities and properties is None and relationships is None:
        refuse(field, "needs entities, propertyNames or relationshipNames (NGSI-LD 5.2.10)")
    return Information(entities=entities, properties=properties, relationships=relationships)


def _names(members: Payload, name: str, field: str) -> frozenset[str] | None:
    if name not in members:
        return None
    field = f"{field}.{name}"
    return frozenset(check_text(word, field) for word in array_of(members[name], field, MOST_NAMES))


def _entity(value: Any, field: str) -> EntityInfo:
    members = object_of(value, field)
    id, pattern = members.get("id"), members.get("idPattern")
    if "type" not in members and id is None and pattern is None:
        refuse(f"{field}.type", "is missing")
    return EntityInfo(
        types=frozenset(_types(members, f"{field}.type")),
        id=None if id is None else check_uri(id, f"{field}.id"),
        id_pattern=None if pattern is None else _pattern(pattern, f"{field}.idPattern"),
    )


def _types(members: Payload, field: str) -> Iterable[str]:
    """One type or several; none where a source is registered by ids alone."""
    if "type" not in members:
        return ()
    types = members["type"]
    listed = array_of(types, field, MOST_NAMES) if isinstance(types, list) else [types]  # pyright: ignore[reportUnknownArgumentType]
    return [check_text(word, field) for word in listed]


def _pattern(value: Any, field: str) -> str:
    try:
        return parse_id_pattern(check_text(value, field))
    except QueryError as error:
        raise BadRequestData(error.reason, field) from None


def _check_exclusive(registration: Registration) -> None:
    """An exclusive registration is about attributes of entities that it names (NGSI-LD 4.3.6.3)."""
    for number, info in enumerate(registration.information):
        field = f"information[{number}]"
        if info.attributes is None:
            refuse(field, "an exclusive registration names attributes (NGSI-LD 4.3.6.3)")
        if not info.entities or any(entity.id is None for entity in info.entities):
            refuse(f"{field}.entities", "an exclusive registration names each entity by its id (NGSI-LD 4.3.6.3)")


def _datasets(payload: Payload) -> frozenset[str | None] | None:
    if "datasetId" not in payload:
        return None
    datasets = array_of(payload["datasetId"], "datasetId", MOST_NAMES)
    return frozenset(None if dataset == "@none" else check_uri(dataset, "datasetId") for dataset in datasets)


def _interval(payload: Payload, name: str) -> Interval | None:
    if name not in payload:
        return None
    members = object_of(payload[name], name)
    start = parse_instant(check_moment(members.get("startAt"), f"{name}.startAt"))
    if "endAt" not in members:
        return Interval(start)
    end = parse_instant(check_moment(members["endAt"], f"{name}.endAt"))
    if end < start:
        refuse(f"{name}.endAt", "lies before startAt")
    return Interval(start, end)


def _duration(members: Payload, name: str, field: str) -> Duration | None:
    text = text_of(members, name, field)
    if text is None:
        return None
    try:
        return parse_duration(text)
    except NotADuration as error:
        raise BadRequestData(str(error), field) from None


def _milliseconds(management: Payload, name: str) -> float | None:
    """In seconds, a day at most."""
    value = positive_of(management, name, f"management.{name}", "milliseconds")
    return None if value is None else min(value / 1000, LONGEST_SECONDS)


def _source_info(payload: Payload) -> tuple[KeyValue, ...]:
    if payload.get("contextSourceInfo", []) == []:
        return ()
    pairs = array_of(payload["contextSourceInfo"], "contextSourceInfo", MOST_NAMES)
    return tuple(_pair(pair, f"contextSourceInfo[{number}]") for number, pair in enumerate(pairs))


def _pair(value: Any, field: str) -> KeyValue:
    """One pair that is sent as a header, or steers how requests are made (NGSI-LD 4.3.6.5, 4.3.6.6).

    What belongs to the connection or to the tenant is taken, and ignored when requests are made.
    """
    members = object_of(value, field)
    key, text = check_text(members.get("key"), f"{field}.key"), members.get("value")
    if _HEADER_NAME.fullmatch(key) is None:
        refuse(f"{field}.key", f"{shorten(key)} is no name of a header")
    if not isinstance(text, str):
        refuse(f"{field}.value", f"{shorten(text)} is not a text")
    if not (text.isascii() and text.isprintable()):
        refuse(f"{field}.value", "holds characters that no header may hold")
    rule = _RULES.get(key)
    if rule is not None and text != REQUEST:
        rule(text, f"{field}.value")
    return KeyValue(key, text)


def _check_media(text: str, field: str) -> None:
    if text not in _BODY_TYPES:
        refuse(field, f"{shorten(text)} is none of {', '.join(sorted(_BODY_TYPES))}")


def _check_version(text: str, field: str) -> None:
    if _VERSION.fullmatch(text) is None:
        refuse(field, f"{shorten(text)} is no version like 1.5")


_RULES: dict[str, Callable[[str, str], Any]] = {
    "accept": _check_media,
    "contentType": _check_media,
    "jsonldContext": check_uri,
    "ngsildConformance": _check_version,
}


def _face(id: str, payload: Payload, properties: Attributes) -> Entity:
    """What the filters of discovery see."""
    attributes: Attributes = {}
    for name in _TEXTS:
        text = text_of(payload, name, name)
        if text is not None:
            attributes[CORE_TABLE.expand_term(name)] = [Instance(PROPERTY, text)]
    for name in _PLACES:
        if name in payload:
            place = check_geometry(payload[name], name)
            attributes[CORE_TABLE.expand_term(name)] = [Instance(GEO, place)]
    scopes = check_scopes(payload["scope"]) if "scope" in payload else []
    return Entity(id, [CORE_TABLE.expand_term(TYPE)], {**attributes, **properties}, scopes)
