"""A notification that somebody asks for, to see whether its receiver takes it. It is owed by nobody and sent once."""

import msgspec

from pinisi.context.delivery import Delivery, Receipt
from pinisi.context.notification_clock import as_debt, picture, query_of
from pinisi.context.post import Sealed
from pinisi.context.subscription import Selector, Subscription
from pinisi.store.debt import Debt
from pinisi.store.protocol import Store
from pinisi.store.query import AnyOf, TypeIs
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grants

MARK = b"Pinisi-Trial: true\r\n"
"""The header by which an HTTP receiver can tell a trial from a change."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: `entities` is how many stood in it (0: nothing matches now, and the list was empty)."""

    receipt: Receipt
    entities: int
    seconds: float


def marked(sealed: Sealed) -> Sealed:
    """The same notification, said to be a trial; over MQTT there is nothing that could say it."""
    if isinstance(sealed, Delivery):
        return sealed.saying(MARK)
    return sealed


async def one_that_matches(
    store: Store, tenant: str, subscription: Subscription, grants: Grants, now: Instant
) -> list[Debt]:
    """One entity of today that the subscription asks for and its owner may see, as if it had just changed."""
    if subscription.registrations is not None:
        return [picture(subscription.key, now)]
    for selector in subscription.selectors or (Selector(),):
        query = query_of(subscription, selector)
        if selector.type_pattern is not None:
            known = [iri for iri in await store.type_counts(tenant, grants) if selector.fits_types((iri,))]
            query = msgspec.structs.replace(query, types=AnyOf(tuple(map(TypeIs, known))))
        page = await store.find(tenant, query, grants, limit=1, offset=0)
        for record in page.records:
            return [as_debt(subscription.key, record, now)]
    return []
