"""How the city sees the air and the weather to come: layers, a tile, panels, a section of the report."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.view import Cell, Chart, Panel, Section, Tile, columns
from pinisi.services.environment.bmkg_forecast import TEXTS

FORECASTS = Layer(
    id="forecasts",
    title=TEXTS["forecasts-layer"],
    type="WeatherForecast",
    shape="diamond",
    hue=6,
    visible=False,
    labels="never",
    columns=columns("weatherType", "temperature", "precipitation", "validFrom", temperature="CEL", precipitation="MMT"),
)
"""Hidden until somebody shows it: every village has a step for each three hours, all at one place."""
_INDEX = ("ispuCategory", "criticalPollutant", "usAqi")
AIR = Layer(
    id="air-index",
    title=TEXTS["index"],
    type="AirQualityIndex",
    shape="circle",
    hue=4,
    labels="always",
    columns=columns("ispu", *_INDEX, "goodHours", "ispuBasis", ispu=TEXTS["ispu-unit"], goodHours="HUR"),
)
AIR_FORECASTS = Layer(
    id="air-forecasts",
    title=TEXTS["air-forecast"],
    type="AirQualityForecast",
    shape="hexagon",
    hue=4,
    visible=False,
    columns=columns("forecastOf", "highest", "highestAt", "meanError"),
)
LIMIT = 100.0  # an ISPU above it is unhealthy (Permen LHK P.14/2020)
_OVER = Formula(kind="count", select=Selection(type="AirQualityIndex"), attribute="ispu", above=LIMIT, last_hours=3)
OVER_LIMIT = Tile(id="air-over-limit", title=TEXTS["over-limit"], note=TEXTS["over-limit-note"], formula=_OVER)
STATION = Panel(
    type="AirQualityObserved",
    title=TEXTS["station"],
    attributes=("pm25", "pm10", "airQualityIndex", "mainPollutant", "temperature", "relativeHumidity"),
    charts=(Chart("pm25"), Chart("airQualityIndex")),
)
INDEX = Panel(type="AirQualityIndex", title=TEXTS["index"], attributes=("ispu", *_INDEX), charts=(Chart("ispu", 168),))
MONTH = Section(
    id="air-of-the-month",
    title=TEXTS["month"],
    note=TEXTS["month-note"],
    tiles=(OVER_LIMIT.id,),
    type="AirQualityIndex",
    columns=(
        *(Cell(attribute="ispu", over=over, title=TEXTS[f"month-{over}"]) for over in ("mean", "max")),
        Cell(attribute="ispu", over="days-above", limit=LIMIT, title=TEXTS["month-days"]),
        Cell(attribute="ispuCategory"),
    ),
)
VIEWS = (AIR, AIR_FORECASTS, FORECASTS, OVER_LIMIT, STATION, INDEX, MONTH)
