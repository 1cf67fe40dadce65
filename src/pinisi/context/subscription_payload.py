"""The payload of a subscription -> `Subscription`, with every rule of NGSI-LD 5.2.12 to 5.2.15 and 5.2.22 checked.

Each problem names the member by its path (`notification.endpoint.uri`).
"""

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import unquote

from pinisi.context.endpoint_pairs import read_pairs, read_receiver_info
from pinisi.context.geo_query import parse_geo_query
from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.json_members import plainly_named
from pinisi.context.language_filter import parse_languages
from pinisi.context.linked_entities import DEEPEST
from pinisi.context.mqtt_target import BadNotifierInfo
from pinisi.context.ngsi_v2.subscriptions import read_kept
from pinisi.context.notification_envelope import target_of
from pinisi.context.problems import BadRequestData
from pinisi.context.q_language import expanded_names, parse_q
from pinisi.context.query_error import QueryError
from pinisi.context.scope_query import parse_scope_query
from pinisi.context.subscription import (
    TRIGGERS,
    TYPE,
    Endpoint,
    Expand,
    Format,
    NotificationParams,
    Selector,
    StoredSubscription,
    Subscription,
)
from pinisi.context.subscription_join import read_join, read_pick
from pinisi.context.targets import BadTarget
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import check_moment, check_text, check_uri, refuse, shorten
from pinisi.store.query import Filter, GeoQuery
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant

Payload = dict[str, Any]
T = TypeVar("T")

READ_ONLY = frozenset({"status", "createdAt", "modifiedAt"})
READ_ONLY_NOTIFICATION = frozenset(
    {"status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"}
)
_MEMBERS = frozenset(
    {
        "id",
        "type",
        "subscriptionName",
        "description",
        "entities",
        "watchedAttributes",
        "notificationTrigger",
        "q",
        "geoQ",
        "csf",
        "scopeQ",
        "lang",
        "datasetId",
        "throttling",
        "timeInterval",
        "isActive",
        "expiresAt",
        "notification",
        "jsonldContext",
        "localOnly",
        "splitEntities",
        "expandValues",
        "jsonKeys",
        "ngsildConformance",
    }
)
_NOTIFICATION_MEMBERS = frozenset(
    {"attributes", "pick", "omit", "format", "endpoint", "sysAttrs", "showChanges", "join", "joinLevel"}
)
_FORMATS: dict[str, Format] = {
    "normalized": "normalized",
    "concise": "concise",
    "simplified": "simplified",
    "keyValues": "simplified",
}
_ACCEPTED = frozenset({"application/json", "application/ld+json", "application/geo+json"})
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})")
_NO_ATTRIBUTES = frozenset({"id", "type", "scope"})
MOST_SELECTORS = 100
MOST_NAMES = 500
SHORTEST_INTERVAL = 0.1
LONGEST_SECONDS = 366 * 86_400.0


def wanted_members(payload: Payload) -> Payload:
    """The members that a subscriber writes; read-only and unknown ones are ignored (Table 5.2.12-2)."""
    kept = {name: value for name, value in plainly_named(payload).items() if name in _MEMBERS}
    entities = kept.get("entities")
    if isinstance(entities, list):
        each = cast(list[Any], entities)
        kept["entities"] = [plainly_named(cast(Payload, one)) if isinstance(one, dict) else one for one in each]
    notification = kept.get("notification")
    if isinstance(notification, dict):
        given = cast(Payload, notification)
        kept["notification"] = {name: value for name, value in given.items() if name in _NOTIFICATION_MEMBERS}
    return kept


def read_stored(stored: StoredSubscription) -> Subscription:
    """The subscription of a document, with the IRIs that its names had when it was written."""
    if stored.v2:
        return read_kept(stored)
    terms = stored.terms
    return read_subscription(stored.payload, lambda name: terms.get(name, name), stored.owner, stored.context)


