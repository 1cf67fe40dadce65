"""The NGSI-LD interface as one table: every route of the rooms beside this file, behind the door that they share."""

from pinisi.console.federated import with_sources
from pinisi.console.federated_routes import WAYS
from pinisi.console.heard_first import heard_first
from pinisi.console.http import Route
from pinisi.console.ngsi_ld_batch import BATCH_ROUTES
from pinisi.console.ngsi_ld_conformance import PATH as CONFORMANCE
from pinisi.console.ngsi_ld_conformance import with_conformance
from pinisi.console.ngsi_ld_consumption import CONSUMPTION_ROUTES
from pinisi.console.ngsi_ld_contexts import CONTEXT_ROUTES
from pinisi.console.ngsi_ld_discovery import DISCOVERY_ROUTES
from pinisi.console.ngsi_ld_door import behind_door
from pinisi.console.ngsi_ld_entity_maps import ENTITY_MAP_ROUTES
from pinisi.console.ngsi_ld_identity import IDENTITY_ROUTES
from pinisi.console.ngsi_ld_provision import PROVISION_ROUTES
from pinisi.console.ngsi_ld_purge import PURGE_ROUTES
from pinisi.console.ngsi_ld_snapshots import snapshot_routes
from pinisi.console.ngsi_ld_temporal import TEMPORAL_ROUTES
from pinisi.console.ngsi_ld_temporal_provision import TEMPORAL_PROVISION_ROUTES
from pinisi.console.registration_endpoints import REGISTRATION_ROUTES
from pinisi.console.registration_subscription_endpoints import REGISTRATION_SUBSCRIPTION_ROUTES
from pinisi.console.subscription_endpoints import SUBSCRIPTION_ROUTES
from pinisi.context.context_address import JSONLD_CONTEXTS

PREFIX = "/ngsi-ld/v1/"
_CREATING = (
    "entities",
    "entityOperations/create",
    "entityOperations/upsert",
    "subscriptions",
    "temporal/entities",
    "csourceRegistrations",
    "csourceSubscriptions",
)
_OPEN_TO_ANY = frozenset(
    {
        *(("POST", PREFIX + path) for path in _CREATING),
        ("GET", PREFIX + "info/sourceIdentity"),
        ("GET", CONFORMANCE),
        ("POST", JSONLD_CONTEXTS),
        ("GET", JSONLD_CONTEXTS),
    }
)

_QUERIES = (*with_sources(CONSUMPTION_ROUTES, WAYS), *with_sources(TEMPORAL_ROUTES, WAYS))
_ASK = {route.path: route.endpoint for route in _QUERIES if route.method == "POST"}
"""What snapshots ask: the POSTed queries, by their address."""

_SERVED = with_conformance(
    (
        *with_sources(PROVISION_ROUTES, WAYS),
        *with_sources(CONSUMPTION_ROUTES, WAYS),
        *with_sources(BATCH_ROUTES, WAYS),
        *with_sources(PURGE_ROUTES, WAYS),
        *with_sources(DISCOVERY_ROUTES, WAYS),
        *with_sources(TEMPORAL_ROUTES, WAYS),
        *with_sources(TEMPORAL_PROVISION_ROUTES, WAYS),
        *IDENTITY_ROUTES,
        *heard_first(REGISTRATION_ROUTES),
        *CONTEXT_ROUTES,
        *with_sources(ENTITY_MAP_ROUTES, WAYS),
        *heard_first(REGISTRATION_SUBSCRIPTION_ROUTES),
        *snapshot_routes(_ASK),
        *heard_first(SUBSCRIPTION_ROUTES),
    )
)

NGSI_LD_ROUTES: tuple[Route, ...] = behind_door(_SERVED, _OPEN_TO_ANY)
