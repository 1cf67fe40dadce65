"""How a house is opened: room by room, in the order in which they need one another, and what it runs by itself."""

import asyncio
import os
import signal
from typing import Any

import msgspec
import structlog

from pinisi.city.shelves import shipped_folders
from pinisi.console.account_keepers import keepers_of
from pinisi.console.city_opening import open_city, run_city
from pinisi.console.errands import Errands
from pinisi.console.federated_links_told import links_of
from pinisi.console.federated_notice import assembler
from pinisi.console.federated_picture import elsewhere
from pinisi.console.house import CONTEXT_NAME, House
from pinisi.console.indicator_memory import remember_indicators
from pinisi.console.other_processes import OtherProcesses
from pinisi.console.replay_stage import ReplayStage
from pinisi.console.snapshot_ends import keep_ends
from pinisi.console.snapshot_remains import give_up_unfinished
from pinisi.console.subscription_copies import open_copies
from pinisi.context.context_fetch import ContextFetcher
from pinisi.context.context_storage import ContextStorage
from pinisi.context.contexts import Contexts
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
from pinisi.incidents.desk import Desk
from pinisi.incidents.notices.ways import http_of, ways_of
from pinisi.incidents.procedures.procedures import Procedures
from pinisi.incidents.procedures.surroundings import Surroundings
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
from pinisi.runtime.expiry import sweep
from pinisi.runtime.import_desk import ImportDesk
from pinisi.runtime.jobs import Jobs
from pinisi.runtime.recordings import Library, recordings_folders
from pinisi.runtime.replays import Replays
from pinisi.store.change import StoreUnavailable
from pinisi.store.opening import open_store
from pinisi.store.sqlite_tenant import Settings as StoreSettings
from pinisi.vocabulary.instant import HOUR

_log = structlog.get_logger("pinisi.house")
BYTES_A_RECORD = 1_600
_AGAIN_SECONDS = 0.5


async def open_house(house: House) -> None:
    """Open the store, load the city, start what runs by itself. What was opened is closed again where it fails.

    Raises:
        RefusedToStart: the address demands accounts and there are none.
        CityNotLoaded, StoreUnavailable: see there.
    """
    try:
        await _open(house)
    except BaseException:
        await house.close()
        raise


async def _open(house: House) -> None:
    """Room by room: each is closed in the reverse order."""
    _open_store(house)
    await _open_people(house)
    _open_errands(house)
    await _open_feed(house)
    house.opened_at = house.now()
    _open_contexts(house)
    house.pinisi_table = house.contexts.table(CONTEXT_NAME)
    _open_events(house)
    _open_work(house)
    await _open_replays(house)
    await _open_sources(house)
    await _open_notifications(house)
    house.ending.push_async_callback(house.stop_work)
    house.ending.push_async_callback(house.replays.close)
    house.aside.run(sweep(house.store), "ends of what has an expiresAt")
    await open_city(house)
    await house.store.rest()
    if house.settings.store:
        house.aside.run(_end_when_lost(house), "a look at what PostgreSQL has lost")
        house.aside.run(take_care_on_duty(house), "the city's own work")
    else:
        await _take_care(house)


def _open_store(house: House) -> None:
    settings = house.settings
    cache = StoreSettings(
        cache_records=(settings.cache_mb << 20) // BYTES_A_RECORD,
        hot_attributes=settings.hot_attributes,
        commit_window=settings.commit_window_ms / 1000,
    )
    house.store = open_store(settings.store, settings.tenant_folder, house.now, cache)
    house.ending.push_async_callback(house.store.close)
    house.keys = KeyRing(settings.key_folder, house.now)
    house.store.sealing = house.keys.seal
    house.verifier = Verifier(
        house.store, None if settings.store else settings.tenant_folder, settings.key_folder / COPIES
    )
    house.ending.push_async_callback(seal_all, house.store)


