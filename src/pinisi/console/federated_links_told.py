"""Linked entities in notifications, wherever they are (NGSI-LD 4.5.23), under the grants of the subscriber."""

from pinisi.console.federated_links import LinkedEntities
from pinisi.console.federated_notice import subscriber
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.context.linked_walk import Fetch
from pinisi.context.notified_links import LinksElsewhere
from pinisi.context.render import View
from pinisi.context.subscription import Subscription
from pinisi.context.term_table import TermTable


def links_of(house: House) -> LinksElsewhere:
    """What fetches linked entities for notifications of this house."""

    def links(tenant: str, subscription: Subscription, table: TermTable) -> Fetch | None:
        if not subscription.spreads or not house.registrations.any(tenant):
            return None
        owner = subscriber(house, tenant, subscription)
        call = Call("GET", "/ngsi-ld/v1/entities", principal=owner, tenant=tenant)
        return LinkedEntities(house, call, table, View(datasets=subscription.datasets))

    return links
