"""Which subscription at a source stands for which of ours: kept in the store, and in memory for those who notify.

The id of a copy is drawn at random and told to its source alone: whoever names it may notify us of what the
subscription asks. So it is the key of the relay (NGSI-LD 5.8.1.4, 5.8.6). The log names a copy by a hash of its id.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.context.federation.copy_payload import Share
from pinisi.context.registration import Registration, StoredRegistration
from pinisi.context.registration_payload import read_stored
from pinisi.store.change import DocumentChange
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM

KIND = "subscription-copy"
BEGINNING = "urn:ngsi-ld:Subscription:distsub-"


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription at a source that stands for one of ours.

    `registered` is the source as it was when the copy was made: so it can be ended when the registration is gone.
    `watched` and `allowed` are those of its share. `sent` is what the source has last taken; None: nothing yet.
    `taken_at`: when the source took that; 0: not noted. `ending`: since when it is of no use any more; 0: it is of use.
    """

    id: str
    subscription: str
    registered: StoredRegistration
    watched: tuple[str, ...] | None = None
    allowed: tuple[str, ...] | None = None
    sent: dict[str, Any] | None = None
    ending: Instant = 0
    taken_at: Instant = 0

    @property
    def registration(self) -> Registration:
        return read_stored(self.registered)

    def serves(self, registration: Registration, share: Share) -> bool:
        """Whether it is the copy of this share at this source."""
        own = self.registration
        return (
            own.id == registration.id
            and own.endpoint == registration.endpoint
            and own.tenant == registration.tenant
            and self.watched == _sorted(share.watched)
            and self.allowed == _sorted(share.allowed)
        )


encode_copy = msgspec.json.Encoder().encode
decode_copy = msgspec.json.Decoder(Copy).decode


def new_copy(subscription: str, registered: StoredRegistration, share: Share) -> Copy:
    """A copy that its source has not heard of yet."""
    return Copy(
        id=BEGINNING + secrets.token_hex(16),
        subscription=subscription,
        registered=registered,
        watched=_sorted(share.watched),
        allowed=_sorted(share.allowed),
    )


def _sorted(names: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names))


def place_of(id: str) -> str:
    """Where a copy lies in the store, and what the log calls it."""
    return hashlib.blake2b(id.encode("utf-8", "replace"), digest_size=16).hexdigest()


class Copies:
    """Of all tenants of one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[str, Copy]] = {}
        self._of: dict[tuple[str, str], dict[str, None]] = {}

    async def load(self) -> None:
        for tenant in await self._store.tenants():
            for _, _, body in await self._store.documents(tenant, KIND):
                self._put(tenant, decode_copy(body))

    async def learn(self, tenant: str, place: str) -> None:
        """Take in what another process wrote."""
        document = await self._store.document(tenant, KIND, place)
        if document is None:
            self._drop(place)
        else:
            self._put(tenant, decode_copy(document[1]))

    def get(self, id: str) -> tuple[str, Copy] | None:
        """The tenant and the copy of an id."""
        return self._known.get(place_of(id))

    def of(self, tenant: str, subscription: str) -> Sequence[Copy]:
        """The copies that stand for a subscription."""
        return [self._known[place][1] for place in self._of.get((tenant, subscription), ())]

    def all(self) -> Sequence[tuple[str, Copy]]:
        """Every copy, with its tenant."""
        return tuple(self._known.values())

    async def keep(self, tenant: str, copy: Copy) -> None:
        """
        Raises:
            StoreUnavailable: nothing was kept.
        """
        await self._store.apply(tenant, (DocumentChange(KIND, place_of(copy.id), encode_copy(copy)),), SYSTEM)
        self._put(tenant, copy)

    async def forget(self, tenant: str, id: str) -> None:
        """
        Raises:
            StoreUnavailable: nothing was changed.
        """
        place = place_of(id)
        await self._store.apply(tenant, (DocumentChange(KIND, place, None),), SYSTEM)
        self._drop(place)

    def _put(self, tenant: str, copy: Copy) -> None:
        place = place_of(copy.id)
        self._known[place] = (tenant, copy)
        self._of.setdefault((tenant, copy.subscription), {})[place] = None

    def _drop(self, place: str) -> None:
        found = self._known.pop(place, None)
        if found is not None:
            whole = (found[0], found[1].subscription)
            self._of[whole].pop(place, None)
            if not self._of[whole]:
                del self._of[whole]
