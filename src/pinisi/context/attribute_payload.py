"""One attribute of a payload -> `Instance` (NGSI-LD 4.5.2, 4.5.3, 4.5.18 to 4.5.24), normalized or concise.

What is written out counts (`type`); otherwise the member that carries the value tells the kind: `value` a Property or
GeoProperty, `object` a Relationship, and so on; a bare value is a Property, a bare geometry a GeoProperty (4.5.2.3).
A deletion by `urn:ngsi-ld:null`, where the operation allows one, is an instance with the value `DELETE`.
"""

from typing import Any, cast

from pinisi.context.attribute_values import READERS
from pinisi.context.core_context import MEMBERS
from pinisi.context.geometry import is_geometry
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.ngsi_null import is_null
from pinisi.context.term_table import TermTable
from pinisi.context.validate import (
    NULL,
    check_moment,
    check_text,
    check_uri,
    is_uri,
    is_usual_moment,
    refuse,
    shorten,
)
from pinisi.vocabulary import entity as kinds
from pinisi.vocabulary.entity import VALUE_MEMBER, Instance
from pinisi.vocabulary.terms import NGSI_LD

DELETE = NULL
"""The value of an instance that asks for deletion."""

PROOF = "ngsildproof"
VALUE_TYPE = NGSI_LD + "hasValueType"
SEALED_ID = NGSI_LD + "entityIdSealed"
SEALED_TYPE = NGSI_LD + "entityTypeSealed"
BARE_MEMBERS = {VALUE_TYPE: "valueType", SEALED_ID: "entityIdSealed", SEALED_TYPE: "entityTypeSealed"}
"""Members kept as sub-attributes under their IRI and written bare, without a type of their own (4.5.2.2, C.11)."""

DEEPEST = 10
_WHOLE = 2**63
_KIND_OF_MEMBER = {
    "value": kinds.PROPERTY,
    "object": kinds.RELATIONSHIP,
    "languageMap": kinds.LANGUAGE,
    "vocab": kinds.VOCAB,
    "json": kinds.JSON,
    "valueList": kinds.LIST,
    "objectList": kinds.LIST_RELATIONSHIP,
}
IGNORED = frozenset(("type", "@type", "createdAt", "modifiedAt", "deletedAt", "instanceId"))
DESCRIBING = frozenset(("observedAt", "datasetId", "unitCode", "objectType", "expiresAt", "valueType"))
_SEALED = frozenset(("entityIdSealed", "entityTypeSealed"))
_MEMBERS = (MEMBERS | {"@context", "@type"}) - {"scope"}
_MARKS = frozenset(_KIND_OF_MEMBER) | DESCRIBING


def read_instances(member: Any, name: str, terms: TermTable, *, nulls: bool = False, depth: int = 1) -> list[Instance]:
    """All instances of one attribute; `name` is its path in the payload.

    Args:
        nulls: whether `urn:ngsi-ld:null` may ask for deletion.

    Raises:
        BadRequestData: with the path of the member that is wrong.
    """
    if member.__class__ is list and any(kind_of(item, name) for item in member):
        instances = [
            read_instance(item, f"{name}[{n}]", terms, nulls=nulls, depth=depth) for n, item in enumerate(member)
        ]
        if len({instance.dataset_id for instance in instances}) < len(instances):
            refuse(name, "two instances have the same datasetId, or none both (NGSI-LD 4.5.5.1)")
        return instances
    return [read_instance(member, name, terms, nulls=nulls, depth=depth)]


def read_instance(member: Any, name: str, terms: TermTable, *, nulls: bool = False, depth: int = 1) -> Instance:
    """One instance of an attribute."""
    proof = name.endswith(PROOF) and is_proof(name)
    plain = read_plain(member) if member.__class__ is dict and not proof else None
    if plain is not None:
        return plain
    if depth > DEEPEST:
        refuse(name, f"attributes of attributes are nested more than {DEEPEST} deep")
    kind = kind_of(member, name)
    if kind is None:
        return _read_bare(member, name, terms, nulls)
    value_member = VALUE_MEMBER[kind]
    if value_member not in member:
        refuse(name, f"a {kind} needs the member {value_member}")
    value = read_value(kind, member[value_member], f"{name}.{value_member}", terms, nulls, proof)
    instance = Instance(kind, value)
    for key, content in member.items():
        if key == value_member or key == "type":
            continue
        if key == "observedAt":
            instance.observed_at = check_moment(content, f"{name}.observedAt")
        elif key in _MEMBERS:
            _read_core(instance, key, content, f"{name}.{key}", terms, proof)
        else:
            field = f"{name}.{key}"
            iri = terms.expand_name(key, field)
            if iri in instance.attributes:
                refuse(field, "the same attribute is named twice")
            instance.attributes[iri] = read_instances(content, field, terms, nulls=nulls, depth=depth + 1)
    return instance


def is_proof(name: str) -> bool:
    """Whether this path is that of an `ngsildproof`: of an entity, or of an attribute (4.5.2.2, annex C.11)."""
    return name == PROOF or name.endswith(f".{PROOF}")


def read_plain(member: dict[str, Any]) -> Instance | None:
    """The attributes that most are: a text, a number, a truth value or a reference, a unit, a moment, and nothing else.

    None for any other, and for whatever is not right: a third of the time of reading an entity (a batch of 1,000).
    """
    kind = member.get("type")
    if kind == kinds.PROPERTY:
        value: Any = member.get("value")
        sort: Any = value.__class__
        if sort is int:
            if not -_WHOLE <= value < _WHOLE:
                return None
        elif sort is str:
            if value == NULL:
                return None
        elif sort is not float and sort is not bool:
            return None
    elif kind == kinds.RELATIONSHIP:
        value = member.get("object")
        if value.__class__ is not str or value == NULL or not is_uri(cast(str, value)):
            return None
    else:
        return None
    instance = Instance(kind, value)
    known = 2
    if "observedAt" in member:
        moment = member["observedAt"]
        if moment.__class__ is not str or not is_usual_moment(moment):
            return None
        instance.observed_at = moment
        known += 1
    if "unitCode" in member:
        unit = member["unitCode"]
        if kind != kinds.PROPERTY or unit.__class__ is not str or not unit or unit == NULL:
            return None
        instance.unit_code = unit
        known += 1
    return instance if known == len(member) else None


