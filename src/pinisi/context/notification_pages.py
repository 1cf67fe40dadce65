"""Reading what is owed from the store, page by page."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pinisi.store.protocol import Debt, Position, Store


async def debt_pages(store: Store, tenant: str, after: Position, size: int) -> AsyncIterator[Sequence[Debt]]:
    """What is owed after a position, in pages that hold all debts of each position they name.

    Raises:
        StoreUnavailable: it cannot be read now.
    """
    limit = size
    while True:
        debts = await store.debts(tenant, after=after, limit=limit)
        whole = _whole_positions(debts, limit)
        if debts and not whole:
            limit *= 4
            continue
        if whole:
            yield whole
            after = whole[-1].position
        if len(debts) < limit:
            return
        limit = size
        await asyncio.sleep(0)


def _whole_positions(debts: Sequence[Debt], limit: int) -> Sequence[Debt]:
    """A page without its last position, of which a full page may hold only a part."""
    if len(debts) < limit:
        return debts
    last = debts[-1].position
    return [debt for debt in debts if debt.position != last]
