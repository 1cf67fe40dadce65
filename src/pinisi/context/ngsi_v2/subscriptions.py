"""The payload of a v2 subscription -> `Subscription`, each problem named by its path (`notification.http.url`)."""

from collections.abc import Callable
from typing import Any, Protocol, cast

from pinisi.context.ngsi_v2.attributes import moment_of
from pinisi.context.ngsi_v2.endpoints import CUSTOM, KINDS, read_custom_endpoint, read_endpoint
from pinisi.context.ngsi_v2.expressions import parse_expression, parse_geo
from pinisi.context.ngsi_v2.members import known_members, object_at, words_at
from pinisi.context.ngsi_v2.names import Names, entity_uri, id_pattern, iri_of
from pinisi.context.ngsi_v2.notice import Alteration, Format, Notice
from pinisi.context.ngsi_v2.paths import scopes_of
from pinisi.context.ngsi_v2.patterns import read_pattern
from pinisi.context.ngsi_v2.templates import check_macros
from pinisi.context.problems import OperationNotSupported
from pinisi.context.subscription import NotificationParams, Selector, Subscription
from pinisi.context.validate import refuse, shorten
from pinisi.store.query import AllOf, Filter, ScopeSelection, TypeIs
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

Payload = dict[str, Any]
READ_ONLY = frozenset({"timesSent", "lastNotification", "lastSuccess", "lastFailure", "lastFailureReason",
                       "lastSuccessCode", "failsCounter"})  # fmt: skip
_MEMBERS = frozenset({"id", "description", "subject", "notification", "expires", "throttling", "status"})
_NOTIFICATION = READ_ONLY | {
    *KINDS, "attrs", "exceptAttrs", "attrsFormat", "metadata", "onlyChangedAttrs", "covered", "maxFailsLimit",
}  # fmt: skip
_ELSEWHERE = {"kafka": "Kafka is not served", "kafkaCustom": "Kafka is not served"}
_JEXL = "JEXL is not served: `expression` filters by values, metadata and places"
_CONDITION = frozenset({"attrs", "expression", "alterationTypes", "notifyOnMetadataChange"})
_FORMATS: tuple[Format, ...] = ("normalized", "keyValues", "values", "simplifiedNormalized", "simplifiedKeyValues")
_TRIGGERS: dict[str, frozenset[str]] = {
    "entityCreate": frozenset({"entityCreated"}),
    "entityUpdate": frozenset({"attributeCreated", "attributeUpdated", "attributeDeleted"}),
    "entityChange": frozenset({"attributeCreated", "attributeUpdated", "attributeDeleted"}),
    "entityDelete": frozenset({"entityDeleted"}),
}
_ANY_CHANGE = ["entityCreate", "entityChange"]
_STATES = ("active", "inactive", "oneshot", "failed", "expired")
"""The last two are what the broker says: sent back by a client, they change nothing."""
MOST_ENTITIES = 100
LONGEST_TEXT = 1024
LONGEST_S = 366 * 86_400.0


class Recording:
    """Expands names, and notes what each meant: so a subscription reads the same for ever."""

    def __init__(self, expand: Callable[[str], str]) -> None:
        self._expand = expand
        self.terms: dict[str, str] = {}

    def expand_term(self, name: str) -> str:
        iri = self.terms[name] = self._expand(name)
        return iri


class Recorded:
    """The names of a subscription that is kept."""

    def __init__(self, terms: dict[str, str]) -> None:
        self._terms = terms

    def expand_term(self, name: str) -> str:
        return self._terms.get(name, DEFAULT_CONTEXT + name)


