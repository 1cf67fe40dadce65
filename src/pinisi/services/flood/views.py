"""How the city sees warnings and earthquakes: as layers of map and list."""

from pinisi.city.profile import Column, Layer
from pinisi.city.words import attribute_label
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
    columns=tuple(Column(name, attribute_label(name)) for name in ("severity", "validFrom", "validTo")),
)
"""Only what is in force: drills, tests, and what has been replaced or taken back are none."""
EARTHQUAKES = Layer(
    id="earthquakes",
    title=TEXTS["earthquakes-layer"],
    type="Earthquake",
    shape="ring",
    hue=5,
    columns=(
        Column("magnitude", attribute_label("magnitude"), unit_text=TEXTS["magnitude-unit"]),
        Column("depth", attribute_label("depth"), unit="KMT"),
        Column("felt", attribute_label("felt")),
    ),
)
VIEWS = (WARNINGS, EARTHQUAKES)