def kind_of(member: Any, name: str) -> str | None:
    """The kind of attribute that an object is, stated or inferred; None for a bare value.

    Raises:
        BadRequestData: for an object that describes a value without having one, or names an unknown kind.
    """
    if member.__class__ is not dict:
        return None
    stated = member.get("type") or member.get("@type")
    if stated is None:
        return _infer(member, name)
    if stated.__class__ is str and stated in VALUE_MEMBER:
        return stated
    if any(key in _KIND_OF_MEMBER for key in member):
        refuse(f"{name}.type", f"{shorten(stated)} is no kind of attribute")
    return None


def _infer(member: dict[str, Any], name: str) -> str | None:
    for key, kind in _KIND_OF_MEMBER.items():
        if key in member:
            return kinds.GEO if key == "value" and is_geometry(member[key]) else kind
    if not DESCRIBING.isdisjoint(member):
        refuse(name, "an attribute needs a value, an object or another member that carries its value")
    return None


def _read_bare(member: Any, name: str, terms: TermTable, nulls: bool) -> Instance:
    """A concise attribute that is its value (4.5.2.3)."""
    if is_object(member):
        if "@context" in member:
            refuse(f"{name}.@context", "an attribute carries no @context of its own (NGSI-LD 5.5.7)")
        if is_geometry(member):
            return Instance(kinds.GEO, read_value(kinds.GEO, member, name, terms, nulls))
    return Instance(kinds.PROPERTY, read_value(kinds.PROPERTY, member, name, terms, nulls))


def read_value(kind: str, value: Any, field: str, terms: TermTable, nulls: bool, proof: bool = False) -> Any:
    """The value of an attribute of a kind, checked and expanded; `DELETE` for an NGSI-LD Null that is allowed here."""
    if is_null(value, kind):
        if not nulls:
            refuse(field, "urn:ngsi-ld:null asks for deletion, which this operation does not do")
        return DELETE
    if proof:
        if not is_object(value):
            refuse(field, "the value of ngsildproof is the object of a W3C Data Integrity proof")
        return value
    return READERS[kind](value, field, terms)


def _read_core(instance: Instance, key: str, content: Any, field: str, terms: TermTable, proof: bool) -> None:
    """A describing member, or one that may not stand here."""
    if key in IGNORED:
        return
    if key == "@context":
        refuse(field, "an attribute carries no @context of its own (NGSI-LD 5.5.7)")
    if key in _SEALED:
        if not proof:
            refuse(field, "may stand in ngsildproof only")
        instance.attributes |= _sealed(key, content, field, terms)
    elif key in DESCRIBING:
        check_allowed(key, instance.kind, field)
        _describe(instance, key, content, field, terms)
    else:
        refuse(field, f"may not stand in a {instance.kind}")


def check_allowed(key: str, kind: str, field: str) -> None:
    """Units belong to Properties, types of objects to Relationships (the lists of what shall never be included)."""
    if key == "unitCode" and kind not in (kinds.PROPERTY, kinds.LIST):
        refuse(field, f"a {kind} has no unitCode")
    if key == "valueType" and kind not in (kinds.PROPERTY, kinds.LIST, kinds.LANGUAGE):
        refuse(field, f"a {kind} has no valueType")
    if key == "objectType" and kind not in (kinds.RELATIONSHIP, kinds.LIST_RELATIONSHIP):
        refuse(field, f"a {kind} has no objectType")


def _describe(instance: Instance, key: str, content: Any, field: str, terms: TermTable) -> None:
    if key == "datasetId":
        instance.dataset_id = read_dataset(content, field)
    elif key == "unitCode":
        instance.unit_code = check_text(content, field)
    elif key == "objectType":
        instance.object_type = read_object_type(content, field, terms)
    elif key == "expiresAt":
        instance.expires_at = check_moment(content, field)
    else:
        if instance.kind == kinds.LANGUAGE and content != "langString":
            refuse(field, "the valueType of a LanguageProperty is langString (NGSI-LD 5.2.32)")
        instance.attributes |= read_value_type(content, field, terms)


def read_dataset(content: Any, field: str) -> str | None:
    """`@none` is the default instance (4.5.5.1)."""
    return None if content == "@none" else check_uri(content, field)


def read_object_type(content: Any, field: str, terms: TermTable) -> str | list[str]:
    if is_list(content) and content:
        return [terms.expand_name(check_text(item, field), field) for item in content]
    return terms.expand_name(check_text(content, field), field)


def read_value_type(content: Any, field: str, terms: TermTable) -> dict[str, list[Instance]]:
    return {VALUE_TYPE: [Instance(kinds.VOCAB, terms.expand_term(check_text(content, field)))]}


def _sealed(key: str, content: Any, field: str, terms: TermTable) -> dict[str, list[Instance]]:
    if not isinstance(content, str):
        refuse(field, f"{shorten(content)} is not a text")
    if key == "entityIdSealed":
        return {SEALED_ID: [Instance(kinds.RELATIONSHIP, check_uri(content, field))]}
    return {SEALED_TYPE: [Instance(kinds.VOCAB, terms.expand_name(content, field))]}
