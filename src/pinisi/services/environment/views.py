"""How the city sees the air and the weather to come: layers of map and list."""

from pinisi.city.profile import Column, Layer
from pinisi.city.words import attribute_label
from pinisi.services.environment.bmkg_forecast import TEXTS


def _columns(**units: str) -> tuple[Column, ...]:
    """Attribute -> its unit, "" where it has none."""
    return tuple(Column(name, attribute_label(name), unit=unit or None) for name, unit in units.items())


FORECASTS = Layer(
    id="forecasts",
    title=TEXTS["forecasts-layer"],
    type="WeatherForecast",
    shape="diamond",
    hue=6,
    visible=False,
    labels="never",
    columns=_columns(weatherType="", temperature="CEL", precipitation="MMT", validFrom=""),
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
        *_columns(ispuCategory="", criticalPollutant="", usAqi="", goodHours="HUR", ispuBasis=""),
    ),
)
AIR_FORECASTS = Layer(
    id="air-forecasts",
    title=TEXTS["air-forecast"],
    type="AirQualityForecast",
    shape="hexagon",
    hue=4,
    visible=False,
    columns=_columns(forecastOf="", highest="", highestAt="", meanError=""),
)
VIEWS = (AIR, AIR_FORECASTS, FORECASTS)
