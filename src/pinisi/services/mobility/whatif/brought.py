"""What the twin and its what-ifs bring to the service: read by its manifest."""

from pinisi.services.mobility.models.twin import NETWORK
from pinisi.services.mobility.models.whatif import WHAT_IF, WHAT_IF_ROAD
from pinisi.services.mobility.twin_source import TWIN_NETWORK
from pinisi.services.mobility.whatif.endpoints import ENDPOINTS
from pinisi.services.mobility.whatif.job import WHAT_IF_JOB
from pinisi.services.mobility.whatif.what_if_views import VIEWS
from pinisi.vocabulary.emission import EMISSION_RECORD

TYPES = (NETWORK, WHAT_IF, WHAT_IF_ROAD, EMISSION_RECORD)
SOURCES = (TWIN_NETWORK,)
JOBS = (WHAT_IF_JOB,)

__all__ = ["ENDPOINTS", "JOBS", "SOURCES", "TYPES", "VIEWS"]
