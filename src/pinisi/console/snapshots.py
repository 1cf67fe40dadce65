"""Snapshots in the store: each a tenant of its own, which only its maker reaches, as long as his rights stay the same.

A snapshot is to be worked with (5.5.15: the operations on it are those of the core), so that its entities are copied
into a tenant whose name no request can say. It holds what its maker saw. It ends by its own time, or gives way where a
tenant has too many: the least important first, of these the one that was used the longest ago.
"""

from collections.abc import Callable, Sequence

import msgspec

from pinisi.console.entity_maps import now_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.context.problems import ResourceNotFound
from pinisi.context.snapshot import KIND, Snapshot, decode_snapshot
from pinisi.context.snapshot_notice import (
    StatusNotice,
    decode_notice,
    encode_notice,
    notice_id,
    notice_key,
    notice_of,
    told_of,
)
from pinisi.context.snapshot_places import place_of
from pinisi.context.subscription import STATE_KIND, STATUS
from pinisi.store.change import Change, DocumentChange, VersionConflict
from pinisi.vocabulary.instant import DAY, MILLISECOND, MINUTE, Instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

SNAPSHOTS_MOST = 32
NOTICE_OUTLIVES = 2 * DAY
"""How long who heard of a snapshot is known after its end: longer than a notification is tried (`Limits.give_up`)."""
_encode = msgspec.json.Encoder().encode


async def all_snapshots(house: House, call: Call) -> list[Snapshot]:
    """Those of the tenant, whoever made them; what is over goes."""
    now = now_of(house, call)
    living: list[Snapshot] = []
    for _, _, body in await house.store.documents(call.tenant, KIND):
        kept = decode_snapshot(body)
        if kept.expires_at <= now:
            await let_end(house, call, kept)
        else:
            living.append(kept)
    await _forget_notices(house, call, now)
    return living


async def _forget_notices(house: House, call: Call, now: Instant) -> None:
    """Those of snapshots that are gone for so long that nothing more is owed of them."""
    for entry in house.subscriptions.notices(call.tenant):
        found = await house.store.document(call.tenant, STATUS, entry.subscription.id)
        notice = None if found is None else decode_notice(found[1])
        if notice is None or (notice.gone_at and notice.gone_at + NOTICE_OUTLIVES < now):
            key = entry.subscription.key
            changes = (DocumentChange(STATUS, entry.subscription.id, None), DocumentChange(STATE_KIND, key, None))
            await house.store.apply(call.tenant, changes, call.principal)
            house.subscriptions.drop(call.tenant, key)


def is_his(kept: Snapshot, call: Call) -> bool:
    """Whether the caller made it, and sees and may do now what he did then."""
    return kept.maker == call.principal.id and kept.grants == call.grants


async def snapshot_of(house: House, call: Call, id: str) -> Snapshot:
    """The caller's snapshot.

    Raises:
        ResourceNotFound: there is none, or its time is over.
    """
    found = await house.store.document(call.tenant, KIND, id)
    kept = None if found is None else decode_snapshot(found[1])
    if kept is not None and kept.expires_at <= now_of(house, call):
        await let_end(house, call, kept)
        kept = None
    if kept is None or not is_his(kept, call):
        raise ResourceNotFound(f"there is no snapshot {id[:200]}")
    return kept


async def is_taken(house: House, call: Call, id: str) -> bool:
    return await house.store.document(call.tenant, KIND, id) is not None


async def change(house: House, call: Call, kept: Snapshot, how: Callable[[Snapshot], Snapshot]) -> Snapshot | None:
    """Change a snapshot as it is now; None: it is gone."""
    while True:
        found = await _present(house, call, kept)
        if found is None:
            return None
        version, now_kept = found
        changed = how(now_kept)
        try:
            await keep(house, call, changed, expected=version)
        except VersionConflict:
            continue
        return changed


async def _present(house: House, call: Call, kept: Snapshot) -> tuple[int, Snapshot] | None:
    """The same snapshot as it is now, not another one that has its id meanwhile; and its version."""
    found = await house.store.document(call.tenant, KIND, kept.id)
    now_kept = None if found is None else decode_snapshot(found[1])
    if found is None or now_kept is None or now_kept.tenant != kept.tenant:
        return None
    return found[0], now_kept


