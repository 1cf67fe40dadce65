"""The notification of a v2 subscription: `{"subscriptionId": ..., "data": [...]}` and the headers of v2."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.context.delivery import Delivery, opening_of
from pinisi.context.mqtt_delivery import MqttMessage
from pinisi.context.mqtt_target import MqttTarget
from pinisi.context.ngsi_v2.attributes import ALL, Shown, typed_value
from pinisi.context.ngsi_v2.correlator import HEADER
from pinisi.context.ngsi_v2.entities import TOLD, Form, View, default_instance, path_of, show_entity
from pinisi.context.ngsi_v2.names import entity_id, name_of
from pinisi.context.ngsi_v2.notice import Format, Notice
from pinisi.context.ngsi_v2.templates import Custom, body_for, headers_for, target_for, told_by, topic_for
from pinisi.context.notification_envelope import LONGEST_TIMEOUT, TIMEOUT, target_of
from pinisi.context.notified_past import NOTHING_BEFORE, Before
from pinisi.context.subscription import Subscription
from pinisi.context.subscription_trigger import content_of
from pinisi.context.term_table import TermTable
from pinisi.store.debt import Debt
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import Projection

_encode = msgspec.json.Encoder().encode


class Told(msgspec.Struct, frozen=True):
    """A change with what a notification may tell of it: `types` and `before` of what is gone, the `service`."""

    debt: Debt
    types: Sequence[str] = ()
    before: Before = NOTHING_BEFORE
    op: str = ""
    service: str = ""

    @property
    def entity(self) -> Entity | None:
        """The state after the change; of an entity that is gone its last one, as far as it is known."""
        if self.debt.entity is not None or not self.types:
            return self.debt.entity
        last = {iri: [was.instance] for (iri, dataset), was in self.before.items() if dataset is None and was.known}
        return Entity(self.debt.subject, list(self.types), last)


def element(told: Told, notice: Notice, table: TermTable, seen: Projection) -> Any:
    """One element of `data`: the entity after its change; one that is gone as it was."""
    entity, debt = told.entity, told.debt
    if entity is None:
        return [] if notice.form == "values" and not _is_template(notice) else {"id": entity_id(debt.subject)}
    attributes = notice.attributes
    if notice.changed_only and debt.entity is not None:
        changed = {name_of(iri, table) for iri in debt.attributes} | _ALWAYS
        attributes = tuple(name for name in _named(debt, notice, table) if name in changed)
    shown = ALL if notice.metadata is None else Shown(notice.metadata)
    builtin = {"alterationType": _text(_alteration(told))} if "alterationType" in (attributes or ()) else {}
    view = View("keyValues" if _is_template(notice) else _plain(notice.form), attributes, notice.but, shown, builtin)
    plain = not notice.covered and not notice.asks_of_before and (notice.custom is None or notice.custom.ngsi is None)
    if plain or _is_template(notice):
        document = show_entity(entity, table, view, seen)
        return _with_macros(document, told) if _is_template(notice) else document
    document = _made(told, entity, notice, table, seen, view)
    if notice.asks_of_before:
        _tell_before(document, told, notice, table)
    if notice.covered:
        document = _covered(document, notice.attributes or ())
    return _in_form(document, _plain(notice.form))


_ALWAYS = frozenset({"alterationType", "dateCreated", "dateModified"})
"""Told with `onlyChangedAttrs`, too, where they are asked for."""


def _text(value: str) -> dict[str, Any]:
    return {"type": "Text", "value": value, "metadata": {}}


def _alteration(told: Told) -> str:
    """What kind of change it was: `entityUpdate` is one that changes nothing."""
    if told.op in ("create", "delete"):
        return "entityCreate" if told.op == "create" else "entityDelete"
    entity = told.debt.entity
    for iri in told.debt.attributes if entity is not None else ():
        was, now = told.before.get((iri, None)), default_instance(entity.attributes.get(iri, ()))  # pyright: ignore
        if was is None or was.gone or now is None or content_of([was.instance]) != content_of([now]):
            return "entityChange"
    return "entityUpdate"


def _with_macros(document: dict[str, Any], told: Told) -> dict[str, Any]:
    """With what templates may name besides: the service and its path. An attribute of that name goes before."""
    return {"service": told.service, "servicePath": path_of(told.debt.entity), **document}


def _made(told: Told, entity: Entity, notice: Notice, table: TermTable, seen: Projection, view: View) -> dict[str, Any]:
    """The entity in the normalized form, with what the template `ngsi` makes of it."""
    normal = msgspec.structs.replace(view, form="normalized")
    if notice.custom is None or notice.custom.ngsi is None:
        return show_entity(entity, table, normal, seen)
    values = _with_macros(show_entity(entity, table, View("keyValues"), seen), told)
    every = ("*", *(name for name in view.attributes or () if name in TOLD))
    patched = msgspec.structs.replace(normal, attributes=every, but=frozenset[str]())
    whole = told_by(notice.custom, show_entity(entity, table, patched, seen), values)
    wanted = None if view.attributes is None or "*" in view.attributes else {"id", "type", *view.attributes}
    return {
        name: member for name, member in whole.items() if name not in notice.but and (wanted is None or name in wanted)
    }


def _covered(document: dict[str, Any], attributes: Iterable[str]) -> dict[str, Any]:
    """With null for each attribute that is asked for and not there, in the order asked for."""
    named = [name for name in attributes if name != "*"]
    rest = {name: member for name, member in document.items() if name not in named}
    return rest | {name: document.get(name) or {"type": "None", "value": None, "metadata": {}} for name in named}


def _tell_before(document: dict[str, Any], told: Told, notice: Notice, table: TermTable) -> None:
    """The builtin metadata: `actionType` of what the change touched, `previousValue` of all that was there before."""
    wanted = notice.metadata or frozenset()
    entity = told.entity
    for iri, instances in entity.attributes.items() if entity is not None else ():
        member, now = document.get(name_of(iri, table)), default_instance(instances)
        if not isinstance(member, dict) or now is None:
            continue
        metadata: dict[str, Any] = member["metadata"]  # pyright: ignore[reportUnknownVariableType]
        touched, previous = iri in told.debt.attributes, told.before.get((iri, None))
        if "actionType" in wanted and touched:
            metadata["actionType"] = {"type": "Text", "value": _action(told, previous is None)}
        was = (previous.instance if previous is not None and previous.known else None) if touched else now
        if "previousValue" in wanted and was is not None:
            type, value = typed_value(was, table)
            metadata["previousValue"] = {"type": type, "value": value}


def _action(told: Told, new: bool) -> str:
    return "delete" if told.debt.entity is None else "append" if new else "update"


def _in_form(document: dict[str, Any], form: Form) -> Any:
    if form == "normalized":
        return document
    values = {name: member if name in ("id", "type") else member["value"] for name, member in document.items()}
    return values if form == "keyValues" else [value for name, value in values.items() if name not in ("id", "type")]


def _form_named(notice: Notice) -> str:
    return "custom" if _is_template(notice) else notice.form


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
    subscription: Subscription,
    notice: Notice,
    data: list[Any],
    debts: Sequence[Debt],
    tenant: str | None,
    correlated: str = "",
) -> Delivery | MqttMessage:
    """The notification as it is sent. `tenant` None: the service is not named. `correlated`: see `correlator`.

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
    lines = [("Content-Type", "application/json; charset=utf-8"), ("Ngsiv2-AttrsFormat", _form_named(notice))]
    if tenant is not None:
        lines.append(("Fiware-Service", tenant))
    lines.append(("Fiware-ServicePath", ",".join(path_of(debt.entity) for debt in debts)))
    if correlated:
        lines.append((HEADER, correlated))
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
