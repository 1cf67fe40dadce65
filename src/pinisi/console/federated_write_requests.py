"""The writes of one entity, each read and checked as its own endpoint does, before any part of it goes anywhere."""

from typing import Any, cast

from pinisi.console.federated_write import Write, selection_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_request import Sent, linked_context, options, sent
from pinisi.context.attribute_payload import read_dataset
from pinisi.context.patch_payload import read_attribute_patch, read_entity_patch
from pinisi.context.payload import (
    attribute_members,
    read_attribute,
    read_attribute_name,
    read_entity,
    read_fragment,
    read_replacement,
)
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_entity_id


def create(house: House, call: Call) -> Write:
    body = sent(house.contexts, call)
    entity = read_entity(body.document, body.table, simplified=_simplified(call))
    return Write(
        id=entity.id, table=body.table, operations=("createEntity",), path=("entities",), names=_names(body),
        types=tuple(entity.types), document=body.document, entity=True,
    )  # fmt: skip


def replace(house: House, call: Call) -> Write:
    body, id = sent(house.contexts, call), _id(call)
    entity = read_replacement(body.document, id, body.table, simplified=_simplified(call))
    return Write(
        id=id, table=body.table, operations=("replaceEntity",), path=("entities", id), names=_names(body),
        types=tuple(entity.types), selection=selection_of(call, body.table), document=body.document, entity=True,
    )  # fmt: skip


def merge(house: House, call: Call) -> Write:
    body, id = sent(house.contexts, call, merge_patch=True), _id(call)
    read_entity_patch(body.document, body.table, simplified=_simplified(call))
    return Write(
        id=id, table=body.table, operations=("mergeEntity",), path=("entities", id), names=_names(body),
        selection=selection_of(call, body.table), document=body.document, entity=True,
    )  # fmt: skip


def delete(house: House, call: Call) -> Write:
    table, id = _linked(house, call), _id(call)
    return Write(
        id=id, table=table, operations=("deleteEntity",), path=("entities", id),
        selection=selection_of(call, table), whole=True,
    )  # fmt: skip


def append(house: House, call: Call) -> Write:
    body, id = sent(house.contexts, call), _id(call)
    read_fragment(body.document, body.table, nulls=False, simplified=_simplified(call))
    return _attributes(call, body, id, "appendAttrs")


def update(house: House, call: Call) -> Write:
    body, id = sent(house.contexts, call, merge_patch=True), _id(call)
    read_fragment(body.document, body.table, nulls=True, simplified=_simplified(call))
    return _attributes(call, body, id, "updateEntity")


def _attributes(call: Call, body: Sent, id: str, operation: str) -> Write:
    return Write(
        id=id, table=body.table, operations=(operation,), path=("entities", id, "attrs"), names=_names(body),
        selection=selection_of(call, body.table), document=body.document, slash=True, listed=True,
    )  # fmt: skip


def partial_update(house: House, call: Call) -> Write:
    body, id, name = sent(house.contexts, call, merge_patch=True), _id(call), call.params["attribute"]
    iri, _ = read_attribute_patch(body.document, name, body.table)
    return _attribute(call, body.table, id, "updateAttrs", name, iri, body.document, _dataset_of(body.document))


def replace_attribute(house: House, call: Call) -> Write:
    body, id, name = sent(house.contexts, call), _id(call), call.params["attribute"]
    iri, instance = read_attribute(body.document, name, body.table, simplified=_simplified(call))
    return _attribute(call, body.table, id, "replaceAttrs", name, iri, body.document, frozenset({instance.dataset_id}))


def delete_attribute(house: House, call: Call) -> Write:
    table, id, name = _linked(house, call), _id(call), call.params["attribute"]
    iri = read_attribute_name(name, table)
    dataset = call.query.get("datasetId")
    datasets = None if dataset is None else frozenset({read_dataset(dataset, "datasetId")})
    return _attribute(call, table, id, "deleteAttrs", name, iri, None, datasets)


def _attribute(
    call: Call, table: TermTable, id: str, operation: str, name: str, iri: str, document: Any,
    datasets: frozenset[str | None] | None,
) -> Write:  # fmt: skip
    return Write(
        id=id, table=table, operations=(operation,), path=("entities", id, "attrs", name), names={name: iri},
        selection=selection_of(call, table), document=document, datasets=datasets, attribute=True,
    )  # fmt: skip


def _dataset_of(document: Any) -> frozenset[str | None] | None:
    told = cast(dict[str, Any], document).get("datasetId") if isinstance(document, dict) else None
    return None if told is None else frozenset({read_dataset(told, "datasetId")})


def _names(body: Sent) -> dict[str, str]:
    """The names of attributes in the body, each with its IRI."""
    return names_of(body.document, body.table)


def names_of(document: Any, table: TermTable) -> dict[str, str]:
    """The names of attributes of an entity or a fragment, each with its IRI."""
    if not isinstance(document, dict):
        raise BadRequestData("is a JSON object")
    return {name: table.expand_name(name, name) for name, _ in attribute_members(cast(dict[str, Any], document))}


def _id(call: Call) -> str:
    return check_entity_id(call.params["id"])


def _linked(house: House, call: Call) -> TermTable:
    return house.contexts.table(linked_context(call.headers.get(b"link")))


def _simplified(call: Call) -> bool:
    words = options(call)
    return "keyValues" in words or "simplified" in words
