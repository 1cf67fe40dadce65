"""What the twin, its what-ifs and the emissions of traffic bring to the service: read by its manifest."""

from pinisi.services.mobility.emissions.emission_views import EMISSION_VIEWS
from pinisi.services.mobility.emissions.job import EMISSIONS_JOB
from pinisi.services.mobility.models.emissions import EMISSION_TOTAL
from pinisi.services.mobility.models.twin import NETWORK
from pinisi.services.mobility.models.whatif import WHAT_IF, WHAT_IF_ROAD
from pinisi.services.mobility.twin_source import TWIN_NETWORK
from pinisi.services.mobility.whatif.endpoints import ENDPOINTS
from pinisi.services.mobility.whatif.job import WHAT_IF_JOB
from pinisi.services.mobility.whatif.what_if_views import WHAT_IF_VIEWS
from pinisi.vocabulary.emission import EMISSION_RECORD

TYPES = (NETWORK, WHAT_IF, WHAT_IF_ROAD, EMISSION_RECORD, EMISSION_TOTAL)
SOURCES = (TWIN_NETWORK,)
JOBS = (WHAT_IF_JOB, EMISSIONS_JOB)
VIEWS = (*WHAT_IF_VIEWS, *EMISSION_VIEWS)

__all__ = ["ENDPOINTS", "JOBS", "SOURCES", "TYPES", "VIEWS"]
