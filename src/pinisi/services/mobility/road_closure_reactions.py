"""What runs by itself about closures: the ground of one that names a road, its end, and how many roads are closed."""

from collections.abc import Sequence
from typing import Any

from pinisi.runtime.known import Document, Inputs, Known
from pinisi.runtime.reaction import WHOLE_CITY, Named, Others, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_place
from pinisi.services.mobility.models.roads import CITY_CLOSURES, CLOSURE, GRAPH
from pinisi.services.mobility.road_closures import OVER, in_force
from pinisi.vocabulary.instant import format_instant

TEXTS = texts_of("pinisi.services.mobility")
MOST_CLOSURES = 20_000
FLOOD, REOPENED = "flood", "reopened"


def react_closure(inputs: Inputs) -> Sequence[Document]:
    """Complete a closure by what its road says; end one that somebody has lifted.

    One that stands for water that is still there stays, as `reopened`, so that the water does not close the road anew.
    """
    closure, at = inputs.subject, format_instant(inputs.now)
    if not closure.is_a(CLOSURE):
        return []
    document: dict[str, Any] = {"id": closure.id, "type": CLOSURE}
    document |= _of_its_road(closure, inputs.named("refRoadSegment"), at)
    state = closure.text("closureState")
    if closure.value("reopenedAt") is not None:
        if closure.related("refObserved"):
            document |= {} if state in (REOPENED, OVER) else {"closureState": told(REOPENED, at)}
        elif state != OVER:
            document |= {"closureState": told(OVER, at), "expiresAt": at}
    elif state is None:
        document["closureState"] = told("closed", at)
    return [document] if len(document) > 2 else []


def _of_its_road(closure: Known, road: Known | None, at: str) -> dict[str, Any]:
    """To whom it belongs; place and name, where the closure says none of its own."""
    found: dict[str, Any] = {}
    owner = None if road is None else road.text("roadOwner")
    if owner is not None and closure.text("roadOwner") != owner:
        found["roadOwner"] = told(owner, at)
    if road is None or closure.value("location") is not None:
        return found
    ground = road.value("location")
    if isinstance(ground, dict):
        found["location"] = told_place(ground, at)
    if closure.text("name") is None:
        found["name"] = told(road.text("name") or road.text("ref") or road.id.rpartition(":")[2], at)
    return found


def react_closed_roads(inputs: Inputs) -> Sequence[Document]:
    """How many roads are closed now; a road that several closures name counts once.

    A city that never knew a closure is not told about any.
    """
    if not inputs.others(CLOSURE) and not inputs.others(CITY_CLOSURES):
        return []
    holding = [each for each in inputs.others(CLOSURE) if in_force(each, inputs.now)]
    roads = {_road(each) for each in holding}
    flooded = {_road(each) for each in holding if each.text("closureCause") == FLOOD}
    at = format_instant(inputs.now)
    return [
        {
            "id": f"urn:ngsi-ld:{CITY_CLOSURES}:city",
            "type": CITY_CLOSURES,
            "closedRoads": told(len(roads), at),
            "closedByFlood": told(len(flooded), at),
        }
    ]


def _road(closure: Known) -> str:
    return next(iter(closure.related("refRoadSegment")), closure.id)


# A graph makes no closure: naming it shows the layer of closures in every city that finds routes.
ROAD_CLOSURE = Reaction(
    name="road-closure",
    title=TEXTS["road-closure"],
    rule=TEXTS["road-closure-rule"],
    react=react_closure,
    wakes=(
        Wake(type=CLOSURE, attributes=("refRoadSegment", "location", "reopenedAt", "closureCause")),
        Wake(type=GRAPH, attributes=("graphDigest",)),
    ),
    inputs=(Named(attribute="refRoadSegment"),),
    writes=(Writes(type=CLOSURE, attributes=("name", "location", "closureState", "roadOwner")),),
    method="reported",
)
CLOSED_ROADS = Reaction(
    name="closed-roads",
    title=TEXTS["closed-roads"],
    rule=TEXTS["closed-roads-rule"],
    react=react_closed_roads,
    wakes=(Wake(type=CLOSURE, subject=WHOLE_CITY),),
    inputs=(Others(type=CLOSURE, most=MOST_CLOSURES), Others(type=CITY_CLOSURES, most=1)),
    writes=(Writes(type=CITY_CLOSURES),),
    every=60.0,
    settle=0.5,
    limit=10.0,
)
CLOSURE_REACTIONS = (ROAD_CLOSURE, CLOSED_ROADS)