async def _open_people(house: House) -> None:
    settings = house.settings
    elsewhere, keepers = keepers_of(settings)
    house.people = People(
        house.store,
        loopback=is_loopback(settings.host),
        public=public_view(settings.public_role),
        address=elsewhere.address,
        keepers=keepers,
    )
    await house.people.open()
    if not house.people.loopback:
        house.first_password = await first_administrator(house.people, house.now())
    may_bind(settings.host, await house.people.accounts.administrators())
    await house.people.record_start()
    house.gate = Gate(house.people)


def _open_errands(house: House) -> None:
    settings = house.settings
    house.errands = Errands(
        house.store, house.default_tenant, settings.host, house.port or settings.port, settings.advertised_address
    )
    house.errands.here = not settings.store
    house.ending.push_async_callback(house.errands.close)


async def _open_feed(house: House) -> None:
    house.feed = open_feed(house.settings.feed, house.store)
    house.ending.push_async_callback(house.feed.close)
    await house.feed.open()


def _open_events(house: House) -> None:
    """Incidents and who works on them, warnings, and the ways by which people are told."""
    settings = house.settings
    house.desk = Desk(house.store, house.operations_of, house.others_on_duty, units_follow, frozenset({UNIT}))
    house.roster = Roster(house.store, house.operations_of)
    house.roads = RoadsKnown(house.store)
    house.invitations = Invitations(house.store)
    house.crews = Crews(house.store, house.desk, house.operations_of)
    house.queue = house.desk.queue
    house.procedures = Procedures(house.store, house.desk)
    house.shifts = Shifts(house.store)
    house.surroundings = Surroundings(house.store, house.pinisi_table.expand_term, house.document_of)
    seal = Seal(settings.key_folder)
    house.warnings = WarningDesk(house.store, house.pinisi_table, seal, lambda tenant: house.town(tenant).profile)
    http = http_of(settings)
    house.ending.push_async_callback(http.close)
    house.ways = ways_of(settings, http, house.now)


def _open_work(house: House) -> None:
    """What is done beside the answers: imports, jobs, actions."""
    settings = house.settings
    house.imports = ImportDesk(settings.data / "imports", house.store, house.pinisi_table)
    house.ending.push_async_callback(house.imports.close)
    at_once = settings.jobs_at_once
    house.jobs = Jobs(house.store, house.pinisi_table, house.registry, house.town, at_once, settings.data)
    house.ending.push_async_callback(house.jobs.close)
    house.actions = Actions(house.store, house.pinisi_table, house.registry, house.town, house.people.grants_of)
    house.ending.push_async_callback(house.actions.close)


async def _open_sources(house: House) -> None:
    """Other context sources: what is registered of them, and the way to ask them."""
    settings = house.settings
    house.registrations = Registrations(house.store, house.now)
    await house.registrations.load()
    house.ending.push_async_callback(house.registrations.close)
    house.sources = Sources(
        house.registrations,
        house.contexts,
        house.now,
        settings.context_source_targets,
        settings.context_source_timeout_ms / 1000,
        house.pinisi_table,
    )
    house.ending.push_async_callback(house.sources.close)


def _open_contexts(house: House) -> None:
    """@contexts: those built in, the operator's copies, and those that the store keeps."""
    ours = msgspec.json.decode(house.context_document)
    names = house.address

    def hosted(url: str) -> Any | None:
        return ours if names.names_our_context(url) else None

    house.contexts = Contexts({CONTEXT_NAME: ours}, hosted, names.id_of_own_context, house.now)
    house.context_storage = ContextStorage(
        house.store,
        house.contexts,
        house.default_tenant,
        house.now,
        ContextFetcher(Targets(house.settings.context_sources, "context_sources")),
        house.settings.data / "contexts",
    )
    house.ending.push_async_callback(house.context_storage.close)
    for fault in house.context_storage.faults:
        _log.warning("an @context of the operator cannot be used", fault=fault)
    house.store.listen(house.context_storage.heard)


async def _open_replays(house: House) -> None:
    """Before the tenants are opened: those of replays live by clocks of their own, and notify nobody."""
    library = Library([house.profile.folder, *shipped_folders()], house.registry, recordings_folders(house.settings))
    for fault in library.faults:
        _log.warning("recordings of a city cannot be used", fault=fault)
    house.replays = Replays(
        house.store,
        house.profile,
        house.pinisi_table,
        library,
        ReplayStage(house),
        house.settings.data / "replays",
        house.clock,
    )
    await house.replays.read()


