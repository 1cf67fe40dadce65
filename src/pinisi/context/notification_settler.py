"""What became of owed notifications, written to the store in batches: one commit for many.

Until it is written a notification counts as unpaid: after a crash it is sent again, never lost.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from pinisi.context.delivery import Receipt
from pinisi.context.subscription import STATE_KIND, DeliveryState, encode_state
from pinisi.context.subscription_index import Entry
from pinisi.store.change import Change, DebtChange, DocumentChange, Paid, StoreUnavailable
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM

_log = structlog.get_logger("pinisi.notifications")

GATHER_SECONDS = 0.1
STATE_SECONDS = 1.0
STATES_A_SECOND = 100
CHANGES_AT_ONCE = 1_000
PATIENCE_SECONDS = 1.0

StateOf = Callable[[str], DeliveryState | None]
"""Subscription id -> the state of its deliveries; None: there is no such subscription any more."""


class Settler:
    """Of one tenant. States of subscriptions are written with the debts: each at most once a second, and at most
    `STATES_A_SECOND` of all, for each is a line of the log. Those that wait longest come first."""

    def __init__(self, store: Store, tenant: str, state_of: StateOf) -> None:
        self._store = store
        self._tenant = tenant
        self._state_of = state_of
        self._changes: list[DebtChange] = []
        self._paid: dict[Position, list[str]] = {}
        self._touched: dict[str, float] = {}
        self._written: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._paced = 0.0

    @property
    def waiting(self) -> int:
        """Settlements that are not yet on disk."""
        return len(self._changes) + sum(map(len, self._paid.values()))

    def paid(self, position: Position, subscription: str) -> None:
        """A subscription has heard of the change at a position."""
        found = self._paid.get(position)
        if found is None:
            self._paid[position] = [subscription]
            self._wake.set()
        else:
            found.append(subscription)

    def is_paid(self, position: Position, subscription: str) -> bool:
        """Whether it was taken, and the store does not know yet."""
        return subscription in self._paid.get(position, ())

    def note(self, entry: Entry, receipt: Receipt, now: Instant, *, first: bool = True) -> None:
        """Keep count of notifications and, once for each, of failures (NGSI-LD 5.2.14.2); not of repeated tries."""
        state, taken = entry.state, receipt.taken
        state.times_sent += first
        state.last_notification = now
        state.failing, state.reason = not taken, receipt.reason
        state.fails = 0 if taken else state.fails + 1
        if taken:
            state.last_success, state.success_code = now, receipt.status
        else:
            state.times_failed += first
            state.last_failure = now
        self.touch(entry.subscription.key)

    def settle(self, change: DebtChange) -> None:
        self._changes.append(change)
        self._wake.set()

    def touch(self, subscription: str) -> None:
        """The state of a subscription's deliveries has changed."""
        self._touched.setdefault(subscription, asyncio.get_running_loop().time())
        self._wake.set()

    async def run(self) -> None:
        """Write what gathers, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(GATHER_SECONDS)
            if not await self._write(everything=False):
                await asyncio.sleep(PATIENCE_SECONDS)
                self._wake.set()

    async def finish(self) -> None:
        """Write all that is left, before a clean stop."""
        while (self._changes or self._paid or self._touched) and await self._write(everything=True):
            pass

    async def _write(self, everything: bool) -> bool:
        changes = self._changes[:CHANGES_AT_ONCE]
        paid, self._paid = self._paid, {}
        states, wait = self._ripe(everything)
        kept = [change for id in states if (change := self._state_change(id)) is not None]
        batch: list[Change] = [*(Paid(position, ids) for position, ids in paid.items()), *changes, *kept]
        try:
            if batch:
                await self._store.apply(self._tenant, batch, SYSTEM, atomic=False)
        except StoreUnavailable as error:
            _log.warning("notifications cannot be settled now", tenant=self._tenant, reason=str(error))
            self._take_back(paid, states)
            return False
        del self._changes[: len(changes)]
        if self._changes or self._paid:
            self._wake.set()
        elif wait is not None:
            self._wake_in(wait)
        return True

    def _take_back(self, paid: dict[Position, list[str]], states: Sequence[str]) -> None:
        """What was not written is written later."""
        for position, ids in self._paid.items():
            paid.setdefault(position, []).extend(ids)
        self._paid = paid
        for id in states:
            self._touched.setdefault(id, 0.0)

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._wake.set)

    def _ripe(self, everything: bool) -> tuple[list[str], float | None]:
        """Subscriptions whose state is to be written now, and how long until the next one is."""
        now = asyncio.get_running_loop().time()
        self._paced = max(self._paced, now - STATE_SECONDS)
        room = len(self._touched) if everything else round((now - self._paced) * STATES_A_SECOND)
        ripe: list[str] = []
        wait: float | None = None
        for id in self._touched:
            if len(ripe) >= room:
                wait = 1 / STATES_A_SECOND
                break
            left = 0.0 if everything else self._written.get(id, -STATE_SECONDS) + STATE_SECONDS - now
            if left > 0:
                wait = left if wait is None else min(wait, left)
            else:
                ripe.append(id)
        self._paced += len(ripe) / STATES_A_SECOND
        for id in ripe:
            del self._touched[id]
            self._written[id] = now
        return ripe, wait

    def _state_change(self, id: str) -> DocumentChange | None:
        state = self._state_of(id)
        if state is None:
            self._written.pop(id, None)
            return None
        return DocumentChange(STATE_KIND, id, encode_state(state))
