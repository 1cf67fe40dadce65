"""The house: every room of one running Pinisi, put together in one place. Opened and closed by the server."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import structlog

from pinisi.city.context import context_bytes
from pinisi.city.entities import city_entities
from pinisi.city.facts import source_id
from pinisi.city.operations import Operations
from pinisi.city.profile import Profile, load_profile
from pinisi.city.shelves import shipped_folders
from pinisi.console.account_keepers import keepers_of
from pinisi.console.aside import Aside
from pinisi.console.channel import Channels
from pinisi.console.errands import Errands
from pinisi.console.exercise_feeds import with_layers
from pinisi.console.exercise_room import ExerciseRoom, Rehearsal
from pinisi.console.facts import normalized
from pinisi.console.field_link import open_station
from pinisi.console.http import Call
from pinisi.console.other_processes import OtherProcesses
from pinisi.console.our_names import OurNames
from pinisi.console.replay_stage import ReplayStage
from pinisi.console.town import Town
from pinisi.console.watching import watch_operations
from pinisi.context.context_fetch import ContextFetcher
from pinisi.context.context_storage import ContextStorage
from pinisi.context.contexts import Contexts
from pinisi.context.entity_map import LOCAL
from pinisi.context.federation.sources import Sources
from pinisi.context.notification_gate import Limits
from pinisi.context.notifier import Notifier
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_notice import RegistrationNotices
from pinisi.context.registry import Registry
from pinisi.context.snapshot_places import SnapshotPlaces
from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.context.targets import Targets
from pinisi.feed.duty import relay_on_duty
from pinisi.feed.opening import open_feed
from pinisi.incidents.agencies.crews import Crews
from pinisi.incidents.agencies.invitations import Invitations
from pinisi.incidents.agencies.photos import Photos
from pinisi.incidents.agencies.whereabouts import CREW_PHONES
from pinisi.incidents.calls.switchboard import Switchboard, line_key
from pinisi.incidents.cot.phones import PHONES, Phones
from pinisi.incidents.cot.station import Station
from pinisi.incidents.desk import MAY_ACT, VERIFY, Desk
from pinisi.incidents.notices.room import open_notices
from pinisi.incidents.notices.ways import http_of, ways_of
from pinisi.incidents.procedures.procedures import Procedures
from pinisi.incidents.procedures.surroundings import Surroundings
from pinisi.incidents.records import RECORDS, ROOM
from pinisi.incidents.shift.shifts import Shifts
from pinisi.incidents.units.entity import UNIT
from pinisi.incidents.units.following import units_follow
from pinisi.incidents.units.roads_known import RoadsKnown
from pinisi.incidents.units.roster import Roster
from pinisi.incidents.warnings.desk import WarningDesk
from pinisi.incidents.warnings.issuing import Seal
from pinisi.people.binding import is_loopback, may_bind
from pinisi.people.first_run import first_administrator
from pinisi.people.gate import Gate
from pinisi.people.public import public_view
from pinisi.people.register import People
from pinisi.people.sealing import COPIES, KeyRing
from pinisi.people.verifying import Verifier
from pinisi.runtime.actions import Actions
from pinisi.runtime.care import keep_sealed, seal_all, take_care
from pinisi.runtime.city_loading import LOADER, folder_digest, is_loaded, load_city
from pinisi.runtime.clock import Clock, ExerciseClock, WallClock
from pinisi.runtime.expiry import sweep
from pinisi.runtime.import_desk import ImportDesk
from pinisi.runtime.jobs import Jobs
from pinisi.runtime.keeper import SWITCH, Running
from pinisi.runtime.kinds import KINDS
from pinisi.runtime.live_file import make_sources, read_live
from pinisi.runtime.made_files import BASEMAP, ROADS, made_file
from pinisi.runtime.map_making import make_maps
from pinisi.runtime.preparation import Preparation
from pinisi.runtime.recordings import Library, recordings_folders
from pinisi.runtime.records import open_records
from pinisi.runtime.replay import Reach
from pinisi.runtime.replays import Replays
from pinisi.runtime.services import discover
from pinisi.runtime.views import with_views
from pinisi.settings import Settings
from pinisi.store.history import HistoryQuery
from pinisi.store.log import LogEntry
from pinisi.store.opening import open_store
from pinisi.store.record import Record
from pinisi.store.sqlite_tenant import Settings as StoreSettings
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant
from pinisi.vocabulary.principal import WHOLE, Grants, Principal

_log = structlog.get_logger("pinisi.house")
BYTES_A_RECORD = 1_600
CONTEXT_NAME = "urn:pinisi:context"
MOST_TOWNS = 64
FIRST_PICTURE_SECONDS = 1.0


class House:
    """All that an endpoint can reach. `city` is the folder of the city's profile and registers."""

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
        self._opened = contextlib.AsyncExitStack()

    def now(self) -> Instant:
        """The time on the wall."""
        return self.clock.now()

    # opening and closing

    async def open(self) -> None:
        """Open the store, load the city, start what runs by itself.

        Raises:
            RefusedToStart: the address demands accounts and there are none.
            CityNotLoaded, StoreUnavailable: see there.
        """
        try:
            await self._open()
        except BaseException:
            await self.close()
            raise

    async def _open(self) -> None:
        settings = self.settings
        cache = StoreSettings(
            cache_records=(settings.cache_mb << 20) // BYTES_A_RECORD,
            hot_attributes=settings.hot_attributes,
            commit_window=settings.commit_window_ms / 1000,
        )
        self.store = open_store(settings.store, settings.tenant_folder, self.now, cache)
        self._opened.push_async_callback(self.store.close)
        self.keys = KeyRing(settings.key_folder, self.now)
        self.store.sealing = self.keys.seal
        self.verifier = Verifier(
            self.store, None if settings.store else settings.tenant_folder, settings.key_folder / COPIES
        )
        self._opened.push_async_callback(seal_all, self.store)
        elsewhere, keepers = keepers_of(settings)
        self.people = People(
            self.store,
            loopback=is_loopback(settings.host),
            public=public_view(settings.public_role),
            address=elsewhere.address,
            keepers=keepers,
        )
        await self.people.open()
        if not self.people.loopback:
            self.first_password = await first_administrator(self.people, self.now())
        may_bind(settings.host, await self.people.accounts.administrators())
        await self.people.record_start()
        self.gate = Gate(self.people)
        self.errands = Errands(
            self.store, self.default_tenant, settings.host, self.port or settings.port, settings.advertised_address
        )
        self.errands.here = not settings.store
        self._opened.push_async_callback(self.errands.close)
        self.feed = open_feed(settings.feed, self.store)
        self._opened.push_async_callback(self.feed.close)
        await self.feed.open()
        self.desk = Desk(self.store, self._operations_of, self._others_on_duty, units_follow, frozenset({UNIT}))
        self.roster = Roster(self.store, self._operations_of)
        self.roads = RoadsKnown(self.store)
        self.invitations = Invitations(self.store)
        self.crews = Crews(self.store, self.desk, self._operations_of)
        self.queue = self.desk.queue
        self.procedures = Procedures(self.store, self.desk)
        self.shifts = Shifts(self.store)
        self.opened_at = self.now()
        self._open_contexts()
        self.pinisi_table = self.contexts.table(CONTEXT_NAME)
        self.surroundings = Surroundings(self.store, self.pinisi_table.expand_term, self._document)
        seal = Seal(settings.key_folder)
        self.warnings = WarningDesk(self.store, self.pinisi_table, seal, lambda tenant: self.town(tenant).profile)
        http = http_of(settings)
        self._opened.push_async_callback(http.close)
        self.ways = ways_of(settings, http, self.now)
        self.imports = ImportDesk(settings.data / "imports", self.store, self.pinisi_table)
        self._opened.push_async_callback(self.imports.close)
        at_once = settings.jobs_at_once
        self.jobs = Jobs(self.store, self.pinisi_table, self.registry, self.town, at_once, settings.data)
        self._opened.push_async_callback(self.jobs.close)
        self.actions = Actions(self.store, self.pinisi_table, self.registry, self.town, self.people.grants_of)
        self._opened.push_async_callback(self.actions.close)
        await self._open_replays()
        self.registrations = Registrations(self.store, self.now)
        await self.registrations.load()
        self._opened.push_async_callback(self.registrations.close)
        self.sources = Sources(
            self.registrations,
            self.contexts,
            self.now,
            settings.context_source_targets,
            settings.context_source_timeout_ms / 1000,
            self.pinisi_table,
        )
        self._opened.push_async_callback(self.sources.close)
        await self._open_notifications()
        self._opened.push_async_callback(self._stop_work)
        self._opened.push_async_callback(self.replays.close)
        self.aside.run(sweep(self.store), "ends of what has an expiresAt")
        await self._open_city()
        await self.store.rest()
        if self.settings.store:
            self.aside.run(self._take_care_on_duty(), "the city's own work")
        else:
            await self._take_care()

    async def _take_care_on_duty(self) -> None:
        """One process runs what runs by itself. One that loses this duty ends, for its service manager to start anew:
        another may have it by then."""
        async with self.store.duty("the city's own work") as lost:
            await self._run_city(self.towns[self.default_tenant])
            await self._take_care()
            await self.errands.take()
            await lost.wait()
            _log.error("the database was lost, and with it the duty to run the city's own work: this process ends")
            os.kill(os.getpid(), signal.SIGTERM)

    async def _take_care(self) -> None:
        await self.replays.go_on()
        cities = [name for name in await self.store.tenants() if not name.startswith("_")]
        await self.jobs.go_on(cities)
        await self.actions.go_on(cities)
        self.aside.run(self._remember_indicators(), "indicator memory")
        await seal_all(self.store)
        self.aside.run(keep_sealed(self.store), "seals of the audit trail")
        days = self.settings.history_days, self.settings.log_days
        self.aside.run(take_care(self.store, self.now, *days), "care")

    def _open_contexts(self) -> None:
        """@contexts: those built in, the operator's copies, and those that the store keeps."""
        ours = msgspec.json.decode(self.context_document)
        names = self.address

        def hosted(url: str) -> Any | None:
            return ours if names.names_our_context(url) else None

        self.contexts = Contexts({CONTEXT_NAME: ours}, hosted, names.id_of_own_context, self.now)
        self.context_storage = ContextStorage(
            self.store,
            self.contexts,
            self.default_tenant,
            self.now,
            ContextFetcher(Targets(self.settings.context_sources, "context_sources")),
            self.settings.data / "contexts",
        )
        self._opened.push_async_callback(self.context_storage.close)
        for fault in self.context_storage.faults:
            _log.warning("an @context of the operator cannot be used", fault=fault)
        self.store.listen(self.context_storage.heard)

    async def _open_replays(self) -> None:
        """Before the tenants are opened: those of replays live by clocks of their own, and notify nobody."""
        library = Library([self.profile.folder, *shipped_folders()], self.registry, recordings_folders(self.settings))
        for fault in library.faults:
            _log.warning("recordings of a city cannot be used", fault=fault)
        self.replays = Replays(
            self.store,
            self.profile,
            self.pinisi_table,
            library,
            ReplayStage(self),
            self.settings.data / "replays",
            self.clock,
        )
        await self.replays.read()

    async def _open_notifications(self) -> None:
        from pinisi.console.federated_links_told import links_of
        from pinisi.console.federated_notice import assembler
        from pinisi.console.federated_picture import elsewhere
        from pinisi.console.snapshot_ends import keep_ends
        from pinisi.console.snapshot_remains import give_up_unfinished
        from pinisi.console.subscription_copies import open_copies

        self.snapshot_places = SnapshotPlaces(self.people.grants_of)
        await self.snapshot_places.load(self.store)
        self.subscriptions = SubscriptionIndex(self.snapshot_places.grants_of, self.now)
        await self.subscriptions.load(self.store)
        self.source_registry = Registry(self.store, self.registrations, self.subscriptions, self.now)
        self.aside.run(self.source_registry.sweep(), "expiry of registrations")
        self.store.owing = self.subscriptions.owing
        self.store.listen(self.feed.heard)
        self.notifier = Notifier(
            self.store,
            self.contexts,
            self.subscriptions,
            self.now,
            self.settings.notification_targets,
            default_tenant=self.default_tenant,
            limits=Limits(give_up=round(self.settings.notification_hours * HOUR)),
            reach=self.reach,
            notices=RegistrationNotices(self.store, self.registrations),
            assemble=assembler(self),
            elsewhere=elsewhere(self),
            place_of=self.snapshot_places.of,
            links=links_of(self),
        )
        self._opened.push_async_callback(self.notifier.close)
        self.copies, self.copier = await open_copies(self)
        self._opened.push_async_callback(self.copier.stop)
        self.store.learn(OtherProcesses(self).learn)
        self.store.hear_all = True
        self.store.listen(self.notifier.heard)
        self.aside.run(give_up_unfinished(self), "snapshots that were being prepared")
        self.aside.run(keep_ends(self), "ends of snapshots")
        if self.settings.store:
            self.aside.run(self._deliver_on_duty(), "delivery of notifications")
        else:
            await self.notifier.start()
            self.copier.start()
        if self.settings.feed:
            self.aside.run(relay_on_duty(self.store.duty, self.feed), "relay of the log")

    async def _deliver_on_duty(self) -> None:
        """One process delivers for all, so that the order for each entity holds; another takes over when it is gone."""
        while True:
            async with self.store.duty("notifications") as lost:
                await self.notifier.start()
                self.copier.start()
                try:
                    await lost.wait()
                finally:
                    await self.copier.stop()
                    await self.notifier.stop()

    async def _open_city(self) -> None:
        self.store.listen(self._heard)
        clock = self.clock if self.rehearsal is None else ExerciseClock(self.clock)
        town = await self.open_town(self.default_tenant, self.profile, clock)
        await town.atlas.refresh()
        self.aside.run(_learn_names(town), "names of the city")
        self.phones = Phones(self.store, self.roster, town.tenant, town.profile.city.view.bounds)
        if not self.settings.store:
            await self._run_city(town)

    async def _run_city(self, town: Town) -> None:
        """What runs by itself: sources, reactions, alarms."""
        if self.rehearsal is None:
            await self.open_sources(town)
        await town.rooms.open(self.registry, self.feed, self.jobs)
        self.watch_alarms(town)
        await self._open_station(town)
        if self.rehearsal is not None:
            await self._open_exercise(town, self.rehearsal)

    async def _open_station(self, town: Town) -> None:
        """Field phones, where the settings open the link to them."""
        self.station = await open_station(self.settings, self, town, self.phones)
        if self.station is not None:
            self._opened.push_async_callback(self.station.close)
            self.store.listen(self.station.heard)

    async def _open_exercise(self, town: Town, rehearsal: Rehearsal) -> None:
        """In place of the city's live sources: those of the script."""
        self.exercise = ExerciseRoom(self, town, rehearsal)
        await self.exercise.prepare()
        self.aside.run(self.exercise.run(), f"exercise {rehearsal.script.id}")

    def holders_of_past(self, id: str) -> tuple[str, ...]:
        """Where the history of an entity is known, as entity maps name it: as far as this house knows, here."""
        return (LOCAL,)

    def maps_of_past(self) -> Mapping[str, str]:
        """Registration -> the map of histories that its source made for the same request: none by itself."""
        return {}

    def reach(self, tenant: str) -> Reach | None:
        """Whom a tenant may notify: in an exercise nobody."""
        return self.replays.reach(tenant) if self.rehearsal is None else "held"

    async def _remember_indicators(self) -> None:
        """Those are computed by a room that knows the house, and so cannot be known to it at its import."""
        from pinisi.console.indicator_memory import remember_indicators

        await remember_indicators(self, self.towns[self.default_tenant])

    async def open_sources(self, town: Town) -> None:
        """Run the live sources that the city wants; the operator has the last word on which are on."""
        wanted = read_live(town.profile.folder)
        for made in make_sources(wanted, self.registry, KINDS, town.profile):
            if made.source is None:
                town.failed_sources[made.id] = made.failure or ""
                _log.error("a source cannot be used", source=made.id, reason=made.failure)
                continue
            running = Running(
                made.source,
                made.service,
                self.store,
                town.tenant,
                self.pinisi_table,
                town.clock,
                folder=self.settings.data,
            )
            town.writes[source_id(made.id)] = frozenset(map(self.pinisi_table.expand_term, made.writes))
            if made.outside:
                town.outside.add(made.id)
            switched = await self.store.document(town.tenant, SWITCH, made.id)
            await town.keeper.add(running, on=made.on if switched is None else switched[1] == b"on")

    async def open_town(
        self, tenant: str, profile: Profile, clock: Clock, preparation: Preparation | None = None
    ) -> Town:
        """Load a city's folder into a tenant and show it; `preparation` is told how far it is.

        Raises:
            CityNotLoaded: see there.
        """
        told = preparation or Preparation()
        digest = folder_digest(profile.folder, self.context_document)
        if not await is_loaded(self.store, tenant, digest):
            own = () if self.alone else city_entities(profile)
            entities = await asyncio.to_thread(list, told.counted(own))
            told.begin("loading", len(entities))
            await load_city(self.store, tenant, digest, told.counted(entities), self.pinisi_table)
        told.begin("drawing")
        await asyncio.to_thread(make_maps, profile, self.settings.data, tenant, digest)
        town = self.towns[tenant] = Town(tenant, profile, self.store, self.pinisi_table, clock)
        records = await open_records(ROOM, RECORDS, self.store, tenant, self.pinisi_table)
        town.switchboard = Switchboard(self.store, records, tenant, await line_key(self.store, tenant))
        town.photos = Photos(records)
        town.notices = await open_notices(
            self.store,
            self.desk,
            self.procedures.kept,
            self.warnings,
            records,
            town,
            self.ways,
            address=self.settings.public_address,
            services=self.settings.apprise_services,
            targets=Targets(self.settings.notification_targets),
        )
        return town

    def town(self, tenant: str) -> Town:
        """The tenant as people see it; one that has no city of its own is seen as the house's city is."""
        known = self.towns.get(tenant)
        if known is None:
            known = Town(tenant, self.profile, self.store, self.pinisi_table, self.clock)
            if len(self.towns) < MOST_TOWNS:
                self.towns[tenant] = known
        return known

    def _heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        town = self.towns.get(tenant)
        if town is not None:
            town.heard(entries)

    async def close(self) -> None:
        """Stop what runs (the replays first: they set further work going), finish what waits, close the files."""
        self.take_leave()
        await self._opened.aclose()

    async def _stop_work(self) -> None:
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

    async def admit(self, headers: dict[bytes, bytes], address: str, tenant: str) -> Principal | None:
        return await self.gate.admit(headers, address, tenant, self.now())

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

    def _operations_of(self, tenant: str) -> Operations:
        return self.town(tenant).profile.operations

    async def _others_on_duty(self, tenant: str, principal: Principal, _now: Instant) -> bool:
        """Whether somebody else who may verify has used the console lately; by the wall's time, as sessions are."""
        minutes = self._operations_of(tenant).on_duty.minutes
        return await self.people.others_in_use(tenant, principal, VERIFY, self.now() - round(minutes * MINUTE))

    async def operators_on_duty(self, tenant: str) -> int:
        """How many who may act on incidents have used the console lately, by the wall's time, as sessions are; 0 where
        nobody signs in (the demo), and nobody can say."""
        minutes = self._operations_of(tenant).on_duty.minutes
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

    def _document(self, record: Record) -> Mapping[str, Any]:
        """An entity as checks of procedures see it."""
        return normalized(record.entity, self.pinisi_table, WHOLE)


async def _learn_names(town: Town) -> None:
    """What the search box knows, after the first picture; who searches earlier learns it himself."""
    await asyncio.sleep(FIRST_PICTURE_SECONDS)
    await town.catalogue.read()
