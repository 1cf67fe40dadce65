"""Snapshots in the store: each a tenant of its own, which only its maker reaches, as long as his rights stay the same.

A snapshot is to be worked with (5.5.15: the operations on it are those of the core), so that its entities are copied
into a tenant whose name no request can say. It holds what its maker saw. It ends by its own time, or gives way where a
tenant has too many: the least important first, of these the one that was used the longest ago.
"""

from collections.abc import Sequence

import msgspec

from pinisi.console.entity_maps import now_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.context.problems import ResourceNotFound
from pinisi.context.snapshot import Snapshot
from pinisi.store.protocol import DocumentChange, VersionConflict
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

KIND = "snapshot"
SNAPSHOTS_MOST = 32
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Snapshot).decode


async def all_snapshots(house: House, call: Call) -> list[Snapshot]:
    """Those of the tenant, whoever made them; what is over goes."""
    now = now_of(house, call)
    living: list[Snapshot] = []
    for _, _, body in await house.store.documents(call.tenant, KIND):
        kept = _decode(body)
        if kept.expires_at <= now:
            await let_go(house, call, kept)
        else:
            living.append(kept)
    return living


def is_his(kept: Snapshot, call: Call) -> bool:
    """Whether the caller made it, and sees and may do now what he did then."""
    return kept.maker == call.principal.id and kept.grants == call.grants


async def snapshot_of(house: House, call: Call, id: str) -> Snapshot:
    """The caller's snapshot.

    Raises:
        ResourceNotFound: there is none, or its time is over.
    """
    found = await house.store.document(call.tenant, KIND, id)
    kept = None if found is None else _decode(found[1])
    if kept is not None and kept.expires_at <= now_of(house, call):
        await let_go(house, call, kept)
        kept = None
    if kept is None or not is_his(kept, call):
        raise ResourceNotFound(f"there is no snapshot {id[:200]}")
    return kept


async def is_taken(house: House, call: Call, id: str) -> bool:
    return await house.store.document(call.tenant, KIND, id) is not None


async def keep(house: House, call: Call, kept: Snapshot, *, new: bool = False) -> None:
    """Write a snapshot's status.

    Raises:
        VersionConflict: it is new, and another has its id.
    """
    change = DocumentChange(KIND, kept.id, _encode(kept), expected=0 if new else None)
    await house.store.apply(call.tenant, [change], call.principal)


async def make_room(house: House, call: Call) -> None:
    """Let snapshots go until one more has room."""
    living = await all_snapshots(house, call)
    for kept in _giving_way(living):
        await let_go(house, call, kept)


def _giving_way(living: Sequence[Snapshot]) -> Sequence[Snapshot]:
    order = sorted(living, key=lambda one: (one.priority, one.used_at))
    return order[: max(0, len(living) + 1 - SNAPSHOTS_MOST)]


async def let_go(house: House, call: Call, kept: Snapshot) -> None:
    """Delete a snapshot with all that is in it."""
    await house.store.apply(call.tenant, [DocumentChange(KIND, kept.id, None)], call.principal)
    await house.store.erase(kept.tenant)


async def note_use(house: House, call: Call, kept: Snapshot) -> None:
    """Note when it was used last, to the minute: a reading is no writing."""
    now: Instant = now_of(house, call)
    if now - kept.used_at >= MINUTE:
        found = await house.store.document(call.tenant, KIND, kept.id)
        if found is None:
            return
        change = DocumentChange(
            KIND, kept.id, _encode(msgspec.structs.replace(_decode(found[1]), used_at=now)), expected=found[0]
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
