"""What a site keeps for the other side while the link is cut (RSMP core 3.2.2, "Communication disruption")."""

from collections import deque
from collections.abc import Iterable

import msgspec

from pinisi.services.mobility.rsmp.messages import (
    AggregatedStatus,
    Alarm,
    Content,
    Numbered,
    StatusUpdate,
    StatusValue,
    new_id,
)

LEAST_CAPACITY = 10_000
"""Messages: "must at a minimum be sized to be able to store 10000 messages"."""


class Outbox:
    """First in, first out. When it is full the oldest goes; `lost` counts them."""

    def __init__(self, capacity: int = LEAST_CAPACITY, keep_updates: bool = True) -> None:
        self._kept: deque[Content] = deque()
        self._capacity, self._keep_updates = capacity, keep_updates
        self.lost = 0

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, messages: Iterable[Numbered]) -> None:
        """Alarms and aggregated status always, status updates as configured, nothing else."""
        for message in messages:
            if isinstance(message, Alarm | AggregatedStatus) or (
                isinstance(message, StatusUpdate) and self._keep_updates
            ):
                self._kept.append(message)
        while len(self._kept) > self._capacity:
            self._kept.popleft()
            self.lost += 1

    def drain(self) -> list[Content]:
        """All, oldest first, each with a new message id; values of statuses are "old" by now."""
        kept = [_again(message) for message in self._kept]
        self._kept.clear()
        return kept


def _again(message: Content) -> Content:
    if isinstance(message, StatusUpdate):
        return msgspec.structs.replace(message, id=new_id(), values=tuple(map(_old, message.values)))
    return msgspec.structs.replace(message, id=new_id())


def _old(value: StatusValue) -> StatusValue:
    return msgspec.structs.replace(value, quality="old") if value.quality == "recent" else value
