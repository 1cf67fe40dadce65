"""Many entities of NGSI v2 in one request: `/v2/op/update`, `/v2/op/notify`. Each entity stands alone."""

from typing import Any, cast

import msgspec

from pinisi.console.federated import all_of, asker_of
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_batch import MOST
from pinisi.console.v2_entities import FORCED, NO_CONTENT, OVERRIDE, as_told
from pinisi.console.v2_forwarding import Share, forward, share_of
from pinisi.console.v2_request import V2, aim_of, body_of, options, written_scopes
from pinisi.console.v2_sources import takes_part
from pinisi.context.edits import delete
from pinisi.context.ngsi_v2.changes import (
    Aim,
    aimed,
    delete_attributes,
    replace,
    update,
    upsert,
)
from pinisi.context.ngsi_v2.entities import as_object
from pinisi.context.ngsi_v2.names import entity_id, entity_uri, iri_of
from pinisi.context.ngsi_v2.unprocessable import PartlyDone, Unprocessable
from pinisi.context.ngsi_v2.written import Writing, read_members, read_new
from pinisi.context.payload_size import check_v2_extent
from pinisi.context.problems import BadRequestData, NgsiLdError, PayloadTooLarge, ResourceNotFound, problem_details
from pinisi.store.change import EntityChange, Refused, Transform
from pinisi.vocabulary.turn import Turn

_ACTIONS = {
    "append": "append", "appendStrict": "appendStrict", "update": "update", "delete": "delete", "replace": "replace",
    "APPEND": "append", "APPEND_STRICT": "appendStrict", "UPDATE": "update", "DELETE": "delete", "REPLACE": "replace",
}  # fmt: skip
_TOLD = 10


async def update_entities(house: House, call: Call) -> Reply:
    words = options(call, "keyValues", OVERRIDE, FORCED)
    told = as_object(body_of(call), "body")
    given: Any = told.get("actionType")
    action = _ACTIONS.get(given) if isinstance(given, str) else None
    if action is None:
        raise BadRequestData("append, appendStrict, update, delete or replace", "actionType")
    return await _run(house, call, action, told.get("entities"), "entities", words)


async def take_notification(house: House, call: Call) -> Reply:
    """A notification of another v2 broker: its entities are appended."""
    words = options(call, "keyValues")
    told = as_object(body_of(call), "body")
    if not isinstance(told.get("subscriptionId"), str):
        raise BadRequestData("a notification names its subscription", "subscriptionId")
    await _run(house, call, "append", told.get("data"), "data", words)
    return Reply(200)


async def _run(house: House, call: Call, action: str, entities: Any, field: str, words: frozenset[str]) -> Reply:
    if not isinstance(entities, list) or not entities:
        raise BadRequestData("a list of entities, not empty", field)
    documents = cast(list[Any], entities)
    if len(documents) > MOST:
        raise PayloadTooLarge(f"{len(documents)} entities, at most {MOST} in one request", field)
    plans: list[EntityChange] = []
    turn = Turn()
    for n, each in enumerate(documents):
        plans.append(_change(house, call, action, each, f"{field}[{n}]", words))
        await turn.pause()
    refused: list[tuple[str, Refused]] = []
    changes, partly = plans, frozenset[int]()
    if action == "update" and takes_part(house, call):
        changes, partly = await _told_elsewhere(house, call, documents, words, refused)
    applied = await house.store.apply(call.tenant, changes, call.principal, atomic=False) if changes else None
    for n, (change, outcome) in enumerate(zip(changes, () if applied is None else applied.outcomes, strict=True)):
        if outcome.refused is not None:
            reason = outcome.refused
            refused.append((change.id, PartlyDone(problem_details(reason).detail) if n in partly else reason))
        elif isinstance(outcome.result, str):
            refused.append((change.id, PartlyDone(outcome.result)))
    if refused:
        raise _refusal(refused, len(plans))
    return NO_CONTENT


