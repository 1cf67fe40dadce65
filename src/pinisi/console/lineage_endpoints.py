"""Why this number? Over HTTP: of a value of an entity, and of an indicator."""

from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.indicator_lineage import indicator_tree
from pinisi.console.lineage import Explainer, Wanted
from pinisi.console.programme_endpoints import asked_area
from pinisi.context.problems import ResourceNotFound


async def get_lineage(house: House, call: Call) -> Reply:
    """What a value was made of, down to the messages."""
    attribute = call.query.get("attribute", "")
    if not attribute or len(attribute) > 200:
        raise BadRequest("attribute", "names an attribute, at most 200 characters long")
    view = viewpoint_of(house, call)
    wanted = Wanted(entity=call.params["id"], attribute=attribute, dataset=call.query.get("dataset"))
    if view.at is not None:
        wanted = Wanted(
            entity=wanted.entity, attribute=attribute, dataset=wanted.dataset, observed=view.at, known=view.known
        )
    found = await Explainer(house, call.tenant, call.principal).explain(wanted)
    if found is None:
        raise ResourceNotFound(f"nothing is known of {attribute[:80]} of {wanted.entity[:120]}")
    return json_reply(found)


async def get_indicator_lineage(house: House, call: Call) -> Reply:
    """What an indicator, or a tile, counted."""
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    name = call.params["id"]
    indicator = next((each for each in town.profile.numbers if each.id == name), None)
    if indicator is None:
        raise ResourceNotFound(f"the city has no indicator {name[:80]}")
    return json_reply(await indicator_tree(house, town, view, call.principal, indicator, await asked_area(town, call)))


LINEAGE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/entities/{id}/lineage",
        permission="console.read",
        endpoint=get_lineage,
        summary="Why this number: what a value was made of, down to the messages that brought it",
        parameters=("attribute", "dataset", "at", "known"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/indicators/{id}/lineage",
        permission="console.read",
        endpoint=get_indicator_lineage,
        summary="Why this number: what an indicator counted, and where each of these values comes from",
        parameters=("area", "at", "known"),
        answers=(200, 400, 404),
    ),
)
