"""What one tenant owes: handed to a lane for each subscription, sent in its order, and settled."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import structlog

from pinisi.context.delivery import Receipt
from pinisi.context.notification import NotificationWriter
from pinisi.context.notification_clock import Clock, Elsewhere
from pinisi.context.notification_gate import Gate, Limits, Way
from pinisi.context.notification_lane import BACK_OFF, Lane, back_off
from pinisi.context.notification_letterhead import Letterhead
from pinisi.context.notification_reader import OwedReader
from pinisi.context.notification_settler import Settler
from pinisi.context.notification_turn import Posted, Turn
from pinisi.context.post import Sender
from pinisi.context.subscription import DeliveryState
from pinisi.context.subscription_index import Entry, SubscriptionIndex
from pinisi.context.targets import Reachable
from pinisi.store.change import DebtChange, StoreUnavailable
from pinisi.store.debt import Debt
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import SECOND, Instant

_log = structlog.get_logger("pinisi.notifications")

Rest = Callable[[str, str], None]
"""Hears (tenant, subscription id) of one that shall rest: it was to be told once, or failed too often."""


def nobody_rests(_tenant: str, _subscription: str) -> None: ...


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
        elsewhere: Elsewhere | None = None,
        rest: Rest = nobody_rests,
    ) -> None:
        self._name = name
        self._let_rest = rest
        self._store = store
        self._index = index
        self._writer = writer
        self.sender = sender
        self.gate = gate
        self._now = now
        self._limits = limits
        self._lanes: dict[str, Lane] = {}
        self._reader = OwedReader(store, name, limits.page, self._lanes, self._lane, self._take_in)
        self._closing = False
        self._settler = Settler(store, name, self._state_of)
        self._workers: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._clock = Clock(name, store, index, self._send_picture, now, elsewhere)
        self._clock.start()
        loop = asyncio.get_running_loop()
        self._time = loop.time
        self._tasks = (
            loop.create_task(self._reader.run(), name=f"owed notifications of {name}"),
            loop.create_task(self._settler.run(), name=f"settled notifications of {name}"),
        )

    def wake(self) -> None:
        """Something is owed."""
        self._reader.wake()

    def heard(self, entries: Sequence[LogEntry]) -> None:
        """This was committed, here or by another process."""
        self._reader.heard(entries)

    async def close(self) -> None:
        self._closing = True
        until = self._time() + self._limits.grace
        while (self._workers or self._under_way) and self._time() < until:  # noqa: ASYNC110
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
            lane.hurry(self._time())
            lane.entry = self._index.get(self._name, id)
            self._adapt(lane)
            self._start(lane)

    # one lane

    def _take_in(self, debt: Debt, *, revived: bool = False) -> None:
        lane = self._lanes.get(debt.subscription) or self._lane(debt.subscription)
        if lane.entry is None:
            self._settle(debt, "paid")
            return
        if debt.position in lane:
            return
        again = debt.position in lane.revived
        if (lane.behind is not None and not again) or (lane.full and not lane.has_room_for(debt)):
            if revived:
                lane.revived.add(debt.position)
            elif not self._settler.is_paid(debt.position, debt.subscription):
                lane.leave(debt.position)
            return
        replaced = lane.push(debt, self._retry_at(debt) if debt.attempts else 0.0)
        if replaced is not None:
            self._settle(replaced, "paid")
        self._start(lane)

    def _lane(self, id: str) -> Lane:
        lane = self._lanes.get(id)
        if lane is None:
            lane = self._lanes[id] = Lane(id, self._limits.at_hand, self._index.get(self._name, id))
            self._adapt(lane)
        return lane

    def _retry_at(self, debt: Debt) -> float:
        """When a debt of an earlier run may be tried again."""
        left = (debt.due - self._now()) / SECOND
        return self._time() + min(max(left, 0.0), BACK_OFF[-1])

    def _state_of(self, id: str) -> DeliveryState | None:
        entry = self._index.get(self._name, id)
        return None if entry is None else entry.state

    def _adapt(self, lane: Lane) -> None:
        """Follow the subscription's throttling; at the start the window since its last success still holds."""
        entry = lane.entry
        of_entities = entry is not None and entry.subscription.of_entities
        throttling = entry.subscription.throttling if entry is not None and of_entities else 0
        if entry is None or not throttling:
            lane.throttled = False
            return
        for debt in lane.throttle():
            self._settle(debt, "paid")
        left = min(entry.state.last_success + throttling - self._now(), throttling) / SECOND
        if left > 0:
            lane.closed_until = max(lane.closed_until, self._time() + left)

    def _start(self, lane: Lane) -> None:
        """See that as many workers serve the lane as it deserves; a lane that is closed goes on resting."""
        if self._closing or (lane.timer is not None and self._time() < lane.closed_until):
            return
        backlog = len(lane) > self._limits.side_by_side_from
        wanted = self._limits.side_by_side if backlog and not lane.failures and not lane.throttled else 1
        while lane.workers < wanted:
            lane.workers += 1
            if not self._go_on(lane):
                break

    def _go_on(self, lane: Lane, way: Way | None = None) -> bool:
        """Send what may be sent now, or wait for the receiver; False: nothing may be sent.

        `way`: None, as the gate says.
        """
        debts: Sequence[Debt] = ()
        wait: float | None = None
        try:
            head, target = self._address(lane)
            if way is None:
                way = "ask" if target is None else self.gate.way(self.sender, target)
            if way == "wait" and target is not None:
                if len(lane):
                    self.gate.wait(self.sender, target, Turn(self, lane))
                    return True
            else:
                debts, wait = lane.take(self._time(), max(len(lane), 1) if lane.throttled else 1)
                if debts:
                    if way != "now" or head is None or not self._send_at_once(lane, head, debts):
                        self._send_by_task(lane, debts, target)
                    return True
        except Exception:
            _log.exception("a lane of notifications stopped", tenant=self._name, subscription=lane.id)
            self._put_back(lane, debts)
            wait = BACK_OFF[-1]
        self._leave(lane, wait)
        return False

    def _address(self, lane: Lane) -> tuple[Letterhead | None, Reachable | None]:
        """How its notifications look and where they go, as far as both are at hand."""
        head = lane.head
        if lane.entry is not None and (
            head is None or not self._writer.letterheads.holds(head, lane.entry.subscription)
        ):
            head = lane.head = self._writer.letterheads.at_hand(self._name, lane.entry.subscription)
        if lane.entry is None or head is None:
            return head, None
        return head, head.envelope.target

    def your_turn(self, lane: Lane, way: Way | None = None) -> None:
        """One that waited for its receiver may go on."""
        if self._closing:
            self._leave(lane, None)
        else:
            self._go_on(lane, way)

    def _send_at_once(self, lane: Lane, head: Letterhead, debts: Sequence[Debt]) -> bool:
        """Send the one change that there is, without a task; False: nothing was sent."""
        entry = lane.entry
        if entry is None or lane.throttled or not entry.subscription.active:
            return False
        grants = self._index.grants_of(entry.subscription.owner, self._name)
        if grants is None or not grants.sees_all:
            return False
        delivery = self._writer.write_at_once(head, debts[0])
        if delivery is None or not self.gate.post(self.sender, delivery, Posted(self, lane, entry, debts)):
            return False
        self._under_way += 1
        return True

    def answered(self, lane: Lane, entry: Entry, debts: Sequence[Debt], receipt: Receipt | None) -> None:
        """What was sent without a task has come to an end; without a receipt it is sent again."""
        self._under_way -= 1
        if receipt is None and not self._closing:
            self._send_by_task(lane, debts, None)
            return
        if receipt is not None:
            self._conclude(lane, entry, debts, receipt)
        if self._closing or not len(lane):
            self._leave(lane, None)
        else:
            self._go_on(lane)

    def _send_by_task(self, lane: Lane, debts: Sequence[Debt], target: Reachable | None) -> None:
        """`target`: the receiver that the delivery counts as under way to, so that others wait for its connection."""
        place = None if target is None else (target.host, target.port)
        if place is not None:
            self.gate.begin(place)
        task = asyncio.get_running_loop().create_task(self._serve(lane, debts, place))
        self._workers.add(task)
        task.add_done_callback(self._workers.discard)

    async def _serve(self, lane: Lane, debts: Sequence[Debt], place: tuple[str, int] | None) -> None:
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
        finally:
            if place is not None:
                self.gate.free(place)
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
        elif lane.entry is None and lane.idle:
            self._lanes.pop(lane.id, None)

    def _rise(self, lane: Lane) -> None:
        lane.timer = None
        self._start(lane)

    async def _deliver(self, lane: Lane, debts: Sequence[Debt]) -> bool:
        """Send one notification; answers whether the lane may go on at once."""
        entry = lane.entry
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
        self._conclude(lane, entry, debts, await self.gate.send(self.sender, delivery))
        return True

    def _conclude(self, lane: Lane, entry: Entry, debts: Sequence[Debt], receipt: Receipt) -> None:
        """What follows from the receipt."""
        self._settler.note(entry, receipt, self._now(), first=debts[0].attempts == 0)
        if receipt.taken:
            self._succeeded(lane, entry, debts)
        else:
            self._failed(lane, entry, debts, receipt)
        if entry.subscription.rests_after(receipt.taken, entry.state.fails) and not entry.silent:
            entry.silent = True
            if receipt.taken:
                self._finish(lane, [debt for debt in lane if debt not in debts], "paid")
            self._let_rest(self._name, entry.subscription.id)

    async def _send_picture(self, entry: Entry, debts: list[Debt]) -> None:
        """Send a notification that is not owed: once, and note how it fared."""
        grants = self._index.grants_of(entry.subscription.owner, self._name)
        if grants is None:
            return
        delivery = await self._writer.write(self._name, entry.subscription, debts, grants, self._now())
        if delivery is not None:
            receipt = await self.gate.send(self.sender, delivery)
            self._settler.note(entry, receipt, self._now())

    def _succeeded(self, lane: Lane, entry: Entry, debts: Sequence[Debt]) -> None:
        lane.failures = 0
        self._finish(lane, debts, "paid")
        if entry.subscription.throttling:
            lane.closed_until = self._time() + entry.subscription.throttling / SECOND
        if len(lane) > self._limits.side_by_side_from:
            self._start(lane)

    def _failed(self, lane: Lane, entry: Entry, debts: Sequence[Debt], receipt: Receipt) -> None:
        if receipt.status in _REFUSED_FOR_ITS_CONTENT:
            self._try_later(lane, entry, debts, receipt, debts[0].attempts + 1)
            return
        lane.failures += 1
        wait = self._try_later(lane, entry, debts, receipt, lane.failures)
        lane.closed_until = self._time() + wait
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
        retry_at = self._time() + wait
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
        if state == "paid":
            self._settler.paid(debt.position, debt.subscription)
            return
        self._settler.settle(DebtChange(debt.subscription, debt.position, state, debt.attempts, debt.due, debt.reason))

    def owed_again(self, dead: Sequence[Debt]) -> None:
        """Hand revived dead letters to their lanes as if they were new."""
        now = self._now()
        for debt in dead:
            if debt.position <= self._reader.read_to:
                fresh = msgspec.structs.replace(debt, attempts=0, due=now, dead=False, reason="")
                self._take_in(fresh, revived=True)
        self.wake()

    def read_anew(self) -> None:
        """Look at all that is owed once more: something behind what was read is owed again. What is at hand stays."""
        self._reader.read_anew()
