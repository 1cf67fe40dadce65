"""Roads brought by `pinisi import-roads` while the server runs: it alone writes."""

from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.runtime.road_import import NoRoads, RoadBatch, RoadIds, known_roads, remove_roads, take_roads


async def post_roads(house: House, call: Call) -> Reply:
    """Take a batch in; what cannot be taken is in the quarantine under the batch's source."""
    batch = call.decode(RoadBatch)
    now = house.town(call.tenant).now()
    try:
        return json_reply(await take_roads(house.store, call.tenant, house.pinisi_table, batch, now))
    except NoRoads as error:
        raise BadRequest("entities", str(error)) from None


async def get_roads(house: House, call: Call) -> Reply:
    provider = call.query.get("provider")
    if not provider:
        raise BadRequest("provider", "is missing")
    return json_reply({"roads": await known_roads(house.store, call.tenant, provider)})


async def remove(house: House, call: Call) -> Reply:
    ids = call.decode(RoadIds).ids
    return json_reply({"removed": await remove_roads(house.store, call.tenant, ids, call.principal)})


_PATH = "/pinisi/v1/roads"

ROAD_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=_PATH,
        permission="house.manage",
        endpoint=post_roads,
        summary="Take in a batch of roads and their source card",
        body="RoadBatch",
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_PATH,
        permission="house.manage",
        endpoint=get_roads,
        summary="Ids of the roads of one source card",
        parameters=("provider",),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path=_PATH + "/remove",
        permission="house.manage",
        endpoint=remove,
        summary="Take roads away that are in no file any more",
        body="RoadIds",
        answers=(200, 400),
    ),
)
