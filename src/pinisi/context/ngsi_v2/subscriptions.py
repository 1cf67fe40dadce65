"""The payload of a v2 subscription -> `Subscription`, each problem named by its path (`notification.http.url`)."""

from collections.abc import Callable
from typing import Any, Protocol, cast
from urllib.parse import quote, urlsplit

from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.ngsi_v2.attributes import moment_of
from pinisi.context.ngsi_v2.expressions import parse_expression, parse_geo
from pinisi.context.ngsi_v2.names import Names, entity_uri, id_pattern, iri_of
from pinisi.context.ngsi_v2.notice import Format, Notice
from pinisi.context.ngsi_v2.templates import Custom, read_custom
from pinisi.context.problems import BadRequestData, OperationNotSupported
from pinisi.context.query_error import QueryError
from pinisi.context.subscription import Endpoint, KeyValue, NotificationParams, Selector, Subscription
from pinisi.context.validate import refuse, shorten
from pinisi.store.query import AllOf, AnyOf, Filter, TypeIs
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

Payload = dict[str, Any]
READ_ONLY = frozenset({"timesSent", "lastNotification", "lastSuccess", "lastFailure", "lastFailureReason",
                       "lastSuccessCode", "failsCounter"})  # fmt: skip
_MEMBERS = frozenset({"id", "description", "subject", "notification", "expires", "throttling", "status"})
_NOTIFICATION = READ_ONLY | {
    "http", "httpCustom", "mqtt", "attrs", "exceptAttrs", "attrsFormat", "metadata", "onlyChangedAttrs", "covered",
}  # fmt: skip
_ELSEWHERE = {
    "mqttCustom": "custom payloads are not sent; mqtt is",
    "kafka": "Kafka is not served",
    "kafkaCustom": "Kafka is not served",
    "covered": "attributes that an entity does not have are not sent",
}
_CONDITION = frozenset({"attrs", "expression", "alterationTypes", "notifyOnMetadataChange"})
_FORMATS: tuple[Format, ...] = ("normalized", "keyValues", "values")
_TRIGGERS: dict[str, frozenset[str]] = {
    "entityCreate": frozenset({"entityCreated"}),
    "entityUpdate": frozenset({"attributeCreated", "attributeUpdated", "attributeDeleted"}),
    "entityChange": frozenset({"attributeCreated", "attributeUpdated", "attributeDeleted"}),
    "entityDelete": frozenset({"entityDeleted"}),
}
MOST_ENTITIES = 100
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


def read_kept(kept: Kept) -> Subscription:
    return read_subscription(kept.payload, Recorded(kept.terms), kept.id, kept.owner, kept.context)


def read_subscription(payload: Payload, names: Names, id: str, owner: str, context: Any) -> Subscription:
    """Read and check a whole subscription.

    Raises:
        BadRequestData, OperationNotSupported: name the member.
    """
    _known(payload, _MEMBERS, "")
    subject = _object(payload.get("subject"), "subject")
    _known(subject, frozenset({"entities", "condition"}), "subject.")
    condition = _object(subject.get("condition", {}), "subject.condition")
    _known(
        condition, frozenset({"attrs", "expression", "alterationTypes", "notifyOnMetadataChange"}), "subject.condition."
    )
    expression = _object(condition.get("expression", {}), "subject.condition.expression")
    _known(expression, frozenset({"q", "mq", "georel", "geometry", "coords"}), "subject.condition.expression.")
    told = _object(payload.get("notification"), "notification")
    for name, why in _ELSEWHERE.items():
        if told.get(name, False) is not False:
            raise OperationNotSupported(why, f"notification.{name}")
    _known(told, _NOTIFICATION, "notification.")
    if "httpCustom" in told and _throttling(payload):
        raise OperationNotSupported("a custom notification is of one entity, a throttled one of many", "throttling")
    watched = _words(condition, "attrs", "subject.condition.attrs")
    return Subscription(
        id=id,
        owner=owner,
        notification=NotificationParams(endpoint=_endpoint(told), v2=_notice(told)),
        selectors=_selectors(subject.get("entities"), names),
        watched=frozenset(iri_of(name, names, "subject.condition.attrs") for name in watched) if watched else None,
        triggers=_triggers(condition),
        filter=_filter(expression, names),
        geo=parse_geo(expression.get("georel"), expression.get("geometry"), expression.get("coords")),
        throttling=round(_throttling(payload) * SECOND),
        active=_status(payload) == "active",
        expires_at=expiry(payload),
        context=context,
    )


def expiry(payload: Payload) -> Instant | None:
    value = payload.get("expires")
    return None if value in (None, "") else parse_instant(moment_of(value, "expires"))


def _status(payload: Payload) -> str:
    status = payload.get("status", "active")
    if status not in ("active", "inactive"):
        refuse("status", f"{shorten(status)} is neither active nor inactive")
    return status


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
    told = _object(entity, field)
    _known(told, frozenset({"id", "idPattern", "type", "typePattern"}), f"{field}.")
    id, pattern, type = told.get("id"), told.get("idPattern"), told.get("type")
    if (id is None) == (pattern is None):
        refuse(field, "id or idPattern, one of them")
    if "typePattern" in told:
        raise OperationNotSupported("patterns of types are not served in subscriptions", f"{field}.typePattern")
    parts = [] if type is None else [TypeIs(iri_of(type, names, f"{field}.type"))]
    return Selector(
        types=parts[0] if len(parts) == 1 else AnyOf(tuple(parts)) if parts else None,
        id=None if id is None else entity_uri(id, f"{field}.id"),
        id_pattern=None if pattern in (None, ".*") else _pattern(pattern, f"{field}.idPattern"),
    )


