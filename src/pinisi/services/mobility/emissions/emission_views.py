"""How the city sees what its traffic emits: a number, coloured areas, the page of a record, a list by area."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.view import Cell, Panel, Section, Tile, columns
from pinisi.services.mobility.emissions.request import TEXTS
from pinisi.services.mobility.models.emissions import EMISSION_TOTAL
from pinisi.services.mobility.words import WORDS
from pinisi.vocabulary.emission import EMISSION_RECORD

BANDS = ("lowest", "low", "middle", "high", "highest")
CARBON = Tile(
    id="traffic-co2",
    title=TEXTS["emissions-tile"],
    note=TEXTS["emissions-method"],
    now=False,
    formula=Formula(kind="max", select=Selection(type=EMISSION_TOTAL, where={"level": "city"}), attribute="co2Mass"),
)
AREAS = Layer(
    id="traffic-emissions",
    title=TEXTS["emissions-layer"],
    type=EMISSION_TOTAL,
    shape="hexagon",
    hue=3,
    visible=False,
    labels="never",
    drawing="area",
    classes=BANDS,
    where={"level": "kelurahan"},
    columns=columns("emissionBand", "co2Mass", "emissionActivity", "validFrom", "validTo", words=WORDS),
)
_MASSES = ("co2Mass", "co2MassLow", "co2MassHigh", "noxMass", "pmMass", "coMass", "hcMass")
_BASIS = ("emissionActivity", "emissionFactor", "factorSource", "factorYear", "emissionModel", "modelVersion")
_WHEN = ("validFrom", "validTo", "refArea")
RECORD = Panel(
    type=EMISSION_RECORD,
    title=TEXTS["emissions-record"],
    attributes=(*_MASSES, *_BASIS, "countedMinutes", "classBasis", "refRoadSegment", *_WHEN),
)
TOTAL = Panel(
    type=EMISSION_TOTAL,
    title=TEXTS["emissions"],
    attributes=(*_MASSES, *_BASIS, "countedRoads", "countedRoadHours", "leftOutCounts", *_WHEN),
)
MONTH = Section(
    id="traffic-emissions-month",
    title=TEXTS["emissions"],
    note=TEXTS["emissions-method"],
    tiles=(CARBON.id,),
    type=EMISSION_TOTAL,
    columns=(
        Cell(attribute="co2Mass"),
        Cell(attribute="co2MassLow"),
        Cell(attribute="co2MassHigh"),
        Cell(attribute="noxMass"),
        Cell(attribute="pmMass"),
        Cell(attribute="emissionActivity"),
        Cell(attribute="countedRoadHours"),
    ),
)
EMISSION_VIEWS = (CARBON, AREAS, RECORD, TOTAL, MONTH)
