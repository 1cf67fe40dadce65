"""How many deliveries may be under way, and who waits for whom.

Receivers that were slow, or failed, share a few connections of their own until they are well again: so the dead never
stand in the way of the living, however many subscriptions go to them.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable

import msgspec

from pinisi.context.delivery import Receipt
from pinisi.context.post import Sealed, Sender
from pinisi.vocabulary.instant import DAY, Instant

REMEMBERED = 10_000
PROBES = 4
"""Deliveries under way to one receiver that is unwell: one dead receiver leaves room to those that only stumbled."""
Done = Callable[[Receipt | None], None]


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
    grace: float = 2.0


class _Turnstile:
    """Lets so many in; who cannot wait learns so at once."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: deque[asyncio.Future[None]] = deque()

    def enter_at_once(self) -> bool:
        if self._room <= 0:
            return False
        self._room -= 1
        return True

    async def enter(self) -> None:
        if self.enter_at_once():
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._room += 1


_Place = tuple[str, int]


class Gate:
    """Bounds the deliveries under way. One that proves slow makes room for others, up to a bound of its own."""

    def __init__(self, limits: Limits) -> None:
        self.healthy = _Turnstile(limits.connections)
        self.suspect = _Turnstile(limits.suspect_connections)
        self.slow_room = limits.slow_connections
        self.slow_after = limits.slow_after
        self._unwell: OrderedDict[_Place, _Turnstile] = OrderedDict()

    async def send(self, sender: Sender, delivery: Sealed) -> Receipt:
        """Send when it is this delivery's turn."""
        place = (delivery.target.host, delivery.target.port)
        passage = _Passage(self, place, await self._entered(place))
        receipt: Receipt | None = None
        try:
            receipt = await sender.send(delivery)
            return receipt
        finally:
            passage.end(receipt)

    async def _entered(self, place: _Place) -> "_Turnstile | _Probe":
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

    def send_at_once(self, sender: Sender, delivery: Sealed, done: Done) -> bool:
        """Send without a task, if nothing has to be waited for; False: nothing was sent.

        `done` hears the receipt; None: the connection was lost before the answer, so that nobody knows.
        """
        place = (delivery.target.host, delivery.target.port)
        if place in self._unwell or not self.healthy.enter_at_once():
            return False
        passage = _Passage(self, place, self.healthy)

        def answered(receipt: Receipt | None) -> None:
            if passage.end(receipt):
                done(receipt)

        abandon = sender.post(delivery, answered)
        if abandon is None:
            passage.end(None)
            return False
        passage.expires(delivery.timeout, abandon, answered)
        return True

    def fared(self, place: _Place, well: bool) -> None:
        """Remember how a receiver took its last delivery."""
        if well:
            if self._unwell:
                self._unwell.pop(place, None)
            return
        if place not in self._unwell:
            self._unwell[place] = _Turnstile(PROBES)
        self._unwell.move_to_end(place)
        if len(self._unwell) > REMEMBERED:
            self._unwell.popitem(last=False)


class _Probe:
    """A turn among the suspect, which is also one of the few of its receiver."""

    __slots__ = ("_all", "_mine")

    def __init__(self, all: _Turnstile, mine: _Turnstile) -> None:
        self._all, self._mine = all, mine

    def leave(self) -> None:
        self._all.leave()
        self._mine.leave()


class _Passage:
    """One delivery under way: after `slow_after` it makes room for another, and its receiver is suspect."""

    __slots__ = ("_abandon", "_answered", "_gate", "_left", "_over", "_place", "_room", "_slow", "_timer", "_turnstile")

    def __init__(self, gate: Gate, place: _Place, turnstile: _Turnstile | _Probe) -> None:
        self._gate = gate
        self._place = place
        self._turnstile = turnstile
        self._over = self._slow = self._room = False
        self._left = 0.0
        self._abandon: Callable[[], None] | None = None
        self._answered: Done | None = None
        self._timer = asyncio.get_running_loop().call_later(gate.slow_after, self._late)

    def expires(self, timeout: float, abandon: Callable[[], None], answered: Done) -> None:
        """After so many seconds without an answer `abandon` is called and the delivery has failed."""
        self._left, self._abandon, self._answered = timeout, abandon, answered
        if timeout < self._gate.slow_after and not self._over:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(timeout, self._expire)

    def end(self, receipt: Receipt | None) -> bool:
        """Over, with this receipt; False when it was over before."""
        if self._over:
            return False
        self._over = True
        self._timer.cancel()
        if self._room:
            self._gate.slow_room += 1
        else:
            self._turnstile.leave()
        if receipt is not None:
            self._gate.fared(self._place, receipt.taken and not self._slow)
        return True

    def _late(self) -> None:
        gate = self._gate
        self._slow = True
        gate.fared(self._place, well=False)
        if self._turnstile is gate.healthy and gate.slow_room > 0:
            self._room = True
            gate.slow_room -= 1
            self._turnstile.leave()
        if self._abandon is not None:
            left = max(self._left - gate.slow_after, 0.0)
            self._timer = asyncio.get_running_loop().call_later(left, self._expire)

    def _expire(self) -> None:
        if self._abandon is not None and self._answered is not None:
            answered, abandon, timeout = self._answered, self._abandon, self._left
            answered(Receipt(0, f"no answer within {timeout:g} s"))
            abandon()
