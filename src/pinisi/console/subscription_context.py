"""The @context of notifications in plain JSON: it needs an address to be named by (NGSI-LD 5.13.1, 6.3.8)."""

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.context.context_address import context_path
from pinisi.context.notification_envelope import link_of
from pinisi.context.snapshot import INNER
from pinisi.context.subscription import StoredSubscription


async def with_context_address(house: House, call: Call, stored: StoredSubscription) -> StoredSubscription:
    """The subscription with `jsonldContext`, where its own @context has no address that a Link header could name.

    In a snapshot nothing is hosted: there names are told as full IRIs.

    Raises:
        BadRequestData: no more contexts can be hosted in the tenant.
    """
    accept = stored.payload["notification"]["endpoint"].get("accept", "application/json")
    if "jsonldContext" in stored.payload or accept == "application/ld+json":
        return stored
    if call.tenant.startswith(INNER):
        return stored
    if link_of(house.contexts.table(stored.context, call.tenant)) is not None:
        return stored
    implicit = await house.context_storage.implicit(call.tenant, stored.context, call.principal)
    address = house.address.reached_by(call) + context_path(implicit.id)
    return msgspec.structs.replace(stored, payload=stored.payload | {"jsonldContext": address})
