"""Fragments that change parts of attributes: partial attribute update (NGSI-LD 5.6.4) and merge (5.5.12, 5.6.17).

What such a fragment does not mention stays as it is, so a patch keeps apart "not mentioned" (`ABSENT`), "delete"
(`DELETE`) and a new content.
"""

from typing import Any, Final

import msgspec

from pinisi.context.attribute_payload import (
    DELETE,
    DESCRIBING,
    IGNORED,
    check_allowed,
    kind_of,
    read_dataset,
    read_object_type,
    read_value,
    read_value_type,
)
from pinisi.context.core_context import MEMBERS
from pinisi.context.geometry import check_geometry, is_geometry
from pinisi.context.json_shapes import each, is_list, is_object
from pinisi.context.json_values import check_plain, expand_value
from pinisi.context.ngsi_null import is_null
from pinisi.context.payload import (
    ALWAYS_GEO,
    TAKEN,
    attribute_members,
    iri_of_attribute,
    read_expiry,
    read_scopes,
    read_types,
)
from pinisi.context.payload_size import check_extent
from pinisi.context.problems import BadRequestData
from pinisi.context.simplified_payload import DATASET, KEYED
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL, check_moment, check_text, refuse
from pinisi.vocabulary.entity import GEO, JSON, LANGUAGE, PROPERTY, VALUE_MEMBER, Instance

ABSENT: Final = msgspec.UNSET
DEEPEST = 10


class AttributePatch(msgspec.Struct, frozen=True, kw_only=True):
    """What shall become of one instance of an attribute.

    `kind` is None where the fragment does not state it; then `value` is as written, and `word` the same as an IRI, so
    that the attribute that is met decides how to take it. `members` holds the describing members that are mentioned
    (`observed_at`, `unit_code` ... of `Instance`), their content or `DELETE`. `gone` are names, with an NGSI-LD Null
    each, that are all that is said: of sub-attributes, or of members of the value where no sub-attribute has the name.
    """

    field: str
    kind: str | None = None
    value: Any = ABSENT
    word: Any = ABSENT
    dataset_id: str | None = None
    members: dict[str, Any] = {}
    attributes: dict[str, list["AttributePatch"]] = {}
    gone: tuple[str, ...] = ()


class EntityPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What shall become of an entity; `scopes` and `expires_at` are None where the fragment is silent."""

    types: tuple[str, ...] = ()
    scopes: list[str] | str | None = None
    expires_at: str | None = None
    attributes: dict[str, list[AttributePatch]] = {}


_MEMBER_FIELDS = {
    "observedAt": "observed_at", "unitCode": "unit_code", "objectType": "object_type", "expiresAt": "expires_at",
}  # fmt: skip


def read_entity_patch(document: Any, terms: TermTable, *, simplified: bool = False) -> EntityPatch:
    """The fragment of a merge. Its id is not looked at: the address counts.

    Raises:
        BadRequestData: naming the field by its path.
    """
    if not is_object(document):
        raise BadRequestData("a fragment of an entity is a JSON object")
    check_extent(document, TAKEN, simplified=simplified)
    attributes: dict[str, list[AttributePatch]] = {}
    for name, member in attribute_members(document):
        iri = iri_of_attribute(name, member, terms)
        if iri in attributes:
            refuse(name, "the same attribute is named twice")
        patches = _read_patches(member, name, terms, simplified, 1)
        _check_geo(iri, patches, name)
        attributes[iri] = patches
    return EntityPatch(
        types=tuple(read_types(document.get("type", document.get("@type")), terms)),
        scopes=read_scopes(document.get("scope"), nulls=True),
        expires_at=read_expiry(document.get("expiresAt"), nulls=True),
        attributes=attributes,
    )


def read_attribute_patch(document: Any, name: str, terms: TermTable) -> tuple[str, AttributePatch]:
    """The fragment of a partial attribute update: the IRI of the attribute, and what shall become of it.

    Raises:
        BadRequestData: for an empty fragment, and for nulls inside a value (5.5.4).
    """
    iri = terms.expand_attribute(name, name)
    if not is_object(document):
        raise BadRequestData("a fragment of an attribute is a JSON object", name)
    content = {key: member for key, member in document.items() if key != "@context"}
    if not content:
        raise BadRequestData("the fragment is empty", name)
    check_extent({name: content}, frozenset())
    if is_geometry(content):
        content = {"value": content}
    patch = _read_object(content, _kind(content, name), name, terms, 1, merging=False)
    _check_geo(iri, [patch], name)
    return iri, patch


def _read_patches(member: Any, name: str, terms: TermTable, simplified: bool, depth: int) -> list[AttributePatch]:
    if depth > DEEPEST:
        refuse(name, f"attributes of attributes are nested more than {DEEPEST} deep")
    if simplified:
        return _read_simplified(member, name, terms)
    if is_list(member) and any(_is_patch(item, name) for item in member):
        patches = [_read_patch(item, f"{name}[{place}]", terms, depth) for place, item in enumerate(member)]
        if len({patch.dataset_id for patch in patches}) < len(patches):
            refuse(name, "two instances have the same datasetId, or none both (NGSI-LD 4.5.5.1)")
        return patches
    return [_read_patch(member, name, terms, depth)]


def _read_simplified(member: Any, name: str, terms: TermTable) -> list[AttributePatch]:
    if is_object(member) and len(member) == 1 and is_object(datasets := member.get(DATASET)):
        return [
            _bare(value, f"{name}.{DATASET}", terms, read_dataset(key, f"{name}.{DATASET}"))
            for key, value in datasets.items()
        ]
    return [_bare(member, name, terms, None)]


def _is_patch(member: Any, name: str) -> bool:
    return is_object(member) and (not DESCRIBING.isdisjoint(member) or kind_of(member, name) is not None)


def _read_patch(member: Any, name: str, terms: TermTable, depth: int) -> AttributePatch:
    if not is_object(member) or is_geometry(member):
        return _bare(member, name, terms, None)
    kind = _kind(member, name)
    if kind is None and member and DESCRIBING.isdisjoint(member) and all(map(is_null, member.values())):
        return _only_nulls(member, name, terms)
    if kind is None and DESCRIBING.isdisjoint(member) and not _only_attributes(member, name):
        return _bare(member, name, terms, None)
    return _read_object(member, kind, name, terms, depth, merging=True)


def _only_nulls(member: dict[str, Any], name: str, terms: TermTable) -> AttributePatch:
    """`{"source": "urn:ngsi-ld:null"}`: the attribute that is met decides whether a sub-attribute goes or a member."""
    gone = {
        terms.expand_name(key, f"{name}.{key}"): [AttributePatch(field=f"{name}.{key}", value=DELETE)] for key in member
    }
    return AttributePatch(field=name, attributes=gone, gone=tuple(gone))


def _only_attributes(member: dict[str, Any], name: str) -> bool:
    """Whether an object without a value of its own mentions sub-attributes, as `{"source": {"value": ...}}` does."""
    return bool(member) and all(_is_patch(item, name) for content in member.values() for item in each(content))


def _kind(member: dict[str, Any], name: str) -> str | None:
    """The kind that a fragment states or shows by its value; None if it only describes."""
    stated = member.get("type", member.get("@type"))
    if stated is None and DESCRIBING.isdisjoint(member):
        return kind_of(member, name)
    content = {key: value for key, value in member.items() if key not in DESCRIBING}
    return kind_of(content, name)


def _read_object(
    member: dict[str, Any], kind: str | None, name: str, terms: TermTable, depth: int, *, merging: bool
) -> AttributePatch:
    members: dict[str, Any] = {}
    attributes: dict[str, list[AttributePatch]] = {}
    value_member = None if kind is None else VALUE_MEMBER[kind]
    dataset = None
    for key, content in member.items():
        field = f"{name}.{key}"
        if key == value_member or key in IGNORED:
            continue
        if key == "datasetId":
            dataset = read_dataset(content, field)
        elif key in _MEMBER_FIELDS:
            members[_MEMBER_FIELDS[key]] = _read_member(key, content, kind, field, terms)
        elif key == "valueType":
            attributes |= {
                iri: [_whole(value[0], field)] for iri, value in read_value_type(content, field, terms).items()
            }
        elif key in MEMBERS or key == "@context":
            refuse(field, "may not stand here")
        else:
            attributes[terms.expand_name(key, field)] = _read_patches(content, field, terms, False, depth + 1)
    return AttributePatch(
        field=name,
        kind=kind,
        value=_read_new_value(kind, member.get(value_member, ABSENT), f"{name}.{value_member}", terms, merging)
        if value_member is not None
        else ABSENT,
        dataset_id=dataset,
        members=members,
        attributes=attributes,
    )


def _whole(instance: Instance, field: str) -> AttributePatch:
    return AttributePatch(field=field, kind=instance.kind, value=instance.value)


def _read_member(key: str, content: Any, kind: str | None, field: str, terms: TermTable) -> Any:
    if kind is not None:
        check_allowed(key, kind, field)
    if content == NULL:
        return DELETE
    if key == "unitCode":
        return check_text(content, field)
    if key == "objectType":
        return read_object_type(content, field, terms)
    return check_moment(content, field)


def _read_new_value(kind: str | None, value: Any, field: str, terms: TermTable, merging: bool) -> Any:
    if kind is None or value is ABSENT:
        return ABSENT
    if merging and not is_null(value) and is_object(value):
        if kind == PROPERTY:
            return expand_value(value, terms, field, nulls=True)
        if kind in (JSON, LANGUAGE):
            return check_plain(value, field)
    return read_value(kind, value, field, terms, nulls=True)


def _bare(value: Any, name: str, terms: TermTable, dataset: str | None) -> AttributePatch:
    """A value alone: the attribute that is met decides what kind it is."""
    if is_null(value):
        return AttributePatch(field=name, value=DELETE, dataset_id=dataset)
    if value is None:
        refuse(name, "null is no value")
    if is_object(value) and len(value) == 1 and (key := next(iter(value))) in KEYED:
        kind = KEYED[key]
        read = _read_new_value(kind, value[key], f"{name}.{key}", terms, merging=True)
        return AttributePatch(field=name, kind=kind, value=read, dataset_id=dataset)
    if is_geometry(value):
        return AttributePatch(field=name, kind=GEO, value=check_geometry(value, name), dataset_id=dataset)
    word = [terms.expand_term(str(item)) for item in each(value)] if _words(value) else ABSENT
    read = expand_value(value, terms, name, nulls=True)
    return AttributePatch(field=name, value=read, word=word, dataset_id=dataset)


def _words(value: Any) -> bool:
    return all(isinstance(item, str) and item for item in each(value)) and value != []


def _check_geo(iri: str, patches: list[AttributePatch], name: str) -> None:
    if iri in ALWAYS_GEO and any(patch.kind not in (GEO, None) for patch in patches):
        refuse(name, "is a GeoProperty by definition (NGSI-LD 4.7)")
