"""What was before a change: read from history, for those subscriptions that show it."""

from collections.abc import Mapping

import msgspec

from pinisi.store.debt import Debt
from pinisi.store.history import HistoryQuery, Moment
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.principal import Grants

_MOMENTS = 1_000


class Previous(msgspec.Struct, frozen=True):
    """One instance of an attribute as it was. `gone`: this change deleted it. `known` False: its value is not known."""

    instance: Instance
    gone: bool
    known: bool = True


Before = Mapping[tuple[str, str | None], Previous]
"""Attribute IRI and datasetId -> what was there before the change, of all that the change touched."""
NOTHING_BEFORE: Before = {}


class Past:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def before(self, tenant: str, debt: Debt, grants: Grants) -> Before:
        """The instances that the change replaced or deleted, as far as the reader may see them."""
        query = HistoryQuery(attributes=debt.attributes, by="received", until=debt.time + 1, last=_MOMENTS)
        stories = await self._store.stories(tenant, (debt.subject,), query, grants)
        touched: set[tuple[str, str | None]] = set()
        gone: set[tuple[str, str | None]] = set()
        newest: dict[tuple[str, str | None], Moment] = {}
        for moment in stories[0].moments if stories else ():
            place = (moment.attribute, moment.dataset)
            if moment.position == debt.position:
                touched.add(place)
                if moment.instance is None:
                    gone.add(place)
            elif moment.position < debt.position:
                known = newest.get(place)
                if known is None or known.position < moment.position:
                    newest[place] = moment
        return {
            place: Previous(moment.instance, place in gone)
            for place, moment in newest.items()
            if place in touched and moment.instance is not None
        }
