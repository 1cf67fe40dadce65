"""What the environment service knows, as entities.

`WeatherForecast` (Smart Data Models, dataModel.Weather): one entity for each village and each step of three hours.
Units (UN/CEFACT): temperature CEL, relativeHumidity P1 (the model has a share of one; here it is the percentage that
the agency tells), windSpeed KMH, windDirection DD (degrees from which it blows), cloudCover P1, visibility MTR,
precipitation MMT. All values have the dataset `FORECAST`, so that they never replace a measured one.

`AirQualityObserved` (Smart Data Models, dataModel.Environment): one entity for each station or sensor, whose values are
those of `engine.quantity` (concentrations in GQ, microgram a cubic metre; `airQualityIndex` is the US AQI where a
station tells no concentrations; `mainPollutant` is the one it is of). What is doubtful of its newest values stands in
`dataQuality`.

`AirQualityIndex` (Pinisi): one for each station. `ispu`, `ispuCategory`, `criticalPollutant`, `subIndices` (JSON,
pollutant -> ISPU) by Permen LHK P.14/2020, of means of 24 hours; `ispuBasis`: `concentrations`, or `us-aqi` for an
estimate from the concentrations that a US AQI stands for; `usAqi`, `usAqiCategory`; `goodHours` (HUR) of the last 24;
`leftOut` (words): values that do not count, with the reasons. Indices have no unit.

`AirQualityForecast` (Pinisi): one for each station, of its attribute `forecastOf`. `hours` (JSON): `at`, `value`, `low`
and `high` (nine times in ten between them) of each of the next 24 hours; `highest` and `highestAt`; `learntFrom` (HUR):
hours with a value. The numbers have the dataset `AIR_FORECAST`. How good such forecasts have been, 24 hours ahead:
`meanError`, beside `persistenceError` and `hourOfDayError` of the plain rules (mean absolute errors in the unit of what
is forecast), `intervalHeld` (P1), of `comparedValues` over `comparedDays` (DAY).
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

AIR_FORECAST = "urn:ngsi-ld:Dataset:air-forecast"
FORECAST_OF = ("pm25", "airQualityIndex")
"""What of a station is forecast: the first of these that it tells."""


def index_id(station: str) -> str:
    """The id of the index of a station (`urn:ngsi-ld:AirQualityObserved:NAME`)."""
    return f"urn:ngsi-ld:AirQualityIndex:{station.rpartition(':')[2]}"


def forecast_id(station: str) -> str:
    """The id of the forecast of a station."""
    return f"urn:ngsi-ld:AirQualityForecast:{station.rpartition(':')[2]}"
