"""Entities and attributes that end by themselves (NGSI-LD 4.22): they end when their `expiresAt` is over, asked or not.

What ends stays in history: the Time page shows it as it was.
"""

import asyncio
import contextlib

from pinisi.store.change import StoreUnavailable
from pinisi.store.protocol import Store

SWEEP_SECONDS = 1.0


async def sweep(store: Store, seconds: float = SWEEP_SECONDS) -> None:
    """Let the store take away what is over, for ever: subscribers and the console hear of it though nobody asks."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            for tenant in await store.tenants():
                await store.end_what_is_due(tenant)
        await asyncio.sleep(seconds)
