"""How a city moves into a house: its folder into a tenant, its sources and reactions, its phones or its exercise."""

import asyncio

import structlog

from pinisi.city.entities import city_entities
from pinisi.city.facts import source_id
from pinisi.city.profile import Profile
from pinisi.console.exercise_room import ExerciseRoom, Rehearsal
from pinisi.console.field_link import open_station
from pinisi.console.house import House
from pinisi.console.town import Town
from pinisi.context.targets import Targets
from pinisi.incidents.agencies.photos import Photos
from pinisi.incidents.calls.switchboard import Switchboard, line_key
from pinisi.incidents.cot.phones import Phones
from pinisi.incidents.notices.room import open_notices
from pinisi.incidents.records import RECORDS, ROOM
from pinisi.runtime.city_loading import folder_digest, is_loaded, load_city
from pinisi.runtime.clock import Clock, ExerciseClock
from pinisi.runtime.keeper import SWITCH, Running
from pinisi.runtime.kinds import KINDS
from pinisi.runtime.live_file import make_sources, read_live
from pinisi.runtime.map_making import make_maps
from pinisi.runtime.preparation import Preparation
from pinisi.runtime.records import open_records

_log = structlog.get_logger("pinisi.house")
FIRST_PICTURE_SECONDS = 1.0


async def open_city(house: House) -> None:
    house.store.listen(house.heard)
    clock = house.clock if house.rehearsal is None else ExerciseClock(house.clock)
    town = await open_town(house, house.default_tenant, house.profile, clock)
    await town.atlas.refresh()
    house.aside.run(_learn_names(town), "names of the city")
    house.phones = Phones(house.store, house.roster, town.tenant, town.profile.city.view.bounds)
    if not house.settings.store:
        await run_city(house, town)


async def run_city(house: House, town: Town) -> None:
    """What runs by itself: sources, reactions, alarms."""
    if house.rehearsal is None:
        await open_sources(house, town)
    await town.rooms.open(house.registry, house.feed, house.jobs)
    house.watch_alarms(town)
    await _open_station(house, town)
    if house.rehearsal is not None:
        await _open_exercise(house, town, house.rehearsal)


async def _open_station(house: House, town: Town) -> None:
    """Field phones, where the settings open the link to them."""
    house.station = await open_station(house.settings, house, town, house.phones)
    if house.station is not None:
        house.ending.push_async_callback(house.station.close)
        house.store.listen(house.station.heard)


async def _open_exercise(house: House, town: Town, rehearsal: Rehearsal) -> None:
    """In place of the city's live sources: those of the script."""
    house.exercise = ExerciseRoom(house, town, rehearsal)
    await house.exercise.prepare()
    house.aside.run(house.exercise.run(), f"exercise {rehearsal.script.id}")


async def open_sources(house: House, town: Town) -> None:
    """Run the live sources that the city wants; the operator has the last word on which are on."""
    wanted = read_live(town.profile.folder)
    for made in make_sources(wanted, house.registry, KINDS, town.profile):
        if made.source is None:
            town.failed_sources[made.id] = made.failure or ""
            _log.error("a source cannot be used", source=made.id, reason=made.failure)
            continue
        running = Running(
            made.source,
            made.service,
            house.store,
            town.tenant,
            house.pinisi_table,
            town.clock,
            folder=house.settings.data,
        )
        town.writes[source_id(made.id)] = frozenset(map(house.pinisi_table.expand_term, made.writes))
        if made.outside:
            town.outside.add(made.id)
        switched = await house.store.document(town.tenant, SWITCH, made.id)
        await town.keeper.add(running, on=made.on if switched is None else switched[1] == b"on")


async def open_town(
    house: House, tenant: str, profile: Profile, clock: Clock, preparation: Preparation | None = None
) -> Town:
    """Load a city's folder into a tenant and show it; `preparation` is told how far it is.

    Raises:
        CityNotLoaded: see there.
    """
    told = preparation or Preparation()
    digest = folder_digest(profile.folder, house.context_document)
    if not await is_loaded(house.store, tenant, digest):
        own = () if house.alone else city_entities(profile)
        entities = await asyncio.to_thread(list, told.counted(own))
        told.begin("loading", len(entities))
        await load_city(house.store, tenant, digest, told.counted(entities), house.pinisi_table)
    told.begin("drawing")
    await asyncio.to_thread(make_maps, profile, house.settings.data, tenant, digest)
    town = house.towns[tenant] = Town(tenant, profile, house.store, house.pinisi_table, clock)
    records = await open_records(ROOM, RECORDS, house.store, tenant, house.pinisi_table)
    town.switchboard = Switchboard(house.store, records, tenant, await line_key(house.store, tenant))
    town.photos = Photos(records)
    town.notices = await open_notices(
        house.store,
        house.desk,
        house.procedures.kept,
        house.warnings,
        records,
        town,
        house.ways,
        address=house.settings.public_address,
        services=house.settings.apprise_services,
        targets=Targets(house.settings.notification_targets),
    )
    return town


async def _learn_names(town: Town) -> None:
    """What the search box knows, after the first picture; who searches earlier learns it himself."""
    await asyncio.sleep(FIRST_PICTURE_SECONDS)
    await town.catalogue.read()
