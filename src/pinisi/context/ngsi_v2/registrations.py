"""Registrations of NGSI v2 as those of NGSI-LD: which provider answers for which entities, and what may be sent there.

| v2 | NGSI-LD |
|---|---|
| `id` of 24 hexadecimal digits | the same behind `urn:ngsi-ld:ContextSourceRegistration:` |
| `dataProvided` | `information`, its `attrs` as `attributeNames`; the area of `expression` as `location` |
| `provider.http.url` | `endpoint` |
| `provider.supportedForwardingMode` | `operations` |
| `expires`, `description` | `expiresAt`, `description` |
| `Fiware-ServicePath` | `scope` |

With `attrs` the provider alone has these attributes (`redirect`: commands of devices, values that are measured when
they are asked for); without, it adds to what is known of its entities (`inclusive`). What was written stays beside it.
"""

import re
from typing import Any, cast

from pinisi.context.json_members import Payload
from pinisi.context.ngsi_v2.attributes import moment_of
from pinisi.context.ngsi_v2.expressions import parse_geo
from pinisi.context.ngsi_v2.members import known_members, object_at, words_at
from pinisi.context.ngsi_v2.names import Names, entity_uri, id_pattern, iri_of
from pinisi.context.ngsi_v2.patterns import read_pattern
from pinisi.context.problems import OperationNotSupported
from pinisi.context.registration import TYPE, Fares, Registration, StoredRegistration
from pinisi.context.validate import refuse, shorten
from pinisi.vocabulary.instant import Instant, format_instant

PREFIX = "urn:ngsi-ld:ContextSourceRegistration:"
READ_ONLY = frozenset({"forwardingInformation"})
MOST_ENTITIES = 1_000
QUERY, UPDATE = ("queryEntity", "retrieveEntity"), ("mergeEntity", "replaceAttrs", "updateAttrs", "updateEntity")
"""The operations of NGSI-LD that can be said as `/op/query`, and as `/op/update` with `update`."""
_MODES = {"none": (), "query": QUERY, "update": UPDATE, "all": (*QUERY, *UPDATE)}
_STATES = ("active", "inactive", "expired", "failed")
_MEMBERS = frozenset({"id", "description", "dataProvided", "provider", "status", "expires", *READ_ONLY})
_ID = re.compile(r"[0-9a-f]{24}")


def uri_of(id: str) -> str | None:
    """The id of the registration in NGSI-LD; None: it is no id of NGSI v2."""
    return PREFIX + id if _ID.fullmatch(id) else None


def id_of(uri: str) -> str:
    return uri.removeprefix(PREFIX)


def payload_of(told: Payload, uri: str, path: str | None, names: Names) -> Payload:
    """A whole registration of v2 as the payload of one of NGSI-LD, its names expanded.

    Args:
        path: the scope that `Fiware-ServicePath` names; None: none.

    Raises:
        BadRequestData, OperationNotSupported: name the member.
    """
    known_members(told, _MEMBERS, "")
    provided = object_at(told.get("dataProvided"), "dataProvided")
    known_members(provided, frozenset({"entities", "attrs", "expression"}), "dataProvided.")
    attrs = words_at(provided, "attrs", "dataProvided.attrs")
    part: Payload = {"entities": _entities(provided.get("entities"), names)}
    if attrs:
        part["attributeNames"] = [iri_of(name, names, f"dataProvided.attrs[{n}]") for n, name in enumerate(attrs)]
    url, operations = _url(told), _operations(told)
    payload: Payload = {
        "id": uri,
        "type": TYPE,
        "information": [part],
        "endpoint": url,
        "mode": "redirect" if attrs and operations else "inclusive",
    }
    if operations:
        payload["operations"] = list(operations)
    place = _place(provided)
    if place is not None:
        payload["location"] = place
    if path is not None:
        payload["scope"] = path
    if told.get("description") is not None:
        payload["description"] = _text(told, "description")
    if told.get("expires") not in (None, ""):
        payload["expiresAt"] = moment_of(told["expires"], "expires")
    return payload


