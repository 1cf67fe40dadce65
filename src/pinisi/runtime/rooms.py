"""The services of one tenant as they run: started one by one, stopped and started again without the others."""

from collections.abc import Mapping
from typing import Literal

import structlog

from pinisi.context.term_table import TermTable
from pinisi.feed.protocol import Feed
from pinisi.runtime.clock import Clock
from pinisi.runtime.job_clock import JobClock
from pinisi.runtime.jobs import Jobs
from pinisi.runtime.keeper import Keeper
from pinisi.runtime.manifest import Service
from pinisi.runtime.reaction import check_reactions
from pinisi.runtime.reaction_card import card_change
from pinisi.runtime.reactor import Reactor
from pinisi.runtime.records import RecordRoom, open_records
from pinisi.runtime.services import Registry
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import SYSTEM

SWITCH = "service-switch"
"""Kind of the documents that say whether an operator has switched a service `on` or `off`."""
State = Literal["running", "off", "failed"]
_log = structlog.get_logger("pinisi.services")


class Room:
    """One service of one tenant."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.failure = ""
        self.on = False
        self.reactor: Reactor | None = None
        self.records: RecordRoom | None = None
        self.job_clock: JobClock | None = None

    @property
    def state(self) -> State:
        if self.failure or (self.reactor is not None and self.reactor.failure):
            return "failed"
        return "running" if self.on else "off"

    @property
    def reason(self) -> str:
        """Why it failed."""
        return self.failure or (self.reactor.failure if self.reactor is not None else "")


class Rooms:
    """The services of one tenant by name."""

    def __init__(self, store: Store, tenant: str, table: TermTable, clock: Clock, keeper: Keeper) -> None:
        self._store = store
        self._tenant = tenant
        self._table = table
        self._clock = clock
        self._keeper = keeper
        self._rooms: dict[str, Room] = {}

    @property
    def rooms(self) -> Mapping[str, Room]:
        return self._rooms

    async def open(self, registry: Registry, feed: Feed, jobs: Jobs | None = None) -> None:
        """Start every service that is not switched off, in the order of their names; one that fails is shown so.

        `jobs`: of the house, where jobs with a clock shall ask for themselves.
        """
        self._feed, self._jobs = feed, jobs
        for service in registry.services:
            room = self._rooms[service.name] = Room(service)
            switched = await self._store.document(self._tenant, SWITCH, service.name)
            if switched is None or switched[1] == b"on":
                await self.start(room)

    async def start(self, room: Room) -> None:
        """Start what a service runs by itself: its reactions and the clock of its jobs. A failure stays with it."""
        room.failure = ""
        try:
            await self._begin(room)
        except Exception as error:
            _log.exception("a service cannot be started", service=room.service.name, tenant=self._tenant)
            room.failure = f"{type(error).__name__}: {error}"
            await self._end(room)
        room.on = True

    async def _begin(self, room: Room) -> None:
        service = room.service
        check_reactions(service.name, service.types, service.reactions)
        if service.records is not None:
            room.records = await open_records(service.name, service.records, self._store, self._tenant, self._table)
        if self._jobs is not None:
            room.job_clock = JobClock(service, self._jobs, self._tenant, self._clock)
            room.job_clock.start()
        if not service.reactions:
            return
        cards = [card_change(service, reaction, self._table) for reaction in service.reactions]
        await self._store.apply(self._tenant, cards, SYSTEM)
        room.reactor = Reactor(
            service.name, service.reactions, self._store, self._feed, self._tenant, self._table, self._clock
        )
        await room.reactor.start()

    async def stop(self, room: Room) -> None:
        """Stop its reactions, the clock of its jobs and its sources; what was not finished begins anew."""
        await self._end(room)
        for running in self._keeper.sources.values():
            if running.service == room.service.name:
                await running.stop()
        room.on = False

    async def restart(self, room: Room) -> None:
        """Stop it and start it again, with the sources that were on."""
        sources = [each for each in self._keeper.sources.values() if each.service == room.service.name]
        on = [running for running in sources if running.health.on]
        await self.stop(room)
        await self.start(room)
        for running in on:
            await running.start()

    async def _end(self, room: Room) -> None:
        reactor, room.reactor, room.records = room.reactor, None, None
        clock, room.job_clock = room.job_clock, None
        if clock is not None:
            await clock.close()
        if reactor is not None:
            await reactor.close()

    async def close(self) -> None:
        for room in self._rooms.values():
            await self._end(room)
            room.on = False
        self._rooms.clear()
