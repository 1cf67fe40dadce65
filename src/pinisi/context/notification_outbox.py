"""What one tenant owes: read from the store in order, handed to a lane for each subscription, sent, and settled."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import structlog

from pinisi.context.delivery import Receipt
from pinisi.context.notification import NotificationWriter
from pinisi.context.notification_clock import Clock
from pinisi.context.notification_gate import Gate, Limits
from pinisi.context.notification_lane import BACK_OFF, Lane, back_off
from pinisi.context.notification_pages import debt_pages
from pinisi.context.notification_settler import PATIENCE_SECONDS, Settler
from pinisi.context.post import Sender
from pinisi.context.subscription import DeliveryState
from pinisi.context.subscription_index import Entry, SubscriptionIndex
from pinisi.store.protocol import Debt, DebtChange, Position, Store, StoreUnavailable
from pinisi.vocabulary.instant import SECOND, Instant

_log = structlog.get_logger("pinisi.notifications")

Became = Literal["paid", "postponed", "dead"]
_REFUSED_FOR_ITS_CONTENT = frozenset({400, 406, 409, 411, 413, 414, 415, 422, 431})
"""Answers that concern this notification and not the receiver: they hold back its entity only."""
TRIES_BEFORE_DEATH = 5


class Outbox:
    """Of one tenant: made open, ended by `close`."""

    def __init__(
        self,
        name: str,
        store: Store,
        index: SubscriptionIndex,
        writer: NotificationWriter,
        sender: Sender,
        gate: Gate,
        now: Callable[[], Instant],
        limits: Limits,
    ) -> None:
        self._name = name
        self._store = store
        self._index = index
        self._writer = writer
        self._sender = sender
        self._gate = gate
        self._now = now
        self._limits = limits
        self._lanes: dict[str, Lane] = {}
        self._read_to: Position = 0
        self._news = asyncio.Event()
        self._closing = False
        self._settler = Settler(store, name, self._state_of)
        self._workers: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._clock = Clock(name, store, index, self._send_picture, now)
        self._clock.start()
        loop = asyncio.get_running_loop()
        self._tasks = (
            loop.create_task(self._read_for_ever(), name=f"owed notifications of {name}"),
            loop.create_task(self._settler.run(), name=f"settled notifications of {name}"),
        )

    def wake(self) -> None:
        self._news.set()

    async def close(self) -> None:
        self._closing = True
        until = asyncio.get_running_loop().time() + self._limits.grace
        while (self._workers or self._under_way) and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await self._clock.close()
        for task in (*self._tasks, *self._workers):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._workers, return_exceptions=True)
        await self._settler.finish()

    def subscription_changed(self, id: str) -> None:
        """It was put or dropped: what it waits for may have changed."""
        self._clock.follow(id)
        lane = self._lanes.get(id)
        if lane is not None:
            lane.hurry(asyncio.get_running_loop().time())
            self._adapt(lane, self._entry(id))
            self._start(lane)

    # reading what is owed

    async def _read_for_ever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._read()
                await self._catch_up()
            except StoreUnavailable as error:
                _log.warning("owed notifications cannot be read now", tenant=self._name, reason=str(error))
                await asyncio.sleep(PATIENCE_SECONDS)
                self._news.set()

    async def _read(self) -> None:
        """Hand out all that is owed and not yet read."""
        async for debts in debt_pages(self._store, self._name, self._read_to, self._limits.page):
            for debt in debts:
                self._take_in(debt)
            self._read_to = debts[-1].position

    async def _catch_up(self) -> None:
        """Read again for lanes that had no room and have some now, from where each of them was left behind."""
        missing = {lane.id: lane.behind for lane in self._lanes.values() if lane.wants_more and lane.behind is not None}
        if not missing:
            return
        for id in missing:
            self._lanes[id].behind = None
        after = min(missing.values()) - 1
        try:
            async for debts in debt_pages(self._store, self._name, after, self._limits.page):
                for debt in debts:
                    if missing.get(debt.subscription, self._read_to + 1) <= debt.position <= self._read_to:
                        self._take_in(debt)
                after = debts[-1].position
                if after >= self._read_to or all(map(self._is_behind, missing)):
                    break
        except StoreUnavailable:
            for id in missing:
                if not self._is_behind(id):
                    self._lane(id).behind = max(after + 1, missing[id])
            raise

    def _is_behind(self, id: str) -> bool:
        lane = self._lanes.get(id)
        return lane is not None and lane.behind is not None

    def _take_in(self, debt: Debt) -> None:
        entry = self._entry(debt.subscription)
        if entry is None:
            self._settle(debt, "paid")
            return
        lane = self._lane(debt.subscription)
        if debt.position in lane:
            return
        if lane.behind is not None or not lane.has_room_for(debt):
            lane.behind = debt.position if lane.behind is None else lane.behind
            return
        replaced = lane.push(debt, self._retry_at(debt))
        if replaced is not None:
            self._settle(replaced, "paid")
        self._start(lane)

    def _lane(self, id: str) -> Lane:
        lane = self._lanes.get(id)
        if lane is None:
            lane = self._lanes[id] = Lane(id, self._limits.at_hand)
            self._adapt(lane, self._entry(id))
        return lane

    def _retry_at(self, debt: Debt) -> float:
        """When a debt of an earlier run may be tried again."""
        if debt.attempts == 0:
            return 0.0
        left = (debt.due - self._now()) / SECOND
        return asyncio.get_running_loop().time() + min(max(left, 0.0), BACK_OFF[-1])

    # one lane

    def _entry(self, id: str) -> Entry | None:
        return self._index.get(self._name, id)

    def _state_of(self, id: str) -> DeliveryState | None:
        entry = self._entry(id)
        return None if entry is None else entry.state

    def _adapt(self, lane: Lane, entry: Entry | None) -> None:
        """Follow the subscription's throttling; at the start the window since its last success still holds."""
        of_entities = entry is not None and entry.subscription.registrations is None
        throttling = entry.subscription.throttling if entry is not None and of_entities else 0
        if entry is None or not throttling:
            lane.throttled = False
            return
        for debt in lane.throttle():
            self._settle(debt, "paid")
        left = min(entry.state.last_success + throttling - self._now(), throttling) / SECOND
        if left > 0:
            lane.closed_until = max(lane.closed_until, asyncio.get_running_loop().time() + left)

    def _start(self, lane: Lane) -> None:
        """See that as many workers serve the lane as it deserves; a lane that is closed goes on resting."""
        resting = lane.timer is not None and asyncio.get_running_loop().time() < lane.closed_until
        if self._closing or resting:
            return
        wanted = 1
        if len(lane) > self._limits.side_by_side_from and not lane.failures and not lane.throttled:
            wanted = self._limits.side_by_side
        while lane.workers < wanted:
            lane.workers += 1
            if not self._go_on(lane):
                break

    def _go_on(self, lane: Lane) -> bool:
        """Send what may be sent now: at once where nothing has to be waited for, else by a task. False: nothing may."""
        try:
            debts, wait = lane.take(asyncio.get_running_loop().time(), max(len(lane), 1) if lane.throttled else 1)
            if debts and not self._send_at_once(lane, debts):
                self._send_by_task(lane, debts)
        except Exception:
            _log.exception("a lane of notifications stopped", tenant=self._name, subscription=lane.id)
            debts, wait = (), BACK_OFF[-1]
        if not debts:
            self._leave(lane, wait)
        return bool(debts)

    def _send_at_once(self, lane: Lane, debts: Sequence[Debt]) -> bool:
        """Send the one change that there is, without a task; False: nothing was sent."""
        entry = self._entry(lane.id)
        if entry is None or lane.throttled or not entry.subscription.active:
            return False
        grants = self._index.grants_of(entry.subscription.owner, self._name)
        delivery = (
            None if grants is None else self._writer.write_at_once(self._name, entry.subscription, debts[0], grants)
        )
        if delivery is None:
            return False

        def answered(receipt: Receipt | None) -> None:
            self._under_way -= 1
            if receipt is None and not self._closing:
                self._send_by_task(lane, debts)
                return
            if receipt is not None:
                self._conclude(lane, entry, debts, receipt)
            if self._closing:
                self._leave(lane, None)
            else:
                self._go_on(lane)

        sent = self._gate.send_at_once(self._sender, delivery, answered)
        self._under_way += sent
        return sent

    def _send_by_task(self, lane: Lane, debts: Sequence[Debt]) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(lane, debts))
        self._workers.add(task)
        task.add_done_callback(self._workers.discard)

    async def _serve(self, lane: Lane, debts: Sequence[Debt]) -> None:
        """Send these, then go on."""
        go_on, wait = False, None
        try:
            go_on = await self._deliver(lane, debts)
        except Exception:
            _log.exception("a lane of notifications stopped", tenant=self._name, subscription=lane.id)
            self._put_back(lane, debts)
            wait = BACK_OFF[-1]
        except asyncio.CancelledError:
            lane.workers -= 1
            raise
        if go_on and not self._closing:
            self._go_on(lane)
        else:
            self._leave(lane, wait)

    def _leave(self, lane: Lane, wait: float | None) -> None:
        """Nothing more can be sent now; the last who leaves sets the timer."""
        lane.workers -= 1
        if lane.wants_more:
            self.wake()
        if lane.workers == 0 and not self._closing:
            self._rest(lane, wait)

    def _rest(self, lane: Lane, wait: float | None) -> None:
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        if wait is not None:
            lane.timer = asyncio.get_running_loop().call_later(wait, self._rise, lane)
        elif not len(lane) and lane.behind is None and not lane.failures:
            self._lanes.pop(lane.id, None)

    def _rise(self, lane: Lane) -> None:
        lane.timer = None
        self._start(lane)

    async def _deliver(self, lane: Lane, debts: Sequence[Debt]) -> bool:
        """Send one notification; answers whether the lane may go on at once."""
        entry = self._entry(lane.id)
        if entry is None:
            lane.failures = 0
            self._finish(lane, debts, "paid")
            return True
        if not entry.subscription.active:
            self._put_back(lane, debts)
            return False
        grants = self._index.grants_of(entry.subscription.owner, self._name)
        if grants is None:
            self._finish(lane, debts, "dead", reason="the subscription's owner is no longer there")
            return True
        try:
            delivery = await self._writer.write(self._name, entry.subscription, debts, grants)
        except StoreUnavailable as error:
            self._conclude(lane, entry, debts, Receipt(0, str(error)))
            return True
        if delivery is None:
            self._finish(lane, debts, "paid")
            return True
        self._conclude(lane, entry, debts, await self._gate.send(self._sender, delivery))
        return True

    def _conclude(self, lane: Lane, entry: Entry, debts: Sequence[Debt], receipt: Receipt) -> None:
        """What follows from the receipt."""
        self._note(entry, receipt, first=debts[0].attempts == 0)
        if receipt.taken:
            self._succeeded(lane, entry, debts)
        else:
            self._failed(lane, entry, debts, receipt)

    async def _send_picture(self, entry: Entry, debts: list[Debt]) -> None:
        """Send a notification that is not owed: once, and note how it fared."""
        grants = self._index.grants_of(entry.subscription.owner, self._name)
        if grants is None:
            return
        delivery = await self._writer.write(self._name, entry.subscription, debts, grants, self._now())
        if delivery is not None:
            receipt = await self._gate.send(self._sender, delivery)
            self._note(entry, receipt)

    def _note(self, entry: Entry, receipt: Receipt, *, first: bool = True) -> None:
        """Keep count of notifications and, once for each, of failures (NGSI-LD 5.2.14.2); not of repeated tries."""
        state = entry.state
        state.times_sent += first
        state.last_notification = self._now()
        state.failing, state.reason = not receipt.taken, receipt.reason
        if receipt.taken:
            state.last_success = state.last_notification
        else:
            state.times_failed += first
            state.last_failure = state.last_notification
        self._settler.touch(entry.subscription.key)

    def _succeeded(self, lane: Lane, entry: Entry, debts: Sequence[Debt]) -> None:
        lane.failures = 0
        self._finish(lane, debts, "paid")
        if entry.subscription.throttling:
            lane.closed_until = asyncio.get_running_loop().time() + entry.subscription.throttling / SECOND
        self._start(lane)

    def _failed(self, lane: Lane, entry: Entry, debts: Sequence[Debt], receipt: Receipt) -> None:
        if receipt.status in _REFUSED_FOR_ITS_CONTENT:
            self._try_later(lane, entry, debts, receipt, debts[0].attempts + 1)
            return
        lane.failures += 1
        wait = self._try_later(lane, entry, debts, receipt, lane.failures)
        lane.closed_until = asyncio.get_running_loop().time() + wait
        self._bury(lane, receipt.reason)

    def _try_later(self, lane: Lane, entry: Entry, debts: Sequence[Debt], receipt: Receipt, failures: int) -> float:
        """Postpone what failed, or give it up; answers the seconds until the next try."""
        cooldown = entry.subscription.notification.endpoint.cooldown or 0.0
        wait = max(back_off(failures), min(cooldown, BACK_OFF[-1]), min(receipt.retry_after, BACK_OFF[-1]))
        given_up = [debt for debt in debts if failures >= TRIES_BEFORE_DEATH and self._too_old(debt)]
        self._finish(lane, given_up, "dead", reason=receipt.reason)
        due = self._now() + round(wait * SECOND)
        tried = [
            msgspec.structs.replace(debt, attempts=debt.attempts + 1, due=due, reason=receipt.reason)
            for debt in debts
            if debt not in given_up
        ]
        retry_at = asyncio.get_running_loop().time() + wait
        superseded = lane.put_back(tried, retry_at)
        for debt in tried:
            self._settle(debt, "paid" if debt in superseded else "postponed")
        return wait

    def _bury(self, lane: Lane, reason: str) -> None:
        """Give up all that is too old for a receiver that keeps failing; each of them would only fail again."""
        if lane.failures >= TRIES_BEFORE_DEATH:
            self._finish(lane, [debt for debt in lane if self._too_old(debt)], "dead", reason=reason)

    def _too_old(self, debt: Debt) -> bool:
        return self._now() - debt.time >= self._limits.give_up

    def _put_back(self, lane: Lane, debts: Sequence[Debt]) -> None:
        for debt in lane.put_back(debts):
            self._settle(debt, "paid")

    def _finish(self, lane: Lane, debts: Sequence[Debt], state: Became, reason: str = "") -> None:
        lane.done(debts)
        for debt in debts:
            self._settle(msgspec.structs.replace(debt, reason=reason) if reason else debt, state)

    def _settle(self, debt: Debt, state: Became) -> None:
        self._settler.settle(DebtChange(debt.subscription, debt.position, state, debt.attempts, debt.due, debt.reason))

    def owed_again(self, dead: Sequence[Debt]) -> None:
        """Hand revived dead letters to their lanes as if they were new."""
        now = self._now()
        for debt in dead:
            if debt.position <= self._read_to:
                self._take_in(msgspec.structs.replace(debt, attempts=0, due=now, dead=False, reason=""))
        self.wake()

    def read_anew(self) -> None:
        """Look at all that is owed once more: something behind what was read is owed again. What is at hand stays."""
        self._read_to = 0
        self.wake()
