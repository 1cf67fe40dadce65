"""The timetables that the one who asks may see, ready to be searched: those made of drawn corridors are made anew."""

import asyncio
from typing import Any

from pinisi.runtime.known import Known
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.models.corridors import CORRIDOR, CORRIDOR_LIST, corridors_kept
from pinisi.services.mobility.models.transit import TIMETABLE
from pinisi.services.mobility.transit.corridor_feed import zip_of
from pinisi.services.mobility.transit.shelf import SHELF


async def timetables_of(visit: Visit[Any, Any]) -> dict[str, Known]:
    """By the name of the feed."""
    found = {each.id.rpartition(":")[2]: each for each in await known_of(visit, TIMETABLE)}
    missing = [feed for feed, each in found.items() if not SHELF.has(each.text("timetableDigest") or "")]
    if missing:
        lists, corridors = await known_of(visit, CORRIDOR_LIST), await known_of(visit, CORRIDOR, 20_000)
        for feed in missing:
            said = corridors_kept(feed, lists, corridors)
            if said is not None:
                body = await asyncio.to_thread(zip_of, said)
                await asyncio.to_thread(SHELF.put, feed, body, found[feed].text("timetableDigest") or "")
    return found