class Kept(Protocol):
    """The document of a subscription, as far as it is read here."""

    @property
    def id(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def payload(self) -> Payload: ...
    @property
    def terms(self) -> dict[str, str]: ...
    @property
    def context(self) -> Any: ...
    @property
    def path(self) -> str: ...


def read_kept(kept: Kept) -> Subscription:
    names, scopes = Recorded(kept.terms), scopes_of(kept.path)
    return read_subscription(kept.payload, names, kept.id, kept.owner, kept.context, scopes)


def read_subscription(
    payload: Payload, names: Names, id: str, owner: str, context: Any, scopes: ScopeSelection | None = None
) -> Subscription:
    """Read and check a whole subscription.

    Args:
        scopes: those that the service path asks for; None: any.

    Raises:
        BadRequestData, OperationNotSupported: name the member.
    """
    known_members(payload, _MEMBERS, "")
    subject = object_at(payload.get("subject"), "subject")
    known_members(subject, frozenset({"entities", "condition"}), "subject.")
    condition = object_at(subject.get("condition", {}), "subject.condition")
    if "jexlExpression" in condition:
        raise OperationNotSupported(_JEXL, "subject.condition.jexlExpression")
    known_members(condition, _CONDITION, "subject.condition.")
    expression = object_at(condition.get("expression", {}), "subject.condition.expression")
    known_members(expression, frozenset({"q", "mq", "georel", "geometry", "coords"}), "subject.condition.expression.")
    told = object_at(payload.get("notification"), "notification")
    for name, why in _ELSEWHERE.items():
        if told.get(name, False) is not False:
            raise OperationNotSupported(why, f"notification.{name}")
    known_members(told, _NOTIFICATION, "notification.")
    if _throttling(payload) and (not CUSTOM.isdisjoint(told) or str(told.get("attrsFormat")).startswith("simplified")):
        raise OperationNotSupported("a custom notification is of one entity, a throttled one of many", "throttling")
    watched = words_at(condition, "attrs", "subject.condition.attrs")
    return Subscription(
        id=id,
        owner=owner,
        notification=NotificationParams(endpoint=read_endpoint(told), v2=_notice(told, condition, payload)),
        selectors=_selectors(subject.get("entities"), names),
        watched=frozenset(iri_of(name, names, "subject.condition.attrs") for name in watched) if watched else None,
        triggers=_triggers(condition),
        filter=_filter(expression, names),
        geo=parse_geo(expression.get("georel"), expression.get("geometry"), expression.get("coords")),
        scopes=scopes,
        throttling=round(_throttling(payload) * SECOND),
        active=_status(payload) in ("active", "oneshot"),
        expires_at=expiry(payload),
        context=context,
    )


def expiry(payload: Payload) -> Instant | None:
    value = payload.get("expires")
    return None if value in (None, "") else parse_instant(moment_of(value, "expires"))


def _status(payload: Payload) -> str:
    status = payload.get("status", "active")
    if status not in _STATES:
        refuse("status", f"{shorten(status)} is none of active, inactive, oneshot")
    return "active" if status in ("failed", "expired") else status


def _throttling(payload: Payload) -> float:
    value = payload.get("throttling", 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_S:
        refuse("throttling", f"{shorten(value)} is no number of seconds")
    return float(value)


def _selectors(entities: Any, names: Names) -> tuple[Selector, ...]:
    if not isinstance(entities, list) or not entities:
        refuse("subject.entities", "a list of entities, not empty")
    listed = cast(list[Any], entities)
    if len(listed) > MOST_ENTITIES:
        refuse("subject.entities", f"has {len(listed)} elements, at most {MOST_ENTITIES} are taken")
    return tuple(_selector(each, f"subject.entities[{n}]", names) for n, each in enumerate(listed))


def _selector(entity: Any, field: str, names: Names) -> Selector:
    told = object_at(entity, field)
    known_members(told, frozenset({"id", "idPattern", "type", "typePattern"}), f"{field}.")
    id, pattern, type, types = (told.get(name) for name in ("id", "idPattern", "type", "typePattern"))
    if (id is None) == (pattern is None):
        refuse(field, "id or idPattern, one of them")
    if type is not None and types is not None:
        refuse(f"{field}.typePattern", "goes not together with type")
    return Selector(
        types=None if type is None else TypeIs(iri_of(type, names, f"{field}.type")),
        id=None if id is None else entity_uri(id, f"{field}.id"),
        id_pattern=None if pattern in (None, ".*") else id_pattern(read_pattern(pattern, f"{field}.idPattern")),
        type_pattern=None if types in (None, ".*") else read_pattern(types, f"{field}.typePattern"),
    )


def _triggers(condition: Payload) -> frozenset[str]:
    kinds = words_at(condition, "alterationTypes", "subject.condition.alterationTypes") or _ANY_CHANGE
    unknown = next((kind for kind in kinds if kind not in _TRIGGERS), None)
    if unknown is not None:
        refuse("subject.condition.alterationTypes", f"{shorten(unknown)} is none of {', '.join(_TRIGGERS)}")
    return frozenset[str]().union(*(_TRIGGERS[kind] for kind in kinds))


def _filter(expression: Payload, names: Names) -> Filter | None:
    filters: list[Filter] = []
    for kind in ("q", "mq"):
        if kind in expression:
            text = expression[kind]
            if not isinstance(text, str):
                refuse(f"subject.condition.expression.{kind}", "must be a text")
            filters.append(parse_expression(text, kind, names))
    return None if not filters else filters[0] if len(filters) == 1 else AllOf(tuple(filters))


def _notice(told: Payload, condition: Payload, payload: Payload) -> Notice:
    form = told.get("attrsFormat", "normalized")
    if form not in _FORMATS:
        refuse("notification.attrsFormat", f"{shorten(form)} is none of {', '.join(_FORMATS)}")
    if "attrs" in told and "exceptAttrs" in told:
        refuse("notification.exceptAttrs", "goes not together with attrs")
    metadata = words_at(told, "metadata", "notification.metadata")
    attrs, but = (words_at(told, name, f"notification.{name}") for name in ("attrs", "exceptAttrs"))
    return Notice(
        form,
        tuple(attrs or ()) or None,
        frozenset(but or ()),
        None if metadata is None else frozenset(metadata),
        _flag(told, "onlyChangedAttrs", "notification.onlyChangedAttrs"),
        read_custom_endpoint(told),
        _flag(told, "covered", "notification.covered"),
        _alteration(condition),
        _status(payload) == "oneshot",
        _most_failures(told),
    )


def check_words(payload: Payload) -> None:
    """What a subscription that is written must not say; one that was kept before may.

    Args:
        payload: one that `read_subscription` has read.

    Raises:
        BadRequestData: names the member.
    """
    description, told = payload.get("description"), payload["notification"]
    for kind in CUSTOM & told.keys():
        check_macros(told[kind], f"notification.{kind}")
    if description is not None and (not isinstance(description, str) or len(description) > LONGEST_TEXT):
        refuse("description", f"{shorten(description)} is no text of at most {LONGEST_TEXT} characters")
    _once_each(payload["subject"].get("condition", {}), "attrs", "subject.condition.attrs")
    for name in ("attrs", "exceptAttrs", "metadata"):
        _once_each(told, name, f"notification.{name}")
    if "exceptAttrs" in told and not told["exceptAttrs"]:
        refuse("notification.exceptAttrs", "a list of names, not empty")
    if told.get("covered") is True and not told.get("attrs"):
        refuse("notification.covered", "names what is not there, of those in attrs, and there are none")


def _once_each(told: Payload, name: str, field: str) -> None:
    words = words_at(told, name, field) or ()
    twice = next((word for n, word in enumerate(words) if word in words[:n]), None)
    if twice is not None:
        refuse(field, f"{shorten(twice)} stands there twice")


def _alteration(condition: Payload) -> Alteration:
    if "entityUpdate" in (words_at(condition, "alterationTypes", "subject.condition.alterationTypes") or ()):
        return "any"
    field = "subject.condition.notifyOnMetadataChange"
    return "real" if _flag(condition, "notifyOnMetadataChange", field, default=True) else "value"


def _most_failures(told: Payload) -> int | None:
    most = told.get("maxFailsLimit")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
        refuse("notification.maxFailsLimit", f"{shorten(most)} is no number of failures from 1 on")
    return most


def _flag(told: Payload, name: str, field: str, *, default: bool = False) -> bool:
    value = told.get(name, default)
    if not isinstance(value, bool):
        refuse(field, f"{shorten(value)} is neither true nor false")
    return value
