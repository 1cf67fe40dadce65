"""The pictures of a periodic subscription (`timeInterval`), of what is held here and at sources (NGSI-LD 5.8.6)."""

from collections.abc import Sequence
from urllib.parse import unquote

import msgspec

from pinisi.console.federated import Warnings
from pinisi.console.federated_gathering import union_of
from pinisi.console.federated_linked_query import said_anew
from pinisi.console.federated_notice import subscriber
from pinisi.console.federated_search import Search, questions_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_identity import alias_of
from pinisi.console.ngsi_ld_request import LIMIT_MOST, Asked, Paging
from pinisi.context.federation.copy_payload import in_terms
from pinisi.context.federation.sources import Asker
from pinisi.context.notification_clock import Elsewhere, query_of
from pinisi.context.problems import NgsiLdError
from pinisi.context.render import View
from pinisi.context.subscription import KIND, Selector, StoredSubscription, Subscription, decode_stored
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.record import Record

_FILTERS = ("scopeQ", "geoQ", "expandValues", "csf")


def elsewhere(house: House) -> Elsewhere:
    """What asks sources for pictures of this house."""

    async def picture(tenant: str, subscription: Subscription) -> Sequence[Record] | None:
        if not subscription.spreads or not house.registrations.any(tenant):
            return None
        document = await house.store.document(tenant, KIND, subscription.id)
        if document is None:
            return None
        stored = decode_stored(document[1])
        table = await _table(house, tenant, stored)
        owner = subscriber(house, tenant, subscription)
        call = Call("POST", "/ngsi-ld/v1/entityOperations/query", principal=owner, tenant=tenant)
        asker = Asker(tenant, alias_of(house, tenant), stored.via or None, {}, table)
        warnings = Warnings(asker)
        search = _search(stored, subscription, table)
        asked_for = questions_of(house, asker, warnings, search)
        if not asked_for:
            return None
        found: list[Record] = []
        while True:
            union = await union_of(house, call, asker, warnings, search, asked_for)
            found += union.records
            if not union.more:
                return found
            page = Paging(LIMIT_MOST, search.page.offset + LIMIT_MOST, False)
            search = msgspec.structs.replace(search, page=page)

    return picture


def _search(stored: StoredSubscription, subscription: Subscription, table: TermTable) -> Search:
    """The subscription as a query."""
    payload = in_terms(stored, table)
    told = {name: payload[name] for name in _FILTERS if name in payload}
    if "q" in payload:
        told["q"] = unquote(payload["q"])
    if "csf" in told:
        told["csf"] = unquote(told["csf"])
    if subscription.split:
        told["splitEntities"] = "true"
    queries = tuple(query_of(subscription, selector) for selector in subscription.selectors or (Selector(),))
    search = Search(queries, Paging(LIMIT_MOST, 0, False), Asked(table, "json"), View(), told)
    return said_anew(search, queries) if subscription.asks_of_links else search


async def _table(house: House, tenant: str, stored: StoredSubscription) -> TermTable:
    try:
        return await house.contexts.resolved(stored.context, tenant)
    except NgsiLdError:
        return CORE_TABLE
