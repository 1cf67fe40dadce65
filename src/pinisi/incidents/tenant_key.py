"""Keys that a tenant keeps for itself: made at the first use, the same in every process, never told."""

import secrets
from contextlib import suppress

from pinisi.store.change import DocumentChange, VersionConflict
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import SYSTEM

_ID = "key"
_BYTES = 32


async def tenant_key(store: Store, tenant: str, kind: str) -> bytes:
    """The key of the tenant's document of that kind; of several who make it at a time the first one's is kept."""
    known = await store.document(tenant, kind, _ID)
    if known is not None:
        return known[1]
    with suppress(VersionConflict):
        await store.apply(tenant, [DocumentChange(kind, _ID, secrets.token_bytes(_BYTES), 0)], SYSTEM)
    kept = await store.document(tenant, kind, _ID)
    assert kept is not None
    return kept[1]
