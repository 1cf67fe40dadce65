"""Linked entities in notifications: what is shown of them, and what a filter asks of them (NGSI-LD 4.5.23, 4.9).

Both are looked up when the notification is written, under the grants that the subscription's owner has then.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.linked_entities import inline_document
from pinisi.context.linked_filter import LINKED_MOST, resolved
from pinisi.context.linked_walk import Fetch, SeenEntity, linked
from pinisi.context.problems import TooManyResults
from pinisi.context.render import View, entity_document
from pinisi.context.subscription import Subscription
from pinisi.context.term_table import TermTable
from pinisi.store.match import compile_query
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.seen import projection_of
from pinisi.vocabulary.principal import WHOLE, Grants

Document = dict[str, Any]
_MEMBERS = ("entity", "entityList")


LinksElsewhere = Callable[[str, Subscription, TermTable], Fetch | None]
"""Tenant, subscription, terms -> what fetches linked entities from wherever they are; None: all there is is here."""


class Links:
    def __init__(self, store: Store, elsewhere: LinksElsewhere | None = None) -> None:
        self._store = store
        self._elsewhere = elsewhere

    async def fit(self, tenant: str, subscription: Subscription, root: SeenEntity, grants: Grants) -> bool:
        """Whether the entities that it is linked with are as the filter asks.

        Raises:
            StoreUnavailable: nobody knows.
        """

        async def find(query: EntityQuery) -> Sequence[str]:
            page = await self._store.find(tenant, query, grants, limit=LINKED_MOST)
            return [record.id for record in page.records]

        if subscription.filter is None or not subscription.asks_of_links:
            return True
        filter = await resolved(subscription.filter, find)
        return compile_query(EntityQuery(filter=filter))(root[0], root[1].attributes)

    async def documents(
        self,
        tenant: str,
        subscription: Subscription,
        document: Document,
        root: SeenEntity,
        view: View,
        table: TermTable,
        grants: Grants,
    ) -> list[Document]:
        """The entity's document with what it is linked with: inside of it, or as further documents.

        Raises:
            StoreUnavailable: they cannot be read.
        """

        async def fetch(ids: Mapping[str, frozenset[str]]) -> dict[str, SeenEntity]:
            page = await self._store.find(tenant, EntityQuery(ids=tuple(ids)), grants, limit=len(ids))
            return {record.id: (record.entity, projection_of(record, grants) or WHOLE) for record in page.records}

        how = subscription.notification.join
        if how is None:
            return [document]
        further = None if self._elsewhere is None else self._elsewhere(tenant, subscription, table)
        try:
            known, shown = await linked(further or fetch, [root], view, how.level)
        except TooManyResults:
            return [document]
        if how.way == "flat":
            return [
                document,
                *(entity_document(known[id][0], table, below, known[id][1]) for id, below in shown.items()),
            ]
        full = inline_document(*root, view, table, known, how.level, frozenset())
        return [{name: _with_links(shown_so, full.get(name)) for name, shown_so in document.items()}]


def _with_links(member: Any, full: Any) -> Any:
    """What is shown of an attribute, its previous values among it, and the linked entities of the full one."""
    if is_list(member) and is_list(full) and len(member) == len(full):
        return [_with_links(one, other) for one, other in zip(member, full, strict=True)]
    if is_object(member) and is_object(full) and "type" in member:
        return member | {name: full[name] for name in _MEMBERS if name in full}
    return member if full is None else full
