"""What one subscription is owed and when the next of it may go: order, back-off and throttling, without any I/O.

A lane holds a bounded part of the debts; the rest stays in the store and is read when there is room. Times are seconds
of the event loop's clock, so that a jump of the wall clock neither hurries nor holds anything.
"""

import asyncio
import random
from collections.abc import Iterable, Iterator, Sequence

from pinisi.context.notification_letterhead import Letterhead
from pinisi.context.subscription_index import Entry
from pinisi.store.debt import Debt
from pinisi.store.log import Position

BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
"""Seconds after the first, second ... failure in a row; the last one stands for all that follow."""
JITTER = 0.2


def back_off(failures: int) -> float:
    """Seconds to wait after so many failures in a row, spread by 20 % so that lanes do not come back together."""
    if failures <= 0:
        return 0.0
    wait = BACK_OFF[min(failures, len(BACK_OFF)) - 1]
    return wait * random.uniform(1 - JITTER, 1 + JITTER)


class Lane:
    """The debts of one subscription that are at hand, in order of position.

    `entry`: the subscription; None where there is none any more. `behind`: the first position whose debt was left in
    the store for want of room; None: all that is read is here. `revived`: positions before what was read that are owed
    again and lie in the store.
    """

    __slots__ = (
        "_in_flight",
        "_newest",
        "_queue",
        "_retry_at",
        "behind",
        "closed_until",
        "entry",
        "failures",
        "head",
        "id",
        "revived",
        "room",
        "throttled",
        "timer",
        "workers",
    )

    def __init__(self, id: str, room: int, entry: Entry | None = None) -> None:
        self.id = id
        self.room = room
        self.entry = entry
        self.head: Letterhead | None = None
        """What its notifications share, as it was last."""
        self.behind: Position | None = None
        self.revived: set[Position] = set()
        self.failures = 0
        self.closed_until = 0.0
        self.throttled = False
        self.workers = 0
        self.timer: asyncio.TimerHandle | None = None
        self._queue: dict[Position, Debt] = {}
        self._newest: dict[str, Position] = {}
        """While throttled: of each entity, the newest debt."""
        self._in_flight: dict[str, Position] = {}
        self._retry_at: dict[Position, float] = {}

    def __len__(self) -> int:
        return len(self._queue)

    def __iter__(self) -> Iterator[Debt]:
        return iter(self._queue.values())

    def __contains__(self, position: Position) -> bool:
        return position in self._queue

    @property
    def full(self) -> bool:
        return len(self._queue) >= self.room

    @property
    def wants_more(self) -> bool:
        """Whether debts were left in the store and half the room is free again."""
        return (self.behind is not None or bool(self.revived)) and len(self._queue) * 2 <= self.room

    @property
    def idle(self) -> bool:
        """Whether nothing is known of it that would be missed."""
        return not self._queue and self.behind is None and not self.revived and not self.failures

    def has_room_for(self, debt: Debt) -> bool:
        """Whether the debt may come in: there is room, or it takes the place of an older one."""
        return not self.full or (self.throttled and debt.subject in self._newest)

    def hurry(self, now: float) -> None:
        """Forget every wait: what made the deliveries fail may have changed."""
        self.closed_until = min(self.closed_until, now)
        self._retry_at.clear()

    def push(self, debt: Debt, retry_at: float = 0.0) -> Debt | None:
        """Take in a debt. When throttled only the newest of an entity stays; the other is given back."""
        replaced = None
        if self.throttled:
            older = self._newest.get(debt.subject)
            if older is not None and self._in_flight.get(debt.subject) != older:
                if older > debt.position:
                    return debt
                replaced = self._queue.pop(older)
                self._retry_at.pop(older, None)
            self._newest[debt.subject] = debt.position
        self._queue[debt.position] = debt
        self.revived.discard(debt.position)
        if retry_at:
            self._retry_at[debt.position] = retry_at
        return replaced

    def leave(self, position: Position) -> None:
        """A debt stays in the store for want of room."""
        if position in self.revived:
            return
        if self.behind is None:
            self.behind = position
        elif position < self.behind:
            self.revived.add(position)

    def take(self, now: float, most: int) -> tuple[Sequence[Debt], float | None]:
        """The next debts to send, of entities that differ; when there are none, how long to wait (None: for news).

        One that is being sent, or waits for another try, holds back all later ones of its entity, and no others.
        """
        if now < self.closed_until:
            return (), self.closed_until - now
        if most == 1 and self._queue and not self._in_flight and not self._retry_at:
            first = next(iter(self._queue.values()))
            self._in_flight[first.subject] = first.position
            return (first,), None
        held = set(self._in_flight)
        chosen: list[Debt] = []
        wait: float | None = None
        for debt in self._queue.values():
            if debt.subject in held:
                continue
            held.add(debt.subject)
            left = self._retry_at.get(debt.position, 0.0) - now
            if left > 0:
                wait = left if wait is None else min(wait, left)
                continue
            chosen.append(debt)
            if len(chosen) == most:
                break
        self._in_flight.update((debt.subject, debt.position) for debt in chosen)
        return chosen, wait if not chosen else None

    def done(self, debts: Iterable[Debt]) -> None:
        """The debts are settled: they leave the lane."""
        for debt in debts:
            self._queue.pop(debt.position, None)
            self._in_flight.pop(debt.subject, None)
            if self._retry_at:
                self._retry_at.pop(debt.position, None)
            if self._newest and self._newest.get(debt.subject) == debt.position:
                del self._newest[debt.subject]

    def put_back(self, debts: Iterable[Debt], retry_at: float = 0.0) -> list[Debt]:
        """The debts could not be sent; they keep their place. Gives back those that a newer state has replaced."""
        superseded: list[Debt] = []
        for debt in debts:
            self._in_flight.pop(debt.subject, None)
            if self.throttled and self._newest.get(debt.subject, debt.position) != debt.position:
                self._queue.pop(debt.position, None)
                superseded.append(debt)
                continue
            self._queue[debt.position] = debt
            if retry_at:
                self._retry_at[debt.position] = retry_at
        return superseded

    def throttle(self) -> list[Debt]:
        """Begin to keep only the newest state of each entity; gives back the debts that are superseded by it."""
        self.throttled = True
        self._newest = {debt.subject: position for position, debt in sorted(self._queue.items())}
        superseded = [
            debt
            for debt in self._queue.values()
            if self._in_flight.get(debt.subject) != debt.position and self._newest[debt.subject] != debt.position
        ]
        for debt in superseded:
            del self._queue[debt.position]
            self._retry_at.pop(debt.position, None)
        return superseded
