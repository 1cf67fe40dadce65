"""The past written by hand: whole histories, values added, changed and erased (NGSI-LD 5.6.11 to 5.6.16)."""

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_request import flag, linked_table, sent
from pinisi.console.ngsi_ld_temporal import TEMPORAL
from pinisi.console.refusals import refuse
from pinisi.context.attribute_payload import read_dataset
from pinisi.context.patch_payload import read_attribute_patch
from pinisi.context.payload import read_attribute_name
from pinisi.context.problems import BadRequestData, ResourceNotFound
from pinisi.context.temporal_edits import add_past, change_moment, erase, erase_attribute, erase_moment, write_past
from pinisi.context.temporal_payload import read_temporal_entity, read_temporal_fragment
from pinisi.context.temporal_render import instance_id
from pinisi.context.validate import check_entity_id, check_uri
from pinisi.store.change import EntityChange, Transform
from pinisi.store.history import HistoryQuery, Moment, Story

MOST = 1_000_000


async def write_history(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    id, fragment = read_temporal_entity(body.document, body.table)
    applied = await house.store.apply(call.tenant, (EntityChange(id, write_past(id, fragment)),), call.principal)
    if applied.outcomes[0].existed:
        return Reply(204)
    return Reply(201, headers=((b"location", f"{TEMPORAL}/{quote(id, safe=':')}".encode()),))


async def add_to_history(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    id = check_entity_id(call.params["id"])
    fragment = read_temporal_fragment(body.document, body.table)
    if not fragment.attributes:
        raise BadRequestData("the fragment is empty")
    await house.store.apply(call.tenant, (EntityChange(id, add_past(id, fragment)),), call.principal)
    return Reply(204)


async def erase_history(house: House, call: Call) -> Reply:
    id = check_entity_id(call.params["id"])
    story = await _story(house, call, id, HistoryQuery(limit=1))
    if not story.moments and not story.hours and not story.created_at:
        raise ResourceNotFound(f"{id} has no history")
    return await _change(house, call, id, erase())


async def erase_attribute_history(house: House, call: Call) -> Reply:
    table = linked_table(house.contexts, call)
    id, name = check_entity_id(call.params["id"]), read_attribute_name(call.params["attribute"], table)
    delete_all = flag(call, "deleteAll")
    dataset = read_dataset(call.query.get("datasetId", "@none"), "datasetId")
    moments = await _moments(house, call, id, name)
    if not any(delete_all or moment.dataset == dataset for moment in moments):
        raise ResourceNotFound(f"{id} has no such instance of {name} in its history")
    return await _change(house, call, id, erase_attribute(name, dataset_id=dataset, delete_all=delete_all))


async def change_instance(house: House, call: Call) -> Reply:
    """Change one instance (5.6.14).

    An address that leaves out a name between its slashes has one segment too few: it is that of an attribute (6.21), of
    which there is only DELETE.
    """
    if call.params["id"] and not call.params["attribute"]:
        return refuse(405, "Method not allowed", "attrs/{attribute} takes DELETE", ((b"allow", b"DELETE"),))
    body = sent(house.contexts, call, merge_patch=True)
    id, name = check_entity_id(call.params["id"]), read_attribute_name(call.params["attribute"], body.table)
    instance = check_uri(call.params["instance"], "instanceId")
    fragment = _fragment_of(body.document, call.params["attribute"])
    _, patch = read_attribute_patch(fragment, call.params["attribute"], body.table)
    found, _ = _pick(await _moments(house, call, id, name), instance)
    return await _change(house, call, id, change_moment(found, patch))


async def erase_instance(house: House, call: Call) -> Reply:
    table = linked_table(house.contexts, call)
    id, name = check_entity_id(call.params["id"]), read_attribute_name(call.params["attribute"], table)
    found, others = _pick(await _moments(house, call, id, name), check_uri(call.params["instance"], "instanceId"))
    return await _change(house, call, id, erase_moment(found, others))


def _fragment_of(document: Any, name: str) -> Any:
    """The attribute alone: some clients send it inside of `{"speed": [...]}` as in a whole history (5.6.14.3)."""
    if isinstance(document, dict) and name in document:
        document = cast(dict[str, Any], document)[name]
    if isinstance(document, list) and len(cast(list[Any], document)) == 1:
        return cast(list[Any], document)[0]
    return cast(Any, document)


async def _story(house: House, call: Call, id: str, query: HistoryQuery) -> Story:
    stories = await house.store.stories(call.tenant, [id], query, call.grants)
    if not stories:
        raise ResourceNotFound(f"{id} has no history")
    return stories[0]


async def _moments(house: House, call: Call, id: str, name: str) -> Sequence[Moment]:
    story = await _story(house, call, id, HistoryQuery(attributes=(name,), limit=MOST))
    return [moment for moment in story.moments if moment.instance is not None]


def _pick(moments: Sequence[Moment], instance: str) -> tuple[Moment, list[Moment]]:
    """The moment with this instanceId, as it was told last, and those of other times with its datasetId."""
    named = [moment for moment in moments if instance_id(moment) == instance]
    if not named:
        raise ResourceNotFound(f"there is no instance {instance}")
    found = max(named, key=lambda moment: moment.position)
    return found, [one for one in moments if one.observed != found.observed and one.dataset == found.dataset]


async def _change(house: House, call: Call, id: str, transform: Transform) -> Reply:
    await house.store.apply(call.tenant, (EntityChange(id, transform),), call.principal)
    return Reply(204)


_WRITE = "context.write"
_ONE = TEMPORAL + "/{id}"
_ATTRIBUTE = _ONE + "/attrs/{attribute}"

TEMPORAL_PROVISION_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=TEMPORAL,
        permission=_WRITE,
        endpoint=write_history,
        body="Entity",
        summary="Create an entity with its history, or add to it (5.6.11)",
        answers=(201, 204, 400),
    ),
    Route(
        method="POST",
        path=_ONE + "/attrs",
        permission=_WRITE,
        endpoint=add_to_history,
        body="EntityFragment",
        summary="Add values to the history of an entity (5.6.12)",
        answers=(204, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        permission=_WRITE,
        endpoint=erase_history,
        summary="Delete an entity with its history (5.6.16)",
        answers=(204, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_ATTRIBUTE,
        permission=_WRITE,
        endpoint=erase_attribute_history,
        summary="Delete an attribute with its history (5.6.13)",
        parameters=("datasetId", "deleteAll"),
        answers=(204, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ATTRIBUTE + "/{instance}",
        permission=_WRITE,
        endpoint=change_instance,
        body="Attribute",
        summary="Change one value of the history in part (5.6.14)",
        answers=(204, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_ATTRIBUTE + "/{instance}",
        permission=_WRITE,
        endpoint=erase_instance,
        summary="Delete one value of the history (5.6.15)",
        answers=(204, 400, 404),
    ),
)
