"""Reading what is owed from the store, page by page."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from pinisi.store.debt import Debt, LetterQuery
from pinisi.store.log import Position
from pinisi.store.protocol import Store

Fetch = Callable[[Position, int], Awaitable[Sequence[Debt]]]
"""After a position, at most so many -> debts in order of position."""


def debt_pages(store: Store, tenant: str, after: Position, size: int) -> AsyncGenerator[Sequence[Debt]]:
    """What is owed after a position, in pages that hold all debts of each position they name.

    Raises:
        StoreUnavailable: it cannot be read now.
    """
    return _pages(lambda place, limit: store.debts(tenant, after=place, limit=limit), after, size)


def letter_pages(
    store: Store, tenant: str, query: LetterQuery, after: Position, size: int
) -> AsyncGenerator[Sequence[Debt]]:
    """The same of what was given up. Raises as `debt_pages`."""
    return _pages(lambda place, limit: store.letters(tenant, query, after=place, limit=limit), after, size)


async def _pages(fetch: Fetch, after: Position, size: int) -> AsyncGenerator[Sequence[Debt]]:
    limit = size
    while True:
        debts = await fetch(after, limit)
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
