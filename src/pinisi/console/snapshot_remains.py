"""Snapshots whose preparation ended with the process that prepared them: they have failed, and their makers hear of it.

On a store that several processes share another one may be at work: there a preparation has its longest time first.
"""

import asyncio

import msgspec
import structlog

from pinisi.console.entity_maps import now_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.snapshots import change
from pinisi.context.snapshot import KIND, Snapshot, decode_snapshot
from pinisi.store.change import StoreUnavailable
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM

LONGEST_PREPARATION = 10 * MINUTE
_log = structlog.get_logger("pinisi.snapshots")


async def give_up_unfinished(house: House) -> None:
    """Note at a start that what was being prepared has failed (5.16.1.4, 5.16.6)."""
    unfinished = [
        (tenant, id)
        for tenant in await house.store.tenants()
        for id, _, body in await house.store.documents(tenant, KIND)
        if decode_snapshot(body).status == "preparing"
    ]
    if unfinished and house.settings.store:
        await asyncio.sleep(LONGEST_PREPARATION / SECOND)
    for tenant, id in unfinished:
        try:
            await _give_up(house, Call("GET", "", principal=SYSTEM, tenant=tenant), id)
        except StoreUnavailable as error:
            _log.warning("the end of a preparation cannot be noted now", snapshot=id, reason=str(error))


async def _give_up(house: House, call: Call, id: str) -> None:
    found = await house.store.document(call.tenant, KIND, id)
    kept = None if found is None else decode_snapshot(found[1])
    if kept is not None and kept.status == "preparing":
        await change(house, call, kept, lambda now: _failed(now, now_of(house, call)))


def _failed(kept: Snapshot, now: Instant) -> Snapshot:
    return kept if kept.status != "preparing" else msgspec.structs.replace(kept, status="failure", modified_at=now)
