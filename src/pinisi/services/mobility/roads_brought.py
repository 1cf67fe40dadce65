"""What roads and routes bring to the service: read by its manifest."""

from pinisi.services.mobility.models.roads import PASSING, TYPES
from pinisi.services.mobility.road_reactions import REACTIONS
from pinisi.services.mobility.road_source import ROAD_GRAPH

SOURCES = (ROAD_GRAPH,)

__all__ = ["PASSING", "REACTIONS", "SOURCES", "TYPES"]
