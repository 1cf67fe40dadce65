"""Entities and attributes of NGSI v2: `/v2/entities` and what lies below."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.v2_forwarding import told_elsewhere
from pinisi.console.v2_request import (
    JSON,
    TEXT,
    V2,
    acceptable,
    aim_of,
    answer,
    body_of,
    iris_of,
    media_of,
    options,
    view_of,
    written_scopes,
)
from pinisi.console.v2_sources import entity_everywhere, takes_part
from pinisi.context.edits import delete
from pinisi.context.ngsi_v2.attributes import show_attribute, typed_value
from pinisi.context.ngsi_v2.changes import (
    Aim,
    aimed,
    append,
    append_strict,
    create,
    delete_attributes,
    replace,
    set_value,
    told_anyway,
    update,
    upsert,
)
from pinisi.context.ngsi_v2.entities import (
    as_object,
    default_instance,
    show_attributes,
    show_entity,
)
from pinisi.context.ngsi_v2.names import entity_id, entity_uri, iri_of, name_of
from pinisi.context.ngsi_v2.unprocessable import PartlyDone, Unprocessable
from pinisi.context.ngsi_v2.written import Writing, read_new, read_writing, read_written
from pinisi.context.problems import BadRequestData, ResourceNotFound, UnsupportedMediaType
from pinisi.store.change import Edit, EntityChange, Transform
from pinisi.store.record import Record
from pinisi.store.seen import projection_of
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import WHOLE

ENTITIES = V2 + "/entities"
ONE = ENTITIES + "/{id}"
ATTRS = ONE + "/attrs"
ATTRIBUTE = ATTRS + "/{attribute}"
VALUE = ATTRIBUTE + "/value"
NO_CONTENT = Reply(204)
OVERRIDE, FORCED = "overrideMetadata", "forcedUpdate"
"""Words of `options`: metadata of the request stand alone; who asks for changes hears of it in any case."""
_UPDATING = (OVERRIDE, FORCED)
_encode = msgspec.json.Encoder().encode


async def create_entity(house: House, call: Call) -> Reply:
    words = options(call, "keyValues", "upsert", *_UPDATING)
    table, override = house.pinisi_table, OVERRIDE in words
    document = as_object(body_of(call), "body")
    new = read_new(document, table, key_values="keyValues" in words, scopes=written_scopes(call), override=override)
    upserting, frame = "upsert" in words, new.frame
    change = upsert(new, _own_aim(call, document, house), table) if upserting else create(new.entity(table))
    await house.store.apply(call.tenant, (EntityChange(frame.id, as_told(words, change)),), call.principal)
    return Reply(204 if upserting else 201, headers=(_location(frame, name_of(frame.types[0], table)),))


def _own_aim(call: Call, document: dict[str, Any], house: House) -> Aim:
    """The type that the body names, if it names one."""
    type = document.get("type")
    return aim_of(call, house.pinisi_table, type if isinstance(type, str) else None)


def _location(entity: Entity, type: str) -> tuple[bytes, bytes]:
    address = f"{ENTITIES}/{quote(entity_id(entity.id), safe=':')}?type={quote(type, safe=':')}"
    return b"location", address.encode()


async def retrieve_entity(house: House, call: Call) -> Reply:
    view = view_of(call)
    record, warn = await _record(house, call, iris_of(view, house.pinisi_table))
    seen = projection_of(record, call.grants) or WHOLE
    return warn(answer(show_entity(record.entity, house.pinisi_table, view, seen)))


async def retrieve_attributes(house: House, call: Call) -> Reply:
    view = view_of(call)
    record, warn = await _record(house, call, iris_of(view, house.pinisi_table))
    seen = projection_of(record, call.grants) or WHOLE
    return warn(answer(show_attributes(record.entity, house.pinisi_table, view, seen)))


async def append_attributes(house: House, call: Call) -> Reply:
    words = options(call, "keyValues", "append", *_UPDATING)
    writing = _writing(house, call, words)
    way = append_strict if "append" in words else append
    return await _change(house, call, as_told(words, way(_uri(call), writing, house.pinisi_table)))


async def update_attributes(house: House, call: Call) -> Reply:
    words = options(call, "keyValues", *_UPDATING)
    return await _update(house, call, _writing(house, call, words), words)


async def replace_attributes(house: House, call: Call) -> Reply:
    words = options(call, "keyValues", *_UPDATING)
    writing = _writing(house, call, words)
    return await _change(house, call, as_told(words, replace(_uri(call), writing, house.pinisi_table)))


async def delete_entity(house: House, call: Call) -> Reply:
    return await _change(house, call, delete(_uri(call)))


async def retrieve_attribute(house: House, call: Call) -> Reply:
    options(call)
    view = view_of(call)
    instance, warn = await _instance(house, call)
    return warn(answer(show_attribute(instance, house.pinisi_table, view.shown)))


async def update_attribute(house: House, call: Call) -> Reply:
    words = options(call, *_UPDATING)
    iri, written = read_written(call.params["attribute"], body_of(call), house.pinisi_table)
    return await _update(house, call, Writing({iri: written}, override=OVERRIDE in words), words, _of_one)


async def delete_attribute(house: House, call: Call) -> Reply:
    change = delete_attributes(_uri(call), (_attribute(house, call),), house.pinisi_table)
    return await _change(house, call, _of_one(change))


async def retrieve_value(house: House, call: Call) -> Reply:
    """A structure as JSON, anything else as text ("Get Attribute Value")."""
    options(call)
    instance, warn = await _instance(house, call)
    value = typed_value(instance, house.pinisi_table)[1]
    structured = isinstance(value, dict | list)
    media = acceptable(call.header(b"accept") or "*/*", (JSON, TEXT) if structured else (TEXT,))
    return warn(Reply(200, _encode(value), media.encode()))


async def update_value(house: House, call: Call) -> Reply:
    words, value, table = options(call, *_UPDATING), _sent_value(call), house.pinisi_table
    if takes_part(house, call):
        iri, written = read_written(call.params["attribute"], value, table, key_values=True)
        if not (await told_elsewhere(house, call, _uri(call), aim_of(call, table), Writing({iri: written}))).attributes:
            return NO_CONTENT
    return await _change(house, call, as_told(words, set_value(_uri(call), _attribute(house, call), value, table)))


def _sent_value(call: Call) -> Any:
    media = media_of(call)
    if media == JSON:
        value = body_of(call)
        if not isinstance(value, dict | list):
            raise BadRequestData("an object or a list; text, numbers, true, false and null come as text/plain", "body")
        return value  # pyright: ignore[reportUnknownVariableType]
    if media != TEXT:
        raise UnsupportedMediaType(f"{media or 'nothing'}: application/json or text/plain", "Content-Type")
    text = call.body.decode("utf-8", "replace").strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        value = ()
    if isinstance(value, dict | list | tuple | str):
        raise BadRequestData("a text in quotation marks, a number, true, false or null", "body")
    return value


def _uri(call: Call) -> str:
    return entity_uri(call.params["id"])


def _attribute(house: House, call: Call) -> str:
    return iri_of(call.params["attribute"], house.pinisi_table, "attribute")


def _writing(house: House, call: Call, words: frozenset[str]) -> Writing:
    table = house.pinisi_table
    return read_writing(body_of(call), table, key_values="keyValues" in words, override=OVERRIDE in words)


def as_told(words: frozenset[str], transform: Transform) -> Transform:
    """The change as `options` asks for it to be told."""
    return told_anyway(transform) if FORCED in words else transform


def _of_one(transform: Transform) -> Transform:
    """An attribute named in the address that is not there is not found."""

    def change(present: Entity | None, now: Instant) -> Edit:
        try:
            return transform(present, now)
        except Unprocessable as error:
            raise ResourceNotFound(error.detail) from None

    return change


Warn = Callable[[Reply], Reply]
"""Adds to an answer what its reader must know of providers that did not answer."""


async def _record(house: House, call: Call, attributes: frozenset[str] | None) -> tuple[Record, Warn]:
    aim, warn = aim_of(call, house.pinisi_table), _unchanged
    if takes_part(house, call):
        record, warnings = await entity_everywhere(house, call, _uri(call), aim, attributes)
        warn = warnings.on
    else:
        record = await house.store.entity(call.tenant, _uri(call), call.grants)
        record = record if record is None or aim.checks()(record.entity) else None
    if record is None:
        raise ResourceNotFound(f"{call.params['id'][:200]} does not exist")
    return record, warn


def _unchanged(reply: Reply) -> Reply:
    return reply


async def _instance(house: House, call: Call) -> tuple[Instance, Warn]:
    iri = _attribute(house, call)
    record, warn = await _record(house, call, frozenset({iri}))
    seen = projection_of(record, call.grants) or WHOLE
    found = default_instance(record.entity.attributes.get(iri, ()))
    if found is None or (seen.attributes is not None and iri not in seen.attributes):
        raise ResourceNotFound(f"{call.params['id'][:200]} has no attribute {call.params['attribute'][:200]}")
    return found, warn


async def _update(
    house: House,
    call: Call,
    writing: Writing,
    words: frozenset[str],
    sharpened: Callable[[Transform], Transform] = lambda same: same,
) -> Reply:
    """Write attributes that are there: here, or at the providers that were registered for them."""
    left = writing
    if takes_part(house, call):
        left = await told_elsewhere(house, call, _uri(call), aim_of(call, house.pinisi_table), writing)
        if writing.attributes and not left.attributes:
            return NO_CONTENT
    try:
        return await _change(house, call, sharpened(as_told(words, update(_uri(call), left, house.pinisi_table))))
    except (Unprocessable, ResourceNotFound) as error:
        if len(left.attributes) == len(writing.attributes):
            raise
        raise PartlyDone(error.detail) from None


async def _change(house: House, call: Call, transform: Transform) -> Reply:
    """
    Raises:
        PartlyDone: some attributes could not be changed, the others are.
    """
    change = EntityChange(_uri(call), aimed(aim_of(call, house.pinisi_table), transform))
    applied = await house.store.apply(call.tenant, (change,), call.principal)
    left_out = applied.outcomes[0].result
    if isinstance(left_out, str):
        raise PartlyDone(left_out)
    return NO_CONTENT


_READ, _WRITE = "context.read", "context.write"
_SHOWN = ("type", "attrs", "metadata", "options")

V2_ENTITY_ROUTES: tuple[Route, ...] = (
    Route(method="POST", path=ENTITIES, permission=_WRITE, endpoint=create_entity, body="V2Entity",
          summary="Create an entity, or update it (options=upsert)", parameters=("options",),
          answers=(201, 204, 400, 422)),
    Route(method="GET", path=ONE, permission=_READ, endpoint=retrieve_entity,
          summary="Retrieve an entity", parameters=_SHOWN, answers=(200, 404)),
    Route(method="DELETE", path=ONE, permission=_WRITE, endpoint=delete_entity,
          summary="Delete an entity", parameters=("type",), answers=(204, 404)),
    Route(method="GET", path=ATTRS, permission=_READ, endpoint=retrieve_attributes,
          summary="Retrieve the attributes of an entity", parameters=_SHOWN, answers=(200, 404)),
    Route(method="POST", path=ATTRS, permission=_WRITE, endpoint=append_attributes, body="V2Attributes",
          summary="Write attributes, new ones too (options=append: new ones only)", parameters=("type", "options"),
          answers=(204, 404, 422)),
    Route(method="PATCH", path=ATTRS, permission=_WRITE, endpoint=update_attributes, body="V2Attributes",
          summary="Write attributes that exist", parameters=("type", "options"), answers=(204, 404, 422)),
    Route(method="PUT", path=ATTRS, permission=_WRITE, endpoint=replace_attributes, body="V2Attributes",
          summary="Replace all attributes", parameters=("type", "options"), answers=(204, 404)),
    Route(method="GET", path=ATTRIBUTE, permission=_READ, endpoint=retrieve_attribute,
          summary="Retrieve an attribute", parameters=("type", "metadata", "options"), answers=(200, 404)),
    Route(method="PUT", path=ATTRIBUTE, permission=_WRITE, endpoint=update_attribute, body="V2Attribute",
          summary="Replace an attribute", parameters=("type", "options"), answers=(204, 404)),
    Route(method="DELETE", path=ATTRIBUTE, permission=_WRITE, endpoint=delete_attribute,
          summary="Delete an attribute", parameters=("type",), answers=(204, 404)),
    Route(method="GET", path=VALUE, permission=_READ, endpoint=retrieve_value,
          summary="Retrieve the value of an attribute", parameters=("type", "options"), answers=(200, 404, 406)),
    Route(method="PUT", path=VALUE, permission=_WRITE, endpoint=update_value, body="V2Value",
          summary="Write the value of an attribute; its type and metadata stay", parameters=("type", "options"),
          answers=(204, 400, 404, 415)),
)  # fmt: skip
