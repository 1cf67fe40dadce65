"""Temporal representations of entities, as they are written (NGSI-LD 5.2.20, 5.6.11, 5.6.12)."""

from typing import Any

import msgspec

from pinisi.context.attribute_payload import kind_of, read_instance
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.payload import attribute_members, read_types
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_entity_id, check_moment, check_scopes, refuse
from pinisi.vocabulary.entity import Attributes


class TemporalFragment(msgspec.Struct, frozen=True):
    """What shall be known of an entity's past: of each attribute any number of instances, of any time."""

    types: tuple[str, ...]
    scopes: list[str] | None
    attributes: Attributes
    expires_at: str | None = None


def read_temporal_entity(document: Any, terms: TermTable) -> tuple[str, TemporalFragment]:
    """A whole temporal representation: the id of the entity and its past.

    Raises:
        BadRequestData: naming the field by its path.
    """
    if not is_object(document):
        raise BadRequestData("an entity is a JSON object")
    id = check_entity_id(document.get("id", document.get("@id")))
    fragment = read_temporal_fragment(document, terms)
    if not fragment.types:
        refuse("type", "an entity needs a type")
    return id, fragment


def read_temporal_fragment(document: Any, terms: TermTable) -> TemporalFragment:
    """Attributes to add to a temporal representation."""
    if not is_object(document):
        raise BadRequestData("a fragment of an entity is a JSON object")
    expires = document.get("expiresAt")
    return TemporalFragment(
        types=tuple(read_types(document.get("type", document.get("@type")), terms)),
        scopes=_scopes(document.get("scope")),
        attributes={
            terms.expand_name(name, name): _instances(member, name, terms)
            for name, member in attribute_members(document)
        },
        expires_at=None if expires is None else check_moment(expires, "expiresAt"),
    )


def _instances(member: Any, name: str, terms: TermTable) -> list[Any]:
    if is_list(member) and any(kind_of(item, name) for item in member):
        return [read_instance(item, f"{name}[{place}]", terms) for place, item in enumerate(member)]
    return [read_instance(member, name, terms)]


def _scopes(value: Any) -> list[str] | None:
    """Scopes as an entity has them, or as a history of them; then the last one written counts (4.18)."""
    if is_list(value) and value and all(is_object(item) for item in value):
        value = value[-1]
    if is_object(value):
        value = value.get("value")
    return None if value is None else check_scopes(value)
