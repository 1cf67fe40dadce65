"""What public transport brings to the service beside its timetables: read by its manifest."""

from typing import Any

from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.job import Job
from pinisi.runtime.reaction import Reaction
from pinisi.runtime.source import SourceKind
from pinisi.runtime.view import View
from pinisi.services.mobility.models import corridors
from pinisi.services.mobility.models.transit import LINE_HEADWAYS, LIVE_TYPES, REACH_TYPES
from pinisi.services.mobility.transit.bus_page_endpoint import BUSES
from pinisi.services.mobility.transit.bus_views import BUS_VIEWS
from pinisi.services.mobility.transit.corridor_endpoints import CORRIDOR_ENDPOINTS
from pinisi.services.mobility.transit.feed_endpoints import FILE, HEALTH
from pinisi.services.mobility.transit.headway_endpoint import HEADWAYS
from pinisi.services.mobility.transit.headway_job import LINE_HEADWAYS_JOB
from pinisi.services.mobility.transit.journey_endpoint import JOURNEYS
from pinisi.services.mobility.transit.live_out_endpoint import LIVE_OUT
from pinisi.services.mobility.transit.live_source import GTFS_RT
from pinisi.services.mobility.transit.live_views import LIVE_VIEWS
from pinisi.services.mobility.transit.reach_endpoint import REACH
from pinisi.services.mobility.transit.reach_reaction import RESIDENTS_NEAR
from pinisi.services.mobility.transit.reach_views import REACH_VIEWS
from pinisi.services.mobility.transit.stop_names_endpoint import STOPS

TYPES: tuple[str, ...] = (*LIVE_TYPES, *REACH_TYPES, LINE_HEADWAYS, *corridors.TYPES)
SOURCES: tuple[SourceKind[Any], ...] = (GTFS_RT,)
JOBS: tuple[Job[Any, Any], ...] = (LINE_HEADWAYS_JOB,)
REACTIONS: tuple[Reaction, ...] = (RESIDENTS_NEAR,)
VIEWS: tuple[View, ...] = (*LIVE_VIEWS, *REACH_VIEWS, *BUS_VIEWS)
ENDPOINTS: tuple[Endpoint, ...] = (JOURNEYS, REACH, LIVE_OUT, HEADWAYS, BUSES, STOPS, *CORRIDOR_ENDPOINTS, HEALTH, FILE)
