"""How the city sees the weather to come: a layer of map and list."""

from pinisi.city.profile import Column, Layer
from pinisi.city.words import attribute_label
from pinisi.services.environment.bmkg_forecast import TEXTS

FORECASTS = Layer(
    id="forecasts",
    title=TEXTS["forecasts-layer"],
    type="WeatherForecast",
    shape="diamond",
    hue=6,
    visible=False,
    labels="never",
    columns=(
        Column("weatherType", attribute_label("weatherType")),
        Column("temperature", attribute_label("temperature"), unit="CEL"),
        Column("precipitation", attribute_label("precipitation"), unit="MMT"),
        Column("validFrom", attribute_label("validFrom")),
    ),
)
"""Hidden until somebody shows it: every village has a step for each three hours, all at one place."""
VIEWS = (FORECASTS,)
