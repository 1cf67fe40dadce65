"""Changes of entities as pure functions `(entity that is, now) -> Edit`, to be run inside the store's transaction.

Each function below answers such a transform. Instances that a change does not touch stay identical (`is`), the time
of creation is kept, the time of modification set. An instance that was observed before the one it would replace
(same datasetId, both dated) enters history only (`Edit.late`) and replaces nothing; replacing a whole entity or
attribute on purpose replaces it whatever its time.
"""

from collections.abc import Callable, Sequence

import msgspec

from pinisi.context.attribute_payload import DELETE
from pinisi.context.instance_edits import find, is_older, kept, merged, stamped
from pinisi.context.ngsi_null import is_null
from pinisi.context.patch_payload import AttributePatch, EntityPatch
from pinisi.context.payload import ALWAYS_GEO, Fragment
from pinisi.context.problems import AlreadyExists, BadRequestData, ResourceNotFound
from pinisi.store.change import Edit, Transform
from pinisi.store.proof import type_matches
from pinisi.store.query import TypeSelection
from pinisi.vocabulary.entity import GEO, Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.terms import SCOPE


class NotUpdated(msgspec.Struct, frozen=True):
    """An attribute (IRI) that a change left alone, and why (NGSI-LD 5.2.19)."""

    attribute: str
    reason: str


class UpdateResult(msgspec.Struct, frozen=True):
    """What append and update did (NGSI-LD 5.2.18), by the IRIs of attributes."""

    updated: tuple[str, ...] = ()
    not_updated: tuple[NotUpdated, ...] = ()


def create(entity: Entity) -> Transform:
    """Create an entity (5.6.1). Raises `AlreadyExists`."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        if present is not None:
            raise AlreadyExists(f"{entity.id} exists already")
        return Edit(_born(entity, now))

    return transform


def replace(entity: Entity) -> Transform:
    """Replace an entity by another with the same id (5.6.18). Raises `ResourceNotFound`."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        return Edit(_replaced(_must(present, entity.id), entity, now))

    return transform


def upsert(entity: Entity, *, update: bool = False) -> Transform:
    """Create an entity, or replace it, or (`update`) append its attributes to what is there (5.6.8)."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        if present is None:
            return Edit(_born(entity, now))
        if update:
            return _append(present, _as_fragment(entity), True, now)
        return Edit(_replaced(present, entity, now))

    return transform


def append(entity_id: str, fragment: Fragment, *, overwrite: bool = True) -> Transform:
    """Append attributes (5.6.3), by default in the place of those that exist. Result: `UpdateResult`.

    Scopes replace those that exist, or are added to them without `overwrite` (4.18).
    """

    def transform(present: Entity | None, now: Instant) -> Edit:
        return _append(_must(present, entity_id), fragment, overwrite, now)

    return transform


def batch_update(entity: Entity, *, overwrite: bool = True) -> Transform:
    """One entity of a batch update (5.6.9): its attributes are appended to an entity that must exist."""
    return append(entity.id, _as_fragment(entity), overwrite=overwrite)


def update(entity_id: str, fragment: Fragment) -> Transform:
    """Update attributes (5.6.2): replaced where they exist, added where not, deleted by an NGSI-LD Null.

    A scope is replaced where one exists, never added. Result: `UpdateResult`.
    """

    def transform(present: Entity | None, now: Instant) -> Edit:
        work = _Work(_must(present, entity_id), now)
        work.add_types(fragment.types)
        if fragment.scopes is not None:
            if work.entity.scopes:
                work.set_scopes(fragment.scopes)
            else:
                work.leave(SCOPE, "the entity has no scope to update")
        work.set_expiry(fragment.expires_at)
        for name, instances in fragment.attributes.items():
            work.put(name, instances, overwrite=True)
        return work.edit()

    return transform


def partial_update(entity_id: str, name: str, patch: AttributePatch) -> Transform:
    """Change members of one instance of an attribute (5.6.4). Raises `ResourceNotFound`, `BadRequestData`."""
    _not_scope(name)

    def transform(present: Entity | None, now: Instant) -> Edit:
        work = _Work(_must(present, entity_id), now)
        old = _must_have(work.entity, name, patch.dataset_id)
        if is_null(patch.value, old.kind):
            return work.remove(name, [old]).edit()
        if patch.kind is not None and patch.kind != old.kind:
            raise BadRequestData(f"the attribute is a {old.kind}, and a partial update cannot change it", patch.field)
        return work.exchange(name, old, merged(old, patch, now, deep=False)).edit()

    return transform


def replace_attribute(entity_id: str, name: str, instance: Instance) -> Transform:
    """Replace the instance of an attribute with the same datasetId (5.6.19). Raises `ResourceNotFound`."""
    _not_scope(name)

    def transform(present: Entity | None, now: Instant) -> Edit:
        work = _Work(_must(present, entity_id), now)
        old = _must_have(work.entity, name, instance.dataset_id)
        return work.exchange(name, old, stamped(instance, old, now), late=False).edit()

    return transform


def delete_attribute(
    entity_id: str, name: str, *, dataset_id: str | None = None, delete_all: bool = False
) -> Transform:
    """Delete the default instance, the one with a datasetId, or all; or the scopes (5.6.5).

    Raises `ResourceNotFound`.
    """

    def transform(present: Entity | None, now: Instant) -> Edit:
        work = _Work(_must(present, entity_id), now)
        if name == SCOPE:
            if not work.entity.scopes:
                raise ResourceNotFound(f"{entity_id} has no scope")
            work.set_scopes(DELETE)
            return work.edit()
        if delete_all:
            instances = work.entity.attributes.get(name)
            if not instances:
                raise ResourceNotFound(f"{entity_id} has no attribute {name}")
            return work.remove(name, instances).edit()
        return work.remove(name, [_must_have(work.entity, name, dataset_id)]).edit()

    return transform


def keep_attributes(entity_id: str, stays: Callable[[str], bool]) -> Transform:
    """Delete the attributes that shall not stay (5.6.21)."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        work = _Work(_must(present, entity_id), now)
        for name, instances in list(work.attributes.items()):
            if not stays(name):
                work.remove(name, instances)
        return work.edit()

    return transform


