"""What the house does for itself once an hour: history and log are cut back to what the city keeps."""

import asyncio
from collections.abc import Callable

import structlog

from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY, Instant

EVERY_SECONDS = 3600
_log = structlog.get_logger("pinisi.care")


async def take_care(store: SqliteStore, now: Callable[[], Instant], history_days: int, log_days: int) -> None:
    """Apply retention to every tenant of the city, for ever; what was done to accounts stays on record."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        for tenant in await store.tenants():
            if tenant.startswith("_"):
                continue
            values, entries = await store.retain(tenant, now() - history_days * DAY, now() - log_days * DAY)
            if values or entries:
                _log.info("retention", tenant=tenant, values=values, entries=entries)