def _pattern(pattern: Any, field: str) -> str:
    if not isinstance(pattern, str) or not pattern:
        refuse(field, f"{shorten(pattern)} is no regular expression")
    try:
        return parse_id_pattern(id_pattern(pattern), field)
    except QueryError as error:
        raise BadRequestData(error.reason, field) from None


def _triggers(condition: Payload) -> frozenset[str] | None:
    kinds = _words(condition, "alterationTypes", "subject.condition.alterationTypes")
    if not kinds:
        return None
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


def _notice(told: Payload) -> Notice:
    form = told.get("attrsFormat", "normalized")
    if form not in _FORMATS:
        refuse("notification.attrsFormat", f"{shorten(form)} is none of {', '.join(_FORMATS)}")
    if "attrs" in told and "exceptAttrs" in told:
        refuse("notification.exceptAttrs", "goes not together with attrs")
    metadata = _words(told, "metadata", "notification.metadata")
    changed = told.get("onlyChangedAttrs", False)
    if not isinstance(changed, bool):
        refuse("notification.onlyChangedAttrs", "is true or false")
    return Notice(
        form,
        tuple(_words(told, "attrs", "notification.attrs") or ()) or None,
        frozenset(_words(told, "exceptAttrs", "notification.exceptAttrs") or ()),
        None if metadata is None else frozenset(metadata),
        changed,
        _custom(told),
    )


def _custom(told: Payload) -> Custom | None:
    if "httpCustom" not in told:
        return None
    custom = _object(told["httpCustom"], "notification.httpCustom")
    if "ngsi" in custom:
        raise OperationNotSupported("entities made of others are not sent", "notification.httpCustom.ngsi")
    _known(
        custom, frozenset({"url", "headers", "qs", "method", "payload", "json", "timeout"}), "notification.httpCustom."
    )
    return read_custom(custom, _url(custom, "notification.httpCustom"), "notification.httpCustom")


def _endpoint(told: Payload) -> Endpoint:
    if sum(name in told for name in ("http", "httpCustom", "mqtt")) != 1:
        refuse("notification", "http, httpCustom or mqtt, one of them")
    if "httpCustom" in told:
        custom = _object(told["httpCustom"], "notification.httpCustom")
        return Endpoint(uri=_url(custom, "notification.httpCustom"), timeout=_timeout(custom, "httpCustom"))
    if "http" in told:
        http = _object(told["http"], "notification.http")
        _known(http, frozenset({"url", "timeout"}), "notification.http.")
        return Endpoint(uri=_url(http, "notification.http"), timeout=_timeout(http))
    mqtt = _object(told["mqtt"], "notification.mqtt")
    _known(mqtt, frozenset({"url", "topic", "qos", "user", "passwd"}), "notification.mqtt.")
    topic, qos = mqtt.get("topic"), mqtt.get("qos", 0)
    if not isinstance(topic, str) or not topic:
        refuse("notification.mqtt.topic", f"{shorten(topic)} is no topic")
    if qos not in (0, 1, 2):
        refuse("notification.mqtt.qos", f"{shorten(qos)} is none of 0, 1, 2")
    uri = _url(mqtt, "notification.mqtt")
    return Endpoint(uri=_with_topic(uri, topic, mqtt), notifier_info=(KeyValue("MQTT-QoS", str(int(qos))),))


def _with_topic(url: str, topic: str, mqtt: Payload) -> str:
    """One address as NGSI-LD writes it: account, host and topic."""
    parts = urlsplit(url)
    user, password = mqtt.get("user"), mqtt.get("passwd")
    account = ""
    if isinstance(user, str) and isinstance(password, str):
        account = f"{quote(user, safe='')}:{quote(password, safe='')}@"
    elif user is not None or password is not None:
        refuse("notification.mqtt.user", "user and passwd go together")
    return f"{parts.scheme}://{account}{parts.netloc}/{quote(topic, safe='/')}"


def _url(told: Payload, field: str) -> str:
    url = told.get("url")
    if not isinstance(url, str) or not url:
        refuse(f"{field}.url", f"{shorten(url)} is no address")
    return url


def _timeout(http: Payload, name: str = "http") -> float | None:
    value = http.get("timeout")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1_800_000:
        refuse(f"notification.{name}.timeout", f"{shorten(value)} is no number of milliseconds")
    return value / 1000


def _words(told: Payload, name: str, field: str) -> list[str] | None:
    words = told.get(name)
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in cast(list[Any], words)):
        refuse(field, "a list of names")
    return cast(list[str], words)


def _object(value: Any, field: str) -> Payload:
    if not isinstance(value, dict):
        refuse(field, "must be an object" if value is not None else "is missing")
    return cast(Payload, value)


def _known(told: Payload, names: frozenset[str], field: str) -> None:
    unknown = next((name for name in told if name not in names), None)
    if unknown is not None:
        refuse(f"{field}{unknown[:80]}", f"is none of {', '.join(sorted(names))}")
