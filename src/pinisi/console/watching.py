"""What needs people in a tenant: alarms by written rules, ends of shelves, procedures, notices."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from pinisi.console.city_rules import CityRules
from pinisi.console.town import Town
from pinisi.incidents.grouping.gate import Gate
from pinisi.incidents.grouping.rules import group_rules
from pinisi.incidents.procedures.attending import Attendant
from pinisi.incidents.shelf import tend_shelf
from pinisi.incidents.watch import watch

if TYPE_CHECKING:
    from pinisi.console.house import House


async def watch_operations(house: "House", town: Town) -> None:
    """Watch until cancelled."""
    tenant, store, desk = town.tenant, house.store, house.desk
    async with asyncio.TaskGroup() as group:
        rules = CityRules(town, store, house.pinisi_table).rules()
        if rules.types:
            language = town.profile.city.languages[0]
            duty = partial(house.operators_on_duty, tenant)
            gate = Gate(tenant, store, desk, group_rules(town.profile.folder), language, duty)
            group.create_task(watch(tenant, store, house.feed, desk, rules, town.now, gate))
        group.create_task(tend_shelf(tenant, store, desk, town.now))
        attendant = Attendant(tenant, store, desk, house.procedures, town.shelves, house.surroundings, town.now)
        group.create_task(attendant.attend(house.feed))
        if town.notices is not None:
            group.create_task(town.notices.work(house.feed))
