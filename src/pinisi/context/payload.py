"""Entities and fragments of entities: decoded JSON -> `Entity` and `Fragment` (NGSI-LD 5.2.4, 5.5.4, 5.5.8).

The @context has been taken out and resolved before; what the system itself writes (`createdAt` ...) is ignored when a
client sends it back.
"""

from typing import Any

import msgspec

from pinisi.context.attribute_payload import DELETE, read_instance, read_instances
from pinisi.context.core_context import VALUE_MEMBERS
from pinisi.context.json_shapes import each, is_list, is_object
from pinisi.context.payload_size import check_extent
from pinisi.context.problems import BadRequestData, InvalidRequest
from pinisi.context.simplified_payload import read_simplified
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL, check_entity_id, check_moment, check_scopes, check_text, refuse
from pinisi.vocabulary.bounds import MOST_TYPES
from pinisi.vocabulary.entity import GEO, VALUE_MEMBER, Attributes, Entity, Instance
from pinisi.vocabulary.terms import LOCATION, OBSERVATION_SPACE, OPERATION_SPACE, SCOPE

ALWAYS_GEO = frozenset((LOCATION, OBSERVATION_SPACE, OPERATION_SPACE))
SYSTEM_MEMBERS = frozenset(("createdAt", "modifiedAt", "deletedAt"))
TAKEN = frozenset(("id", "@id", "type", "@type", "scope", "expiresAt", "@context")) | SYSTEM_MEMBERS


class Fragment(msgspec.Struct, frozen=True):
    """Part of an entity, for appending to it or updating it.

    `types` are added; `scopes` and `expires_at` are None where the fragment is silent, `DELETE` where it deletes.
    An instance whose value is `DELETE` deletes the instance with its `dataset_id`.
    """

    types: tuple[str, ...] = ()
    scopes: list[str] | str | None = None
    expires_at: str | None = None
    attributes: Attributes = {}


def read_entity(document: Any, terms: TermTable, *, simplified: bool = False) -> Entity:
    """A whole entity, normalized or concise; or simplified (keyValues), where the request says so.

    Raises:
        BadRequestData: naming the field by its path (`speed.observedAt`).
    """
    if not is_object(document):
        raise InvalidRequest("an entity is a JSON object")
    for name in ("id", "type"):
        if "@" + name in document and name in document:
            refuse(name, f"stands twice, as {name} and as @{name}")
    entity_id = check_entity_id(document.get("id", document.get("@id")))
    types = read_types(document.get("type", document.get("@type")), terms)
    if not types:
        refuse("type", "an entity needs a type")
    entity = Entity(entity_id, types)
    if "scope" in document:
        entity.scopes = check_scopes(document["scope"])
    if "expiresAt" in document:
        entity.expires_at = check_moment(document["expiresAt"], "expiresAt")
    entity.attributes = _read_attributes(document, terms, simplified, nulls=False)
    return entity


def read_replacement(document: Any, entity_id: str, terms: TermTable, *, simplified: bool = False) -> Entity:
    """The entity that shall replace another: its id may be left out, and may not be another one (5.6.18)."""
    if not is_object(document):
        raise BadRequestData("an entity is a JSON object")
    stated = document.get("id", document.get("@id", entity_id))
    if stated != entity_id:
        refuse("id", f"the entity to be replaced is {entity_id}")
    told = {name: member for name, member in document.items() if name != "@id"}
    return read_entity({**told, "id": entity_id}, terms, simplified=simplified)


def read_fragment(document: Any, terms: TermTable, *, nulls: bool, simplified: bool = False) -> Fragment:
    """A fragment for append (`nulls` False) or update (`nulls` True). Its id is not looked at: the address counts."""
    if not is_object(document):
        raise BadRequestData("a fragment of an entity is a JSON object")
    return Fragment(
        types=tuple(read_types(document.get("type", document.get("@type")), terms)),
        scopes=read_scopes(document.get("scope"), nulls=nulls),
        expires_at=read_expiry(document.get("expiresAt"), nulls=nulls),
        attributes=_read_attributes(document, terms, simplified, nulls=nulls),
    )


