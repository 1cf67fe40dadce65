"""The writes of history, each read and checked as its own endpoint does (NGSI-LD 5.6.11 to 5.6.16)."""

from typing import Any

from pinisi.console.federated_write import Write
from pinisi.console.federated_write_requests import names_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_request import linked_context, sent
from pinisi.context.attribute_payload import read_dataset
from pinisi.context.payload import read_attribute_name
from pinisi.context.temporal_payload import read_temporal_entity, read_temporal_fragment
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_entity_id, check_uri

_TEMPORAL = ("temporal", "entities")


def write_history(house: House, call: Call) -> Write:
    body = sent(house.contexts, call)
    id, fragment = read_temporal_entity(body.document, body.table)
    return Write(
        id=id, table=body.table, operations=("upsertTemporal",), path=_TEMPORAL,
        names=names_of(body.document, body.table), types=fragment.types, document=body.document, entity=True,
        temporal=True,
    )  # fmt: skip


def add_to_history(house: House, call: Call) -> Write:
    body, id = sent(house.contexts, call), check_entity_id(call.params["id"])
    read_temporal_fragment(body.document, body.table)
    return Write(
        id=id, table=body.table, operations=("appendAttrsTemporal",), path=(*_TEMPORAL, id, "attrs"),
        names=names_of(body.document, body.table), document=body.document, slash=True, temporal=True,
    )  # fmt: skip


def erase_history(house: House, call: Call) -> Write:
    id = check_entity_id(call.params["id"])
    return Write(
        id=id, table=_linked(house, call), operations=("deleteTemporal",), path=(*_TEMPORAL, id), whole=True,
        temporal=True,
    )  # fmt: skip


def erase_attribute(house: House, call: Call) -> Write:
    table = _linked(house, call)
    dataset = call.query.get("datasetId") or None
    datasets = None if dataset is None else frozenset({read_dataset(dataset, "datasetId")})
    return _attribute(call, table, "deleteAttrsTemporal", None, datasets)


def change_instance(house: House, call: Call) -> Write:
    body = sent(house.contexts, call, merge_patch=True)
    return _attribute(call, body.table, "updateAttrInstanceTemporal", body.document, None)


def erase_instance(house: House, call: Call) -> Write:
    return _attribute(call, _linked(house, call), "deleteAttrInstanceTemporal", None, None)


def _attribute(
    call: Call, table: TermTable, operation: str, document: Any, datasets: frozenset[str | None] | None
) -> Write:
    id, name = check_entity_id(call.params["id"]), call.params["attribute"]
    path = (*_TEMPORAL, id, "attrs", name)
    if "instance" in call.params:
        path = (*path, check_uri(call.params["instance"], "instanceId"))
    return Write(
        id=id, table=table, operations=(operation,), path=path, names={name: read_attribute_name(name, table)},
        document=document, datasets=datasets, attribute=True, temporal=True,
    )  # fmt: skip


def _linked(house: House, call: Call) -> TermTable:
    return house.contexts.table(linked_context(call.headers.get(b"link")))
