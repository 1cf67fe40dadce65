"""Readings that take more than one question, so that what others write between two of them spoils none.

A store gives what it finds in order of first creation: what goes moves all that came after it one place forward.
"""

from collections.abc import AsyncIterator, Sequence

from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.record import Record
from pinisi.vocabulary.principal import Grants

_TRIES = 5


async def newest(
    store: Store, tenant: str, query: EntityQuery, grants: Grants, *, limit: int, offset: int = 0
) -> tuple[Sequence[Record], int]:
    """Those that were created last, in order of first creation, and how many there are.

    Counted and read again where something came or went between the two, a few times.

    Args:
        offset: how many of the very last are left out.
    """
    total = (await store.find(tenant, query, grants, limit=0, count=True)).count or 0
    tries = 0
    while (many := min(limit, total - offset)) > 0:
        page = await store.find(tenant, query, grants, limit=many, offset=total - offset - many, count=True)
        before, total = total, page.count or 0
        tries += 1
        if before == total or tries == _TRIES:
            return page.records, total
    return (), total


async def every(
    store: Store, tenant: str, query: EntityQuery, grants: Grants, *, at_once: int
) -> AsyncIterator[Sequence[Record]]:
    """All that are there from the beginning to the end of the reading, each once, `at_once` (2 or more) at a time.

    Each question begins with the last that is known: where another one stands there, something before it has gone, and
    it is looked for further to the front.
    """
    known: set[str] = set()
    offset = 0
    while True:
        page = await store.find(tenant, query, grants, limit=at_once, offset=offset)
        if offset and (not page.records or page.records[0].id not in known):
            offset = max(0, offset - at_once)
            continue
        fresh = [record for record in page.records if record.id not in known]
        known.update(record.id for record in fresh)
        if fresh:
            yield fresh
        if len(page.records) < at_once:
            return
        offset += at_once - 1
