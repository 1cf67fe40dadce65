"""The notification of a v2 subscription: `{"subscriptionId": ..., "data": [...]}` and the headers of v2."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.context.delivery import Delivery, opening_of
from pinisi.context.mqtt_delivery import MqttMessage
from pinisi.context.mqtt_target import MqttTarget
from pinisi.context.ngsi_v2.attributes import ALL, Shown
from pinisi.context.ngsi_v2.entities import View, show_entity
from pinisi.context.ngsi_v2.names import entity_id, name_of
from pinisi.context.ngsi_v2.notice import Notice
from pinisi.context.ngsi_v2.templates import Custom, body_for, headers_for, target_for
from pinisi.context.notification_envelope import LONGEST_TIMEOUT, TIMEOUT, target_of
from pinisi.context.subscription import Subscription
from pinisi.context.term_table import TermTable
from pinisi.store.protocol import Debt
from pinisi.vocabulary.principal import Projection

_encode = msgspec.json.Encoder().encode


def element(debt: Debt, types: Sequence[str], notice: Notice, table: TermTable, seen: Projection) -> Any:
    """One element of `data`: the entity after its change; of one that is gone its id and type."""
    if debt.entity is None:
        gone: dict[str, Any] = {"id": entity_id(debt.subject), "type": name_of(types[0], table) if types else "Thing"}
        return [] if notice.form == "values" and not _is_template(notice) else gone
    attributes = notice.attributes
    if notice.changed_only:
        changed = {name_of(iri, table) for iri in debt.attributes}
        attributes = tuple(name for name in _named(debt, notice, table) if name in changed)
    shown = ALL if notice.metadata is None else Shown(notice.metadata)
    form = "keyValues" if _is_template(notice) else notice.form
    return show_entity(debt.entity, table, View(form, attributes, notice.but, shown), seen)


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
    body = _encode({"subscriptionId": subscription.id, "data": data})
    timeout = min(endpoint.timeout or TIMEOUT, LONGEST_TIMEOUT)
    target = target_of(endpoint)
    if isinstance(target, MqttTarget):
        return MqttMessage(target, body, timeout)
    lines = [("Content-Type", "application/json; charset=utf-8"), ("Ngsiv2-AttrsFormat", notice.form)]
    if tenant is not None:
        lines.append(("Fiware-Service", tenant))
    lines.append(("Fiware-ServicePath", ",".join(map(_path, debts))))
    if notice.custom is not None:
        return _custom(notice.custom, lines, body, data, timeout)
    return Delivery(target, "".join(f"{name}: {value}\r\n" for name, value in lines).encode(), body, timeout)


def _custom(custom: Custom, lines: list[tuple[str, str]], body: bytes, data: list[Any], timeout: float) -> Delivery:
    """By the templates of a subscription, of the one entity that it tells of."""
    values = _values(data[0]) if data and isinstance(data[0], dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    lines = headers_for(custom, values, lines)
    headers = "".join(f"{name}: {value}\r\n" for name, value in lines).encode("latin-1", "replace")
    target = target_for(custom, values)
    opening = opening_of(target, headers, custom.method.encode())
    return Delivery(target, headers, body_for(custom, values) if custom.has_body else body, timeout, opening)


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
