"""How many deliveries may be under way, and who waits for whom.

A receiver that is well gets its deliveries over connections that are open, one after the other; who comes while all of
them are busy waits in its queue, and a further connection is opened only for one who waits long. Receivers that were
slow, or failed, share a few connections of their own until they are well again: so the dead never stand in the way of
the living, however many subscriptions go to them.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

import msgspec

from pinisi.context.delivery import Receipt
from pinisi.context.post import Sealed, Sender
from pinisi.context.targets import Reachable
from pinisi.context.turnstile import Turnstile
from pinisi.vocabulary.instant import DAY, Instant

REMEMBERED = 10_000
PROBES = 4
"""Deliveries under way to one receiver that is unwell: one dead receiver leaves room to those that only stumbled."""
SIDE_BY_SIDE = 16
"""Deliveries under way to one receiver that is well."""
Done = Callable[[Receipt | None], None]
Way = Literal["now", "wait", "ask"]
"""How a delivery may go: over a connection that is idle; when one is; or by a task that asks for one."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of a notifier.

    | field | unit | meaning |
    |---|---|---|
    | `give_up` | microseconds | a change that is older and still cannot be delivered becomes a dead letter |
    | `at_hand` | debts | of one subscription that are kept in memory; the rest waits in the store |
    | `page` | debts | read from the store at once |
    | `side_by_side` | deliveries | to one subscription at a time, each of another entity, when it has a backlog |
    | `side_by_side_from` | debts | such a backlog |
    | `connections` | deliveries | under way to receivers that are well |
    | `slow_connections` | deliveries | that proved slow and made room for others |
    | `suspect_connections` | deliveries | under way to receivers that were slow or failed the last time |
    | `slow_after` | seconds | without an answer are slow |
    | `patience` | seconds | in the queue of a receiver, before a further connection to it is opened |
    | `grace` | seconds | that deliveries under way have when the process stops |
    """

    give_up: Instant = DAY
    at_hand: int = 1_000
    page: int = 1_024
    side_by_side: int = 4
    side_by_side_from: int = 32
    connections: int = 256
    slow_connections: int = 256
    suspect_connections: int = 64
    slow_after: float = 0.5
    patience: float = 0.1
    grace: float = 2.0


_Place = tuple[str, int]


class Waiting(Protocol):
    """One who waits in the queue of a receiver."""

    def your_turn(self) -> None:
        """Something may be sent now, or another reason to wait is to be found."""
        ...

    def hurry_up(self) -> None:
        """It has waited long: open a connection."""
        ...


class _Waiter(NamedTuple):
    one: Waiting
    sender: Sender
    target: Reachable
    since: float


class _Queue:
    """Of one receiver: how many deliveries are under way, and who waits since when."""

    __slots__ = ("busy", "waiting")

    def __init__(self) -> None:
        self.busy = 0
        self.waiting: deque[_Waiter] = deque()


class Gate:
    """Bounds the deliveries under way. One that proves slow makes room for others, up to a bound of its own.

    Its clock is that of its ticks, each of which counts no more than twice its length: where the process itself was
    held up, no receiver was slow.
    """

    def __init__(self, limits: Limits) -> None:
        self.healthy = Turnstile(limits.connections)
        self.suspect = Turnstile(limits.suspect_connections)
        self.slow_room = limits.slow_connections
        self.slow_after = limits.slow_after
        self._patience = limits.patience
        self.tick = min(0.05, limits.slow_after / 4)
        self._unwell: OrderedDict[_Place, Turnstile] = OrderedDict()
        self._queues: dict[_Place, _Queue] = {}
        self._under_way: deque[_Passage] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._ticked = 0.0
        self.clock = 0.0

    async def send(self, sender: Sender, delivery: Sealed) -> Receipt:
        """Send when it is this delivery's turn."""
        place = (delivery.target.host, delivery.target.port)
        passage = _Passage(self, place, await self._entered(place))
        self._watch(passage)
        receipt: Receipt | None = None
        try:
            receipt = await sender.send(delivery)
            return receipt
        finally:
            passage.end(receipt)

    async def _entered(self, place: _Place) -> "Turnstile | _Probe":
        """Wait for a turn. Of a receiver that is unwell only a few try, and the others wait for how they fare."""
        while True:
            probing = self._unwell.get(place)
            if probing is None:
                await self.healthy.enter()
                if place not in self._unwell:
                    return self.healthy
                self.healthy.leave()
                continue
            await probing.enter()
            if self._unwell.get(place) is probing:
                await self.suspect.enter()
                return _Probe(self.suspect, probing)
            probing.leave()

    def way(self, sender: Sender, target: Reachable) -> Way:
        """How a delivery to this target may go now."""
        place = (target.host, target.port)
        if place in self._unwell:
            return "ask"
        if sender.idle(target):
            return "now" if self.healthy.open else "ask"
        queue = self._queues.get(place)
        return "wait" if queue is not None and queue.busy else "ask"

    def post(self, sender: Sender, delivery: Sealed, done: Done) -> bool:
        """Send without a task, where the `way` is "now"; False: nothing was sent.

        `done` hears the receipt; None: the connection was lost before the answer, so that nobody knows.
        """
        if not self.healthy.enter_at_once():
            return False
        place = (delivery.target.host, delivery.target.port)
        passage = _Passage(self, place, self.healthy, done)
        abandon = sender.post(delivery, passage.answered)
        if abandon is None:
            passage.end(None)
            return False
        passage.expires(delivery.timeout, abandon)
        self.begin(place)
        self._watch(passage)
        return True

    def begin(self, place: _Place) -> None:
        """One more delivery is under way to a receiver, or about to be. Each ends by `free`."""
        queue = self._queues.get(place)
        if queue is None:
            queue = self._queues[place] = _Queue()
        queue.busy += 1

    def free(self, place: _Place) -> None:
        """One delivery is over: whoever waits may go on."""
        queue = self._queues[place]
        queue.busy -= 1
        waiting = queue.waiting
        while waiting and self.way(waiting[0].sender, waiting[0].target) != "wait":
            waiting.popleft().one.your_turn()
        if not queue.busy and not queue.waiting:
            self._queues.pop(place, None)

    def wait(self, sender: Sender, target: Reachable, one: Waiting) -> None:
        """Wait in the queue of a receiver, where the `way` is "wait"."""
        waiter = _Waiter(one, sender, target, self.clock)
        self._queues[target.host, target.port].waiting.append(waiter)
        self._wind_up()
        self._wind_up()

    def fared(self, place: _Place, well: bool) -> None:
        """Remember how a receiver took its last delivery."""
        if well:
            if self._unwell:
                self._unwell.pop(place, None)
            return
        if place not in self._unwell:
            self._unwell[place] = Turnstile(PROBES)
        self._unwell.move_to_end(place)
        if len(self._unwell) > REMEMBERED:
            self._unwell.popitem(last=False)

    # the clock

    def _watch(self, passage: "_Passage") -> None:
        passage.began = self.clock
        self._under_way.append(passage)
        self._wind_up()

    def _wind_up(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._ticked = loop.time()
            self._timer = loop.call_later(self.tick, self._ticks)

    def _ticks(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.clock += min(now - self._ticked, 2 * self.tick)
        self._ticked = now
        under_way = self._under_way
        while under_way and (under_way[0].over or self.clock - under_way[0].began >= self.slow_after):
            passage = under_way.popleft()
            if not passage.over:
                passage.late()
        waiting = [(place, queue) for place, queue in self._queues.items() if queue.waiting]
        for place, queue in waiting:
            self._look_after(place, queue)
        busy = bool(under_way or waiting)
        self._timer = loop.call_later(self.tick, self._ticks) if busy else None

    def _look_after(self, place: _Place, queue: _Queue) -> None:
        """Let all go on who wait for a receiver that is unwell; of others one, when it has waited long."""
        if place in self._unwell:
            everyone, queue.waiting = queue.waiting, deque()
            for waiter in everyone:
                waiter.one.your_turn()
        elif self.clock - queue.waiting[0].since >= self._patience and queue.busy < SIDE_BY_SIDE:
            queue.waiting.popleft().one.hurry_up()


class _Probe:
    """A turn among the suspect, which is also one of the few of its receiver."""

    __slots__ = ("_all", "_mine")

    def __init__(self, all: Turnstile, mine: Turnstile) -> None:
        self._all, self._mine = all, mine

    def leave(self) -> None:
        self._all.leave()
        self._mine.leave()


class _Passage:
    """One delivery under way: after `slow_after` it makes room for another, and its receiver is suspect."""

    __slots__ = (
        "_abandon",
        "_done",
        "_gate",
        "_left",
        "_place",
        "_room",
        "_slow",
        "_timer",
        "_turnstile",
        "began",
        "over",
    )

    def __init__(self, gate: Gate, place: _Place, turnstile: Turnstile | _Probe, done: Done | None = None) -> None:
        """`done`: of one that is posted, and counts as under way to its receiver."""
        self._gate = gate
        self._place = place
        self._turnstile = turnstile
        self._done = done
        self.over = self._slow = self._room = False
        self.began = self._left = 0.0
        self._abandon: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def expires(self, timeout: float, abandon: Callable[[], None]) -> None:
        """After so many seconds without an answer `abandon` is called and the delivery has failed."""
        self._left, self._abandon = timeout, abandon
        if timeout < self._gate.slow_after + self._gate.tick:
            self._timer = asyncio.get_running_loop().call_later(timeout, self._expire)

    def answered(self, receipt: Receipt | None) -> None:
        """The receipt of one that was posted; it is told once, and then the next may go to its receiver."""
        done, self._done = self._done, None
        if done is not None and self.end(receipt):
            self._gate.free(self._place)
            done(receipt)

    def end(self, receipt: Receipt | None) -> bool:
        """Over, with this receipt; False when it was over before."""
        if self.over:
            return False
        self.over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._room:
            self._gate.slow_room += 1
        else:
            self._turnstile.leave()
        if receipt is not None:
            self._gate.fared(self._place, receipt.taken and not self._slow)
        return True

    def late(self) -> None:
        gate = self._gate
        self._slow = True
        gate.fared(self._place, well=False)
        if self._turnstile is gate.healthy and gate.slow_room > 0:
            self._room = True
            gate.slow_room -= 1
            self._turnstile.leave()
        if self._abandon is not None and self._timer is None:
            left = max(self._left - gate.slow_after, 0.0)
            self._timer = asyncio.get_running_loop().call_later(left, self._expire)

    def _expire(self) -> None:
        abandon = self._abandon
        if abandon is not None:
            self.answered(Receipt(0, f"no answer within {self._left:g} s"))
            abandon()