def merge(
    entity_id: str, patch: EntityPatch, *, observed_at: str | None = None, language: str | None = None
) -> Transform:
    """Merge a fragment into an entity, deeply, as a JSON merge patch does (5.6.17, 5.5.12).

    Args:
        observed_at: when the merged attributes were observed that do not say so themselves.
        language: the tag under which a bare text enters a LanguageProperty.
    """

    def transform(present: Entity | None, now: Instant) -> Edit:
        work = _Work(_must(present, entity_id), now)
        work.add_types(patch.types)
        if patch.scopes is not None:
            work.set_scopes(patch.scopes)
        work.set_expiry(patch.expires_at)
        for name, patches in patch.attributes.items():
            for single in patches:
                _merge_one(work, name, single, observed_at, language)
        return work.edit()

    return transform


def of_type(selection: TypeSelection, transform: Transform) -> Transform:
    """The change, for entities of these types only (4.17). Raises `ResourceNotFound` for others."""

    def checked(present: Entity | None, now: Instant) -> Edit:
        if present is not None and not type_matches(selection, present.types):
            raise ResourceNotFound(f"{present.id} is not of the type asked for")
        return transform(present, now)

    return checked


def delete(entity_id: str) -> Transform:
    """Delete an entity (5.6.6). Raises `ResourceNotFound`."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        _must(present, entity_id)
        return Edit(None)

    return transform


def _merge_one(work: "_Work", name: str, patch: AttributePatch, observed_at: str | None, language: str | None) -> None:
    old = find(work.instances(name), patch.dataset_id)
    if is_null(patch.value, patch.kind if old is None else old.kind):
        if old is not None:
            work.remove(name, [old])
        return
    new = merged(old, patch, work.now, deep=True, observed_at=observed_at, language=language)
    if name in ALWAYS_GEO and new.kind != GEO:
        raise BadRequestData("is a GeoProperty by definition (NGSI-LD 4.7)", patch.field)
    if old is None:
        work.add(name, new)
    else:
        work.exchange(name, old, new)


def _append(present: Entity, fragment: Fragment, overwrite: bool, now: Instant) -> Edit:
    work = _Work(present, now)
    work.add_types(fragment.types)
    if isinstance(fragment.scopes, list):
        work.set_scopes(fragment.scopes if overwrite else _union(present.scopes, fragment.scopes))
    work.set_expiry(fragment.expires_at)
    for name, instances in fragment.attributes.items():
        work.put(name, instances, overwrite=overwrite)
    return work.edit()


class _Work:
    """An entity in the making: starts as what is there, and copies only what it changes."""

    def __init__(self, entity: Entity, now: Instant) -> None:
        self.entity = entity
        self.now = now
        self.types = entity.types
        self.scopes = entity.scopes
        self.expires_at = entity.expires_at
        self.attributes: Attributes = entity.attributes
        self.changed = False
        self.late: list[tuple[str, Instance]] = []
        self.updated: list[str] = []
        self.not_updated: list[NotUpdated] = []

    def edit(self) -> Edit:
        result = UpdateResult(tuple(dict.fromkeys(self.updated)), tuple(self.not_updated))
        if not self.changed:
            return Edit(self.entity, self.late, result)
        entity = Entity(
            self.entity.id,
            self.types,
            self.attributes,
            self.scopes,
            self.expires_at,
            self.entity.created_at,
            self.now,
        )
        return Edit(entity, self.late, result)

    def add_types(self, types: Sequence[str]) -> None:
        union = _union(self.types, types)
        if union != self.types:
            self.types = union
            self.changed = True

    def set_scopes(self, scopes: list[str] | str) -> None:
        self.scopes = scopes if isinstance(scopes, list) else []
        self.updated.append(SCOPE)
        self.changed = True

    def set_expiry(self, expires_at: str | None) -> None:
        if expires_at is not None:
            self.expires_at = None if expires_at == DELETE else expires_at
            self.changed = True

    def leave(self, name: str, reason: str) -> None:
        self.not_updated.append(NotUpdated(name, reason))

    def instances(self, name: str) -> Sequence[Instance]:
        return self.attributes.get(name, ())

    def put(self, name: str, instances: Sequence[Instance], *, overwrite: bool) -> None:
        """Each instance in the place of the one with the same datasetId, or beside the others."""
        for instance in instances:
            old = find(self.instances(name), instance.dataset_id)
            if instance.value == DELETE:
                if old is None:
                    self.leave(name, "there is no such attribute to delete")
                else:
                    self.remove(name, [old])
            elif old is None:
                self.add(name, stamped(instance, None, self.now))
            elif overwrite:
                self.exchange(name, old, stamped(instance, old, self.now))
            else:
                self.leave(name, "the attribute exists already")

    def add(self, name: str, new: Instance) -> None:
        self._set(name, [*self.instances(name), new])

    def exchange(self, name: str, old: Instance, new: Instance, *, late: bool = True) -> "_Work":
        """Put `new` in the place of `old`, unless it is older."""
        if late and is_older(new, old):
            self.late.append((name, new))
            self.updated.append(name)
            return self
        self._set(name, [new if instance is old else instance for instance in self.instances(name)])
        return self

    def remove(self, name: str, gone: Sequence[Instance]) -> "_Work":
        self._set(name, kept(self.instances(name), gone))
        return self

    def _set(self, name: str, instances: list[Instance]) -> None:
        if self.attributes is self.entity.attributes:
            self.attributes = dict(self.attributes)
        if instances:
            self.attributes[name] = instances
        else:
            del self.attributes[name]
        self.updated.append(name)
        self.changed = True


def _born(entity: Entity, now: Instant) -> Entity:
    """What was read for this change belongs to nobody else: it is stamped where it is (3 us an entity of a batch)."""
    _stamp(entity.attributes, now)
    return Entity(entity.id, entity.types, entity.attributes, entity.scopes, entity.expires_at, now, now)


def _stamp(attributes: Attributes, now: Instant) -> None:
    for many in attributes.values():
        for one in many:
            one.created_at = one.modified_at = now
            if one.attributes:
                _stamp(one.attributes, now)


def _replaced(present: Entity, entity: Entity, now: Instant) -> Entity:
    attributes = {
        name: [stamped(one, find(present.attributes.get(name, ()), one.dataset_id), now) for one in many]
        for name, many in entity.attributes.items()
    }
    return Entity(entity.id, entity.types, attributes, entity.scopes, entity.expires_at, present.created_at, now)


def _as_fragment(entity: Entity) -> Fragment:
    return Fragment(tuple(entity.types), entity.scopes or None, entity.expires_at, entity.attributes)


def _union(first: list[str], second: Sequence[str]) -> list[str]:
    added = [item for item in second if item not in first]
    return [*first, *added] if added else first


def _must(present: Entity | None, entity_id: str) -> Entity:
    if present is None:
        raise ResourceNotFound(f"{entity_id} does not exist")
    return present


def _must_have(entity: Entity, name: str, dataset_id: str | None) -> Instance:
    instances = entity.attributes.get(name)
    if not instances:
        raise ResourceNotFound(f"{entity.id} has no attribute {name}")
    found = find(instances, dataset_id)
    if found is None:
        which = "default instance" if dataset_id is None else f"instance with the datasetId {dataset_id}"
        raise ResourceNotFound(f"{name} of {entity.id} has no {which}")
    return found


def _not_scope(name: str) -> None:
    if name == SCOPE:
        raise BadRequestData("the scope of an entity is no attribute", "scope")
