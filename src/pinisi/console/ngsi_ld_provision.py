"""Entities and attributes written one at a time (NGSI-LD 5.6.1 to 5.6.6, 5.6.17 to 5.6.19)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_request import flag, linked_table, options, sent
from pinisi.console.refusals import refuse
from pinisi.context import edits
from pinisi.context.attribute_payload import read_dataset
from pinisi.context.edits import UpdateResult
from pinisi.context.patch_payload import read_attribute_patch, read_entity_patch
from pinisi.context.payload import (
    Fragment,
    read_attribute,
    read_attribute_name,
    read_entity,
    read_fragment,
    read_replacement,
)
from pinisi.context.plain_fragment import read_members, read_update
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import check_entity_id, check_moment
from pinisi.store.change import EntityChange, Renewal, Transform
from pinisi.store.query import TypeSelection
from pinisi.vocabulary.entity import Entity

NO_CONTENT = Reply(204)
ENTITIES = "/ngsi-ld/v1/entities"
_encode = msgspec.json.Encoder().encode


async def create_entity(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    entity = read_entity(body.document, body.table, simplified=_simplified(call))
    await house.store.apply(call.tenant, (EntityChange(entity.id, edits.create(entity)),), call.principal)
    return Reply(201, headers=(location(entity),))


async def replace_entity(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    id = _id(call)
    entity = read_replacement(body.document, id, body.table, simplified=_simplified(call))
    return await _change(house, call, id, edits.replace(entity), body.table)


async def merge_entity(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call, merge_patch=True)
    id = _id(call)
    observed = call.query.get("observedAt")
    if observed is not None:
        check_moment(observed, "observedAt")
    patch = read_entity_patch(body.document, body.table, simplified=_simplified(call))
    return await _change(
        house, call, id, edits.merge(id, patch, observed_at=observed, language=call.query.get("lang")), body.table
    )


async def delete_entity(house: House, call: Call) -> Reply:
    table = linked_table(house.contexts, call)
    id = _id(call)
    return await _change(house, call, id, edits.delete(id), table)


async def change_unnamed_entity(house: House, call: Call) -> Reply:
    """An entity to be changed must be named (5.6.17.4, 5.6.18.4); all of them cannot be changed so (6.3.2)."""
    if not call.path.endswith("/"):
        return refuse(405, "Method not allowed", f"this address takes {_OF_ALL.decode()}", ((b"allow", _OF_ALL),))
    raise BadRequestData("the address ends where the id of an entity belongs", "id")


async def append_attributes(house: House, call: Call) -> Reply:
    words = options(call)
    if "noOverwrite" not in words and not _simplified(call):
        return await _renew(house, call, edits.append, nulls=False)
    body = sent(house.contexts, call)
    id = _id(call)
    fragment = read_fragment(body.document, body.table, nulls=False, simplified=_simplified(call))
    return await _update(house, call, id, edits.append(id, fragment, overwrite="noOverwrite" not in words), body.table)


async def update_attributes(house: House, call: Call) -> Reply:
    if not _simplified(call):
        return await _renew(house, call, edits.update, nulls=True)
    body = sent(house.contexts, call, merge_patch=True)
    id = _id(call)
    fragment = read_fragment(body.document, body.table, nulls=True, simplified=True)
    return await _update(house, call, id, edits.update(id, fragment), body.table)


async def _renew(house: House, call: Call, edit: Callable[[str, Fragment], Transform], *, nulls: bool) -> Reply:
    """Write attributes in the place of those that are there, where all of them are: by the short way if they are plain.

    `nulls`: whether an NGSI-LD Null deletes, in an update, which may come as a merge patch too.
    """
    body = sent(house.contexts, call, merge_patch=nulls, read=read_members)
    id = _id(call)
    fragment, plain = read_update(body.document, call.body, body.table, nulls=nulls)
    transform, selection = edit(id, fragment), _selection(call, body.table)
    renewal = None if plain is None else Renewal(plain, UpdateResult(tuple(plain)), selection)
    if selection is not None:
        transform = edits.of_type(selection, transform)
    return await _told(house, call, EntityChange(id, transform, renewal=renewal))


async def partial_update(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call, merge_patch=True)
    id = _id(call)
    iri, patch = read_attribute_patch(body.document, call.params["attribute"], body.table)
    return await _change(house, call, id, edits.partial_update(id, iri, patch), body.table)


async def replace_attribute(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    id = _id(call)
    iri, instance = read_attribute(body.document, call.params["attribute"], body.table, simplified=_simplified(call))
    return await _change(house, call, id, edits.replace_attribute(id, iri, instance), body.table)


async def delete_attribute(house: House, call: Call) -> Reply:
    table = linked_table(house.contexts, call)
    id = _id(call)
    name = read_attribute_name(call.params["attribute"], table)
    dataset = read_dataset(call.query.get("datasetId", "@none"), "datasetId")
    change = edits.delete_attribute(id, name, dataset_id=dataset, delete_all=flag(call, "deleteAll"))
    return await _change(house, call, id, change, table)


def _id(call: Call) -> str:
    return check_entity_id(call.params["id"])


def _simplified(call: Call) -> bool:
    words = options(call) if call.query_string else ()
    return "keyValues" in words or "simplified" in words


def location(entity: Entity) -> tuple[bytes, bytes]:
    return b"location", f"{ENTITIES}/{quote(entity.id, safe=':')}".encode()


async def _change(house: House, call: Call, id: str, transform: Transform, table: TermTable) -> Reply:
    change = EntityChange(id, _of_type(call, table, transform))
    await house.store.apply(call.tenant, (change,), call.principal)
    return NO_CONTENT


def _of_type(call: Call, table: TermTable, transform: Transform) -> Transform:
    """The change, if the entity is of the types that the request names (parameter `type`, 4.17)."""
    selection = _selection(call, table)
    return transform if selection is None else edits.of_type(selection, transform)


def _selection(call: Call, table: TermTable) -> TypeSelection | None:
    text = call.query.get("type") if call.query_string else None
    return None if text is None else parse_type_selection(text, table.expand_term)


async def _update(house: House, call: Call, id: str, transform: Transform, table: TermTable) -> Reply:
    return await _told(house, call, EntityChange(id, _of_type(call, table, transform)))


async def _told(house: House, call: Call, change: EntityChange) -> Reply:
    """Change, and tell what could not be done."""
    applied = await house.store.apply(call.tenant, (change,), call.principal)
    result = applied.outcomes[0].result
    if not isinstance(result, UpdateResult) or not result.not_updated:
        return NO_CONTENT
    return Reply(207, _encode(update_result(result)))


def update_result(result: UpdateResult) -> dict[str, Any]:
    """UpdateResult as it is told (5.2.18): by the full names of attributes, since no @context comes with it."""
    return {
        "updated": list(result.updated),
        "notUpdated": [{"attributeName": left.attribute, "reason": left.reason} for left in result.not_updated],
    }


_WRITE = "context.write"
_OF_ALL = b"DELETE, GET, POST"
_ONE = ENTITIES + "/{id}"
_ATTRS = _ONE + "/attrs"
_ATTRIBUTE = _ATTRS + "/{attribute}"
_FORM = ("options", "format", "local")
_FORM_OF_TYPE = (*_FORM, "type")

PROVISION_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=ENTITIES,
        permission=_WRITE,
        endpoint=create_entity,
        body="Entity",
        summary="Create an entity (5.6.1)",
        parameters=_FORM,
        answers=(201, 400, 409),
    ),
    Route(
        method="PUT",
        path=_ONE,
        permission=_WRITE,
        endpoint=replace_entity,
        body="Entity",
        summary="Replace an entity (5.6.18)",
        parameters=_FORM_OF_TYPE,
        answers=(204, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ONE,
        permission=_WRITE,
        endpoint=merge_entity,
        body="EntityFragment",
        summary="Merge into an entity (5.6.17)",
        parameters=(*_FORM_OF_TYPE, "observedAt", "lang"),
        answers=(204, 400, 404),
    ),
    Route(
        method="PUT",
        path=ENTITIES,
        permission=_WRITE,
        endpoint=change_unnamed_entity,
        body="Entity",
        summary="Refused: an entity to replace must be named (5.6.18)",
        answers=(400,),
    ),
    Route(
        method="PATCH",
        path=ENTITIES,
        permission=_WRITE,
        endpoint=change_unnamed_entity,
        body="EntityFragment",
        summary="Refused: an entity to merge into must be named (5.6.17)",
        answers=(400,),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        permission=_WRITE,
        endpoint=delete_entity,
        summary="Delete an entity (5.6.6)",
        parameters=("type", "local"),
        answers=(204, 404),
    ),
    Route(
        method="POST",
        path=_ATTRS,
        permission=_WRITE,
        endpoint=append_attributes,
        body="EntityFragment",
        summary="Append attributes (5.6.3)",
        parameters=_FORM_OF_TYPE,
        answers=(204, 207, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ATTRS,
        permission=_WRITE,
        endpoint=update_attributes,
        body="EntityFragment",
        summary="Update attributes (5.6.2)",
        parameters=_FORM_OF_TYPE,
        answers=(204, 207, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ATTRIBUTE,
        permission=_WRITE,
        endpoint=partial_update,
        body="Attribute",
        summary="Update one attribute in part (5.6.4)",
        parameters=("type", "local"),
        answers=(204, 400, 404),
    ),
    Route(
        method="PUT",
        path=_ATTRIBUTE,
        permission=_WRITE,
        endpoint=replace_attribute,
        body="Attribute",
        summary="Replace one attribute (5.6.19)",
        parameters=_FORM_OF_TYPE,
        answers=(204, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_ATTRIBUTE,
        permission=_WRITE,
        endpoint=delete_attribute,
        summary="Delete one attribute (5.6.5)",
        parameters=("datasetId", "deleteAll", "type", "local"),
        answers=(204, 400, 404),
    ),
)
