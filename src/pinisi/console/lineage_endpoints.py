"""Why this number? Over HTTP."""

from pinisi.console.asked_moment import moment_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.lineage import Explainer, Wanted
from pinisi.context.problems import ResourceNotFound


async def get_lineage(house: House, call: Call) -> Reply:
    """What a value was made of, down to the messages."""
    attribute = call.query.get("attribute", "")
    if not attribute or len(attribute) > 200:
        raise BadRequest("attribute", "names an attribute, at most 200 characters long")
    wanted = Wanted(entity=call.params["id"], attribute=attribute, dataset=call.query.get("dataset"))
    at = call.query.get("at")
    if at is not None:
        wanted = Wanted(entity=wanted.entity, attribute=attribute, dataset=wanted.dataset, observed=moment_of("at", at))
    found = await Explainer(house, call.tenant, call.grants).explain(wanted)
    if found is None:
        raise ResourceNotFound(f"nothing is known of {attribute[:80]} of {wanted.entity[:120]}")
    return json_reply(found)


LINEAGE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/entities/{id}/lineage",
        permission="console.read",
        endpoint=get_lineage,
        summary="Why this number: what a value was made of, down to the messages that brought it",
        parameters=("attribute", "dataset", "at"),
        answers=(200, 400, 404),
    ),
)