def _place(provided: Payload) -> Payload | None:
    """Where what is provided lies: `expression` knows areas, and nothing else ("dataProvided")."""
    expression = object_at(provided.get("expression", {}), "dataProvided.expression")
    if not expression:
        return None
    other = next((name for name in expression if name not in ("georel", "geometry", "coords")), None)
    if other is not None:
        raise OperationNotSupported("what is provided is told by an area", f"dataProvided.expression.{other[:80]}")
    geo = parse_geo(*(expression.get(name) for name in ("georel", "geometry", "coords")))
    if geo is None or geo.relation != "within":
        raise OperationNotSupported("an area is told by coveredBy", "dataProvided.expression.georel")
    return dict(geo.geometry)


def _entities(entities: Any, names: Names) -> list[Payload]:
    if not isinstance(entities, list) or not entities:
        refuse("dataProvided.entities", "a list of entities, not empty")
    listed = cast(list[Any], entities)
    if len(listed) > MOST_ENTITIES:
        refuse("dataProvided.entities", f"has {len(listed)} elements, at most {MOST_ENTITIES} are taken")
    return [_entity(each, f"dataProvided.entities[{n}]", names) for n, each in enumerate(listed)]


def _entity(entity: Any, field: str, names: Names) -> Payload:
    told = object_at(entity, field)
    known_members(told, frozenset({"id", "idPattern", "type", "typePattern"}), f"{field}.")
    id, pattern = told.get("id"), told.get("idPattern")
    if (id is None) == (pattern is None):
        refuse(field, "id or idPattern, one of them")
    if told.get("typePattern") is not None:
        read_pattern(told["typePattern"], f"{field}.typePattern")
        if told.get("type") is not None:
            refuse(f"{field}.typePattern", "goes not together with type")
    found: Payload = {} if told.get("type") is None else {"type": iri_of(told["type"], names, f"{field}.type")}
    if id is not None:
        found["id"] = entity_uri(id, f"{field}.id")
    elif not isinstance(pattern, str) or not pattern:
        refuse(f"{field}.idPattern", f"{shorten(pattern)} is no regular expression")
    elif pattern != ".*" or not found:
        found["idPattern"] = id_pattern(pattern)
    return found


def _url(told: Payload) -> str:
    provider = object_at(told.get("provider"), "provider")
    known_members(provider, frozenset({"http", "supportedForwardingMode", "legacyForwarding"}), "provider.")
    if provider.get("legacyForwarding", False) is not False:
        raise OperationNotSupported(
            "requests are forwarded in NGSI v2 (op/query, op/update), not in v1", "provider.legacyForwarding"
        )
    http = object_at(provider.get("http"), "provider.http")
    known_members(http, frozenset({"url"}), "provider.http.")
    url = http.get("url")
    if not isinstance(url, str) or not url:
        refuse("provider.http.url", f"{shorten(url)} is no address")
    return url


def _operations(told: Payload) -> tuple[str, ...]:
    mode = told["provider"].get("supportedForwardingMode", "all")
    if not isinstance(mode, str) or mode not in _MODES:
        refuse("provider.supportedForwardingMode", f"{shorten(mode)} is none of {', '.join(_MODES)}")
    status = told.get("status", "active")
    if status not in _STATES:
        refuse("status", f"{shorten(status)} is neither active nor inactive")
    return () if status == "inactive" else _MODES[mode]


def _text(told: Payload, name: str) -> str:
    if not isinstance(told[name], str):
        refuse(name, "must be a text")
    return told[name]


def shown(stored: StoredRegistration, registration: Registration, fares: Fares, now: Instant) -> Payload:
    """The registration as v2 tells it, with what became of the requests that were forwarded."""
    told = dict(stored.v2 or {})
    status = "inactive" if told.get("status") == "inactive" else "failed" if fares.failing else "active"
    provider: Payload = {**told["provider"]}
    provider.setdefault("supportedForwardingMode", "all")
    provider.setdefault("legacyForwarding", False)
    document: Payload = {
        "id": id_of(stored.id),
        **told,
        "provider": provider,
        "status": "expired" if registration.expired(now) else status,
    }
    if fares.times_sent:
        document["forwardingInformation"] = _forwarded(fares)
    return document


def _forwarded(fares: Fares) -> Payload:
    document: Payload = {
        "timesSent": fares.times_sent,
        "lastForwarding": format_instant(max(fares.last_success, fares.last_failure)),
    }
    if fares.last_success:
        document["lastSuccess"] = format_instant(fares.last_success)
    if fares.last_failure:
        document["lastFailure"] = format_instant(fares.last_failure)
    return document
