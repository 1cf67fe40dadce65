"""The house: every room of one running Pinisi, put together in one place. Opened and closed by the server."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.city.context import context_bytes
from pinisi.city.operations import Operations
from pinisi.city.profile import load_profile
from pinisi.console.aside import Aside
from pinisi.console.channel import Channels
from pinisi.console.errands import Errands
from pinisi.console.exercise_feeds import with_layers
from pinisi.console.exercise_room import ExerciseRoom, Rehearsal
from pinisi.console.facts import normalized
from pinisi.console.http import Call
from pinisi.console.our_names import OurNames
from pinisi.console.town import Town
from pinisi.console.watching import watch_operations
from pinisi.context.context_storage import ContextStorage
from pinisi.context.contexts import Contexts
from pinisi.context.entity_map import LOCAL
from pinisi.context.federation.copier import Copier
from pinisi.context.federation.copies import Copies
from pinisi.context.federation.sources import Sources
from pinisi.context.notifier import Notifier
from pinisi.context.registration_index import Registrations
from pinisi.context.registry import Registry
from pinisi.context.snapshot_places import SnapshotPlaces
from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.context.term_table import TermTable
from pinisi.incidents.agencies.crews import Crews
from pinisi.incidents.agencies.invitations import Invitations
from pinisi.incidents.agencies.whereabouts import CREW_PHONES
from pinisi.incidents.cot.phones import PHONES, Phones
from pinisi.incidents.cot.station import Station
from pinisi.incidents.desk import MAY_ACT, VERIFY, Desk
from pinisi.incidents.notices.contact import Channel
from pinisi.incidents.notices.sending import Sender
from pinisi.incidents.procedures.procedures import Procedures
from pinisi.incidents.procedures.surroundings import Surroundings
from pinisi.incidents.queue import Queue
from pinisi.incidents.shift.shifts import Shifts
from pinisi.incidents.units.roads_known import RoadsKnown
from pinisi.incidents.units.roster import Roster
from pinisi.incidents.warnings.desk import WarningDesk
from pinisi.people.gate import Gate
from pinisi.people.register import People
from pinisi.people.sealing import KeyRing
from pinisi.people.verifying import Verifier
from pinisi.runtime.actions import Actions
from pinisi.runtime.city_loading import LOADER
from pinisi.runtime.clock import Clock, WallClock
from pinisi.runtime.import_desk import ImportDesk
from pinisi.runtime.jobs import Jobs
from pinisi.runtime.kinds import KINDS
from pinisi.runtime.made_files import BASEMAP, ROADS, made_file
from pinisi.runtime.replay import Reach
from pinisi.runtime.replays import Replays
from pinisi.runtime.services import discover
from pinisi.runtime.views import with_views
from pinisi.settings import Settings
from pinisi.store.history import HistoryQuery
from pinisi.store.log import LogEntry
from pinisi.store.record import Record
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import WHOLE, Grants, Principal

if TYPE_CHECKING:
    from pinisi.feed.opening import AnyFeed
    from pinisi.store.opening import AnyStore

CONTEXT_NAME = "urn:pinisi:context"
MOST_TOWNS = 64


class House:
    """All that an endpoint can reach, once it is open (`house_opening`). `city`: folder of profile and registers."""

    store: "AnyStore"
    keys: KeyRing
    verifier: Verifier
    people: People
    gate: Gate
    errands: Errands
    feed: "AnyFeed"
    opened_at: Instant
    contexts: Contexts
    context_storage: ContextStorage
    pinisi_table: TermTable
    desk: Desk
    queue: Queue
    roster: Roster
    roads: RoadsKnown
    phones: Phones
    invitations: Invitations
    crews: Crews
    procedures: Procedures
    surroundings: Surroundings
    shifts: Shifts
    warnings: WarningDesk
    ways: Mapping[Channel, Sender]
    imports: ImportDesk
    jobs: Jobs
    actions: Actions
    replays: Replays
    registrations: Registrations
    sources: Sources
    source_registry: Registry
    snapshot_places: SnapshotPlaces
    subscriptions: SubscriptionIndex
    notifier: Notifier
    copies: Copies
    copier: Copier

    def __init__(
        self, settings: Settings, city: Path, rehearsal: Rehearsal | None = None, *, services: bool = True
    ) -> None:
        """`rehearsal`: the house is opened for an exercise, on a data folder of its own, and lives for it alone.

        `services` False: the broker alone; no service is loaded, whatever is installed, and no entity of the city.
        """
        self.settings = settings if rehearsal is None else msgspec.structs.replace(settings, store="", feed="")
        self.alone = not services
        self.registry = discover() if services else discover(())
        self.profile = with_views(load_profile(city, settings.data_from), self.registry, KINDS)
        self.rehearsal = rehearsal
        self.exercise: ExerciseRoom | None = None
        if rehearsal is not None:
            self.profile = with_layers(self.profile, rehearsal.script)
        self.default_tenant = self.profile.city.id
        self.clock: Clock = WallClock()
        self.towns: dict[str, Town] = {}
        self.body_limit = settings.body_limit_mb << 20
        self.port = 0
        self.closing = False
        self.first_password: str | None = None
        self.station: Station | None = None
        self.farewells: set[Callable[[], None]] = set()
        self.channels = Channels()
        self.context_document = context_bytes()
        self.address = OurNames(settings)
        self.aside = Aside()
        self.ending = contextlib.AsyncExitStack()

    def now(self) -> Instant:
        """The time on the wall."""
        return self.clock.now()

    def holders_of_past(self, id: str) -> tuple[str, ...]:
        """Where the history of an entity is known, as entity maps name it: as far as this house knows, here."""
        return (LOCAL,)

    def maps_of_past(self) -> Mapping[str, str]:
        """Registration -> the map of histories that its source made for the same request: none by itself."""
        return {}

    def reach(self, tenant: str) -> Reach | None:
        """Whom a tenant may notify: in an exercise nobody."""
        return self.replays.reach(tenant) if self.rehearsal is None else "held"

    def town(self, tenant: str) -> Town:
        """The tenant as people see it; one that has no city of its own is seen as the house's city is."""
        known = self.towns.get(tenant)
        if known is None:
            known = Town(tenant, self.profile, self.store, self.pinisi_table, self.clock)
            if len(self.towns) < MOST_TOWNS:
                self.towns[tenant] = known
        return known

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        town = self.towns.get(tenant)
        if town is not None:
            town.heard(entries)

    async def close(self) -> None:
        """Stop what runs (the replays first: they set further work going), finish what waits, close the files."""
        self.take_leave()
        await self.ending.aclose()

    async def stop_work(self) -> None:
        for town in tuple(self.towns.values()):
            await town.rooms.close()
            await town.keeper.close()
        await self.aside.stop()

    def take_leave(self) -> None:
        """Let every live stream end, so that nobody who listens keeps the server from closing."""
        self.closing = True
        for farewell in tuple(self.farewells):
            farewell()

    # the door

    def admit(self, headers: dict[bytes, bytes], address: str, tenant: str) -> Awaitable[Principal | None]:
        """Who acts; None: he has to sign in."""
        return self.gate.admit(headers, address, tenant, self.now())

    async def tenants_of(self, call: Call) -> list[str]:
        """The tenants in which the caller may do anything."""
        known = [name for name in await self.store.tenants() if not name.startswith("_")]
        return await self.gate.tenants(call.headers, call.address, known, self.now())

    def public_file(self, tenant: str, name: str) -> Path | None:
        """A file of a tenant's city that anybody may read (`/city/TENANT/NAME`); without a tenant, of this city."""
        town = self.towns.get(tenant or self.default_tenant)
        if town is None:
            return None
        if name == BASEMAP and town.profile.basemap is not None:
            return town.profile.basemap
        return made_file(self.settings.data, town.tenant, name) if name in (BASEMAP, ROADS) else None

    # what the desk asks

    def operations_of(self, tenant: str) -> Operations:
        return self.town(tenant).profile.operations

    async def others_on_duty(self, tenant: str, principal: Principal, _now: Instant) -> bool:
        """Whether somebody else who may verify has used the console lately; by the wall's time, as sessions are."""
        minutes = self.operations_of(tenant).on_duty.minutes
        return await self.people.others_in_use(tenant, principal, VERIFY, self.now() - round(minutes * MINUTE))

    async def operators_on_duty(self, tenant: str) -> int:
        """How many who may act on incidents have used the console lately, by the wall's time, as sessions are; 0 where
        nobody signs in (the demo), and nobody can say."""
        minutes = self.operations_of(tenant).on_duty.minutes
        return await self.people.in_use(tenant, MAY_ACT, self.now() - round(minutes * MINUTE))

    # what endpoints ask

    async def names(self) -> Mapping[str, str]:
        """Id of a principal, as the log has it -> name to show."""
        own = {each.id: each.name for each in (LOADER, PHONES, CREW_PHONES)}
        return {**own, **await self.people.names()}

    async def writers(
        self, tenant: str, record: Record, grants: Grants, query: HistoryQuery
    ) -> tuple[Mapping[str, str], str | None]:
        """Attribute -> name of the one who wrote its last value, of those asked for; and who wrote last of all."""
        names = await self.names()
        stories = await self.store.stories(tenant, [record.id], query, grants)
        moments = sorted((moment for story in stories for moment in story.moments), key=lambda m: m.position)
        found = {moment.attribute: names.get(moment.principal, moment.principal) for moment in moments}
        return found, found[moments[-1].attribute] if moments else None

    def watch_alarms(self, town: Town) -> "asyncio.Task[None]":
        """Watch what needs people in a tenant: alarms by written rules, ends of shelves, procedures."""
        return self.aside.run(watch_operations(self, town), f"operations of {town.tenant}")

    def document_of(self, record: Record) -> Mapping[str, Any]:
        """An entity as checks of procedures see it."""
        return normalized(record.entity, self.pinisi_table, WHOLE)
