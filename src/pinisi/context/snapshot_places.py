"""Where the snapshots of one process are: each in a tenant of its own, whose name nobody is told (NGSI-LD 5.5.15).

What is told of a snapshot to the outside names the tenant that it was taken in, and the snapshot (6.3.22). What is in
it is seen by its maker, as long as his grants there are what they were.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

from pinisi.context.snapshot import KIND, Snapshot, decode_snapshot
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Grants


class GrantsOf(Protocol):
    def __call__(self, principal: str, tenant: str = "") -> Grants | None: ...


class SnapshotPlace(msgspec.Struct, frozen=True):
    """Of one snapshot: `inner` is the tenant of what is in it, `tenant` the one it was taken in.

    `expires_at`: when its time is over, by the clock of `tenant`.
    """

    inner: str
    tenant: str
    id: str
    maker: str
    grants: Grants
    expires_at: Instant


def place_of(tenant: str, kept: Snapshot) -> SnapshotPlace:
    return SnapshotPlace(kept.tenant, tenant, kept.id, kept.maker, kept.grants, kept.expires_at)


class SnapshotPlaces:
    def __init__(self, grants_of: GrantsOf) -> None:
        """`grants_of`: what a principal may see now, in a tenant that is no snapshot."""
        self._grants_of = grants_of
        self._places: dict[str, SnapshotPlace] = {}
        self.moved = asyncio.Event()
        """Set at each new or changed place; who waits for it clears it."""

    async def load(self, store: Store) -> None:
        for tenant in await store.tenants():
            for _, _, body in await store.documents(tenant, KIND):
                self.put(place_of(tenant, decode_snapshot(body)))

    async def learn(self, store: Store, tenant: str, id: str) -> str | None:
        """Take in what another process wrote of a snapshot; the inner tenant of one that has gone."""
        found = await store.document(tenant, KIND, id)
        if found is not None:
            self.put(place_of(tenant, decode_snapshot(found[1])))
            return None
        gone = next((one for one in self._places.values() if (one.tenant, one.id) == (tenant, id)), None)
        return None if gone is None else gone.inner

    def put(self, place: SnapshotPlace) -> None:
        known = self._places.get(place.inner)
        self._places[place.inner] = place
        if known is None or known.expires_at != place.expires_at:
            self.moved.set()

    def drop(self, inner: str) -> None:
        self._places.pop(inner, None)

    def all(self) -> Sequence[SnapshotPlace]:
        return tuple(self._places.values())

    def of(self, tenant: str) -> SnapshotPlace | None:
        """The snapshot whose entities are in this tenant; None: it is an ordinary one."""
        return self._places.get(tenant)

    def grants_of(self, principal: str, tenant: str = "") -> Grants | None:
        """What a principal may see now in a tenant, or in a snapshot."""
        place = self._places.get(tenant)
        if place is None:
            return self._grants_of(principal, tenant)
        his = self._grants_of(principal, place.tenant)
        return EVERYTHING if principal == place.maker and his == place.grants else None
