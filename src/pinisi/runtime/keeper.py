"""Runs the sources of one tenant: each in a task of its own, restarted with back-off, its health on its card."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec
import structlog

from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.city_loading import settled
from pinisi.runtime.clock import Clock
from pinisi.runtime.gathering import gathered
from pinisi.runtime.health import Health, state_of
from pinisi.runtime.intake import PLACE, Intake
from pinisi.runtime.known import Known
from pinisi.runtime.secrets import secret_of
from pinisi.runtime.source import Acknowledging, Message, Method, Source, Taken, TransportFailed
from pinisi.runtime.source_card import card_entity
from pinisi.store.change import EntityChange, StoreUnavailable
from pinisi.store.protocol import Store
from pinisi.store.query import Compare, EntityQuery, GeoQuery, TypeIs
from pinisi.store.query import Path as Attribute
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM, Grant, Grants
from pinisi.vocabulary.terms import LOCATION

LOOK_SECONDS = 1.0
TELL_SECONDS = 10.0
"""How often the counters of a card are written while messages come; a change of state is written at once."""
SWITCH = "source-switch"
"""Kind of the documents that say whether an operator has switched a source `on` or `off`."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
LONGEST_REASON = 500

_log = structlog.get_logger("pinisi.sources")
replace = msgspec.structs.replace


class Running:
    """One source of one tenant, running or switched off."""

    def __init__(
        self,
        source: Source,
        service: str,
        store: Store,
        tenant: str,
        table: TermTable,
        clock: Clock,
        *,
        forced: Method | None = None,
        folder: Path = Path("data"),
    ) -> None:
        """`folder` is the data folder."""
        self.source = source
        self.service = service
        self.folder = folder
        self._trouble = ""
        self._store = store
        self._tenant = tenant
        self._table = table
        self._clock = clock
        self._intake = Intake(store, tenant, table, source, forced=forced)
        self.health = Health(period=round(source.every * SECOND), on=False)
        self._written: bytes | None = None
        self._wrote = asyncio.Event()
        self._told: tuple[str, str] | None = None
        self._tell_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    # what a transport asks (`Line`)

    @property
    def id(self) -> str:
        return self.source.id

    def secret(self, name: str) -> str:
        return secret_of(self.folder, name)

    def now(self) -> Instant:
        return self._clock.now()

    async def kept(self) -> bytes | None:
        found = await self._store.document(self._tenant, PLACE, self.source.id)
        return None if found is None else found[1]

    async def written(self, place: bytes) -> None:
        while self._written != place:
            await self._wrote.wait()

    async def near(self, type: str, place: Mapping[str, Any], metres: float, most: int = 100) -> Sequence[Known]:
        geo = GeoQuery("near", dict(place), LOCATION, max_distance=metres)
        return await self._known(EntityQuery(types=TypeIs(self._table.expand_term(type)), geo=geo), most)

    async def saying(self, type: str, attribute: str, value: str, most: int = 20) -> Sequence[Known]:
        iri = self._table.expand_term
        said = Compare(Attribute(iri(attribute)), "==", (value,))
        return await self._known(EntityQuery(types=TypeIs(iri(type)), filter=said), most)

    async def _known(self, query: EntityQuery, most: int) -> Sequence[Known]:
        """Of the types that the source declares alone."""
        reads = frozenset(map(self._table.expand_term, self.source.reads))
        if not reads:
            return ()
        found = await self._store.find(self._tenant, query, Grants((Grant(types=reads),)), limit=most)
        return [Known(each.entity, self._table, each.position) for each in found.records]

    async def alive(self) -> None:
        self.health = replace(self.health, heard=self.now(), error=self._trouble)

    async def trouble(self, reason: str) -> None:
        if reason and reason != self._trouble:
            _log.warning("a source has trouble", source=self.source.id, tenant=self._tenant, reason=reason)
        self._trouble = reason[:LONGEST_REASON]
        failed = self.now() if reason else self.health.failed
        self.health = replace(self.health, error=self._trouble, failed=failed)

    # running

    async def start(self) -> None:
        """Begin, or begin again."""
        if self._tasks:
            return
        self.health = replace(self.health, on=True, since=self.now(), error="")
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._follow(), name=f"source {self.source.id}"),
            loop.create_task(self._look(), name=f"health of {self.source.id}"),
        ]
        await self.tell()

    async def stop(self, *, switched_off: bool = False) -> None:
        """End the tasks; what was being written is written or will come again."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if switched_off:
            self.health = replace(self.health, on=False, error="")
            await self.tell()

    async def _follow(self) -> None:
        pause = FIRST_PAUSE
        while True:
            before = self.health.messages
            try:
                async with aclosing(gathered(self.source.transport.messages(self))) as batches:
                    async for messages in batches:
                        await self.take(messages)
                reason = "the way in came to its end"
            except (TransportFailed, OSError, TimeoutError, StoreUnavailable) as error:
                reason = str(error) or type(error).__name__
            except Exception as error:
                _log.exception("a source failed", source=self.source.id, tenant=self._tenant)
                reason = f"{type(error).__name__}: {error}"
            if self.health.messages > before:
                pause = FIRST_PAUSE
            await self._fail(reason)
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(LONGEST_PAUSE, 2 * pause)

    async def take(self, messages: Sequence[Message]) -> Taken:
        """Write what has come."""
        taken = await self._intake.take(messages)
        self._written = messages[-1].place
        wrote, self._wrote = self._wrote, asyncio.Event()
        wrote.set()
        known = self.health
        self.health = replace(
            known,
            heard=self.now(),
            message=self.now(),
            error=self._trouble,
            messages=known.messages + len(messages),
            accepted=known.accepted + taken.new + taken.late,
            late=known.late + taken.late,
            repeated=known.repeated + taken.repeated,
            rejected=known.rejected + taken.rejected,
        )
        transport = self.source.transport
        if isinstance(transport, Acknowledging):
            for message, each in zip(messages, taken.each or (taken,), strict=True):
                await transport.taken(self, message, each)
        return taken

    async def _fail(self, reason: str) -> None:
        _log.warning("a source fails", source=self.source.id, tenant=self._tenant, reason=reason)
        self._trouble = ""
        self.health = replace(self.health, error=reason[:LONGEST_REASON], failed=self.now())
        await self._tell_safely()

    async def _look(self) -> None:
        """A source that goes quiet says nothing: its silence is noticed here."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = asyncio.get_running_loop().time()
            state = state_of(self.health, self.now())
            if self._told != (state, self.health.error) or now >= self._tell_at:
                await self._tell_safely()

    async def _tell_safely(self) -> None:
        try:
            await self.tell()
        except StoreUnavailable as error:
            _log.warning("the card of a source cannot be written", source=self.source.id, reason=str(error))

    async def tell(self) -> None:
        """Write the card; what it says already is not written again."""
        state = state_of(self.health, self.now())
        entity = read_entity(card_entity(self.source, self.health, state, self.service), self._table)
        await self._store.apply(self._tenant, [EntityChange(entity.id, settled(entity))], SYSTEM)
        self._told = (state, self.health.error)
        self._tell_at = asyncio.get_running_loop().time() + TELL_SECONDS


class Keeper:
    """The sources of one tenant by id."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}

    @property
    def sources(self) -> Mapping[str, Running]:
        return self._running

    async def add(self, running: Running, *, on: bool) -> None:
        """Take a source in, and start it unless it is off."""
        self._running[running.source.id] = running
        if on:
            await running.start()
        else:
            await running.tell()

    async def close(self) -> None:
        for running in self._running.values():
            await running.stop()
        self._running.clear()