async def keep(house: House, call: Call, kept: Snapshot, *, expected: int) -> None:
    """Write a snapshot's status, and owe a notification of it to who hears of it (5.16.6); of a new one nothing yet.

    Args:
        expected: the version that it follows; 0: it is new.

    Raises:
        VersionConflict: it is new, and another has its id; or it has changed.
    """
    changes: list[Change] = [DocumentChange(KIND, kept.id, _encode(kept), expected=expected)]
    notice = notice_of(kept)
    if notice is not None:
        house.subscriptions.put(call.tenant, notice.subscription)
        changes.append(_noted(notice, None if expected == 0 else told_of(kept)))
    elif (key := notice_key(kept)) and house.subscriptions.get(call.tenant, key) is not None:
        house.subscriptions.drop(call.tenant, key)
        changes += (DocumentChange(STATUS, notice_id(kept), None), DocumentChange(STATE_KIND, key, None))
    await house.store.apply(call.tenant, changes, call.principal)
    house.snapshot_places.put(place_of(call.tenant, kept))


def _noted(notice: StatusNotice, told: bytes | None) -> DocumentChange:
    owed = () if told is None else (notice.subscription.key,)
    return DocumentChange(STATUS, notice.id, encode_notice(notice), owed=owed, told=told)


async def make_room(house: House, call: Call) -> None:
    """Let snapshots go until one more has room."""
    living = await all_snapshots(house, call)
    for kept in _giving_way(living):
        await let_go(house, call, kept)


def _giving_way(living: Sequence[Snapshot]) -> Sequence[Snapshot]:
    order = sorted(living, key=lambda one: (one.priority, one.used_at))
    return order[: max(0, len(living) + 1 - SNAPSHOTS_MOST)]


async def let_go(house: House, call: Call, kept: Snapshot) -> None:
    """Delete a snapshot with all that is in it. Who hears of its status is told once that it is gone."""
    await _let_go(house, call, kept, lambda _: True)


async def let_end(house: House, call: Call, kept: Snapshot) -> None:
    """The same where its time is over, unless somebody has given it more of it."""
    await _let_go(house, call, kept, lambda now_kept: now_kept.expires_at <= now_of(house, call))


async def _let_go(house: House, call: Call, kept: Snapshot, may_go: Callable[[Snapshot], bool]) -> None:
    while (found := await _present(house, call, kept)) is not None and may_go(found[1]):
        try:
            await _remove(house, call, *found)
        except VersionConflict:
            continue
        await empty(house, kept.tenant)
        return


async def _remove(house: House, call: Call, version: int, kept: Snapshot) -> None:
    """Raises `VersionConflict` where it has changed."""
    now = now_of(house, call)
    gone = msgspec.structs.replace(kept, expires_at=min(kept.expires_at, now - MILLISECOND))
    changes: list[Change] = [DocumentChange(KIND, kept.id, None, expected=version)]
    notice = notice_of(kept, gone_at=now)
    if notice is not None:
        changes.append(_noted(notice, told_of(gone)))
    await house.store.apply(call.tenant, changes, call.principal)


async def empty(house: House, tenant: str) -> None:
    """Nothing is left of what was in a snapshot, its subscriptions included."""
    house.snapshot_places.drop(tenant)
    house.subscriptions.forget(tenant)
    await house.notifier.forget(tenant)
    await house.store.erase(tenant)


async def note_use(house: House, call: Call, kept: Snapshot) -> None:
    """Note when it was used last, to the minute: a reading is no writing."""
    now: Instant = now_of(house, call)
    if now - kept.used_at >= MINUTE:
        found = await house.store.document(call.tenant, KIND, kept.id)
        if found is None:
            return
        change = DocumentChange(
            KIND, kept.id, _encode(msgspec.structs.replace(decode_snapshot(found[1]), used_at=now)), expected=found[0]
        )
        try:
            await house.store.apply(call.tenant, [change], call.principal)
        except VersionConflict:
            return


def upon(call: Call) -> Principal:
    """The caller as he acts upon a snapshot of his: what is in it is his to see and to change."""
    return msgspec.structs.replace(call.principal, grants=EVERYTHING)


def within(call: Call, kept: Snapshot) -> Call:
    """The same request, about the snapshot alone."""
    return Call(
        call.method,
        call.path,
        principal=upon(call),
        tenant=kept.tenant,
        query_string=call.query_string,
        headers={name: value for name, value in call.headers.items() if name != b"ngsild-snapshot"},
        body=call.body,
        params=call.params,
        address=call.address,
    )
