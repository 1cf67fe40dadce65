"""Keeps at every source the copies of our subscriptions that it shall have (NGSI-LD 5.8.1.4, 5.8.2.4, 5.8.5.4).

What there shall be follows from the subscriptions and registrations of now; what there is, from the store. Whenever
one of them changes, and at the start, both are compared, and each copy that differs is made, changed or ended by a
worker of its own, which tries again until its source has answered. Requests may be repeated: a copy is noted before its
source hears of it, and keeps its id.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from pinisi.context.contexts import Contexts
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.copies import Copies, Copy, new_copy
from pinisi.context.federation.copy_payload import Share, copy_of, shares_of
from pinisi.context.federation.copy_worker import MOST_AT_ONCE, Wish, Worker
from pinisi.context.federation.outgoing import tongue_of
from pinisi.context.federation.sources import Asker, Errand, Sources
from pinisi.context.federation.via import hops
from pinisi.context.problems import NgsiLdError
from pinisi.context.registration import KIND as REGISTRATION
from pinisi.context.registration import Registration
from pinisi.context.registration import decode_stored as decode_registration
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_text import seen_by
from pinisi.context.subscription import KIND, StoredSubscription, Subscription, decode_stored
from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.change import StoreUnavailable
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant

_log = structlog.get_logger("pinisi.subscription_copies")
PATIENCE_SECONDS = 1.0
CHECK_SECONDS = 300.0
"""How often a source is asked whether it still has what it took: one that lost its memory is told anew."""
SLICE = 100
RELAY = "/ngsi-ld/ex/remote-notify"
"""Where this house is notified by the copies of its subscriptions."""


class Copier:
    """Of all tenants of one process: open between `start` and `stop`."""

    def __init__(
        self,
        store: Store,
        copies: Copies,
        sources: Sources,
        registrations: Registrations,
        subscriptions: SubscriptionIndex,
        contexts: Contexts,
        now: Callable[[], Instant],
        *,
        address: str,
        alias_of: Callable[[str], str],
        allowed: Callable[[str], bool] = lambda _: True,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        """
        Args:
            address: how sources reach this house; empty: it is not known, and no copies are made.
            alias_of: of a tenant, what this house is called among sources.
            allowed: of a tenant, whether others than this house hear of it at all.
        """
        self._store = store
        self._copies = copies
        self._sources = sources
        self._registrations = registrations
        self._subscriptions = subscriptions
        self._contexts = contexts
        self._now = now
        self._address = address.rstrip("/") + RELAY if address else ""
        self._alias_of = alias_of
        self._allowed = allowed
        self._check_seconds = check_seconds
        self._open = False
        self._news = asyncio.Event()
        self._turned: dict[tuple[str, str], None] = {}
        self._registered: dict[tuple[str, str], None] = {}
        self._workers: dict[str, Worker] = {}
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._warned = False
        subscriptions.watch(self._subscription_changed)
        registrations.watch(self._registration_changed)

    def start(self) -> None:
        """Begin with all that may not be as it shall be."""
        self._open = True
        for tenant, copy in self._copies.all():
            self._turned[tenant, copy.subscription] = None
        for tenant in self._registrations.tenants():
            for registration in self._registrations.of(tenant):
                self._registered[tenant, registration.id] = None
        self._news.set()
        loop = asyncio.get_running_loop()
        self._tasks = (
            loop.create_task(self._run(), name="copies of subscriptions"),
            loop.create_task(self._check(), name="checks of copies of subscriptions"),
        )

    async def stop(self) -> None:
        """Do no more, until `start`; what is under way may or may not have reached its source."""
        self._open = False
        workers = [worker.cancel() for worker in self._workers.values()]
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *workers, return_exceptions=True)
        self._workers.clear()
        self._tasks = ()

    def heard_from(self, copy: Copy) -> None:
        """A source has notified by a copy: it is alive, so whatever it was to be told is told it now."""
        worker = self._workers.get(copy.id)
        if worker is not None:
            worker.hurry()

    def fares(self, copy: Copy) -> tuple[int, str]:
        """How often in a row a copy could not be brought to what it shall be, and why; 0: it is, or is being."""
        worker = self._workers.get(copy.id)
        return (0, "") if worker is None else (worker.failures, worker.reason)

    # what has changed

    def _subscription_changed(self, tenant: str, id: str) -> None:
        if self._open and (self._registrations.any(tenant) or self._copies.of(tenant, id)):
            self._turned[tenant, id] = None
            self._news.set()

    def _registration_changed(self, tenant: str, id: str) -> None:
        if self._open:
            self._registered[tenant, id] = None
            self._news.set()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._look_up()
            while self._turned and await self._turn(next(iter(self._turned))):
                pass

    async def _turn(self, place: tuple[str, str]) -> bool:
        """Look after one subscription; False: it has to wait."""
        del self._turned[place]
        try:
            await self._settle(*place)
        except StoreUnavailable as error:
            _log.warning("copies of subscriptions cannot be looked after now", reason=str(error))
            self._turned[place] = None
            await asyncio.sleep(PATIENCE_SECONDS)
            self._news.set()
            return False
        except Exception:
            _log.exception("the copies of a subscription are left as they are", tenant=place[0], subscription=place[1])
        return True

    async def _look_up(self) -> None:
        """The subscriptions that a change of a registration concerns."""
        while self._registered:
            tenant, id = next(iter(self._registered))
            del self._registered[tenant, id]
            for of, copy in self._copies.all():
                if of == tenant and copy.registered.id == id:
                    self._turned[tenant, copy.subscription] = None
            registration = self._registrations.get(tenant, id)
            if registration is None:
                continue
            for number, entry in enumerate(self._subscriptions.all(tenant)):
                if self._shares(tenant, entry.subscription, registration):
                    self._turned[tenant, entry.subscription.id] = None
                if number % SLICE == SLICE - 1:
                    await asyncio.sleep(0)

    # what there shall be

    def _shares(self, tenant: str, subscription: Subscription, registration: Registration) -> list[Share]:
        if not subscription.spreads or subscription.interval or subscription.status(self._now()) == "expired":
            return []
        grants = self._subscriptions.grants_of(subscription.owner, tenant)
        if grants is None or not self._allowed(tenant):
            return []
        return shares_of(subscription, registration, seen_by(registration, grants))

    def share_of(self, tenant: str, copy: Copy) -> Share | None:
        """The share that a copy stands for, as things are now; None: it stands for nothing any more."""
        entry = self._subscriptions.get(tenant, copy.subscription)
        registration = self._registrations.get(tenant, copy.registered.id)
        if entry is None or registration is None:
            return None
        found = self._shares(tenant, entry.subscription, registration)
        return next((share for share in found if copy.serves(registration, share)), None)

    async def _settle(self, tenant: str, id: str) -> None:
        """Compare what stands for one subscription with what shall, and set the workers to it."""
        entry = self._subscriptions.get(tenant, id)
        have = {copy.id: copy for copy in self._copies.of(tenant, id)}
        document = None if entry is None else await self._store.document(tenant, KIND, id)
        if entry is not None and document is not None:
            stored = decode_stored(document[1])
            way = frozenset(hops(stored.via))
            for registration in self._registrations.of(tenant):
                shares = () if registration.alias in way else self._shares(tenant, entry.subscription, registration)
                for share in shares:
                    await self._wish(tenant, stored, entry.subscription, registration, share, have)
        for copy in have.values():
            if not copy.ending:
                copy = msgspec.structs.replace(copy, ending=self._now())
                await self._copies.keep(tenant, copy)
            self._set(tenant, copy, None)

    async def _wish(
        self, tenant: str, stored: StoredSubscription, subscription: Subscription, registration: Registration,
        share: Share, have: dict[str, Copy],
    ) -> None:  # fmt: skip
        """See that there is a copy of this share, as it shall be; it is taken out of `have`."""
        if not self._address:
            self._warn()
            return
        table = await self._table(tenant, stored, subscription)
        asker = Asker(tenant, self._alias_of(tenant), stored.via or None, {}, table)
        copy = next((one for one in have.values() if not one.ending and one.serves(registration, share)), None)
        try:
            tongue = tongue_of(registration, table, self._contexts)
        except NgsiLdError as error:
            _log.warning("a subscription cannot be passed on", registration=registration.id, reason=str(error))
            return
        payload = copy_of(stored, subscription, registration, share, tongue.table, self._address)
        if copy is None:
            registered = await self._store.document(tenant, REGISTRATION, registration.id)
            if registered is None:
                return
            copy = new_copy(stored.id, decode_registration(registered[1]), share)
            await self._copies.keep(tenant, copy)
        have.pop(copy.id, None)
        self._set(tenant, copy, Wish(payload, registration, asker, tongue.table))

    async def _table(self, tenant: str, stored: StoredSubscription, subscription: Subscription) -> TermTable:
        """The terms to speak in; full IRIs where the subscriber's are not at hand."""
        try:
            return await self._contexts.resolved(stored.context or subscription.context, tenant)
        except NgsiLdError:
            return CORE_TABLE

    def _set(self, tenant: str, copy: Copy, wish: Wish | None) -> None:
        worker = self._workers.get(copy.id)
        if worker is None:
            worker = self._workers[copy.id] = Worker(
                tenant, copy.id, self._copies, self._ask, self._now, self._ended, self._replaced
            )
        worker.wish = wish
        worker.hurry()

    async def _ask(self, tenant: str, copy: Copy, wish: Wish | None, errand: Errand) -> Answer:
        """Have the source do something."""
        registration = copy.registration if wish is None else wish.registration
        asker = wish.asker if wish is not None else Asker(tenant, self._alias_of(tenant), None, {}, CORE_TABLE)
        async with self._room:
            return await self._sources.ask(asker, registration, errand)

    def _ended(self, id: str) -> None:
        """A worker has nothing more to do."""
        self._workers.pop(id, None)

    def _replaced(self, tenant: str, subscription: str) -> None:
        """A copy cannot be changed into what it shall be: another takes its place."""
        self._turned[tenant, subscription] = None
        self._news.set()

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            _log.warning("subscriptions are passed on to no source: the setting public_address is missing")

    # whether sources still know of what they took

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(self._check_seconds)
            for tenant, copy in self._copies.all():
                if copy.ending or copy.sent is None or copy.id in self._workers:
                    continue
                if "retrieveSubscription" not in copy.registration.operations:
                    continue
                answer = await self._ask(
                    tenant, copy, None, Errand(method="GET", path=("subscriptions", copy.id), scoped=False)
                )
                if answer.empty:
                    await self._forgotten(tenant, copy)

    async def _forgotten(self, tenant: str, copy: Copy) -> None:
        _log.warning("a source has forgotten a subscription: it is told anew", registration=copy.registered.id)
        try:
            await self._copies.keep(tenant, msgspec.structs.replace(copy, sent=None))
        except StoreUnavailable:
            return
        self._replaced(tenant, copy.subscription)
