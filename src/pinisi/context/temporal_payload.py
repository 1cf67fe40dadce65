"""Temporal representations of entities, as they are written (NGSI-LD 5.2.20, 5.6.11, 5.6.12)."""

from typing import Any

import msgspec

from pinisi.context.attribute_payload import kind_of, read_instance
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.payload import TAKEN, attribute_members, iri_of_attribute, read_types
from pinisi.context.payload_size import MOST_MOMENTS, check_extent, refuse_many
from pinisi.context.problems import BadRequestData, InvalidRequest
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_entity_id, check_moment, check_scopes, refuse
from pinisi.vocabulary.bounds import MOST_OF_ONE
from pinisi.vocabulary.entity import PROPERTY, Attributes, Instance
from pinisi.vocabulary.terms import SCOPE


class TemporalFragment(msgspec.Struct, frozen=True):
    """What shall be known of an entity's past: of each attribute any number of instances, of any time.

    Its scopes are among them, as instances of `SCOPE` (4.5.6).
    """

    types: tuple[str, ...]
    attributes: Attributes
    expires_at: str | None = None


def read_temporal_entity(document: Any, terms: TermTable, *, most: int = MOST_MOMENTS) -> tuple[str, TemporalFragment]:
    """A whole temporal representation: the id of the entity and its past, of `most` values.

    Raises:
        BadRequestData: naming the field by its path.
    """
    if not is_object(document):
        raise InvalidRequest("an entity is a JSON object")
    id = check_entity_id(document.get("id", document.get("@id")))
    fragment = read_temporal_fragment(document, terms, most=most)
    if not fragment.types:
        refuse("type", "an entity needs a type")
    return id, fragment


def read_temporal_fragment(document: Any, terms: TermTable, *, most: int = MOST_MOMENTS) -> TemporalFragment:
    """Attributes to add to a temporal representation, of `most` values."""
    if not is_object(document):
        raise BadRequestData("a fragment of an entity is a JSON object")
    check_extent(document, TAKEN, most=most, most_of_one=most)
    expires = document.get("expiresAt")
    return TemporalFragment(
        types=tuple(read_types(document.get("type", document.get("@type")), terms)),
        attributes=_scopes(document.get("scope"))
        | {
            iri_of_attribute(name, member, terms): _instances(member, name, terms)
            for name, member in attribute_members(document)
        },
        expires_at=None if expires is None else check_moment(expires, "expiresAt"),
    )


def _instances(member: Any, name: str, terms: TermTable) -> list[Instance]:
    """The values of one attribute; one that is an NGSI-LD Null tells of a deletion (5.5.4)."""
    if is_list(member) and any(kind_of(item, name) for item in member):
        values = [read_instance(item, f"{name}[{place}]", terms, nulls=True) for place, item in enumerate(member)]
        if len(values) > MOST_OF_ONE and len({value.dataset_id for value in values}) > MOST_OF_ONE:
            refuse_many(name)
        return values
    return [read_instance(member, name, terms, nulls=True)]


def _scopes(value: Any) -> Attributes:
    """Scopes as an entity has them, or as a history of them."""
    if value is None:
        return {}
    if is_object(value):
        value = [value]
    if is_list(value) and value and all(is_object(item) for item in value):
        return {SCOPE: [_scope_instance(item, f"scope[{place}]") for place, item in enumerate(value)]}
    return {SCOPE: [Instance(PROPERTY, check_scopes(value))]}


def _scope_instance(item: dict[str, Any], field: str) -> Instance:
    value, observed = item.get("value"), item.get("observedAt")
    scopes = [] if value == [] else check_scopes(value)
    moment = None if observed is None else check_moment(observed, f"{field}.observedAt")
    return Instance(PROPERTY, scopes, observed_at=moment)
