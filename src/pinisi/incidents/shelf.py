"""Brings back what was shelved when its time is over, by the tenant's clock, also over a time the house was shut."""

import asyncio
from collections.abc import Callable

import structlog

from pinisi.incidents.acts import Unshelve
from pinisi.incidents.desk import Desk
from pinisi.incidents.queue import NoSuchIncident, Wanted
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.store.change import StoreUnavailable
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

LOOK_SECONDS = 2.0
MOST = 1_000
_log = structlog.get_logger("pinisi.incidents")


async def tend_shelf(tenant: str, store: Store, desk: Desk, now: Callable[[], Instant]) -> None:
    """For ever. The queue is read only when something has changed since, or something is due."""
    shelf = _Shelf(tenant, store, desk)
    while True:
        try:
            await shelf.look(now())
        except StoreUnavailable as error:
            _log.warning("the shelf waits for the store", tenant=tenant, reason=str(error))
        await asyncio.sleep(LOOK_SECONDS)


class _Shelf:
    def __init__(self, tenant: str, store: Store, desk: Desk) -> None:
        self._tenant = tenant
        self._store = store
        self._desk = desk
        self._seen: Position = -1
        self._ends: dict[str, Instant] = {}

    async def look(self, now: Instant) -> None:
        position = await self._store.position(self._tenant)
        if position != self._seen:
            wanted = Wanted(states=("shelved",))
            cases, _ = await self._desk.queue.cases(self._tenant, wanted, EVERYTHING, limit=MOST)
            self._ends = {case.entity.id: case.record.until for case in cases}
            self._seen = position
        for id in [id for id, until in self._ends.items() if until <= now]:
            del self._ends[id]
            await self._bring_back(id, now)

    async def _bring_back(self, id: str, now: Instant) -> None:
        try:
            await self._desk.act(self._tenant, id, Unshelve(), SYSTEM, now)
        except (NoSuchIncident, ActDoesNotFit):
            return
