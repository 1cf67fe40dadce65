"""What a replay has of the house: a town that shows it, sources and alarms that run in it, and their end."""

import asyncio

from pinisi.city.profile import Profile
from pinisi.console.city_opening import open_town
from pinisi.console.house import House
from pinisi.console.town import Town
from pinisi.runtime.clock import ReplayClock
from pinisi.runtime.keeper import Keeper
from pinisi.runtime.kinds import KINDS
from pinisi.runtime.preparation import Preparation
from pinisi.runtime.views import with_views


class ReplayStage:
    """A `Stage` (pinisi.runtime.replay)."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._watches: dict[str, asyncio.Task[None]] = {}

    def show(self, tenant: str, profile: Profile, clock: ReplayClock) -> None:
        house = self._house
        house.towns[tenant] = Town(tenant, self._viewed(profile), house.store, house.pinisi_table, clock)

    async def set_stage(self, tenant: str, profile: Profile, clock: ReplayClock, preparation: Preparation) -> Keeper:
        town = await open_town(self._house, tenant, self._viewed(profile), clock, preparation)
        await town.atlas.refresh()
        await town.catalogue.read()
        await town.rooms.open(self._house.registry, self._house.feed, self._house.jobs)
        self._watches[tenant] = self._house.watch_alarms(town)
        return town.keeper

    def _viewed(self, profile: Profile) -> Profile:
        """With the layers of services: in a replay they fill what they make of the recording."""
        return with_views(profile, self._house.registry, KINDS)

    async def clear_stage(self, tenant: str, *, gone: bool = False) -> None:
        house = self._house
        watch = self._watches.pop(tenant, None)
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        await house.jobs.forget(tenant)
        house.actions.forget(tenant)
        town = house.towns.get(tenant)
        if town is not None:
            await town.rooms.close()
            await town.keeper.close()
        await house.notifier.forget(tenant)
        if gone:
            house.towns.pop(tenant, None)
            house.subscriptions.forget(tenant)