def read_subscription(payload: Payload, expand: Expand, owner: str, context: Any) -> Subscription:
    """Read and check a whole subscription.

    Raises:
        BadRequestData: names the member that breaks a rule.
        TooComplexQuery: for a query beyond its limits.
    """
    _check_head(payload)
    selectors = _selectors(payload, expand)
    watched = _names(payload, "watchedAttributes", "watchedAttributes")
    if not selectors and watched is None and payload.get("localOnly") is not True:
        refuse("entities", "a subscription needs entities, or watchedAttributes, or both")
    geo = _geo(payload, expand)
    return Subscription(
        id=payload["id"],
        owner=owner,
        notification=_notification(payload.get("notification"), expand, _conformance(payload)),
        selectors=selectors,
        watched=None if watched is None else frozenset(map(expand, watched)),
        triggers=_triggers(payload),
        filter=_filter(payload, expand),
        geo=geo,
        scopes=_parsed("scopeQ", payload, parse_scope_query),
        languages=_languages(payload),
        datasets=_datasets(payload),
        interval=_interval(payload),
        throttling=round(_seconds(payload, "throttling", "throttling") * SECOND),
        active=_flag(payload, "isActive", "isActive", True),
        expires_at=expiry(payload),
        context=payload.get("jsonldContext", context),
        local=_flag(payload, "localOnly", "localOnly", False),
        split=_flag(payload, "splitEntities", "splitEntities", False),
        csf=_parsed("csf", payload, lambda text: parse_q(unquote(text), expand)),
    )


def expiry(payload: Payload) -> Instant | None:
    """`expiresAt` as an instant."""
    value = payload.get("expiresAt")
    return None if value is None else parse_instant(check_moment(value, "expiresAt"))


def _check_head(payload: Payload) -> None:
    check_uri(payload.get("id"), "id")
    if payload.get("type") != TYPE:
        refuse("type", f"{shorten(payload.get('type'))} is not {TYPE}")
    for name in ("subscriptionName", "description"):
        _text(payload, name)
    if "jsonldContext" in payload:
        check_uri(payload["jsonldContext"], "jsonldContext")
    for name in ("jsonKeys", "expandValues"):
        _names_in(payload, name)


def _interval(payload: Payload) -> int:
    """`timeInterval` in microseconds; 0: none."""
    if "timeInterval" not in payload:
        return 0
    for other in ("throttling", "watchedAttributes"):
        if other in payload:
            refuse("timeInterval", f"cannot be given together with {other}")
    seconds = _seconds(payload, "timeInterval", "timeInterval")
    if seconds < SHORTEST_INTERVAL:
        refuse("timeInterval", f"is a number of seconds from {SHORTEST_INTERVAL:g} on")
    return round(seconds * SECOND)


def _selectors(payload: Payload, expand: Expand) -> tuple[Selector, ...]:
    if "entities" not in payload:
        return ()
    entities = _array(payload["entities"], "entities", MOST_SELECTORS)
    found = [_selector(entity, f"entities[{number}]", expand) for number, entity in enumerate(entities)]
    selectors = tuple(selector for several in found for selector in several)
    if payload.get("localOnly") is False and any(selector.types is None for selector in selectors):
        refuse("localOnly", "cannot be false where the type is * (5.2.33)")
    if len(selectors) > MOST_SELECTORS:
        refuse("entities", f"names more than {MOST_SELECTORS} entities")
    return selectors


def _selector(entity: Any, field: str, expand: Expand) -> tuple[Selector, ...]:
    """One for each id that it names, for `id` may be a list (table 5.2.33-1)."""
    members = _object(entity, field)
    if "type" not in members:
        refuse(f"{field}.type", "is missing; * stands for any type")
    text = check_text(members["type"], f"{field}.type")
    id, pattern = members.get("id"), members.get("idPattern")
    listed = _array(id, f"{field}.id", MOST_SELECTORS) if isinstance(id, list) else [id]
    types = _read(f"{field}.type", text, lambda words: parse_type_selection(words, expand))
    alike = None if pattern is None else _read(f"{field}.idPattern", pattern, parse_id_pattern)
    return tuple(
        Selector(types=types, id=None if one is None else check_uri(one, f"{field}.id"), id_pattern=alike)
        for one in listed
    )


