"""Snapshots go when their time is over, not when somebody next looks (NGSI-LD 5.2.41, 5.16.6).

What is to come is read from the store at the start, so that it outlives a restart: what ended meanwhile ends then.
Where several processes share a store each of them looks, and the first to remove a snapshot tells its end.
"""

import asyncio

import structlog

from pinisi.console.entity_maps import now_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.snapshots import let_end
from pinisi.context.snapshot import KIND, decode_snapshot
from pinisi.context.snapshot_places import SnapshotPlace
from pinisi.store.change import StoreUnavailable
from pinisi.vocabulary.instant import MILLISECOND, SECOND
from pinisi.vocabulary.principal import SYSTEM

LOOK_AGAIN = 60.0
"""Seconds until ends are looked at anew: a tenant's clock may be set, or run otherwise than ours."""
TRY_AGAIN = 5.0
"""Seconds until a store that could not be written is tried again."""
_log = structlog.get_logger("pinisi.snapshots")


async def keep_ends(house: House) -> None:
    """Let every snapshot go at its end, as long as the house is open."""
    places = house.snapshot_places
    while True:
        places.moved.clear()
        left = [await _look_at(house, place) for place in places.all()]
        try:
            async with asyncio.timeout(min(left, default=None)):
                await places.moved.wait()
        except TimeoutError:
            continue


async def _look_at(house: House, place: SnapshotPlace) -> float:
    """Let a snapshot go that is over; otherwise the seconds after which it is to be looked at again."""
    call = Call("DELETE", "", principal=SYSTEM, tenant=place.tenant)
    left = (place.expires_at - now_of(house, call) + MILLISECOND) / SECOND
    if left > 0:
        return min(left, LOOK_AGAIN)
    try:
        found = await house.store.document(place.tenant, KIND, place.id)
        kept = None if found is None else decode_snapshot(found[1])
        if kept is None or kept.tenant != place.inner:
            house.snapshot_places.drop(place.inner)
            return LOOK_AGAIN
        await let_end(house, call, kept)
    except StoreUnavailable as error:
        _log.warning("the end of a snapshot cannot be written now", snapshot=place.id, reason=str(error))
    return TRY_AGAIN
