"""What roads and routes bring to the service: read by its manifest."""

from pinisi.services.mobility.asked_roads.endpoints import ENDPOINTS as ASKED
from pinisi.services.mobility.flooded_road_reactions import FLOODED_ROADS
from pinisi.services.mobility.models.roads import TYPES
from pinisi.services.mobility.network_forecast.job import NETWORK_FORECAST_JOB
from pinisi.services.mobility.probe_traces.trace_source import TRACES
from pinisi.services.mobility.road_closing import ACTIONS
from pinisi.services.mobility.road_closure_reactions import CLOSURE_REACTIONS
from pinisi.services.mobility.road_network.endpoint import NETWORK
from pinisi.services.mobility.road_owners.owner_reaction import ROAD_OWNER
from pinisi.services.mobility.road_owners.owner_source import ROAD_OWNERS
from pinisi.services.mobility.road_reactions import REACTIONS as TIMES_REACTIONS
from pinisi.services.mobility.road_source import ROAD_GRAPH
from pinisi.services.mobility.road_speeds.speed_source import SPEEDS_CSV
from pinisi.services.mobility.road_views import ROAD_VIEWS as VIEWS

ENDPOINTS = (*ASKED, NETWORK)
JOBS = (NETWORK_FORECAST_JOB,)
SOURCES = (ROAD_GRAPH, SPEEDS_CSV, TRACES, ROAD_OWNERS)
REACTIONS = (*TIMES_REACTIONS, FLOODED_ROADS, *CLOSURE_REACTIONS, ROAD_OWNER)

__all__ = ["ACTIONS", "ENDPOINTS", "JOBS", "REACTIONS", "SOURCES", "TYPES", "VIEWS"]
