"""What a change makes another of: the instances of attributes, the scopes, the rest of an entity."""

from collections.abc import Iterable

from pinisi.store.record import Family, Record
from pinisi.vocabulary.entity import Attributes, Entity, Instance
from pinisi.vocabulary.terms import LOCATION

Difference = tuple[str, str | None, Instance | None]
"""Attribute, dataset, and the instance after the change; None: it is gone."""


def told_by_location(
    before: Record | None, was: Family | None, family: Family | None, differences: list[Difference]
) -> bool:
    """Whether a row of its location's history tells into which family the entity has come. A return never does."""
    if family is None or (was is None and before is not None) or (was is not None and was.types != family.types):
        return False
    return any(name == LOCATION and dataset is None and there for name, dataset, there in differences)


def is_renamed(old: Entity | None, new: Entity | None) -> bool:
    """Whether anything but attributes differs."""
    if old is None or new is None:
        return old is not new
    return old.types != new.types or old.scopes != new.scopes or old.expires_at != new.expires_at


def new_scopes(old: Entity | None, new: Entity | None) -> list[str] | None:
    """The scopes after the change, where it changed them."""
    scopes: list[str] = new.scopes if new is not None else []
    return None if scopes == (old.scopes if old is not None else []) else scopes


def differences_of(old: Entity | None, new: Entity | None) -> list[Difference]:
    """Attribute instances that are new, changed, or gone (None)."""
    if old is None and new is not None:
        return [(name, one.dataset_id, one) for name, many in new.attributes.items() for one in many]
    had: Attributes = old.attributes if old is not None else {}
    has: Attributes = new.attributes if new is not None else {}
    found: list[Difference] = []
    for attribute, instances in has.items():
        before = had.get(attribute)
        if before is None:
            found += [(attribute, instance.dataset_id, instance) for instance in instances]
        elif before is not instances:
            found += _of_attribute(attribute, before, instances)
    if old is not None:
        for attribute, instances in had.items():
            if attribute not in has:
                found += [(attribute, instance.dataset_id, None) for instance in instances]
    return found


def _of_attribute(attribute: str, before: list[Instance], after: list[Instance]) -> Iterable[Difference]:
    known = {instance.dataset_id: instance for instance in before}
    for instance in after:
        if known.pop(instance.dataset_id, None) is not instance:
            yield attribute, instance.dataset_id, instance
    for dataset in known:
        yield attribute, dataset, None
