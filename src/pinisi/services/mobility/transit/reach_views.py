"""How the city sees who lives near public transport: a number, a coloured map, a list by area."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Cell, Panel, Section, Tile, columns
from pinisi.services.mobility.models.transit import REACH_TYPES
from pinisi.services.mobility.transit.reach_reaction import BANDS
from pinisi.services.mobility.words import WORDS

TEXTS = texts_of("pinisi.services.mobility")
CITY, AREA = REACH_TYPES
NEAR_STOPS = Tile(
    id="residents-near-stops",
    title=TEXTS["reach-stops"],
    note=TEXTS["reach-note"],
    now=False,
    formula=Formula(
        kind="max", select=Selection(type=CITY, where={"reachOf": "stops"}), attribute="residentsNearShare"
    ),
)
NEAR_LINES = Tile(
    id="residents-near-lines",
    title=TEXTS["reach-lines"],
    note=TEXTS["reach-note"],
    now=False,
    formula=Formula(
        kind="max", select=Selection(type=CITY, where={"reachOf": "lines"}), attribute="residentsNearShare"
    ),
)
AREAS = Layer(
    id="transit-reach",
    title=TEXTS["reach-areas"],
    type=AREA,
    shape="hexagon",
    hue=2,
    visible=False,
    labels="never",
    drawing="area",
    classes=BANDS,
    columns=columns("reachBand", "groundNearShare", "residentsNear", "residents", words=WORDS, groundNearShare="P1"),
)
REACHED = Panel(
    type=AREA, title=TEXTS["reach-area"], attributes=("groundNearShare", "residentsNear", "residents", "refArea")
)
SHARE = Panel(
    type=CITY,
    title=TEXTS["reach"],
    attributes=(
        "residentsNearShare",
        "residentsNear",
        "residents",
        "reachOf",
        "reachMetres",
        "peopleBy",
        "areaCount",
        "leftOutAreas",
    ),
)
MONTH = Section(
    id="transit-reach-month",
    title=TEXTS["reach"],
    note=TEXTS["reach-note"],
    tiles=(NEAR_STOPS.id, NEAR_LINES.id),
    type=CITY,
    columns=(Cell(attribute="residentsNearShare"), Cell(attribute="residentsNear"), Cell(attribute="residents")),
)
REACH_VIEWS = (NEAR_STOPS, NEAR_LINES, AREAS, REACHED, SHARE, MONTH)
