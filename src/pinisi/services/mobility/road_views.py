"""How the city sees what cannot be driven: a layer, the page of a closure, how many roads are closed now."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Page, Panel, Tile, columns
from pinisi.services.mobility.models.roads import CITY_CLOSURES, CITY_ROAD_OWNERS, CLOSURE
from pinisi.services.mobility.words import WORDS

TEXTS = texts_of("pinisi.services.mobility")
CLOSURES = Layer(
    id="road-closures",
    title=TEXTS["closures-layer"],
    type=CLOSURE,
    shape="diamond",
    hue=0,
    drawing="line",
    classes=("reopened", "closed"),
    columns=columns(
        "closureState", "closureCause", "reason", "closedTo", "saidBy", "roadOwner", "validFrom", "validTo", words=WORDS
    ),
)
CLOSED_NOW = Tile(
    id="closed-roads-now",
    title=TEXTS["closed-roads-now"],
    note=TEXTS["closed-roads-note"],
    formula=Formula(kind="max", select=Selection(type=CITY_CLOSURES), attribute="closedRoads"),
    now=False,
)
CLOSURE_PANEL = Panel(
    type=CLOSURE,
    title=TEXTS["closures-layer"],
    attributes=(
        "closureState",
        "closureCause",
        "reason",
        "saidBy",
        "roadOwner",
        "closedTo",
        "waterDepthLeast",
        "waterDepthMost",
        "closureRuleBasis",
        "refRoadSegment",
        "refObserved",
        "validFrom",
        "validTo",
        "reopenedAt",
        "reopenedBy",
    ),
)
NETWORK_PAGE = Page(
    id="network",
    title=TEXTS["network-page"],
    component="mobility-network",
    needs=("RoadTraffic", CLOSURE),
)
OWNERS_PANEL = Panel(
    type=CITY_ROAD_OWNERS,
    title=TEXTS["road-owners"],
    attributes=("roadLengthCity", "roadLengthProvince", "roadLengthNation", "roadLengthUnknown"),
)
ROAD_VIEWS = (OWNERS_PANEL, CLOSURES, CLOSED_NOW, CLOSURE_PANEL, NETWORK_PAGE)
