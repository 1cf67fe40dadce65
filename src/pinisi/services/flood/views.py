"""How the city sees floods, warnings and earthquakes: layers, a tile, panels, a section of the report."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.view import Cell, Panel, Section, Tile, columns
from pinisi.services.flood.bmkg_warnings import TEXTS

WARNINGS = Layer(
    id="warnings",
    title=TEXTS["warnings-layer"],
    type="Alert",
    where={"alertStatus": "active"},
    shape="triangle",
    hue=3,
    drawing="area",
    classes=("informational", "low", "medium", "high", "critical"),
    columns=columns("severity", "validFrom", "validTo"),
)
"""Only what is in force: drills, tests, and what has been replaced or taken back are none."""
EARTHQUAKES = Layer(
    id="earthquakes",
    title=TEXTS["earthquakes-layer"],
    type="Earthquake",
    shape="ring",
    hue=5,
    columns=columns("magnitude", "depth", "felt", magnitude=TEXTS["magnitude-unit"], depth="KMT"),
)
FLOODED = Layer(
    id="flooded",
    title=TEXTS["flooded-layer"],
    type="FloodEstimate",
    shape="hexagon",
    hue=1,
    drawing="area",
    classes=("possibly", "probably"),
    columns=columns("floodJudgement", "floodChance", "reportCount", "validTo", "estimatedFrom", floodChance="P1"),
)
"""Filled while reports hold; an estimate that is over stays as an outline, with when it ended."""
IN_FORCE = Tile(
    id="warnings-in-force",
    title=TEXTS["in-force"],
    formula=Formula(kind="count", select=Selection(type="Alert", where={"alertStatus": "active"})),
)
WARNING = Panel(
    type="Alert",
    title=TEXTS["warning"],
    attributes=("severity", "urgency", "certainty", "validFrom", "validTo", "description", "instruction"),
)
FLOODED_PANEL = Panel(
    type="FloodEstimate",
    title=TEXTS["flooded-layer"],
    attributes=(
        "estimatedFrom",
        "floodJudgement",
        "floodChance",
        "reportCount",
        "measuredPrecision",
        "measuredRecall",
        "measuredOn",
        "validFrom",
        "validTo",
    ),
)
SHAKEN = Section(
    id="earthquakes-of-the-month",
    title=TEXTS["shaken"],
    note=TEXTS["shaken-note"],
    tiles=(IN_FORCE.id,),
    type="Earthquake",
    columns=(
        Cell(attribute="magnitude", unit_text=TEXTS["magnitude-unit"]),
        Cell(attribute="depth"),
        Cell(attribute="felt"),
    ),
)
VIEWS = (WARNINGS, EARTHQUAKES, FLOODED, IN_FORCE, WARNING, FLOODED_PANEL, SHAKEN)
