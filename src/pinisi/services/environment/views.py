"""How the city sees the air and the weather to come: layers of map and list."""

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
AIR = Layer(
    id="air-index",
    title=TEXTS["index"],
    type="AirQualityIndex",
    shape="circle",
    hue=4,
    labels="always",
    columns=(
        Column("ispu", attribute_label("ispu"), unit_text=TEXTS["ispu-unit"]),
        Column("ispuCategory", attribute_label("ispuCategory")),
        Column("criticalPollutant", attribute_label("criticalPollutant")),
        Column("usAqi", attribute_label("usAqi")),
        Column("goodHours", attribute_label("goodHours"), unit="HUR"),
        Column("ispuBasis", attribute_label("ispuBasis")),
    ),
)
AIR_FORECASTS = Layer(
    id="air-forecasts",
    title=TEXTS["air-forecast"],
    type="AirQualityForecast",
    shape="hexagon",
    hue=4,
    visible=False,
    columns=(
        Column("forecastOf", attribute_label("forecastOf")),
        Column("highest", attribute_label("highest")),
        Column("highestAt", attribute_label("highestAt")),
    ),
)
VIEWS = (AIR, AIR_FORECASTS, FORECASTS)
