"""Attributes as a request of NGSI v2 writes them: values or operators, with metadata that are added to what is there.

What an update says of metadata is added to those that are there; `metadata: {}` takes them away, and with
`overrideMetadata` those of the request stand alone ("Metadata update semantics"). `TimeInstant` is never taken over: it
is the age of the value that was replaced.
"""

from typing import Any, cast

import msgspec

from pinisi.context.attribute_payload import BARE_MEMBERS
from pinisi.context.ngsi_v2.attributes import OF_VALUE, read_attribute, read_bare, typed_value
from pinisi.context.ngsi_v2.entities import BUILTIN, as_object, checked, default_instance, expiry_of, new_entity
from pinisi.context.ngsi_v2.names import iri_of, name_of
from pinisi.context.ngsi_v2.operators import NOTHING, Operation, operation_of
from pinisi.context.payload import Fragment
from pinisi.context.payload_size import check_v2_extent
from pinisi.context.term_table import TermTable
from pinisi.context.validate import refuse
from pinisi.vocabulary.entity import LIST, PROPERTY, Attributes, Entity, Instance


class Written(msgspec.Struct, frozen=True):
    """One attribute. With an `operation`, `instance` carries the metadata, and `type` is the type that was told.

    `clears`: it says that there are no metadata.
    """

    instance: Instance
    operation: Operation | None = None
    type: str | None = None
    clears: bool = False

    def upon(self, iri: str, old: Instance | None, table: TermTable, *, override: bool) -> Instance | None:
        """The instance that it makes of another, or of nothing; None: it makes none.

        Raises:
            Unprocessable: its operator does not work on what is there.
            BadRequestData: what comes out is no value.
        """
        new = self.instance if self.operation is None else self._computed(iri, old, table, self.operation)
        if new is None or old is None or override or self.clears:
            return new
        return with_metadata(new, old)

    def _computed(self, iri: str, old: Instance | None, table: TermTable, operation: Operation) -> Instance | None:
        type_before, before = ("None", NOTHING) if old is None else typed_value(old, table)
        value = operation.applied(before, type_before, self.type)
        if value is NOTHING:
            return None
        name = name_of(iri, table)
        type = self.type or (type_before if value is not None and type_before != "None" else None)
        made = checked(iri, read_bare(value, name, table, type), name)
        told = self.instance
        return msgspec.structs.replace(
            made,
            observed_at=told.observed_at,
            unit_code=told.unit_code if made.kind in (PROPERTY, LIST) else None,
            attributes=_metadata(told) | made.attributes,
        )


class Writing(msgspec.Struct, frozen=True):
    """The attributes that a request writes, by their IRIs, and when the entity expires."""

    attributes: dict[str, Written]
    expires_at: str | None = None
    override: bool = False

    def upon(self, present: Entity | None, table: TermTable) -> Fragment:
        """What is written upon an entity that is there, or upon none (None).

        Raises:
            Unprocessable, BadRequestData: as `Written.upon`.
        """
        attributes: Attributes = {}
        for iri, written in self.attributes.items():
            old = None if present is None else default_instance(present.attributes.get(iri, ()))
            one = written.upon(iri, old, table, override=self.override)
            if one is not None:
                attributes[iri] = [one]
        return Fragment(expires_at=self.expires_at, attributes=attributes)

    def only(self, iris: frozenset[str]) -> "Writing":
        """The part of it that concerns these attributes."""
        return msgspec.structs.replace(self, attributes={i: one for i, one in self.attributes.items() if i in iris})


class NewEntity(msgspec.Struct, frozen=True):
    """An entity to be created, or to be written upon the one that is there. `frame` has no attributes yet."""

    frame: Entity
    writing: Writing

    def entity(self, table: TermTable) -> Entity:
        """The entity as it is created: operators begin with nothing."""
        return msgspec.structs.replace(self.frame, attributes=self.writing.upon(None, table).attributes)


def read_new(document: Any, table: TermTable, *, key_values: bool, scopes: list[str], override: bool) -> NewEntity:
    """A whole entity of a request.

    Raises:
        BadRequestData: names the field.
    """
    frame = new_entity(document, table, scopes)
    writing = read_members(as_object(document, "body"), table, key_values=key_values, override=override)
    return NewEntity(msgspec.structs.replace(frame, expires_at=writing.expires_at), writing)


def read_writing(document: Any, table: TermTable, *, key_values: bool, override: bool = False) -> Writing:
    """Attributes of an entity that the address names: id and type may not stand here."""
    told = as_object(document, "body")
    for name in ("id", "type"):
        if name in told:
            refuse(name, "cannot be changed, and has no place in this body")
    return read_members(told, table, key_values=key_values, override=override)


def read_members(told: dict[str, Any], table: TermTable, *, key_values: bool, override: bool = False) -> Writing:
    """The attributes of a body, and when the entity expires (`dateExpires`)."""
    check_v2_extent(told)
    attributes: dict[str, Written] = {}
    for name, member in told.items():
        if name in BUILTIN or name in ("id", "type"):
            continue
        iri, written = read_written(name, member, table, key_values=key_values)
        if iri in attributes:
            refuse(name, "the same attribute is named twice")
        attributes[iri] = written
    return Writing(attributes, expiry_of(told), override)


def read_written(name: str, member: Any, table: TermTable, *, key_values: bool = False) -> tuple[str, Written]:
    """One attribute of a request, and its IRI.

    Raises:
        BadRequestData: names the field.
    """
    if name in ("*", "geo:distance"):
        refuse(name, "cannot name an attribute")
    iri = iri_of(name, table, name)
    told = cast(dict[str, Any], {"value": member} if key_values else member)
    operation = operation_of(told.get("value"), f"{name}.value") if isinstance(told, dict) else None  # pyright: ignore[reportUnnecessaryIsInstance]
    if operation is None:
        instance = read_bare(member, name, table) if key_values else read_attribute(member, name, table)
        return iri, Written(checked(iri, instance, name), clears=_clears(told))
    bare = read_attribute({**told, "value": None}, name, table)
    written = Written(bare, operation, told.get("type"), _clears(told))
    written.upon(iri, None, table, override=True)
    return iri, written


def _clears(told: dict[str, Any]) -> bool:
    return told.get("metadata") == {}


def with_metadata(new: Instance, old: Instance) -> Instance:
    """The instance with those metadata of its predecessor that it does not have itself."""
    unit = old.unit_code if new.unit_code is None and new.kind in (PROPERTY, LIST) else new.unit_code
    kept = _metadata(old)
    if not kept and unit is new.unit_code:
        return new
    return msgspec.structs.replace(new, unit_code=unit, attributes=kept | new.attributes)


def _metadata(instance: Instance) -> Attributes:
    return {iri: many for iri, many in instance.attributes.items() if iri not in OF_VALUE | BARE_MEMBERS.keys()}
