"""Writes of registrations, one at a time: document, index and what is owed to subscribers stay of one mind.

Registrations whose time is over vanish for readers at once (the index leaves them out), and from the store soon after.
"""

import asyncio
from collections.abc import Callable

import structlog

from pinisi.context.registration import KIND, STATE_KIND, Registration, StoredRegistration, decode_stored, encode_stored
from pinisi.context.registration_conflicts import check_conflicts
from pinisi.context.registration_index import Registrations
from pinisi.store.protocol import DocumentChange, Position, Store, StoreUnavailable
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Principal

_log = structlog.get_logger("pinisi.registrations")
SWEEP_SECONDS = 1.0


class Registry:
    """Of all tenants of one process."""

    def __init__(self, store: Store, known: Registrations, now: Callable[[], Instant]) -> None:
        self._store = store
        self._known = known
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def create(
        self, tenant: str, stored: StoredRegistration, registration: Registration, principal: Principal
    ) -> None:
        """
        Raises:
            Conflict: see `check_conflicts`.
            VersionConflict: there is one of this id.
        """
        async with self._one_at_a_time:
            await self._remove_expired(tenant)
            await check_conflicts(self._store, self._known, tenant, registration)
            changes = (
                DocumentChange(KIND, stored.id, encode_stored(stored), expected=0),
                DocumentChange(STATE_KIND, stored.id, None),
            )
            await self._store.apply(tenant, changes, principal)
            self._known.put(tenant, registration)

    async def update(
        self,
        tenant: str,
        before: StoredRegistration,
        after: StoredRegistration,
        registration: Registration,
        principal: Principal,
        position: Position,
    ) -> None:
        """
        Raises:
            Conflict: see `check_conflicts`.
            VersionConflict: somebody else has changed it since it was read at `position`.
        """
        async with self._one_at_a_time:
            await check_conflicts(self._store, self._known, tenant, registration)
            change = DocumentChange(KIND, after.id, encode_stored(after), expected=position)
            await self._store.apply(tenant, (change,), principal)
            self._known.put(tenant, registration)

    async def delete(self, tenant: str, stored: StoredRegistration, principal: Principal) -> None:
        async with self._one_at_a_time:
            await self._delete(tenant, stored, principal)

    async def _delete(self, tenant: str, stored: StoredRegistration, principal: Principal) -> None:
        changes = (DocumentChange(KIND, stored.id, None), DocumentChange(STATE_KIND, stored.id, None))
        await self._store.apply(tenant, changes, principal)
        self._known.drop(tenant, stored.id)

    async def sweep(self) -> None:
        """Remove, for ever, registrations whose time is over."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for tenant in self._known.tenants():
                if self._known.expired(tenant):
                    try:
                        async with self._one_at_a_time:
                            await self._remove_expired(tenant)
                    except StoreUnavailable as error:
                        _log.warning("expired registrations cannot be removed now", tenant=tenant, reason=str(error))

    async def _remove_expired(self, tenant: str) -> None:
        for registration in self._known.expired(tenant):
            found = await self._store.document(tenant, KIND, registration.id)
            if found is None:
                self._known.drop(tenant, registration.id)
            else:
                await self._delete(tenant, decode_stored(found[1]), SYSTEM)
