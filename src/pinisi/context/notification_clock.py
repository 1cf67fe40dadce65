"""Notifications that come by the clock (`timeInterval`, NGSI-LD 5.8.6): every so often all entities that match.

They are pictures of the present and owe nothing: one that is not taken is made good by the next.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog

from pinisi.context.linked_filter import without_links
from pinisi.context.subscription import Selector, Subscription
from pinisi.context.subscription_index import Entry, SubscriptionIndex
from pinisi.store.change import StoreUnavailable
from pinisi.store.debt import Debt
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.reading import every
from pinisi.store.record import Record
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import Grants

_log = structlog.get_logger("pinisi.notifications")

PAGE = 500
MOST = 1_000
"""Entities in one notification; more of them go in further ones."""

Send = Callable[[Entry, list[Debt]], Awaitable[None]]
Elsewhere = Callable[[str, Subscription], Awaitable[Sequence[Record] | None]]
"""Tenant, subscription -> every entity that matches here and at other sources; None: no source takes part."""


class Clock:
    """The periodic subscriptions of one tenant, each with a task of its own that ends with it."""

    def __init__(
        self,
        tenant: str,
        store: Store,
        index: SubscriptionIndex,
        send: Send,
        now: Callable[[], Instant],
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """`elsewhere` None: all that is known is held here."""
        self._elsewhere = elsewhere
        self._tenant = tenant
        self._store = store
        self._index = index
        self._send = send
        self._now = now
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Begin with every periodic subscription that is known."""
        for entry in (*self._index.all(self._tenant), *self._index.followers(self._tenant)):
            self.follow(entry.subscription.key)

    def follow(self, id: str) -> None:
        """A subscription was put or dropped: its clock begins anew, or ends."""
        running = self._tasks.pop(id, None)
        if running is not None:
            running.cancel()
        entry = self._index.get(self._tenant, id)
        if entry is not None and entry.subscription.interval:
            self._tasks[id] = asyncio.get_running_loop().create_task(self._tick(id), name=f"clock of {id}")

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    async def _tick(self, id: str) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while (entry := self._index.get(self._tenant, id)) is not None:
            due = max(due + entry.subscription.interval / SECOND, loop.time())
            await asyncio.sleep(due - loop.time())
            entry = self._index.get(self._tenant, id)
            if entry is not None and entry.subscription.status(self._now()) == "active":
                try:
                    await self._tell(entry)
                except StoreUnavailable as error:
                    _log.warning("a periodic notification was left out", subscription=id, reason=str(error))

    async def _tell(self, entry: Entry) -> None:
        subscription = entry.subscription
        grants = self._index.grants_of(subscription.owner, self._tenant)
        if grants is None:
            return
        if subscription.registrations is not None:
            await self._send(entry, [picture(subscription.key, self._now())])
            return
        part: list[Debt] = []
        async for record in self._matching(subscription, grants):
            part.append(as_debt(subscription.id, record, self._now()))
            if len(part) == MOST:
                await self._send(entry, part)
                part = []
        if part:
            await self._send(entry, part)

    async def _matching(self, subscription: Subscription, grants: Grants) -> AsyncIterator[Record]:
        """Every entity that matches, each once."""
        union = None if self._elsewhere is None else await self._elsewhere(self._tenant, subscription)
        if union is not None:
            for record in union:
                yield record
            return
        told: set[str] = set()
        for selector in subscription.selectors or (Selector(),):
            query = query_of(subscription, selector)
            async for records in every(self._store, self._tenant, query, grants, at_once=PAGE):
                for record in records:
                    if record.id not in told:
                        told.add(record.id)
                        yield record


def query_of(subscription: Subscription, selector: Selector) -> EntityQuery:
    """The entities of one selector that match now."""
    return EntityQuery(
        ids=None if selector.id is None else (selector.id,),
        id_pattern=None if selector.id is not None else selector.id_pattern,
        types=selector.types,
        filter=None if subscription.filter is None else without_links(subscription.filter),
        geo=subscription.geo,
        scopes=subscription.scopes,
    )


def picture(key: str, now: Instant) -> Debt:
    """All registrations that match now."""
    return Debt(subscription=key, position=0, time=now, subject="", attributes=(), body=None)


def as_debt(subscription: str, record: Record, now: Instant) -> Debt:
    """The present state, in the shape that notifications are written from; what no line of the log tells of has been
    narrowed to what the owner may see."""
    return Debt(
        subscription=subscription,
        position=record.position,
        time=now,
        subject=record.id,
        attributes=(),
        body=record.body,
    )
