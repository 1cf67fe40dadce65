"""The notification of a v2 subscription: `{"subscriptionId": ..., "data": [...]}` and the headers of v2."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.context.delivery import Delivery, opening_of
from pinisi.context.mqtt_delivery import MqttMessage
from pinisi.context.mqtt_target import MqttTarget
from pinisi.context.ngsi_v2.attributes import ALL, Shown, typed_value
from pinisi.context.ngsi_v2.entities import Form, View, show_entity
from pinisi.context.ngsi_v2.names import entity_id, name_of
from pinisi.context.ngsi_v2.notice import Format, Notice
from pinisi.context.ngsi_v2.templates import Custom, body_for, headers_for, target_for, told_by, topic_for
from pinisi.context.notification_envelope import LONGEST_TIMEOUT, TIMEOUT, target_of
from pinisi.context.notified_past import NOTHING_BEFORE, Before
from pinisi.context.subscription import Subscription
from pinisi.context.term_table import TermTable
from pinisi.store.debt import Debt
from pinisi.vocabulary.principal import Projection

_encode = msgspec.json.Encoder().encode


def element(
    debt: Debt,
    types: Sequence[str],
    notice: Notice,
    table: TermTable,
    seen: Projection,
    before: Before = NOTHING_BEFORE,
) -> Any:
    """One element of `data`: the entity after its change; of one that is gone its id and type.

    Args:
        before: what was there before the change, where the notice asks of it.
    """
    if debt.entity is None:
        gone: dict[str, Any] = {"id": entity_id(debt.subject), "type": name_of(types[0], table) if types else "Thing"}
        return [] if notice.form == "values" and not _is_template(notice) else gone
    attributes = notice.attributes
    if notice.changed_only:
        changed = {name_of(iri, table) for iri in debt.attributes}
        attributes = tuple(name for name in _named(debt, notice, table) if name in changed)
    shown = ALL if notice.metadata is None else Shown(notice.metadata)
    if _is_template(notice):
        return show_entity(debt.entity, table, View("keyValues", attributes, notice.but, shown), seen)
    if not notice.covered and not notice.asks_of_before and (notice.custom is None or notice.custom.ngsi is None):
        return show_entity(debt.entity, table, View(_plain(notice.form), attributes, notice.but, shown), seen)
    document = _made(debt, notice, table, seen, attributes, shown)
    if notice.asks_of_before:
        _tell_before(document, debt, notice, table, before)
    if notice.covered:
        document = _covered(document, notice.attributes or ())
    return _in_form(document, _plain(notice.form))


def _made(
    debt: Debt, notice: Notice, table: TermTable, seen: Projection, attributes: tuple[str, ...] | None, shown: Shown
) -> dict[str, Any]:
    """The entity in the normalized form, with what the template `ngsi` makes of it."""
    assert debt.entity is not None
    if notice.custom is None or notice.custom.ngsi is None:
        return show_entity(debt.entity, table, View("normalized", attributes, notice.but, shown), seen)
    values = show_entity(debt.entity, table, View("keyValues"), seen)
    whole = told_by(
        notice.custom, show_entity(debt.entity, table, View("normalized", None, frozenset(), shown), seen), values
    )
    wanted = None if attributes is None or "*" in attributes else {"id", "type", *attributes}
    return {
        name: member for name, member in whole.items() if name not in notice.but and (wanted is None or name in wanted)
    }


def _covered(document: dict[str, Any], attributes: Iterable[str]) -> dict[str, Any]:
    """With null for each attribute that is asked for and not there, in the order asked for."""
    named = [name for name in attributes if name != "*"]
    rest = {name: member for name, member in document.items() if name not in named}
    return rest | {name: document.get(name) or {"type": "None", "value": None, "metadata": {}} for name in named}


def _tell_before(document: dict[str, Any], debt: Debt, notice: Notice, table: TermTable, before: Before) -> None:
    """The builtin metadata `previousValue` and `actionType` of what the change touched."""
    wanted = notice.metadata or frozenset()
    for iri in debt.attributes:
        member = document.get(name_of(iri, table))
        if not isinstance(member, dict):
            continue
        metadata: dict[str, Any] = member["metadata"]  # pyright: ignore[reportUnknownVariableType]
        previous = before.get((iri, None))
        if "actionType" in wanted:
            metadata["actionType"] = {"type": "Text", "value": "append" if previous is None else "update"}
        if "previousValue" in wanted and previous is not None and previous.known:
            type, value = typed_value(previous.instance, table)
            metadata["previousValue"] = {"type": type, "value": value}


def _in_form(document: dict[str, Any], form: Form) -> Any:
    if form == "normalized":
        return document
    values = {name: member if name in ("id", "type") else member["value"] for name, member in document.items()}
    return values if form == "keyValues" else [value for name, value in values.items() if name not in ("id", "type")]


def _plain(form: Format) -> Form:
    return "normalized" if form == "simplifiedNormalized" else "keyValues" if form == "simplifiedKeyValues" else form


def _is_template(notice: Notice) -> bool:
    """Whether the body is made by a template, which takes values alone."""
    return notice.custom is not None and notice.custom.has_body


def _named(debt: Debt, notice: Notice, table: TermTable) -> Iterable[str]:
    if notice.attributes is not None and "*" not in notice.attributes:
        return notice.attributes
    return [name_of(iri, table) for iri in debt.entity.attributes] if debt.entity is not None else []


def sealed(
    subscription: Subscription, notice: Notice, data: list[Any], debts: Sequence[Debt], tenant: str | None
) -> Delivery | MqttMessage:
    """The notification as it is sent. `tenant` None: the service is not named.

    Raises:
        BadTarget: the address is none that is served.
    """
    endpoint = subscription.notification.endpoint
    bare = notice.form.startswith("simplified") and len(data) == 1
    body = _encode(data[0] if bare else {"subscriptionId": subscription.id, "data": data})
    timeout = min(endpoint.timeout or TIMEOUT, LONGEST_TIMEOUT)
    target = target_of(endpoint)
    if isinstance(target, MqttTarget):
        return _message(target, notice.custom, body, data, timeout)
    lines = [("Content-Type", "application/json; charset=utf-8"), ("Ngsiv2-AttrsFormat", notice.form)]
    if tenant is not None:
        lines.append(("Fiware-Service", tenant))
    lines.append(("Fiware-ServicePath", ",".join(map(_path, debts))))
    if notice.custom is not None:
        return _custom(notice.custom, lines, body, data, timeout)
    return Delivery(target, "".join(f"{name}: {value}\r\n" for name, value in lines).encode(), body, timeout)


def _message(target: MqttTarget, custom: Custom | None, body: bytes, data: list[Any], timeout: float) -> MqttMessage:
    """Over MQTT, by the templates of a subscription where it has some."""
    if custom is None:
        return MqttMessage(target, body, timeout)
    values = _values_of(data)
    if custom.topic is not None:
        target = msgspec.structs.replace(target, topic=topic_for(custom, values) or target.topic)
    return MqttMessage(target, body_for(custom, values) if custom.has_body or custom.silent else body, timeout)


def _values_of(data: list[Any]) -> dict[str, Any]:
    return _values(data[0]) if data and isinstance(data[0], dict) else {}  # pyright: ignore[reportUnknownArgumentType]


def _custom(custom: Custom, lines: list[tuple[str, str]], body: bytes, data: list[Any], timeout: float) -> Delivery:
    """By the templates of a subscription, of the one entity that it tells of."""
    values = _values_of(data)
    lines = headers_for(custom, values, lines)
    headers = "".join(f"{name}: {value}\r\n" for name, value in lines).encode("latin-1", "replace")
    target = target_for(custom, values)
    opening = opening_of(target, headers, custom.method.encode())
    made = body_for(custom, values) if custom.has_body or custom.silent else body
    return Delivery(target, headers, made, timeout, opening)


def _values(shown: dict[str, Any]) -> dict[str, Any]:
    """An entity as it is shown -> the values of its attributes."""
    return {
        name: content["value"]
        if isinstance(content, dict) and content.keys() >= {"type", "value", "metadata"}
        else content
        for name, content in shown.items()
    }


def _path(debt: Debt) -> str:
    scopes = debt.entity.scopes if debt.entity is not None else []
    return "/" + scopes[0].strip("/") if scopes else "/"
