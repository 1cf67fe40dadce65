"""What the report of mobility says of a period: signals, controllers, congestion, forecasts, buses, counts, plans."""

from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Cell, Section
from pinisi.services.mobility.controller_views import CONTROLLERS_SILENT
from pinisi.services.mobility.models.counts import JUNCTION_STUDY, TURNING_COUNT
from pinisi.services.mobility.models.junction_live import SHADOW
from pinisi.services.mobility.models.signals import JUNCTION
from pinisi.services.mobility.models.traffic import CITY_TRAFFIC, FORECAST, ROAD_TRAFFIC
from pinisi.services.mobility.models.transit import LINE_HEADWAYS

TEXTS = texts_of("pinisi.services.mobility")
CONTROLLER = "SignalController"
SIGNALS = Section(
    id="signals-of-the-period",
    title=TEXTS["report-signals"],
    note=TEXTS["report-signals-note"],
    type=JUNCTION,
    needs=(CONTROLLER,),
    columns=(
        Cell(attribute="signalControl", title=TEXTS["report-control"]),
        Cell(attribute="fallbackReason"),
        Cell(attribute="queuedVehicles", over="mean", title=TEXTS["report-queue-mean"]),
        Cell(attribute="queuedVehicles", over="max", title=TEXTS["report-queue-max"]),
        Cell(attribute="shadowVerdict"),
        Cell(attribute="shadowGain", title=TEXTS["report-gain"], dataset=SHADOW),
        Cell(attribute="meanDelayByPlan", title=TEXTS["report-delay-plan"], dataset=SHADOW),
        Cell(attribute="meanDelayByControl", title=TEXTS["report-delay-control"], dataset=SHADOW),
    ),
)
HEALTH = Section(
    id="controllers-of-the-period",
    title=TEXTS["report-health"],
    note=TEXTS["report-health-note"],
    tiles=(CONTROLLERS_SILENT.id,),
    type=CONTROLLER,
    columns=(
        Cell(attribute="controlMode"),
        Cell(attribute="silentFor", over="max", title=TEXTS["report-silent-max"]),
        Cell(attribute="failuresLately"),
        Cell(attribute="meanTimeBetweenFailuresLately"),
        Cell(attribute="alarmCount", over="max", title=TEXTS["report-alarms-max"]),
        Cell(attribute="openWorkOrders", over="max", title=TEXTS["report-orders-max"]),
    ),
)
CONGESTION = Section(
    id="congestion-of-the-period",
    title=TEXTS["report-congestion"],
    note=TEXTS["report-congestion-note"],
    type=CITY_TRAFFIC,
    columns=(
        Cell(attribute="vehicleType"),
        Cell(attribute="congestedRoads", over="mean", title=TEXTS["report-congested-mean"]),
        Cell(attribute="congestedRoads", over="max", title=TEXTS["report-congested-max"]),
        Cell(attribute="judgedRoads", over="mean", title=TEXTS["report-judged-mean"]),
        Cell(attribute="knownRoads"),
        Cell(attribute="congestedRoadsShare", over="mean", title=TEXTS["report-share-mean"]),
        Cell(attribute="congestedRoadsShare", over="max", title=TEXTS["report-share-max"]),
    ),
)
ROADS = Section(
    id="roads-of-the-period",
    title=TEXTS["report-roads"],
    note=TEXTS["report-roads-note"],
    type=ROAD_TRAFFIC,
    first_by="travelTimeIndex",
    most=40,
    columns=(
        Cell(attribute="vehicleType"),
        Cell(attribute="speedNow", over="mean", title=TEXTS["report-speed-mean"]),
        Cell(attribute="speedNow", over="min", title=TEXTS["report-speed-min"]),
        Cell(attribute="freeSpeed"),
        Cell(attribute="travelTimeIndex"),
        Cell(attribute="planningTimeIndex"),
        Cell(attribute="bufferIndex"),
        Cell(attribute="peakValues"),
    ),
)
FORECASTS = Section(
    id="speed-forecasts-of-the-period",
    title=TEXTS["report-forecast"],
    note=TEXTS["report-forecast-note"],
    type=FORECAST,
    first_by="comparedValues",
    most=40,
    columns=(
        Cell(attribute="errorAt15"),
        Cell(attribute="lastSpeedErrorAt15"),
        Cell(attribute="errorAt60"),
        Cell(attribute="lastSpeedErrorAt60"),
        Cell(attribute="usualErrorAt60"),
        Cell(attribute="intervalHeld"),
        Cell(attribute="comparedValues"),
    ),
)
HEADWAYS = Section(
    id="headways-of-the-period",
    title=TEXTS["report-headways"],
    note=TEXTS["report-headways-note"],
    type=LINE_HEADWAYS,
    first_by="bunchedShare",
    most=60,
    columns=(
        Cell(attribute="headwayMean", over="mean", title=TEXTS["report-headway-mean"]),
        Cell(attribute="headwayVariation", over="mean", title=TEXTS["report-variation-mean"]),
        Cell(attribute="headwayVariation", over="max", title=TEXTS["report-variation-max"]),
        Cell(attribute="headwayGrade"),
        Cell(attribute="bunchedShare", over="mean", title=TEXTS["report-bunched-mean"]),
        Cell(attribute="bunchedShare", over="max", title=TEXTS["report-bunched-max"]),
        Cell(attribute="gapShare", over="mean", title=TEXTS["report-gaps-mean"]),
    ),
)
COUNTS = Section(
    id="counts-of-the-period",
    title=TEXTS["report-counts"],
    note=TEXTS["report-counts-note"],
    type=TURNING_COUNT,
    columns=(
        Cell(attribute="countedMinutes", over="sum", title=TEXTS["report-counted"]),
        Cell(attribute="intensity", over="sum", title=TEXTS["report-all"]),
        *(
            Cell(attribute=name, over="sum")
            for name in ("motorcycles", "lightVehicles", "heavyVehicles", "unmotorisedVehicles")
        ),
        Cell(attribute="intensity", over="max", title=TEXTS["report-busiest"]),
    ),
)
STUDIES = Section(
    id="junction-plans-of-the-period",
    title=TEXTS["report-studies"],
    note=TEXTS["report-studies-note"],
    type=JUNCTION_STUDY,
    columns=(
        Cell(attribute="verdict"),
        Cell(attribute="saturationDegree"),
        Cell(attribute="saturationDegreeBefore"),
        Cell(attribute="meanDelay"),
        Cell(attribute="meanDelayBefore"),
        Cell(attribute="levelOfService"),
        Cell(attribute="levelOfServiceBefore"),
        Cell(attribute="cycleTime"),
    ),
)
REPORT_VIEWS = (SIGNALS, HEALTH, CONGESTION, ROADS, FORECASTS, HEADWAYS, COUNTS, STUDIES)
