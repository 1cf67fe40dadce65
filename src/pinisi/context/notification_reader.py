"""What one tenant owes, in the order of the log: read from the store once, then heard of with each commit.

As long as it hears of every commit of this process and nobody else writes, nothing is read again: the log entry says
who must hear of it. Where a piece is missing (another process wrote it, or it came while the store was being read), it
reads on from where it was.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from pinisi.context.notification_lane import Lane
from pinisi.context.notification_pages import debt_pages
from pinisi.context.notification_settler import PATIENCE_SECONDS
from pinisi.store.change import StoreUnavailable
from pinisi.store.debt import Debt
from pinisi.store.log import LogEntry, Position
from pinisi.store.protocol import Store

_log = structlog.get_logger("pinisi.notifications")

MEANWHILE = 4_096
"""Entries heard during a reading that are kept for its end; when there are more, it reads on."""
SLICE_DEBTS = 64
"""Handed out before others have their turn."""
_OF_ENTITIES = frozenset({"create", "update", "delete"})


class OwedReader:
    """Of one tenant: hands out each debt once, in order of position, but for what a lane has no room for.

    Of that it is read again when the lane `wants_more`. `lane_of` gives the lane of a subscription, made where there is
    none.
    """

    def __init__(
        self,
        store: Store,
        tenant: str,
        page: int,
        lanes: dict[str, Lane],
        lane_of: Callable[[str], Lane],
        take_in: Callable[[Debt], None],
    ) -> None:
        self._store = store
        self._tenant = tenant
        self._page = page
        self._lanes = lanes
        self._lane_of = lane_of
        self._take_in = take_in
        self._news = asyncio.Event()
        self._heard: deque[LogEntry] = deque()
        self._in_step = self._missed = self._scheduled = self._anew = False
        self.read_to: Position = 0

    def wake(self) -> None:
        """There is something to read."""
        self._news.set()

    def read_anew(self) -> None:
        """Read all that is owed once more."""
        self._anew, self._in_step = True, False
        self.wake()

    def heard(self, entries: Sequence[LogEntry]) -> None:
        """This was committed. It is handed out soon, after those who wait for the commit are answered."""
        self._heard.extend(entries)
        if self._in_step:
            self._schedule()
            return
        if len(self._heard) > MEANWHILE:
            self._heard.clear()
            self._missed = True
        self.wake()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._hand_out)

    def _hand_out(self) -> None:
        """Some of what was heard: the rest after others had their turn."""
        self._scheduled = False
        some = SLICE_DEBTS
        while self._in_step and self._heard and some > 0:
            entry = self._heard[0]
            if entry.position > self.read_to:
                if not self._follows(entry):
                    self._in_step = False
                    self.wake()
                    return
                self.read_to = entry.position
                if entry.owed:
                    some -= len(entry.owed)
                    for debt in _owed_by(entry):
                        self._take_in(debt)
            self._heard.popleft()
        if self._in_step and self._heard:
            self._schedule()

    def _follows(self, entry: LogEntry) -> bool:
        """Whether it is the next one, and says who must hear of it; else it has to be read."""
        unknown = entry.detail is not None and not entry.owed and entry.op != "audit"
        return entry.position == self.read_to + 1 and not unknown

    async def run(self) -> None:
        """Read what has to be read, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                if not self._in_step:
                    await self._read()
                await self._catch_up()
            except StoreUnavailable as error:
                _log.warning("owed notifications cannot be read now", tenant=self._tenant, reason=str(error))
                await asyncio.sleep(PATIENCE_SECONDS)
                self.wake()

    async def _read(self) -> None:
        """Hand out all that is owed and not yet read; then follow what is committed."""
        if self._anew:
            self.read_to, self._anew = 0, False
        self._missed = False
        committed = await self._store.position(self._tenant)
        async for debts in debt_pages(self._store, self._tenant, self.read_to, self._page):
            for debt in debts:
                self._take_in(debt)
            self.read_to = debts[-1].position
        self.read_to = max(self.read_to, committed)
        if self._missed or self._anew:
            self.wake()
            return
        self._in_step = True
        self._hand_out()

    async def _catch_up(self) -> None:
        """Read again for lanes that had no room and have some now, from where each of them was left behind."""
        lanes = {lane.id: lane for lane in self._lanes.values() if lane.wants_more}
        if not lanes:
            return
        beyond = self.read_to + 1
        missing = {id: beyond if lane.behind is None else lane.behind for id, lane in lanes.items()}
        revived = {id: set(lane.revived) for id, lane in lanes.items()}
        after = min(min(missing[id], min(revived[id], default=beyond)) for id in lanes) - 1
        for lane in lanes.values():
            lane.behind = None
        try:
            async for debts in debt_pages(self._store, self._tenant, after, self._page):
                for debt in debts:
                    id = debt.subscription
                    again = debt.position in revived.get(id, ())
                    if again or missing.get(id, beyond) <= debt.position <= self.read_to:
                        self._take_in(debt)
                    if again:
                        revived[id].discard(debt.position)
                after = debts[-1].position
                if after >= self.read_to or all(map(self._is_behind, lanes)):
                    break
            else:
                after = self.read_to
        except StoreUnavailable:
            for id in lanes:
                if not self._is_behind(id) and missing[id] < beyond:
                    self._lane_of(id).behind = max(after + 1, missing[id])
            raise
        for id, lane in lanes.items():
            lane.revived -= {position for position in revived[id] if position <= after}

    def _is_behind(self, id: str) -> bool:
        lane = self._lanes.get(id)
        return lane is not None and (lane.behind is not None or (lane.full and bool(lane.revived)))


def _owed_by(entry: LogEntry) -> list[Debt]:
    body = entry.detail if entry.detail and entry.op in _OF_ENTITIES else None
    return [
        Debt(
            subscription=id,
            position=entry.position,
            time=entry.time,
            subject=entry.subject,
            attributes=entry.attributes,
            body=body,
            due=entry.time,
        )
        for id in entry.owed
    ]
