"""The past written by hand: whole histories, and values added to one (NGSI-LD 5.6.11, 5.6.12)."""

from urllib.parse import quote

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_request import sent
from pinisi.console.ngsi_ld_temporal import TEMPORAL
from pinisi.context.problems import BadRequestData
from pinisi.context.temporal_edits import add_past, write_past
from pinisi.context.temporal_payload import read_temporal_entity, read_temporal_fragment
from pinisi.context.validate import check_entity_id
from pinisi.store.protocol import EntityChange


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
    if not fragment.attributes and fragment.scopes is None:
        raise BadRequestData("the fragment is empty")
    await house.store.apply(call.tenant, (EntityChange(id, add_past(id, fragment)),), call.principal)
    return Reply(204)


TEMPORAL_PROVISION_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=TEMPORAL,
        permission="context.write",
        endpoint=write_history,
        body="Entity",
        summary="Create an entity with its history, or add to it (5.6.11)",
        answers=(201, 204, 400),
    ),
    Route(
        method="POST",
        path=TEMPORAL + "/{id}/attrs",
        permission="context.write",
        endpoint=add_to_history,
        body="EntityFragment",
        summary="Add values to the history of an entity (5.6.12)",
        answers=(204, 400, 404),
    ),
)
