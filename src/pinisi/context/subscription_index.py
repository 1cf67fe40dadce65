"""Which subscriptions must hear of a change (NGSI-LD 5.8.6): asked inside the transaction of every write.

Subscriptions lie under what a change can be looked up by: the id of the entity, its types, the attributes that
changed. Only those found there are asked for the rest. So the cost of a write follows the number of subscriptions that
hear of it, and hardly the number that there are.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence

from pinisi.context.ngsi_v2.correlator import was_told
from pinisi.context.registration_subscription import read_stored_follower
from pinisi.context.snapshot_notice import decode_notice
from pinisi.context.subscription import (
    FOLLOWING,
    KIND,
    STATE_KIND,
    STATUS,
    DeliveryState,
    Subscription,
    decode_state,
    decode_stored,
)
from pinisi.context.subscription_buckets import Buckets
from pinisi.context.subscription_payload import read_stored
from pinisi.context.subscription_trigger import Changes, Trigger
from pinisi.store.debt import Seen
from pinisi.store.match import Predicate
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import WHOLE, Grants, Projection

GrantsOf = Callable[[str, str], Grants | None]
"""Principal id, tenant -> his grants of now; None: there is no such principal any more."""
Watcher = Callable[[str, str], None]
"""Hears (tenant, subscription id) when a subscription was put or dropped."""


def wall_clock() -> Instant:
    return time.time_ns() // 1000


class Entry:
    """One subscription, compiled, with the state of its deliveries."""

    __slots__ = ("expires_at", "matches", "owner", "silent", "state", "subscription", "trigger")

    def __init__(self, subscription: Subscription, state: DeliveryState) -> None:
        self.subscription = subscription
        self.owner = subscription.owner
        self.expires_at = math.inf if subscription.expires_at is None else subscription.expires_at
        self.silent = subscription.interval > 0 or not subscription.active
        """No change is told: it is paused, or hears by the clock."""
        self.state = state
        self.trigger = Trigger(subscription)
        self.matches: Predicate = subscription.predicate()


class SubscriptionIndex:
    """`owing` is the store's callable; `grants_of` is asked at every match, so that a demotion counts at once."""

    def __init__(self, grants_of: GrantsOf, now: Callable[[], Instant] = wall_clock) -> None:
        self.grants_of = grants_of
        self._now = now
        self._entries: dict[str, dict[str, Entry]] = {}
        self._buckets: dict[str, Buckets] = {}
        self._followers: dict[str, dict[str, Entry]] = {}
        self._watchers: list[Watcher] = []

    async def load(self, store: Store) -> None:
        """Take in every subscription of every tenant, with its state."""
        for tenant in await store.tenants():
            states = {id: body for id, _, body in await store.documents(tenant, STATE_KIND)}
            documents = [decode_stored(body) for _, _, body in await store.documents(tenant, KIND)]
            for stored in sorted(documents, key=lambda stored: (stored.created_at, stored.id)):
                state = decode_state(states[stored.id]) if stored.id in states else DeliveryState()
                self._put(tenant, Entry(read_stored(stored), state))
            following = [decode_stored(body) for _, _, body in await store.documents(tenant, FOLLOWING)]
            for stored in sorted(following, key=lambda stored: (stored.created_at, stored.id)):
                subscription = read_stored_follower(stored)
                found = states.get(subscription.key)
                self._put(tenant, Entry(subscription, DeliveryState() if found is None else decode_state(found)))
            for _, _, body in await store.documents(tenant, STATUS):
                subscription = decode_notice(body).subscription
                found = states.get(subscription.key)
                self._put(tenant, Entry(subscription, DeliveryState() if found is None else decode_state(found)))

    async def learn(self, store: Store, tenant: str, kind: str, id: str) -> None:
        """Take in what another process wrote of a subscription or of its deliveries (`STATE_KIND`)."""
        document = await store.document(tenant, kind, id)
        if kind == KIND and document is None:
            self.drop(tenant, id)
        elif kind == KIND and document is not None:
            self.put(tenant, read_stored(decode_stored(document[1])))
        elif kind in (FOLLOWING, STATUS) and document is None:
            self.drop(tenant, f"{kind}/{id}")
        elif kind == FOLLOWING and document is not None:
            self.put(tenant, read_stored_follower(decode_stored(document[1])))
        elif kind == STATUS and document is not None:
            self.put(tenant, decode_notice(document[1]).subscription)
        elif kind == STATE_KIND and document is not None and (entry := self.get(tenant, id)) is not None:
            entry.state = decode_state(document[1])

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    def put(self, tenant: str, subscription: Subscription) -> None:
        """Take in a new or changed subscription; the state of its deliveries stays."""
        known = self.get(tenant, subscription.key)
        self._put(tenant, Entry(subscription, known.state if known is not None else DeliveryState()))
        self._tell(tenant, subscription.key)

    def drop(self, tenant: str, key: str) -> None:
        entry = self._entries.get(tenant, {}).pop(key, None)
        if entry is not None:
            self._buckets[tenant].remove(entry.subscription)
        if entry is not None or self._followers.get(tenant, {}).pop(key, None) is not None:
            self._tell(tenant, key)

    def forget(self, tenant: str) -> None:
        """A tenant that goes takes its subscriptions along."""
        self._entries.pop(tenant, None)
        self._buckets.pop(tenant, None)
        self._followers.pop(tenant, None)

    def get(self, tenant: str, key: str) -> Entry | None:
        """The subscription of a key, whatever it hears of."""
        return self._entries.get(tenant, {}).get(key) or self._followers.get(tenant, {}).get(key)

    def followers(self, tenant: str) -> Sequence[Entry]:
        """Every subscription to registrations of a tenant, in the order of their making."""
        others = self._followers.get(tenant, {}).values()
        return [entry for entry in others if entry.subscription.registrations is not None]

    def notices(self, tenant: str) -> Sequence[Entry]:
        """Those of a tenant who hear of the status of a snapshot."""
        others = self._followers.get(tenant, {}).values()
        return [entry for entry in others if entry.subscription.snapshot is not None]

    def all(self, tenant: str) -> Sequence[Entry]:
        """Every subscription to entities of a tenant, in the order of their making."""
        return list(self._entries.get(tenant, {}).values())

    def owing(self, tenant: str, seen: Seen) -> Sequence[str]:
        """Ids of the subscriptions that must hear of a change."""
        entries = self._entries.get(tenant)
        if not entries:
            return ()
        state = seen.after if seen.after is not None else seen.before
        if state is None:
            return ()
        areas = seen.areas_after if seen.after is not None else seen.areas_before
        reader = _Reader(self.grants_of, tenant, state, areas)
        changes, now = Changes(seen), self._now()
        hearing: list[str] = []
        for id in self._buckets[tenant].candidates(state, seen.attributes):
            entry = entries[id]
            if entry.silent or entry.expires_at <= now:
                continue
            projection = reader.projection(entry.owner)
            if projection is None:
                continue
            shown = projection.attributes
            if entry.trigger.fires(changes, shown) and entry.matches(state, shown):
                hearing.append(id)
        if seen.prompted:
            return [id for id in hearing if not was_told(seen.prompted, tenant, id, seen.id)]
        return hearing

    def _put(self, tenant: str, entry: Entry) -> None:
        if not entry.subscription.of_entities:
            self._followers.setdefault(tenant, {})[entry.subscription.key] = entry
            return
        entries = self._entries.setdefault(tenant, {})
        buckets = self._buckets.setdefault(tenant, Buckets())
        id = entry.subscription.id
        if id in entries:
            buckets.remove(entries[id].subscription)
        entries[id] = entry
        buckets.add(entry.subscription)

    def _tell(self, tenant: str, id: str) -> None:
        for watcher in self._watchers:
            watcher(tenant, id)


class _Reader:
    """What each owner may see of one entity, asked once an owner."""

    __slots__ = ("_areas", "_grants_of", "_seen", "_state", "_tenant")

    def __init__(self, grants_of: GrantsOf, tenant: str, state: Entity, areas: Iterable[str]) -> None:
        self._grants_of = grants_of
        self._tenant = tenant
        self._state = state
        self._areas = areas
        self._seen: dict[str, Projection | None] = {}

    def projection(self, owner: str) -> Projection | None:
        if owner not in self._seen:
            self._seen[owner] = visible(self._grants_of(owner, self._tenant), self._state.types, self._areas)
        return self._seen[owner]


def visible(grants: Grants | None, types: Iterable[str], areas: Iterable[str]) -> Projection | None:
    """What a subscription's owner sees of such an entity; None: nothing, or there is no owner any more."""
    if grants is None:
        return None
    return WHOLE if grants.sees_all else grants.projection(types, areas)