def _refusal(refused: list[tuple[str, Refused]], entities: int) -> NgsiLdError:
    """The one error of a request: 404 where none of its entities exists, else whether anything was written."""
    text = "; ".join(f"{entity_id(id)}: {problem_details(reason).detail}" for id, reason in refused[:_TOLD])
    if len(refused) > _TOLD:
        text += f"; and {len(refused) - _TOLD} more"
    if len(refused) < entities or any(isinstance(reason, PartlyDone) for _, reason in refused):
        return PartlyDone(f"{len(refused)} of {entities} entities were not written as asked: {text}")
    if all(isinstance(reason, ResourceNotFound) for _, reason in refused):
        return ResourceNotFound(text)
    return Unprocessable(text)


async def _told_elsewhere(
    house: House, call: Call, documents: list[Any], words: frozenset[str], refused: list[tuple[str, Refused]]
) -> tuple[list[EntityChange], frozenset[int]]:
    """What is left to be written here of an update, and the numbers of the changes of which others have done a part."""
    asker = asker_of(house, call, house.pinisi_table)
    wholes = [_whole(house, call, each, words) for each in documents]

    async def share(whole: _Whole) -> Share | None:
        try:
            return await share_of(house, call, asker, whole.id, whole.aim, whole.writing)
        except Refused as error:
            refused.append((whole.id, error))
            return None

    shares = await all_of([share(whole) for whole in wholes])
    errors = iter(await forward(house, asker, [each for each in shares if each is not None]))
    changes: list[EntityChange] = []
    partly: set[int] = set()
    for whole, mine in zip(wholes, shares, strict=True):
        error = None if mine is None else next(errors)
        if error is not None:
            refused.append((whole.id, error))
        elif mine is not None and (mine.left.attributes or not mine.legs):
            if mine.legs:
                partly.add(len(changes))
            transform = update(whole.id, mine.left, house.pinisi_table)
            changes.append(EntityChange(whole.id, aimed(whole.aim, as_told(words, transform))))
    return changes, frozenset(partly)


class _Whole(msgspec.Struct, frozen=True):
    """One entity of an update, as the request says it."""

    id: str
    aim: Aim
    writing: Writing


def _whole(house: House, call: Call, document: dict[str, Any], words: frozenset[str]) -> _Whole:
    table = house.pinisi_table
    writing = read_members(document, table, key_values="keyValues" in words, override=OVERRIDE in words)
    return _Whole(entity_uri(document.get("id")), aim_of(call, table, document.get("type")), writing)


def _change(house: House, call: Call, action: str, document: Any, field: str, words: frozenset[str]) -> EntityChange:
    try:
        told = as_object(document, "entity")
        id = entity_uri(told.get("id"))
        type = told.get("type")
        if type is not None:
            iri_of(type, house.pinisi_table, "type")
        return EntityChange(id, as_told(words, _transform(house, call, action, told, id, words)))
    except BadRequestData as error:
        raise BadRequestData(error.detail, field) from None


def _transform(
    house: House, call: Call, action: str, told: dict[str, Any], id: str, words: frozenset[str]
) -> Transform:
    table, key_values, override = house.pinisi_table, "keyValues" in words, OVERRIDE in words
    aim = aim_of(call, table, told.get("type"))
    if action == "delete":
        check_v2_extent(told)
        iris = [iri_of(name, table, name) for name in told if name not in ("id", "type")]
        return aimed(aim, delete_attributes(id, iris, table) if iris else delete(id))
    if action in ("append", "appendStrict"):
        new = read_new(told, table, key_values=key_values, scopes=written_scopes(call), override=override)
        return upsert(new, aim, table, strict=action == "appendStrict")
    writing = read_members(told, table, key_values=key_values, override=override)
    return aimed(aim, update(id, writing, table) if action == "update" else replace(id, writing, table))


V2_BATCH_ROUTES: tuple[Route, ...] = (
    Route(method="POST", path=V2 + "/op/update", permission="context.write", endpoint=update_entities,
          body="V2Update", summary="Append, update, delete or replace many entities", parameters=("options",),
          answers=(204, 400, 404, 422)),
    Route(method="POST", path=V2 + "/op/notify", permission="context.write", endpoint=take_notification,
          body="V2Notification", summary="Take the entities of a notification", parameters=("options",),
          answers=(200, 400)),
)  # fmt: skip
