"""What the house does for itself once an hour: the audit trail is signed, history and log are cut back."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from pinisi.runtime.freed_memory import give_back
from pinisi.runtime.recording import REPLAY
from pinisi.store.change import StoreUnavailable
from pinisi.vocabulary.instant import DAY, Instant

if TYPE_CHECKING:
    from pinisi.store.opening import AnyStore

FIRST_SECONDS = 60
EVERY_SECONDS = 3600
_log = structlog.get_logger("pinisi.care")


async def take_care(store: "AnyStore", now: Callable[[], Instant], history_days: int, log_days: int) -> None:
    """Apply retention to every tenant of the city, for ever; first soon after the start."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        for tenant in await store.tenants():
            try:
                await care_for(store, tenant, now(), history_days, log_days)
            except StoreUnavailable as error:
                _log.warning("retention has to wait", tenant=tenant, reason=str(error))
        await rest(store)
        await asyncio.sleep(EVERY_SECONDS)


async def rest(store: "AnyStore") -> None:
    """Let go of what bulk work left in memory."""
    with contextlib.suppress(StoreUnavailable):
        await store.rest()
    give_back()


async def care_for(store: "AnyStore", tenant: str, now: Instant, history_days: int, log_days: int) -> None:
    """Apply retention to one tenant; what was done to accounts (tenants that begin with `_`) stays on record.

    A replay lives in the past, and goes as a whole.

    Raises:
        StoreUnavailable: the disk is full, or cannot be written.
    """
    if tenant.startswith(("_", REPLAY)):
        return
    values, entries = await store.retain(tenant, now - history_days * DAY, now - log_days * DAY)
    if values or entries:
        _log.info("retention", tenant=tenant, values=values, entries=entries)


async def keep_sealed(store: "AnyStore") -> None:
    """Sign the audit trail of every tenant once an hour, for ever."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await seal_all(store)


async def seal_all(store: "AnyStore") -> None:
    """Sign what was added to each tenant's trail. A replay keeps none."""
    for tenant in await store.tenants():
        if tenant.startswith(REPLAY):
            continue
        try:
            await store.seal(tenant)
        except StoreUnavailable as error:
            _log.warning("the audit trail could not be signed", tenant=tenant, reason=str(error))
