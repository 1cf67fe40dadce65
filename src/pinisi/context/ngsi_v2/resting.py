"""Lets a subscription of NGSI v2 rest: `oneshot` after its notification, others after `maxFailsLimit` failures."""

import msgspec
import structlog

from pinisi.context.subscription import KIND, decode_stored, encode_stored
from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.context.subscription_payload import read_stored
from pinisi.store.change import DocumentChange, StoreUnavailable, VersionConflict
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import SYSTEM

_log = structlog.get_logger("pinisi.notifications")


async def let_rest(store: Store, index: SubscriptionIndex, tenant: str, id: str) -> None:
    """Its status becomes `inactive`. One that somebody changes meanwhile is left as he wants it."""
    try:
        found = await store.document(tenant, KIND, id)
        if found is None:
            return
        position, stored = found[0], decode_stored(found[1])
        resting = msgspec.structs.replace(stored, payload={**stored.payload, "status": "inactive"})
        await store.apply(tenant, (DocumentChange(KIND, id, encode_stored(resting), expected=position),), SYSTEM)
    except VersionConflict:
        return
    except StoreUnavailable as error:
        _log.warning("a subscription rests, until it can be written only here", tenant=tenant, reason=str(error))
        return
    index.put(tenant, read_stored(resting))
