"""The NGSI v2 interface as one table, behind the door that its routes share."""

from pinisi.console.heard_first import heard_first
from pinisi.console.http import Route
from pinisi.console.v2_batch import V2_BATCH_ROUTES
from pinisi.console.v2_entities import ENTITIES, V2_ENTITY_ROUTES
from pinisi.console.v2_queries import V2_QUERY_ROUTES
from pinisi.console.v2_registrations import REGISTRATIONS, V2_REGISTRATION_ROUTES
from pinisi.console.v2_request import V2, behind_v2_door
from pinisi.console.v2_subscriptions import SUBSCRIPTIONS, V2_SUBSCRIPTION_ROUTES

_WRITES = (ENTITIES, SUBSCRIPTIONS, REGISTRATIONS, V2 + "/op/update", V2 + "/op/notify")

V2_ROUTES: tuple[Route, ...] = behind_v2_door(
    (
        *V2_ENTITY_ROUTES,
        *V2_QUERY_ROUTES,
        *V2_BATCH_ROUTES,
        *heard_first(V2_SUBSCRIPTION_ROUTES),
        *heard_first(V2_REGISTRATION_ROUTES),
    ),
    frozenset(("POST", path) for path in _WRITES),
)
