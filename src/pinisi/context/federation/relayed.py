"""What a source tells in a notification that stands for one of ours (NGSI-LD 5.8.6), entity by entity.

It is the detail of a line of the log, in the transaction that owes it to the subscriber: so it goes out by the same
outbox as what is changed here, and is lost by no crash. In the state of this house it changes nothing.
"""

from typing import Any

import msgspec

from pinisi.context.attribute_payload import DELETE, read_instance, read_instances
from pinisi.context.federation.reading import add_instance_times
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.notified_past import Before, Previous
from pinisi.context.payload import attribute_members, iri_of_attribute, read_types
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_entity_id, check_moment, check_scopes
from pinisi.store.debt import Debt
from pinisi.vocabulary.entity import GEO, VALUE_MEMBER, Attributes, Entity, Instance, encode_entity
from pinisi.vocabulary.instant import Instant, parse_instant

KIND = "relayed"
"""The kind of documents in whose name the lines stand; no document is ever kept."""

_PREVIOUS = {"previous" + member[0].upper() + member[1:]: member for member in VALUE_MEMBER.values()}
_KIND_OF = {member: kind for kind, member in VALUE_MEMBER.items() if kind != GEO}


class Was(msgspec.Struct, frozen=True):
    """One instance of an attribute as it was before the change. `known` False: only that it is `gone` was told."""

    attribute: str
    instance: Instance
    gone: bool
    known: bool


class Relayed(msgspec.Struct, frozen=True, kw_only=True):
    """One entity as a source told it. `entity` None: it was deleted there, at `deleted_at`.

    `registration` is the source's; `copy` the id of the subscription there that it belongs to.
    """

    id: str
    types: tuple[str, ...]
    registration: str
    copy: str
    entity: Entity | None
    before: tuple[Was, ...] = ()
    deleted_at: Instant = 0

    @property
    def past(self) -> Before:
        """What was before the change."""
        return {
            (was.attribute, was.instance.dataset_id): Previous(was.instance, was.gone, was.known) for was in self.before
        }

    def debt(self, owed: Debt) -> Debt:
        """What is owed, as if the change had been made here."""
        time = self.deleted_at or owed.time
        body = None if self.entity is None else encode_entity(self.entity)
        return msgspec.structs.replace(owed, subject=self.id, body=body, time=time)


encode_relayed = msgspec.json.Encoder().encode
decode_relayed = msgspec.json.Decoder(Relayed).decode


def is_relayed(debt: Debt) -> bool:
    """Whether a debt is of something that a source told."""
    return debt.body is None and debt.subject.startswith(KIND + "/")


def read_told(document: Any, terms: TermTable, registration: str, copy: str) -> Relayed:
    """One element of the `data` of a notification, normalized.

    Raises:
        BadRequestData: naming the field by its path.
    """
    if not is_object(document):
        raise BadRequestData("an entity is a JSON object")
    id = check_entity_id(document.get("id", document.get("@id")))
    types = tuple(read_types(document.get("type", document.get("@type")), terms))
    deleted = document.get("deletedAt")
    attributes: Attributes = {}
    before: list[Was] = []
    for name, member in attribute_members(document):
        iri = iri_of_attribute(name, member, terms)
        if iri in attributes:
            raise BadRequestData("the same attribute is named twice", name)
        instances, was = _read(member, name, iri, terms)
        before += was
        if instances:
            attributes[iri] = instances
    if deleted is not None:
        gone = parse_instant(check_moment(deleted, "deletedAt"))
        return Relayed(
            id=id, types=types, registration=registration, copy=copy, entity=None, before=tuple(before), deleted_at=gone
        )
    if not types:
        raise BadRequestData("an entity needs a type", "type")
    entity = Entity(id, list(types), attributes)
    if "scope" in document:
        entity.scopes = check_scopes(document["scope"])
    if "expiresAt" in document:
        entity.expires_at = check_moment(document["expiresAt"], "expiresAt")
    created, modified = _moment(document, "createdAt"), _moment(document, "modifiedAt")
    entity.created_at, entity.modified_at = created or modified, modified or created
    return Relayed(id=id, types=types, registration=registration, copy=copy, entity=entity, before=tuple(before))


def _read(member: Any, name: str, iri: str, terms: TermTable) -> tuple[list[Instance], list[Was]]:
    """The instances that there are after the change, and what was before it of those that it touched."""
    items = list[Any](member) if is_list(member) else [member]
    bare = [_without_past(item) for item in items]
    instances = read_instances(bare if is_list(member) else bare[0], name, terms, nulls=True)
    add_instance_times(instances, items)
    left: list[Instance] = []
    before: list[Was] = []
    for instance, item in zip(
        instances, items if len(items) == len(instances) else [None] * len(instances), strict=True
    ):
        previous = _previous(item, instance, name, terms)
        gone = instance.value == DELETE
        if not gone:
            left.append(instance)
        if previous is not None or gone:
            before.append(Was(iri, previous or instance, gone, previous is not None))
    return left, before


def _without_past(item: Any) -> Any:
    return {key: value for key, value in item.items() if key not in _PREVIOUS} if is_object(item) else item


def _previous(item: Any, instance: Instance, name: str, terms: TermTable) -> Instance | None:
    """The instance as it was (`previousValue` and its like, 5.2.14)."""
    if not is_object(item):
        return None
    for previous, member in _PREVIOUS.items():
        if previous in item:
            kind = instance.kind if VALUE_MEMBER[instance.kind] == member else _KIND_OF[member]
            found = read_instance({"type": kind, member: item[previous]}, f"{name}.{previous}", terms)
            found.dataset_id = instance.dataset_id
            found.created_at, found.modified_at = instance.created_at, instance.modified_at
            return found
    return None


def _moment(document: dict[str, Any], name: str) -> Instant:
    text = document.get(name)
    return 0 if text is None else parse_instant(check_moment(text, name))