def _triggers(payload: Payload) -> frozenset[str] | None:
    if "notificationTrigger" not in payload:
        return None
    triggers = _array(payload["notificationTrigger"], "notificationTrigger", len(TRIGGERS) * 2)
    for trigger in triggers:
        if not isinstance(trigger, str) or trigger not in TRIGGERS:
            refuse("notificationTrigger", f"{shorten(trigger)} is none of {', '.join(sorted(TRIGGERS))}")
    return frozenset(triggers)


def _filter(payload: Payload, expand: Expand) -> Filter | None:
    """Subscribers write q as in a URL, percent-encoded, or plainly."""
    words = expanded_names(_names_in(payload, "expandValues"), _names_in(payload, "jsonKeys"))
    return _parsed("q", payload, lambda text: parse_q(unquote(text), expand, words, links=DEEPEST))


def _names_in(payload: Payload, name: str) -> tuple[str, ...]:
    """A comma separated list of names (`expandValues`, `jsonKeys`)."""
    text = _text(payload, name)
    return () if text is None else tuple(word.strip() for word in text.split(","))


def _geo(payload: Payload, expand: Expand) -> GeoQuery | None:
    if "geoQ" not in payload:
        return None
    parts = _object(payload["geoQ"], "geoQ")
    try:
        found = parse_geo_query(
            parts.get("georel"), parts.get("geometry"), parts.get("coordinates"), parts.get("geoproperty"), expand
        )
    except QueryError as error:
        raise _of_member(f"geoQ.{error.field}", error) from None
    if found is None:
        refuse("geoQ", "needs geometry, coordinates and georel")
    return found


def _languages(payload: Payload) -> tuple[str, ...] | None:
    text = _text(payload, "lang")
    return None if text is None else parse_languages(text)


def _datasets(payload: Payload) -> frozenset[str | None] | None:
    if "datasetId" not in payload:
        return None
    datasets = _array(payload["datasetId"], "datasetId", MOST_NAMES)
    return frozenset(None if dataset == "@none" else check_uri(dataset, "datasetId") for dataset in datasets)


def _conformance(payload: Payload) -> tuple[int, int] | None:
    """`ngsildConformance`: the version of NGSI-LD that the receiver knows."""
    text = _text(payload, "ngsildConformance")
    if text is None:
        return None
    found = _VERSION.fullmatch(text)
    if found is None:
        refuse("ngsildConformance", f"{shorten(text)} is no version like 1.8")
    return int(found[1]), int(found[2])


def _notification(value: Any, expand: Expand, conformance: tuple[int, int] | None) -> NotificationParams:
    if value is None:
        refuse("notification", "is missing")
    members = _object(value, "notification")
    written: Any = members.get("format", "normalized")
    form = _FORMATS.get(written) if isinstance(written, str) else None
    if form is None:
        refuse("notification.format", f"{shorten(written)} is none of {', '.join(_FORMATS)}")
    attributes = _names(members, "attributes", "notification.attributes")
    if attributes is not None and not _NO_ATTRIBUTES.isdisjoint(attributes):
        refuse("notification.attributes", "names id, type or scope, which pick takes")
    written_pick, written_omit = (_names(members, name, f"notification.{name}") for name in ("pick", "omit"))
    pick = read_pick(written_pick, "notification.pick", expand)
    omit = read_pick(written_omit, "notification.omit", expand)
    if attributes is not None and (pick is not None or omit is not None):
        refuse("notification.attributes", "cannot be given together with pick or omit")
    if pick is not None and omit is not None and not pick.members.isdisjoint(omit.members):
        refuse("notification.omit", "names what pick names too")
    changes = _flag(members, "showChanges", "notification.showChanges", False)
    if changes and form == "simplified":
        refuse("notification.showChanges", "cannot be true with the format keyValues")
    endpoint = _endpoint(members.get("endpoint"))
    return NotificationParams(
        endpoint=endpoint,
        format=form,
        attributes=None if attributes is None else frozenset(map(expand, attributes)),
        pick=pick,
        omit=omit,
        join=read_join(members.get("join"), members.get("joinLevel"), pick, omit, endpoint.accept),
        sys_attrs=_flag(members, "sysAttrs", "notification.sysAttrs", False),
        show_changes=changes,
        conformance=conformance,
    )


