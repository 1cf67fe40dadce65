"""How the city sees the traffic of its roads: a layer, and what the pages of a road and of its forecast show."""

from pinisi.city.profile import Layer
from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Panel, columns
from pinisi.services.mobility.models.traffic import FORECAST, ROAD_TRAFFIC
from pinisi.services.mobility.words import WORDS

TEXTS = texts_of("pinisi.services.mobility")
TRAFFIC = Layer(
    id="road-traffic",
    title=TEXTS["road-traffic-layer"],
    type=ROAD_TRAFFIC,
    shape="square",
    hue=4,
    drawing="line",
    classes=("free", "slow", "congested"),
    columns=columns(
        "trafficState",
        "speedNow",
        "speedShare",
        "freeSpeed",
        "vehicleType",
        words=WORDS,
        speedNow="KMH",
        freeSpeed="KMH",
    ),
)
ROAD = Panel(
    type=ROAD_TRAFFIC,
    title=TEXTS["road-traffic-layer"],
    attributes=(
        "trafficState",
        "speedNow",
        "speedShare",
        "congestedBelow",
        "congestionRuleBasis",
        "freeSpeed",
        "freeSpeedBasis",
        "travelTimeIndex",
        "planningTimeIndex",
        "bufferIndex",
        "peakValues",
    ),
)
NEXT_HOUR = Panel(
    type=FORECAST,
    title=TEXTS["road-forecast"],
    attributes=(
        "forecastOf",
        "lowestSpeed",
        "lowestSpeedAt",
        "errorAt15",
        "lastSpeedErrorAt15",
        "errorAt60",
        "lastSpeedErrorAt60",
        "usualErrorAt60",
        "intervalHeld",
        "comparedValues",
        "comparedDays",
        "learntFrom",
    ),
)
TRAFFIC_VIEWS = (TRAFFIC, ROAD, NEXT_HOUR)
