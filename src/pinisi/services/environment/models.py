"""What the environment service knows, as entities: `WeatherForecast` of Smart Data Models (dataModel.Weather).

One entity for each village and each step of three hours. Units (UN/CEFACT): temperature CEL, relativeHumidity P1 (the
model has a share of one; here it is the percentage that the agency tells), windSpeed KMH, windDirection DD (degrees
from which it blows), cloudCover P1, visibility MTR, precipitation MMT. All values have the dataset `FORECAST`, so that
they never replace a measured one.
"""

from collections.abc import Mapping

import msgspec

FORECAST = "urn:ngsi-ld:Dataset:bmkg-forecast"

WEATHER: Mapping[int, str] = {
    0: "clear",
    1: "partlyCloudy",
    2: "partlyCloudy",
    3: "cloudy",
    4: "overcast",
    5: "haze",
    10: "smoke",
    45: "fog",
    60: "lightRain",
    61: "rain",
    63: "heavyRain",
    80: "shower",
    95: "thunder",
    97: "thunder",
}
"""BMKG's code of the weather -> `weatherType`; a code that is not here is left out."""


class Quantity(msgspec.Struct, frozen=True):
    """A number of the agency's: our attribute, its unit, and the bounds of what can be."""

    attribute: str
    unit: str
    low: float
    high: float


QUANTITIES: Mapping[str, Quantity] = {
    "t": Quantity("temperature", "CEL", -20, 60),
    "hu": Quantity("relativeHumidity", "P1", 0, 100),
    "ws": Quantity("windSpeed", "KMH", 0, 400),
    "wd_deg": Quantity("windDirection", "DD", 0, 360),
    "tcc": Quantity("cloudCover", "P1", 0, 100),
    "vs": Quantity("visibility", "MTR", 0, 200_000),
    "tp": Quantity("precipitation", "MMT", 0, 1_000),
}
"""By the agency's name."""
