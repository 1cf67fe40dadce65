"""Writes of registrations and of the subscriptions to them, one at a time: documents, indexes and debts agree.

Whoever subscribes to registrations is owed a notification by the same transaction that changes one (NGSI-LD 5.11.7).
Registrations whose time is over vanish for readers at once (the index leaves them out), and from the store soon after.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog

from pinisi.context.problems import Conflict
from pinisi.context.registration import (
    KIND,
    PROXIED,
    STATE_KIND,
    Registration,
    StoredRegistration,
    decode_stored,
    encode_stored,
)
from pinisi.context.registration_conflicts import check_conflicts, check_held, none_held
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_notice import PICTURE, told_of
from pinisi.context.registration_payload import read_stored
from pinisi.context.registration_subscription import heard_parts
from pinisi.context.registration_text import within_reach
from pinisi.context.registration_turn import taken, turn_of
from pinisi.context.subscription import FOLLOWING, StoredSubscription, Subscription
from pinisi.context.subscription import STATE_KIND as DELIVERIES
from pinisi.context.subscription import encode_stored as encode_subscription
from pinisi.context.subscription_index import Entry, SubscriptionIndex
from pinisi.store.change import Change, DocumentChange, Forbidden, StoreUnavailable, VersionConflict
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Principal

_log = structlog.get_logger("pinisi.registrations")
SWEEP_SECONDS = 1.0


class Registry:
    """Of all tenants of one process."""

    def __init__(
        self, store: Store, known: Registrations, subscriptions: SubscriptionIndex, now: Callable[[], Instant]
    ) -> None:
        self._store = store
        self._known = known
        self._subscriptions = subscriptions
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    # registrations

    async def create(
        self, tenant: str, stored: StoredRegistration, registration: Registration, principal: Principal
    ) -> None:
        """
        Raises:
            Forbidden: it speaks of what is not his to change.
            Conflict: see `check_conflicts`.
            VersionConflict: there is one of this id.
        """
        _admit(registration, principal)
        async with self._one_at_a_time:
            await self._remove_expired(tenant)
            owed = self._owed(tenant, None, registration)
            told = told_of(None, stored) if owed else None
            changes = (
                DocumentChange(KIND, stored.id, encode_stored(stored), expected=0, owed=owed, told=told),
                DocumentChange(STATE_KIND, stored.id, None),
            )
            await self._keep(tenant, registration, changes, principal)
            self._known.put(tenant, registration)
            try:
                await check_held(self._store, tenant, registration)  # what was written between the look and this
            except Conflict:
                await self._delete(tenant, stored, principal)
                raise

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
            Forbidden: it speaks of what is not his to change.
            Conflict: see `check_conflicts`.
            VersionConflict: somebody else has changed it since it was read at `position`.
        """
        _admit(registration, principal)
        async with self._one_at_a_time:
            was = read_stored(before)
            owed = self._owed(tenant, was, registration)
            told = told_of(before, after) if owed else None
            change = DocumentChange(KIND, after.id, encode_stored(after), expected=position, owed=owed, told=told)
            await self._keep(tenant, registration, (change,), principal)
            self._known.put(tenant, registration)
            try:
                await check_held(self._store, tenant, registration)
            except Conflict:
                told = told_of(after, before) if owed else None
                back = DocumentChange(KIND, before.id, encode_stored(before), owed=owed, told=told)
                await self._store.apply(tenant, (back,), principal)
                self._known.put(tenant, was)
                raise

    async def _keep(
        self, tenant: str, registration: Registration, changes: Sequence[Change], principal: Principal
    ) -> None:
        """Keep it, if nothing is in its way: who holds data alone looks again where another process was quicker.

        Raises:
            Conflict: see `check_conflicts`.
            VersionConflict: one of the changes expects what is not so.
        """
        if registration.mode not in PROXIED:
            await self._store.apply(tenant, changes, principal)
            return
        while True:
            turn = await turn_of(self._store, tenant)
            await check_conflicts(self._store, self._known, tenant, registration)
            all_of_it = (*changes, taken(turn, registration), *none_held(registration))
            try:
                await self._store.apply(tenant, all_of_it, principal)
            except VersionConflict:
                if await turn_of(self._store, tenant) == turn:
                    raise
            else:
                return

    async def delete(self, tenant: str, stored: StoredRegistration, principal: Principal) -> None:
        async with self._one_at_a_time:
            await self._delete(tenant, stored, principal)

    async def _delete(
        self, tenant: str, stored: StoredRegistration, principal: Principal, position: Position | None = None
    ) -> None:
        """Raises `VersionConflict` where it is no longer as it was read at `position`."""
        owed = self._owed(tenant, read_stored(stored), None)
        told = told_of(stored, None) if owed else None
        changes = (
            DocumentChange(KIND, stored.id, None, expected=position, owed=owed, told=told),
            DocumentChange(STATE_KIND, stored.id, None),
        )
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
        """Of several processes that find one expired, one removes it: it is told once."""
        for registration in self._known.expired(tenant):
            found = await self._store.document(tenant, KIND, registration.id)
            if found is None:
                self._known.drop(tenant, registration.id)
            else:
                with contextlib.suppress(VersionConflict):
                    await self._delete(tenant, decode_stored(found[1]), SYSTEM, found[0])

    # subscriptions to them

    async def follow(
        self,
        tenant: str,
        stored: StoredSubscription,
        subscription: Subscription,
        principal: Principal,
        position: Position | None = None,
    ) -> None:
        """Put a subscription, new or (read at `position`) changed; it is owed all that matches now.

        Raises:
            VersionConflict: it is not new, or no longer as it was read.
        """
        active = subscription.status(self._now()) == "active"
        change = DocumentChange(
            FOLLOWING,
            stored.id,
            encode_subscription(stored),
            expected=position or 0,
            owed=(subscription.key,) if active else (),
            told=PICTURE if active else None,
        )
        fresh = () if position else (DocumentChange(DELIVERIES, subscription.key, None),)
        async with self._one_at_a_time:
            before = self._subscriptions.get(tenant, subscription.key)
            if before is not None and not position:
                raise VersionConflict(f"there is a subscription {subscription.id}")
            self._subscriptions.put(tenant, subscription)  # before it is owed anything
            try:
                await self._store.apply(tenant, (change, *fresh), principal)
            except BaseException:
                self._put_back(tenant, subscription.key, before)
                raise

    def _put_back(self, tenant: str, key: str, before: Entry | None) -> None:
        if before is None:
            self._subscriptions.drop(tenant, key)
        else:
            self._subscriptions.put(tenant, before.subscription)

    async def unfollow(
        self, tenant: str, subscription: Subscription, besides: Sequence[Change], principal: Principal
    ) -> None:
        """Delete a subscription, and make other changes with it."""
        changes: list[Change] = [
            DocumentChange(FOLLOWING, subscription.id, None),
            DocumentChange(DELIVERIES, subscription.key, None),
            *besides,
        ]
        async with self._one_at_a_time:
            await self._store.apply(tenant, changes, principal)
            self._subscriptions.drop(tenant, subscription.key)

    def _owed(self, tenant: str, before: Registration | None, after: Registration | None) -> tuple[str, ...]:
        """Keys of the subscriptions that must hear of a change."""
        return tuple(
            entry.subscription.key
            for entry in self._subscriptions.followers(tenant)
            if self._hears(tenant, entry, before, after)
        )

    def _hears(self, tenant: str, entry: Entry, before: Registration | None, after: Registration | None) -> bool:
        subscription = entry.subscription
        if subscription.interval or subscription.status(self._now()) != "active":
            return False
        grants = self._subscriptions.grants_of(subscription.owner, tenant)
        if grants is None:
            return False
        return any(one is not None and heard_parts(subscription, one, grants) for one in (after, before))


def _admit(registration: Registration, principal: Principal) -> None:
    if not within_reach(registration, principal.grants):
        raise Forbidden(f"{principal.name} may register sources only of what is his to change, type and attribute")
