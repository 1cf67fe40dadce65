"""Operations answered from what a process has learnt by heart: it hears first of what others were told is kept.

Subscriptions and registrations lie in the memory of each process. Others tell it of theirs some milliseconds after they
were acknowledged; who asks meanwhile must not be told that they are not there.
"""

from collections.abc import Iterable

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply, Route


def heard_first(routes: Iterable[Route]) -> tuple[Route, ...]:
    """The routes, each of which hears of the whole log of its tenant before it begins."""
    return tuple(msgspec.structs.replace(route, endpoint=_after_hearing(route.endpoint)) for route in routes)


async def hear(house: House, call: Call) -> None:
    """Know all documents that were acknowledged before now, whichever process wrote them."""
    await house.store.position(call.tenant)


def _after_hearing(inner: Endpoint) -> Endpoint:
    async def endpoint(house: House, call: Call) -> Reply:
        await hear(house, call)
        return await inner(house, call)

    return endpoint
