"""Changes of entities as NGSI v2 means them, as pure functions for the store's transaction.

v2 sees the default instance of each attribute. Instances with a `datasetId` (forecasts, models) stay untouched, but
where an entity is deleted.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from pinisi.context import edits
from pinisi.context.instance_edits import stamped
from pinisi.context.ngsi_v2.attributes import read_bare, typed_value
from pinisi.context.ngsi_v2.entities import checked, default_instance
from pinisi.context.ngsi_v2.names import entity_id, name_of
from pinisi.context.ngsi_v2.operators import operation_of
from pinisi.context.ngsi_v2.unprocessable import Unprocessable
from pinisi.context.ngsi_v2.written import NewEntity, Writing, with_metadata
from pinisi.context.payload import Fragment
from pinisi.context.problems import ResourceNotFound
from pinisi.context.term_table import TermTable
from pinisi.store.change import Edit, Transform
from pinisi.store.match import compile_query
from pinisi.store.query import EntityQuery, ScopeSelection
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant


class Aim(msgspec.Struct, frozen=True):
    """Which entity a request means besides its id: None asks nothing. `type` is an IRI."""

    type: str | None = None
    scopes: ScopeSelection | None = None

    def checks(self) -> Callable[[Entity], bool]:
        test = compile_query(EntityQuery(scopes=self.scopes))
        return lambda entity: (self.type is None or self.type in entity.types) and test(entity, None)


def aimed(aim: Aim, transform: Transform) -> Transform:
    """The change, if the entity that is there is the one that is meant; else it counts as absent."""
    fits = aim.checks()

    def change(present: Entity | None, now: Instant) -> Edit:
        if present is not None and not fits(present):
            raise ResourceNotFound(f"{entity_id(present.id)} is of another type or service path")
        return transform(present, now)

    return change


def create(entity: Entity) -> Transform:
    """Raises `Unprocessable` where it exists."""

    def change(present: Entity | None, now: Instant) -> Edit:
        if present is not None:
            raise Unprocessable(f"Already Exists: {entity_id(entity.id)}")
        return edits.create(entity)(None, now)

    return change


def upsert(new: NewEntity, aim: Aim, table: TermTable, *, strict: bool = False) -> Transform:
    """Create an entity, or append its attributes to the one that is there. `strict`: those that exist are refused.

    The same id with another type would be another entity in v2; here it is refused (`Unprocessable`).
    """
    fits, id = aim.checks(), new.frame.id
    write = append_strict(id, new.writing, table) if strict else append(id, new.writing, table)

    def change(present: Entity | None, now: Instant) -> Edit:
        if present is None:
            return edits.create(new.entity(table))(None, now)
        if not fits(present):
            raise Unprocessable(f"{entity_id(id)} exists with another type or service path; an id is used once here")
        return write(present, now)

    return change


def append(id: str, writing: Writing, table: TermTable) -> Transform:
    """Write attributes, those that are there and new ones."""

    def change(present: Entity | None, now: Instant) -> Edit:
        return edits.append(id, writing.upon(present, table))(_must(present, id), now)

    return change


def append_strict(id: str, writing: Writing, table: TermTable) -> Transform:
    """Add attributes that are not there yet (`options=append`); those that are there stay (`_partly`)."""

    def change(present: Entity | None, now: Instant) -> Edit:
        entity = _must(present, id)
        there = [iri for iri in writing.attributes if _has(entity, iri)]
        reason = f"one or more of the attributes in the request already exist: {_said(id, there, table)}"
        return _partly(entity, writing, there, reason, table, now)

    return change


def update(id: str, writing: Writing, table: TermTable) -> Transform:
    """Write attributes that are there, and no others (`_partly`)."""

    def change(present: Entity | None, now: Instant) -> Edit:
        entity = _must(present, id)
        missing = [iri for iri in writing.attributes if not _has(entity, iri)]
        return _partly(entity, writing, missing, f"do not exist: {_said(id, missing, table)}", table, now)

    return change


def _partly(entity: Entity, writing: Writing, left: Sequence[str], reason: str, table: TermTable, now: Instant) -> Edit:
    """What is written without what is `left` out; the reason is the result of the edit.

    Raises:
        Unprocessable: nothing is left to be written.
    """
    done = writing if not left else writing.only(frozenset(writing.attributes).difference(left))
    if left and not done.attributes:
        raise Unprocessable(reason)
    edit = edits.append(entity.id, done.upon(entity, table))(entity, now)
    return msgspec.structs.replace(edit, result=reason) if left else edit


def replace(id: str, writing: Writing, table: TermTable) -> Transform:
    """These attributes in the place of all that v2 sees; operators begin with nothing."""

    def change(present: Entity | None, now: Instant) -> Edit:
        entity, fragment = _must(present, id), writing.upon(None, table)
        kept = {iri: others for iri, many in entity.attributes.items() if (others := [o for o in many if o.dataset_id])}
        fresh = {iri: [stamped(many[0], _default(entity, iri), now)] for iri, many in fragment.attributes.items()}
        attributes = {iri: [*fresh.get(iri, ()), *kept.get(iri, ())] for iri in {**fresh, **kept}}
        expires = entity.expires_at if fragment.expires_at is None else fragment.expires_at
        return Edit(Entity(entity.id, entity.types, attributes, entity.scopes, expires, entity.created_at, now))

    return change


def set_value(id: str, iri: str, value: Any, table: TermTable) -> Transform:
    """Another value of an attribute; its type and metadata stay, but the time at which the old value was observed."""
    name = name_of(iri, table)
    operation = operation_of(value, name)

    def change(present: Entity | None, now: Instant) -> Edit:
        old = _default(_must(present, id), iri)
        if old is None:
            raise ResourceNotFound(f"{entity_id(id)} has no attribute {name}")
        type, before = typed_value(old, table)
        new = value if operation is None else operation.applied(before, type, None)
        made = checked(iri, read_bare(new, name, table, None if type == "None" else type), iri)
        return edits.append(id, Fragment(attributes={iri: [with_metadata(made, old)]}))(present, now)

    return change


def told_anyway(transform: Transform) -> Transform:
    """The change, told to who hears of changes also where it changes nothing (`options=forcedUpdate`)."""

    def change(present: Entity | None, now: Instant) -> Edit:
        return msgspec.structs.replace(transform(present, now), told_anyway=True)

    return change


def delete_attributes(id: str, iris: Sequence[str], table: TermTable) -> Transform:
    """Delete attributes; those that are not there are the result of the edit.

    Raises, when it is run:
        Unprocessable: none of them is there.
    """

    def change(present: Entity | None, now: Instant) -> Edit:
        entity = _must(present, id)
        missing = [iri for iri in iris if not _has(entity, iri)]
        reason = f"do not exist: {_said(id, missing, table)}"
        if len(missing) == len(iris):
            raise Unprocessable(reason)
        edit = Edit(entity)
        for iri in iris:
            if iri not in missing:
                edit = edits.delete_attribute(id, iri)(edit.entity, now)
        return msgspec.structs.replace(edit, result=reason) if missing else edit

    return change


def _must(present: Entity | None, id: str) -> Entity:
    if present is None:
        raise ResourceNotFound(f"{entity_id(id)} does not exist")
    return present


def _default(entity: Entity, iri: str) -> Instance | None:
    return default_instance(entity.attributes.get(iri, ()))


def _has(entity: Entity, iri: str) -> bool:
    return _default(entity, iri) is not None


def _said(id: str, iris: Iterable[str], table: TermTable) -> str:
    """An entity and its attributes as Orion names them in its errors, which clients read."""
    return f"{entity_id(id)} - [ {', '.join(name_of(iri, table) for iri in iris)} ]"
