"""What public transport brings to the service beside its timetables: read by its manifest."""

from typing import Any

from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.reaction import Reaction
from pinisi.runtime.source import SourceKind
from pinisi.runtime.view import View
from pinisi.services.mobility.transit.journey_endpoint import JOURNEYS
from pinisi.services.mobility.transit.reach_endpoint import REACH

TYPES: tuple[str, ...] = ()
SOURCES: tuple[SourceKind[Any], ...] = ()
REACTIONS: tuple[Reaction, ...] = ()
VIEWS: tuple[View, ...] = ()
ENDPOINTS: tuple[Endpoint, ...] = (JOURNEYS, REACH)