async def _open_notifications(house: House) -> None:
    house.snapshot_places = SnapshotPlaces(house.people.grants_of)
    await house.snapshot_places.load(house.store)
    house.subscriptions = SubscriptionIndex(house.snapshot_places.grants_of, house.now)
    await house.subscriptions.load(house.store)
    house.source_registry = Registry(house.store, house.registrations, house.subscriptions, house.now)
    house.aside.run(house.source_registry.sweep(), "expiry of registrations")
    house.store.owing = house.subscriptions.owing
    house.store.listen(house.feed.heard)
    house.notifier = Notifier(
        house.store,
        house.contexts,
        house.subscriptions,
        house.now,
        house.settings.notification_targets,
        default_tenant=house.default_tenant,
        limits=Limits(give_up=round(house.settings.notification_hours * HOUR)),
        reach=house.reach,
        notices=RegistrationNotices(house.store, house.registrations),
        assemble=assembler(house),
        elsewhere=elsewhere(house),
        place_of=house.snapshot_places.of,
        links=links_of(house),
    )
    house.ending.push_async_callback(house.notifier.close)
    house.copies, house.copier = await open_copies(house)
    house.ending.push_async_callback(house.copier.stop)
    house.store.learn(OtherProcesses(house).learn)
    house.store.hear_all = True
    house.store.listen(house.notifier.heard)
    house.aside.run(give_up_unfinished(house), "snapshots that were being prepared")
    house.aside.run(keep_ends(house), "ends of snapshots")
    if house.settings.store:
        house.aside.run(deliver_on_duty(house), "delivery of notifications")
    else:
        await house.notifier.start()
        house.copier.start()
    if house.settings.feed:
        house.aside.run(relay_on_duty(house.store.duty, house.feed), "relay of the log")


async def deliver_on_duty(house: House) -> None:
    """One process delivers for all, so that the order for each entity holds; another takes over when it is gone."""
    while True:
        try:
            async with house.store.duty("notifications") as lost:
                await _deliver(house, lost)
        except StoreUnavailable as error:
            _log.warning("notifications are not delivered by this process now", reason=str(error))
            await asyncio.sleep(_AGAIN_SECONDS)


async def _deliver(house: House, lost: asyncio.Event) -> None:
    try:
        await house.notifier.start()
        house.copier.start()
        await lost.wait()
    finally:
        await house.copier.stop()
        await house.notifier.stop()


async def take_care_on_duty(house: House) -> None:
    """One process runs what runs by itself. One that loses this duty ends, for its service manager to start anew:
    another may have it by then."""
    async with house.store.duty("the city's own work") as lost:
        try:
            await run_city(house, house.towns[house.default_tenant])
            await _take_care(house)
            await house.errands.take()
            await lost.wait()
        except StoreUnavailable as error:  # half begun, and another may begin it too
            _log.error("the city's own work could not be begun", reason=str(error))
        _log.error("the database was lost, and with it the duty to run the city's own work: this process ends")
        os.kill(os.getpid(), signal.SIGTERM)


async def _end_when_lost(house: House) -> None:
    """A process that knows what PostgreSQL has lost ends, for its service manager to start anew with what is there."""
    await house.store.lost.wait()
    _log.error("PostgreSQL has lost what this process knew: this process ends, and has to be started anew")
    os.kill(os.getpid(), signal.SIGTERM)


async def _take_care(house: House) -> None:
    await house.replays.go_on()
    cities = [name for name in await house.store.tenants() if not name.startswith("_")]
    await house.jobs.go_on(cities)
    await house.actions.go_on(cities)
    house.aside.run(remember_indicators(house, house.towns[house.default_tenant]), "indicator memory")
    await seal_all(house.store)
    house.aside.run(keep_sealed(house.store), "seals of the audit trail")
    days = house.settings.history_days, house.settings.log_days
    house.aside.run(take_care(house.store, house.now, *days), "care")
