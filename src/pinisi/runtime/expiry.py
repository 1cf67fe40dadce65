"""Entities that end by themselves: what a service declares as `passing` ends when its `expiresAt` is over.

It stays in history: the Time page shows it as it was.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from pinisi.store.protocol import Edit, EntityChange, Store, StoreUnavailable
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

LOOK_SECONDS = 20.0
MOST = 50_000
BATCH = 250
_log = structlog.get_logger("pinisi.sources")


async def watch_expiry(store: Store, tenant: str, types: Sequence[str], now: Callable[[], Instant]) -> None:
    """End what is over, for ever. `types` are IRIs."""
    while True:
        try:
            await end_what_is_over(store, tenant, types, now())
        except StoreUnavailable as error:
            _log.warning("what is over has to wait", tenant=tenant, reason=str(error))
        await asyncio.sleep(LOOK_SECONDS)


async def end_what_is_over(store: Store, tenant: str, types: Sequence[str], now: Instant) -> int:
    """How many ended.

    Raises:
        StoreUnavailable: the disk is full, or cannot be written.
    """
    ended: list[EntityChange] = []
    for type in types:
        page = await store.find(tenant, EntityQuery(types=TypeIs(type)), EVERYTHING, limit=MOST)
        ended += [EntityChange(record.id, ending(now)) for record in page.records if is_over(record.entity, now)]
    for start in range(0, len(ended), BATCH):
        await store.apply(tenant, ended[start : start + BATCH], SYSTEM)
    return len(ended)


def ending(known: Instant) -> Callable[[Entity | None, Instant], Edit]:
    """Deletes an entity that is still over when it is met."""

    def transform(old: Entity | None, _now: Instant) -> Edit:
        return Edit(None if old is None or is_over(old, known) else old)

    return transform


def is_over(entity: Entity, now: Instant) -> bool:
    try:
        return entity.expires_at is not None and parse_instant(entity.expires_at) <= now
    except NotAnInstant:
        return False