def _endpoint(value: Any) -> Endpoint:
    field = "notification.endpoint"
    if value is None:
        refuse(field, "is missing")
    members = _object(value, field)
    uri = check_text(members.get("uri"), f"{field}.uri")
    accept: Any = members.get("accept", "application/json")
    if not isinstance(accept, str) or accept not in _ACCEPTED:
        refuse(f"{field}.accept", f"{shorten(accept)} is none of {', '.join(sorted(_ACCEPTED))}")
    endpoint = Endpoint(
        uri=uri,
        accept=accept,
        timeout=_milliseconds(members, "timeout", field),
        cooldown=_milliseconds(members, "cooldown", field),
        receiver_info=read_receiver_info(members.get("receiverInfo", ()), f"{field}.receiverInfo"),
        notifier_info=read_pairs(members.get("notifierInfo", ()), f"{field}.notifierInfo"),
    )
    try:
        target_of(endpoint)
    except BadTarget as error:
        raise BadRequestData(str(error), f"{field}.uri") from None
    except BadNotifierInfo as error:
        raise BadRequestData(f"{error.key}: {error}", f"{field}.notifierInfo") from None
    return endpoint


def _milliseconds(members: Payload, name: str, field: str) -> float | None:
    if name not in members:
        return None
    value = _number(members[name], f"{field}.{name}", "milliseconds")
    return min(value / 1000, LONGEST_SECONDS)


def _seconds(members: Payload, name: str, field: str) -> float:
    return min(_number(members[name], field, "seconds"), LONGEST_SECONDS) if name in members else 0.0


def _number(value: Any, field: str, unit: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        refuse(field, f"{shorten(value)} is no number of {unit} greater than 0")
    return float(min(value, 1e18))


def _flag(members: Payload, name: str, field: str, default: bool) -> bool:
    value = members.get(name, default)
    if not isinstance(value, bool):
        refuse(field, f"{shorten(value)} is neither true nor false")
    return value


def _text(members: Payload, name: str) -> str | None:
    return check_text(members[name], name) if name in members else None


def _names(members: Payload, name: str, field: str) -> tuple[str, ...] | None:
    if name not in members:
        return None
    return tuple(check_text(word, field) for word in _array(members[name], field, MOST_NAMES))


def _array(value: Any, field: str, most: int) -> list[Any]:
    if not isinstance(value, list) or not value:
        refuse(field, "is an array with at least one element")
    elements = cast(list[Any], value)
    if len(elements) > most:
        refuse(field, f"has {len(elements)} elements, at most {most} are taken")
    return elements


def _object(value: Any, field: str) -> Payload:
    if not isinstance(value, dict):
        refuse(field, f"{shorten(value)} is not an object")
    return cast(Payload, value)


def _parsed(name: str, payload: Payload, parse: Callable[[str], T]) -> T | None:
    return _read(name, payload[name], parse) if name in payload else None


def _read(field: str, text: Any, parse: Callable[[str], T]) -> T:
    try:
        return parse(check_text(text, field))
    except QueryError as error:
        raise _of_member(field, error) from None


def _of_member(field: str, error: QueryError) -> BadRequestData:
    place = "" if error.position is None else f"at character {error.position + 1}: "
    return BadRequestData(place + error.reason, field)
