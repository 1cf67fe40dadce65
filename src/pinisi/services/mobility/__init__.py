"""Mobility: signals, congestion, roads, buses."""

from pinisi.runtime.manifest import Service
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility import junctions_brought, roads_brought
from pinisi.services.mobility.atcs.arterial_actions import ARTERIAL_OFFSETS
from pinisi.services.mobility.atcs.control_source import CONTROL
from pinisi.services.mobility.atcs.live_endpoint import JUNCTION_LIVE
from pinisi.services.mobility.atcs.signal_actions import SIGNAL_ACTIONS
from pinisi.services.mobility.atcs.work_orders import WORK_ORDERS
from pinisi.services.mobility.congestion_reactions import CONGESTION_REACTIONS
from pinisi.services.mobility.controller_views import CONTROLLER_VIEWS
from pinisi.services.mobility.datex_endpoint import DATEX
from pinisi.services.mobility.gtfs_source import GTFS
from pinisi.services.mobility.junction_views import JUNCTION_VIEWS
from pinisi.services.mobility.models import transit
from pinisi.services.mobility.models.traffic import TRAFFIC_TYPES
from pinisi.services.mobility.report_views import REPORT_VIEWS
from pinisi.services.mobility.signal_controllers import CONTROLLERS
from pinisi.services.mobility.signals_endpoint import CITY_SIGNALS
from pinisi.services.mobility.traffic_forecast_reactions import FORECAST_REACTIONS
from pinisi.services.mobility.traffic_views import TRAFFIC_VIEWS
from pinisi.services.mobility.transit import brought as buses
from pinisi.services.mobility.views import VIEWS
from pinisi.services.mobility.whatif import brought as twin
from pinisi.services.mobility.words import WORDS

TEXTS = texts_of("pinisi.services.mobility")
SERVICE = Service(
    name="mobility",
    title=TEXTS["title"],
    types=(
        *roads_brought.TYPES,
        *TRAFFIC_TYPES,
        *junctions_brought.TYPES,
        "Junction",
        "SignalArterial",
        "SignalController",
        "SignalGroup",
        "SignalPlan",
        "TrafficDetector",
        *transit.TYPES,
        *twin.TYPES,
        *buses.TYPES,
    ),
    views=(
        *VIEWS,
        *junctions_brought.VIEWS,
        *TRAFFIC_VIEWS,
        *CONTROLLER_VIEWS,
        *JUNCTION_VIEWS,
        *roads_brought.VIEWS,
        *buses.VIEWS,
        *twin.VIEWS,
        *REPORT_VIEWS,
    ),
    sources=(
        *roads_brought.SOURCES,
        *junctions_brought.SOURCES,
        CONTROLLERS,
        CONTROL,
        GTFS,
        *twin.SOURCES,
        *buses.SOURCES,
    ),
    reactions=(*roads_brought.REACTIONS, *CONGESTION_REACTIONS, *FORECAST_REACTIONS, WORK_ORDERS, *buses.REACTIONS),
    jobs=(
        *roads_brought.JOBS,
        *junctions_brought.JOBS,
        *buses.JOBS,
        *twin.JOBS,
    ),
    actions=(*roads_brought.ACTIONS, *SIGNAL_ACTIONS, ARTERIAL_OFFSETS),
    records=junctions_brought.RECORDS,
    endpoints=(
        *twin.ENDPOINTS,
        *roads_brought.ENDPOINTS,
        *junctions_brought.ENDPOINTS,
        JUNCTION_LIVE,
        CITY_SIGNALS,
        DATEX,
        *buses.ENDPOINTS,
    ),
    words=WORDS,
)
