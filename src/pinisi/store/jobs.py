"""What waits for a tenant's writer, and what every writer does with it upon a draft."""

import asyncio
from collections.abc import Sequence

from pinisi.store.change import Applied, Change, Outcome, RecordChange, Refused
from pinisi.store.draft import Draft
from pinisi.store.log import Position
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal

GROUP_SECONDS = 0.02


class Job:
    """One `apply` that waits for its commit."""

    __slots__ = ("alone", "atomic", "changes", "cursor", "future", "key", "principal", "result")

    def __init__(
        self,
        changes: Sequence[Change],
        principal: Principal,
        atomic: bool,
        key: str | None,
        cursor: tuple[str, Position] | None,
    ) -> None:
        self.future: asyncio.Future[Applied] = asyncio.get_running_loop().create_future()
        self.changes = changes
        self.principal = principal
        self.atomic = atomic
        self.key = key
        self.cursor = cursor
        self.result: Applied | None = None
        self.alone = RecordChange in map(type, changes)
        """What SQL may refuse at the end has a transaction of its own, so that it takes nobody else's with it."""
        if self.alone and not atomic:
            raise Refused("records change with all that is beside them, or not at all")

    def fail(self, told: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(told)

    def applied(self, draft: Draft, outcomes: tuple[Outcome, ...], now: Instant) -> Applied:
        """Note key and cursor beside the changes."""
        if self.key is not None:
            draft.done[self.key] = (draft.position, now)
        if self.cursor is not None:
            draft.cursors[self.cursor[0]] = self.cursor[1]
        return Applied(draft.position, outcomes)
