"""`GET /transit-stops`: stops by what somebody types of their names, for the two ends of a journey."""

import asyncio
from typing import Annotated

import msgspec

from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.models.transit import transit_id
from pinisi.services.mobility.transit.asked_timetable import TEXTS
from pinisi.services.mobility.transit.journey_answer import Place
from pinisi.services.mobility.transit.shelf import SHELF, NotOnShelf
from pinisi.services.mobility.transit.timetables import timetables_of

MOST_FOUND = 12


class StopQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`name`: words that the stop's name has, in any order; `timetable`: only of this one."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    timetable: Annotated[str, msgspec.Meta(max_length=100)] = ""


class StopFound(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    entity: str
    name: str
    timetable: str
    at: Place


class StopsAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`more`: stops beyond those that are told."""

    stops: tuple[StopFound, ...]
    more: int


async def stops(visit: Visit[None, StopQuery]) -> StopsAnswer:
    """Of the timetables that the one who asks may see."""
    query = visit.query
    known = {feed: each.text("timetableDigest") or "" for feed, each in (await timetables_of(visit)).items()}
    asked = {feed: digest for feed, digest in known.items() if query.timetable in ("", feed)}
    return await asyncio.to_thread(_found, asked, query.name)


def _found(asked: dict[str, str], name: str) -> StopsAnswer:
    words = name.casefold().split()
    hits: list[tuple[bool, str, StopFound]] = []
    for feed, digest in asked.items():
        try:
            stops = SHELF.networks(digest).timetable.stops
        except NotOnShelf:
            continue
        for stop in stops:
            plain = stop.name.casefold()
            if all(word in plain for word in words):
                entity = transit_id("GtfsStop", feed, stop.id.strip())
                shown = StopFound(entity=entity, name=stop.name, timetable=feed, at=(stop.lon, stop.lat))
                hits.append((not plain.startswith(words[0] if words else ""), plain, shown))
    hits.sort(key=lambda hit: hit[:2])
    return StopsAnswer(stops=tuple(hit[2] for hit in hits[:MOST_FOUND]), more=max(0, len(hits) - MOST_FOUND))


STOPS = Endpoint(
    method="GET",
    path="/transit-stops",
    title=TEXTS["transit-stops"],
    permission="context.read",
    query=StopQuery,
    answer=StopsAnswer,
    handle=stops,
    seconds=20,
)
