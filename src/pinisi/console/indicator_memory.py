"""Remembers what indicators over whole registers were: a point each time the number has changed.

What such an indicator was at a moment could be computed only by reading the whole register as it was then; so its
number is written to the entity of the indicator, with method and source, and its history is the store's.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from pinisi.city.facts import area_id
from pinisi.city.formula import need_of
from pinisi.city.value import Value
from pinisi.console.programme import COMPUTED, Standing, standings
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.payload import read_entity
from pinisi.runtime.care import rest
from pinisi.runtime.city_loading import settled
from pinisi.store.change import EntityChange, StoreUnavailable
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

if TYPE_CHECKING:
    from pinisi.console.house import House

FIRST_SECONDS, EVERY_SECONDS = 60.0, 300.0
_log = structlog.get_logger("pinisi.indicators")


async def remember_indicators(house: "House", town: Town) -> None:
    """For ever: when anything has been written since, look which numbers have changed.

    The first look reads every register, which may be more than anybody asks for in a quiet city.
    """
    seen = -1
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        try:
            if await house.store.position(town.tenant) != seen:
                await remember(house, town)
                first, seen = seen < 0, await house.store.position(town.tenant)
                if first:
                    await rest(house.store)
        except StoreUnavailable as error:
            _log.warning("the numbers of indicators cannot be kept", tenant=town.tenant, reason=str(error))
        await asyncio.sleep(EVERY_SECONDS)


async def remember(house: "House", town: Town) -> int:
    """Write the numbers that have changed; answers how many."""
    now = town.now()
    view = Viewpoint(house.store, town.tenant, EVERYTHING, now)
    found = {standing.id: standing for standing in await standings(house, town, view)}
    city = area_id(town.profile.city.code)
    whole = [indicator.id for indicator in town.profile.indicators if need_of(indicator, city).types]
    changes = [change for id in whole if (change := await _change(house, town, found[id], now))]
    if changes:
        await house.store.apply(town.tenant, changes, SYSTEM)
    return len(changes)


async def _change(house: "House", town: Town, standing: Standing, now: Instant) -> EntityChange | None:
    number = standing.value.value
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    record = await house.store.entity(town.tenant, standing.entity, EVERYTHING)
    if record is None:
        return None
    known = record.entity.attributes.get(house.pinisi_table.expand_term(COMPUTED))
    if known and known[0].value == number:
        return None
    document = {"id": standing.entity, "type": "Indicator", COMPUTED: _fact(standing.value, now)}
    return EntityChange(standing.entity, settled(read_entity(document, house.pinisi_table)))


def _fact(value: Value, now: Instant) -> dict[str, Any]:
    """The number as of now. Its source is named where there is but one."""
    told: dict[str, Any] = {"type": "Property", "value": value.value, "observedAt": format_instant(now)}
    if value.unit:
        told["unitCode"] = value.unit
    if value.method:
        told["method"] = {"type": "Property", "value": value.method}
    if len(value.providers) == 1:
        told["provider"] = {"type": "Relationship", "object": value.providers[0]}
    return told