def read_attribute(document: Any, name: str, terms: TermTable, *, simplified: bool = False) -> tuple[str, Instance]:
    """The new content of one attribute (5.6.19): its IRI and the instance."""
    iri = read_attribute_name(name, terms)
    if is_object(document):
        document = {key: member for key, member in document.items() if key != "@context"}
    if document == {}:
        raise BadRequestData("the fragment is empty", name)
    check_extent({name: document}, frozenset(), simplified=simplified)
    read = read_simplified(document, name, terms)[0] if simplified else read_instance(document, name, terms)
    _check_geo(iri, [read], name)
    return iri, read


def read_attribute_name(name: str, terms: TermTable) -> str:
    """The IRI of an attribute named in an address; `scope` too, which can be deleted like one (5.6.5).

    Raises:
        BadRequestData: for what names none.
    """
    return SCOPE if terms.expand_term(name) == SCOPE else terms.expand_attribute(name, name)


def iri_of_attribute(name: str, member: Any, terms: TermTable) -> str:
    """The IRI of an attribute of an entity. One named as a member that carries values must be written out: `"value": 5`
    is an attribute's fragment that has gone astray.

    Raises:
        BadRequestData: for what is no name, or is taken.
    """
    if name in VALUE_MEMBERS and all(map(_is_written_out, each(member))):
        return terms.expand_attribute(name, name)
    return terms.expand_name(name, name)


def _is_written_out(instance: Any) -> bool:
    type = instance.get("type") if is_object(instance) else None
    return isinstance(type, str) and type in VALUE_MEMBER


def read_types(value: Any, terms: TermTable) -> list[str]:
    """The types of an entity as IRIs, each once; none if the fragment is silent."""
    if value is None:
        return []
    if is_list(value) and len(value) > MOST_TYPES:
        refuse("type", f"has {len(value):,} types, at most {MOST_TYPES} are taken of one entity")
    return list(dict.fromkeys(terms.expand_name(check_text(name, "type"), "type") for name in each(value)))


def read_scopes(value: Any, *, nulls: bool) -> list[str] | str | None:
    if value is None:
        return None
    return DELETE if nulls and value == NULL else check_scopes(value)


def read_expiry(value: Any, *, nulls: bool) -> str | None:
    if value is None:
        return None
    return DELETE if nulls and value == NULL else check_moment(value, "expiresAt")


def attribute_members(document: dict[str, Any]) -> list[tuple[str, Any]]:
    """The members that are attributes, as they are named."""
    return [(name, member) for name, member in document.items() if name not in TAKEN]


def _read_attributes(document: dict[str, Any], terms: TermTable, simplified: bool, *, nulls: bool) -> Attributes:
    check_extent(document, TAKEN, simplified=simplified)
    attributes: Attributes = {}
    for name, member in document.items():
        if name in TAKEN:
            continue
        iri = iri_of_attribute(name, member, terms) if name in VALUE_MEMBERS else terms.expand_name(name, name)
        if iri in attributes:
            refuse(name, "the same attribute is named twice")
        if simplified:
            instances = read_simplified(member, name, terms, nulls=nulls)
        elif member.__class__ is dict:
            instances = [read_instance(member, name, terms, nulls=nulls)]
        else:
            instances = read_instances(member, name, terms, nulls=nulls)
        if iri in ALWAYS_GEO:
            _check_geo(iri, instances, name)
        attributes[iri] = instances
    return attributes


def _check_geo(iri: str, instances: list[Instance], name: str) -> None:
    """`location`, `observationSpace` and `operationSpace` of an entity are GeoProperties (4.7)."""
    if iri in ALWAYS_GEO and any(instance.kind != GEO and instance.value != DELETE for instance in instances):
        refuse(name, f"is a GeoProperty by definition, not a {instances[0].kind}")
