"""Delivers what is owed: at least once, in order for each entity and subscription, and never at the cost of a write.

The store is the only outbox. For each tenant an `Outbox` reads it in order, keeps a bounded part at hand in one `Lane`
for each subscription, and settles what became of each debt. A lane has its own order, back-off and throttling; all
share a bounded number of connections, and lanes that were slow or failed share a small part of their own, so that the
dead never stand in the way of the living.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from pinisi.context.contexts import Contexts
from pinisi.context.ngsi_v2.resting import let_rest
from pinisi.context.notification import NotificationWriter
from pinisi.context.notification_clock import Elsewhere
from pinisi.context.notification_gate import Gate, Limits
from pinisi.context.notification_letterhead import PlaceOf, nowhere
from pinisi.context.notification_outbox import Outbox
from pinisi.context.notification_trial import Trial, marked, one_that_matches
from pinisi.context.notified_links import LinksElsewhere
from pinisi.context.notified_relay import Assemble
from pinisi.context.post import Post, Sealed, Sender
from pinisi.context.registration_notice import RegistrationNotices
from pinisi.context.subscription import Subscription
from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.context.targets import Targets
from pinisi.store.change import AuditEntry, DebtChange
from pinisi.store.debt import Debt
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Principal

Reach = Callable[[str], str | None]
"""Of a tenant: None, it notifies as the operator allows; `loopback`, this machine only; `held`, nobody: what is owed
stays owed, to be counted."""
DEAD_LETTERS = "dead-letters"
"""The subject of the trail under which dead letters are owed again or put away."""
_CHANGES = frozenset({"create", "update", "delete", "document"})


class Notifier:
    """Of all tenants of one process. The house tells it of commits (`heard`), opens it and closes it."""

    def __init__(
        self,
        store: Store,
        contexts: Contexts,
        index: SubscriptionIndex,
        now: Callable[[], Instant],
        targets: Iterable[str],
        *,
        default_tenant: str | None = None,
        sender: Sender | None = None,
        limits: Limits | None = None,
        reach: Reach = lambda _: None,
        notices: RegistrationNotices | None = None,
        assemble: Assemble | None = None,
        elsewhere: Elsewhere | None = None,
        place_of: PlaceOf = nowhere,
        links: LinksElsewhere | None = None,
    ) -> None:
        """
        Args:
            targets: where notifications may go, as the operator lists it (see `targets`).
            default_tenant: notifications of this tenant carry no header NGSILD-Tenant.
            sender: None for HTTP and MQTT.
            notices: what subscribers to registrations are told.
            assemble: puts together what is known elsewhere of an entity that a source told.
            elsewhere: what periodic subscriptions are told of other sources.
            place_of: which snapshot a tenant holds.
            links: what fetches linked entities from other sources.

        Raises:
            ValueError: `targets` has an entry that cannot be read.
        """
        self.targets = Targets(targets)
        self._store = store
        self._index = index
        self._writer = NotificationWriter(store, contexts, now, default_tenant, notices, assemble, place_of, links)
        self._sender = sender or Post(self.targets)
        self._near = Post(Targets(("loopback",)))
        self._reach = reach
        self._elsewhere = elsewhere
        self._now = now
        self._limits = limits or Limits()
        self._gate = Gate(self._limits)
        self._tenants: dict[str, Outbox] = {}
        self._resting: set[asyncio.Task[None]] = set()
        self._open = False
        index.watch(self._changed)

    async def start(self) -> None:
        """Begin with everything that is still owed."""
        self._open = True
        for tenant in await self._store.tenants():
            self._wake(tenant)

    async def stop(self) -> None:
        """Deliver no more, until `start`: deliveries under way may end, what was settled is written."""
        self._open = False
        for tenant in list(self._tenants.values()):
            await tenant.close()
        self._tenants.clear()

    async def close(self) -> None:
        """Stop for good; the rest stays owed."""
        await self.stop()
        await asyncio.gather(*self._resting, return_exceptions=True)
        await self._sender.close()
        await self._near.close()

    async def forget(self, tenant: str) -> None:
        """A tenant that goes, or is begun anew: nothing more is delivered of it."""
        outbox = self._tenants.pop(tenant, None)
        if outbox is not None:
            await outbox.close()

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        """The store's listener: something was committed."""
        if not self._open or self._reach(tenant) == "held":
            return
        known = self._tenants.get(tenant)
        if known is not None:
            known.heard(entries)
        elif any(entry.detail is not None and entry.op in _CHANGES for entry in entries):
            self._wake(tenant)

    def _wake(self, tenant: str) -> None:
        if self._open and self._reach(tenant) != "held":
            self._tenant(tenant).wake()

    async def send_again(
        self, tenant: str, dead: Sequence[Debt], principal: Principal = SYSTEM, proof: AuditEntry | None = None
    ) -> None:
        """Dead letters are owed again, and go out as their receivers allow; kept, with the proof, when this returns.

        Raises:
            StoreUnavailable: nothing was changed.
        """
        now = self._now()
        again = [DebtChange(each.subscription, each.position, "postponed", 0, now, "") for each in dead]
        await self._store.apply(tenant, again if proof is None else (*again, proof), principal)
        if self._open and self._reach(tenant) != "held":
            self._tenant(tenant).owed_again(dead)

    def owed_anew(self, tenant: str) -> None:
        """Another process has made dead letters of a tenant owed again."""
        if self._open and self._reach(tenant) != "held":
            self._tenant(tenant).read_anew()

    async def compose(self, tenant: str, subscription: Subscription, debt: Debt) -> Sealed | None:
        """The notification of one change as it would go out now; None: its owner may see nothing of it, or is gone.

        Raises:
            StoreUnavailable: the past of the change could not be read.
        """
        grants = self._index.grants_of(subscription.owner, tenant)
        return None if grants is None else await self._writer.write(tenant, subscription, (debt,), grants)

    async def try_out(self, tenant: str, subscription: Subscription) -> Trial | None:
        """Send one notification that nobody is owed; None: the tenant notifies nobody, or the owner is gone.

        Raises:
            BadTarget: its address is none that is served.
            StoreUnavailable: what would be told could not be read.
        """
        grants, reach = self._index.grants_of(subscription.owner, tenant), self._reach(tenant)
        if grants is None or reach == "held":
            return None
        now = self._now()
        debts = await one_that_matches(self._store, tenant, subscription, grants, now)
        written = await self._writer.write(tenant, subscription, debts, grants, now) if debts else None
        delivery = marked(written or await self._writer.empty(tenant, subscription, now))
        began = asyncio.get_running_loop().time()
        receipt = await self._gate.send(self._sender if reach is None else self._near, delivery)
        if receipt.taken:
            self._changed(tenant, subscription.key)
        seconds = asyncio.get_running_loop().time() - began
        return Trial(receipt=receipt, entities=0 if written is None else len(debts), seconds=seconds)

    def _changed(self, tenant: str, subscription: str) -> None:
        known = self._tenants.get(tenant)
        if known is None and self._open and self._reach(tenant) != "held":
            known = self._tenant(tenant)
        if known is not None:
            known.subscription_changed(subscription)

    def _tenant(self, name: str) -> Outbox:
        found = self._tenants.get(name)
        if found is None:
            sender = self._sender if self._reach(name) is None else self._near
            found = self._tenants[name] = Outbox(
                name,
                self._store,
                self._index,
                self._writer,
                sender,
                self._gate,
                self._now,
                self._limits,
                self._elsewhere,
                self._let_rest,
            )
        return found

    def _let_rest(self, tenant: str, subscription: str) -> None:
        task = asyncio.get_running_loop().create_task(let_rest(self._store, self._index, tenant, subscription))
        self._resting.add(task)
        task.add_done_callback(self._resting.discard)
