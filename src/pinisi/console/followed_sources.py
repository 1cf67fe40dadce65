"""Of every subscription to entities that others take part in, the subscription to their registrations (5.8.1.4).

The house follows registrations by itself, so that this subscription is not kept but follows from the other: it is shown
where the tenant has registrations, and comes, changes and goes with its subscription.
"""

from collections.abc import Sequence
from typing import Any

from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_request import Asked
from pinisi.context.json_members import Payload
from pinisi.context.subscription import KIND, decode_stored
from pinisi.context.subscription_index import Entry
from pinisi.context.subscription_text import shown

ENDING = ":sources"
HERE = "urn:pinisi:copies-of-subscriptions"
"""Who is notified: this house, over no wire."""
_MEMBERS = ("entities", "watchedAttributes", "geoQ", "scopeQ", "csf", "datasetId", "isActive", "expiresAt", "status")


def following(house: House, call: Call) -> Sequence[Entry]:
    """The subscriptions of the caller that follow registrations; all, where he may change everything."""
    if not house.registrations.any(call.tenant):
        return ()
    return [
        entry
        for entry in house.subscriptions.all(call.tenant)
        if entry.subscription.spreads and (entry.subscription.owner == call.principal.id or call.grants.writes_all)
    ]


def followed_by(house: House, call: Call, id: str) -> Entry | None:
    """The subscription that such a one belongs to, by its id."""
    if not id.endswith(ENDING):
        return None
    wanted = id.removesuffix(ENDING)
    return next((entry for entry in following(house, call) if entry.subscription.id == wanted), None)


async def followed_document(house: House, call: Call, wish: Asked, entry: Entry) -> Payload | None:
    """It as an answer; None: its subscription is gone."""
    found = await house.store.document(call.tenant, KIND, entry.subscription.id)
    if found is None:
        return None
    whole = shown(decode_stored(found[1]), entry.subscription, entry.state, wish.table, house.now())
    document: dict[str, Any] = {"id": entry.subscription.id + ENDING, "type": "Subscription"}
    document |= {name: whole[name] for name in _MEMBERS if name in whole}
    notification: dict[str, Any] = {"endpoint": {"uri": HERE, "accept": "application/json"}}
    if "attributes" in whole["notification"]:
        notification["attributes"] = whole["notification"]["attributes"]
    return document | {"notification": notification}
