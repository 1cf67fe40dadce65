"""A change as a document: what was deleted as NGSI-LD Null, and the previous values (NGSI-LD 5.2.14, 5.8.6, 4.5.0)."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec

from pinisi.context.geojson import render_feature
from pinisi.context.ngsi_null import null_of
from pinisi.context.notified_past import Before, Previous
from pinisi.context.render import View, entity_document, value_of
from pinisi.context.subscription import Subscription
from pinisi.context.subscription_trigger import DELETED, Trigger
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.debt import Debt
from pinisi.vocabulary.entity import VALUE_MEMBER, Attributes, Entity, Instance
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import Projection

Document = dict[str, Any]
_PREVIOUS = {kind: "previous" + member[0].upper() + member[1:] for kind, member in VALUE_MEMBER.items()}


class Change(msgspec.Struct, frozen=True):
    """One change. `types` are those of an entity that is gone."""

    debt: Debt
    types: Sequence[str]
    before: Before


def document_of(change: Change, subscription: Subscription, table: TermTable, view: View, seen: Projection) -> Document:
    """The entity after the change, or what tells that it is gone."""
    params = subscription.notification
    shown = msgspec.structs.replace(view, form="normalized") if params.show_changes else view
    document = entity_document(_state(change, subscription), table, shown, seen)
    if change.debt.entity is None:
        _bury(document, change)
    for (attribute, dataset), previous in change.before.items():
        place = _place(document.get(table.compact_iri(attribute)), dataset)
        if place is None:
            continue
        if params.show_changes and previous.known:
            place[_PREVIOUS[previous.instance.kind]] = value_of(previous.instance, table)
        if previous.gone and params.sys_attrs:
            place["deletedAt"] = format_instant(change.debt.time)
    if params.show_changes and view.form == "concise":
        _shorten(document)
    return document


def as_feature(document: Document, debt: Debt, view: View, seen: Projection) -> Document:
    """The same as a GeoJSON Feature (NGSI-LD 4.5.16); what is gone lies nowhere."""
    geometry: Any = None
    if debt.entity is not None:
        geometry = msgspec.json.decode(render_feature(debt.entity, CORE_TABLE, view, seen))["geometry"]
    id = document.pop("id", debt.subject)
    return {"id": id, "type": "Feature", "geometry": geometry, "properties": document}


def _bury(document: Document, change: Change) -> None:
    document["deletedAt"] = format_instant(change.debt.time)
    if not change.before:
        document.pop("createdAt", None)
        document.pop("modifiedAt", None)


def _state(change: Change, subscription: Subscription) -> Entity:
    """The entity after the change, with NGSI-LD Null where the change deleted what the subscription watches."""
    entity = change.debt.entity
    if entity is None:
        attributes: Attributes = {}
        _add_gone(attributes, _told_gone(change, subscription))
        return _vanished(change, attributes)
    gone = list(_told_gone(change, subscription))
    if not gone:
        return entity
    attributes = dict(entity.attributes)
    _add_gone(attributes, gone)
    return msgspec.structs.replace(entity, attributes=attributes)


def _vanished(change: Change, attributes: Attributes) -> Entity:
    """What is known of an entity that is gone: when the oldest of its last values was made, and the newest changed."""
    instances = [previous.instance for previous in change.before.values()]
    return Entity(
        change.debt.subject,
        list(change.types),
        attributes,
        created_at=min((instance.created_at for instance in instances), default=change.debt.time),
        modified_at=max((instance.modified_at for instance in instances), default=change.debt.time),
    )


def _told_gone(change: Change, subscription: Subscription) -> Iterable[tuple[str, Previous]]:
    """What the change deleted, of the kinds of change that the subscription hears of."""
    waits = bool(Trigger(subscription).kinds & DELETED)
    if not waits and not subscription.notification.show_changes:
        return
    for (attribute, _), previous in change.before.items():
        watched = subscription.watched is None or attribute in subscription.watched
        if previous.gone and watched:
            yield attribute, previous


def _add_gone(attributes: Attributes, gone: Iterable[tuple[str, Previous]]) -> None:
    """An attribute of which nothing is left is told by its default instance alone, where it had one."""
    by_name: dict[str, list[Instance]] = {}
    for attribute, previous in gone:
        by_name.setdefault(attribute, []).append(_nothing(previous.instance))
    for attribute, instances in by_name.items():
        left = attributes.get(attribute, [])
        default = [instance for instance in instances if instance.dataset_id is None]
        attributes[attribute] = [*left, *instances] if left or not default else default


def _nothing(instance: Instance) -> Instance:
    """The NGSI-LD Null in place of an instance that was deleted."""
    return Instance(
        instance.kind,
        null_of(instance.kind),
        dataset_id=instance.dataset_id,
        created_at=instance.created_at,
        modified_at=instance.modified_at,
    )


def _place(shown: Any, dataset: str | None) -> Document | None:
    """The rendered instance of a dataset."""
    candidates = cast(list[Any], shown) if isinstance(shown, list) else [shown]
    for candidate in candidates:
        if isinstance(candidate, dict):
            instance = cast(Document, candidate)
            if "type" in instance and instance.get("datasetId") == dataset:
                return instance
    return None


def _shorten(document: Document) -> None:
    """Concise with previous values: the type goes, for the member that carries the value tells it (4.5.2.3)."""
    for name, shown in document.items():
        for instance in cast(list[Any], shown) if isinstance(shown, list) else [shown]:
            if name not in ("id", "type", "scope") and isinstance(instance, dict):
                cast(Document, instance).pop("type", None)
