"""Runs the reactions of one service in one tenant: one reader of the log that wakes them, one thread that runs them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

import structlog

from pinisi.context.term_table import TermTable
from pinisi.feed.protocol import Feed
from pinisi.runtime.clock import Clock
from pinisi.runtime.known import related
from pinisi.runtime.reaction import WHOLE_CITY, Reaction, Wake
from pinisi.runtime.running_reaction import STORE_PAUSE, RunningReaction
from pinisi.runtime.time_limit import TimeLimited
from pinisi.store.change import StoreUnavailable
from pinisi.store.log import LogEntry, LogSlice, Position
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.reading import every
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import EVERYTHING

BEAT_SECONDS = 0.25
PAGE = 500
_log = structlog.get_logger("pinisi.reactions")


class _Woken:
    """A wake with the IRIs of its names."""

    def __init__(self, wake: Wake, table: TermTable) -> None:
        self.type = table.expand_term(wake.type)
        self.attributes = frozenset(table.expand_term(name) for name in wake.attributes)
        self.subject = wake.subject
        self.on_change = wake.on_change
        self.relation = None if wake.subject in (None, WHOLE_CITY) else table.expand_term(wake.subject or "")

    def by(self, entry: LogEntry) -> bool:
        if not self.on_change or self.type not in entry.types:
            return False
        if entry.op == "delete" and self.subject != WHOLE_CITY:
            return False
        return not self.attributes or not self.attributes.isdisjoint(entry.attributes)


class Reactor:
    """The reactions of one service in one tenant: one reader of the log, one thread for their functions."""

    def __init__(
        self,
        service: str,
        reactions: Sequence[Reaction],
        store: Store,
        feed: Feed,
        tenant: str,
        table: TermTable,
        clock: Clock,
    ) -> None:
        self.service = service
        self.tenant = tenant
        self.failure = ""
        self._store = store
        self._feed = feed
        self._clock = clock
        self._thread = TimeLimited(f"reactions of {service}")
        self.reactions = [
            RunningReaction(service, reaction, store, tenant, table, self._thread, clock.now) for reaction in reactions
        ]
        self._wakes = {
            running.name: [_Woken(wake, table) for wake in running.reaction.wakes] for running in self.reactions
        }
        self._by_type: dict[str, list[tuple[RunningReaction, _Woken]]] = {}
        for running in self.reactions:
            for wake in self._wakes[running.name]:
                self._by_type.setdefault(wake.type, []).append((running, wake))
        self._tasks: list[asyncio.Task[None]] = []
        self._beats: dict[str, Instant] = {}

    @property
    def running(self) -> bool:
        return bool(self._tasks)

    async def start(self) -> None:
        """Begin where it ended; a new reaction looks at all that is known."""
        if self._tasks:
            return
        begin = await self._store.position(self.tenant)
        cursors = [(running, await running.prepare()) for running in self.reactions]
        after = min([cursor for _, cursor in cursors if cursor is not None], default=begin)
        self._run(self._follow(after, [running for running, cursor in cursors if cursor is None], begin), "reading")
        for running, cursor in cursors:
            running.read(cursor if cursor is not None else 0)
            self._run(running.run(), running.name)
        if any(running.reaction.every for running in self.reactions):
            self._run(self._beat(), "clock")

    async def stop(self) -> None:
        """End the tasks; what was not written will be woken again."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        await self.stop()
        self._thread.close()

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"{self.service}: {name}")
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failure = f"{type(error).__name__}: {error}"
            _log.error("the reactions of a service stopped", service=self.service, work=task.get_name(), exc_info=error)

    async def _follow(self, after: Position, new: Sequence[RunningReaction], begin: Position) -> None:
        for running in new:
            if not running.reaction.every:
                await self._wake_all(running, begin)
            running.read(begin)
        while True:
            try:
                async for piece in self._feed.follow(self.tenant, after, EVERYTHING):
                    after = await self._take(piece)
            except StoreUnavailable as error:
                _log.warning("reactions wait for the store", service=self.service, reason=str(error))
                await asyncio.sleep(STORE_PAUSE)

    async def _take(self, piece: LogSlice) -> Position:
        for running in self.reactions if piece.reset else ():
            await self._wake_all(running, piece.position)
        for entry in piece.entries:
            for type in entry.types:
                for running, wake in self._by_type.get(type, ()):
                    if entry.position > running.read_to and entry.principal != running.principal.id:
                        await self._wake(running, wake, entry)
        for running in self.reactions:
            running.read(max(running.read_to, piece.position))
        return piece.position

    async def _wake(self, running: RunningReaction, wake: _Woken, entry: LogEntry) -> None:
        if not wake.by(entry):
            return
        if wake.subject is None:
            running.wake(entry.subject, entry.position, entry.time)
            return
        async for subject in self._subjects(wake, entry.subject):
            running.wake(subject, entry.position, entry.time)

    async def _subjects(self, wake: _Woken, id: str) -> AsyncIterator[str]:
        if wake.subject is None:
            yield id
        elif wake.subject == WHOLE_CITY:
            yield WHOLE_CITY
        else:
            record = await self._store.entity(self.tenant, id, EVERYTHING)
            for target in () if record is None else related(record.entity, wake.relation or ""):
                yield target

    async def _wake_all(self, running: RunningReaction, position: Position, beat: Instant = 0) -> None:
        """Every subject that there is: for a new reaction, after a cut of the log, or at a beat of the clock."""
        moment = beat or self._clock.now()
        for wake in self._wakes[running.name]:
            if wake.subject == WHOLE_CITY:
                running.wake(WHOLE_CITY, position, moment, beat=beat)
                continue
            query = EntityQuery(types=TypeIs(wake.type))
            async for records in every(self._store, self.tenant, query, EVERYTHING, at_once=PAGE):
                for record in records:
                    async for subject in self._subjects(wake, record.id):
                        running.wake(subject, position, moment, beat=beat)

    async def _beat(self) -> None:
        """Wake those that have a clock, at each whole period of the tenant's time; of missed beats the last."""
        while True:
            for running in self.reactions:
                if running.reaction.every:
                    period = round(running.reaction.every * SECOND)
                    beat = self._clock.now() // period * period
                    if self._beats.get(running.name) != beat:
                        self._beats[running.name] = beat
                        await self._beat_of(running, beat)
            await asyncio.sleep(BEAT_SECONDS)

    async def _beat_of(self, running: RunningReaction, beat: Instant) -> None:
        try:
            await self._wake_all(running, running.read_to + 1, beat)
        except StoreUnavailable as error:
            _log.warning("a beat of the clock is missed", reaction=running.name, reason=str(error))
