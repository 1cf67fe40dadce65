"""What the gate and the post hold of an outbox: a lane that waits, and deliveries of which they will tell the end."""

from collections.abc import Sequence
from typing import Protocol

from pinisi.context.delivery import Receipt
from pinisi.context.notification_gate import Way
from pinisi.context.notification_lane import Lane
from pinisi.context.subscription_index import Entry
from pinisi.store.debt import Debt


class Desk(Protocol):
    """The outbox, as they know it."""

    def your_turn(self, lane: Lane, way: Way | None = None) -> None: ...

    def answered(self, lane: Lane, entry: Entry, debts: Sequence[Debt], receipt: Receipt | None) -> None: ...


class Turn:
    """A lane in the queue of its receiver."""

    __slots__ = ("_lane", "_outbox")

    def __init__(self, outbox: Desk, lane: Lane) -> None:
        self._outbox, self._lane = outbox, lane

    def your_turn(self) -> None:
        self._outbox.your_turn(self._lane)

    def hurry_up(self) -> None:
        self._outbox.your_turn(self._lane, "ask")


class Posted:
    """What is done when a delivery that was posted comes to an end."""

    __slots__ = ("_debts", "_entry", "_lane", "_outbox")

    def __init__(self, outbox: Desk, lane: Lane, entry: Entry, debts: Sequence[Debt]) -> None:
        self._outbox, self._lane, self._entry, self._debts = outbox, lane, entry, debts

    def __call__(self, receipt: Receipt | None) -> None:
        self._outbox.answered(self._lane, self._entry, self._debts, receipt)
