"""How many deliveries may be under way, and who waits for whom."""

import asyncio

import msgspec

from pinisi.context.delivery import Receipt
from pinisi.context.notification_lane import Lane
from pinisi.context.post import Sealed, Sender
from pinisi.vocabulary.instant import DAY, Instant


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
    page: int = 256
    side_by_side: int = 4
    side_by_side_from: int = 32
    connections: int = 256
    slow_connections: int = 256
    suspect_connections: int = 64
    slow_after: float = 0.5
    grace: float = 2.0


class Gate:
    """Bounds the deliveries under way. One that proves slow makes room for others, up to a bound of its own."""

    def __init__(self, limits: Limits) -> None:
        self._healthy = asyncio.Semaphore(limits.connections)
        self._suspect = asyncio.Semaphore(limits.suspect_connections)
        self._slow_room = limits.slow_connections
        self._slow_after = limits.slow_after

    async def send(self, lane: Lane, sender: Sender, delivery: Sealed) -> Receipt:
        loop = asyncio.get_running_loop()
        gate = self._suspect if lane.suspect else self._healthy
        await gate.acquire()
        began = loop.time()
        slow = False

        def make_room() -> None:
            nonlocal slow
            if self._slow_room > 0:
                slow = True
                self._slow_room -= 1
                gate.release()

        timer = None if lane.suspect else loop.call_later(self._slow_after, make_room)
        try:
            receipt = await sender.send(delivery)
        finally:
            if timer is not None:
                timer.cancel()
            if slow:
                self._slow_room += 1
            else:
                gate.release()
        lane.suspect = not receipt.taken or loop.time() - began > self._slow_after
        return receipt
