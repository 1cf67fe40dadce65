"""Corridors over HTTP: drawn, kept as entities, made into a timetable that is checked and searched at once."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.city.text import fill
from pinisi.context.edits import delete
from pinisi.runtime.endpoint import Endpoint, Raw
from pinisi.runtime.known import Known
from pinisi.runtime.results import Mark, result_changes
from pinisi.runtime.source import Message
from pinisi.runtime.visit import BadField, Conflict, Fault, Unfit, Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.engine.gtfs.corridors import CorridorList
from pinisi.services.mobility.models.corridors import (
    CORRIDOR,
    CORRIDOR_LIST,
    corridor_entities,
    corridors_kept,
)
from pinisi.services.mobility.models.transit import TIMETABLE
from pinisi.services.mobility.transit.asked_timetable import TEXTS
from pinisi.services.mobility.transit.bus_page import feed_of
from pinisi.services.mobility.transit.corridor_bodies import (
    CorridorsKept,
    CorridorsRead,
    CorridorsWish,
    CorridorTable,
    FaultCount,
)
from pinisi.services.mobility.transit.corridor_feed import NotMade, checked, zip_of
from pinisi.services.mobility.transit.corridor_table import TEMPLATE, read_table
from pinisi.services.mobility.transit.service_day import day_of
from pinisi.services.mobility.transit.shelf import SHELF
from pinisi.store.change import EntityChange
from pinisi.vocabulary.instant import format_instant

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.gtfs.notice import Notice

MADE = ("GtfsAgency", "GtfsRoute", "GtfsStop")
MOST = 30_000
_NAME_LENGTH = 40


async def corridors(visit: Visit[None, None]) -> CorridorsKept:
    feed = _feed(visit)
    said = await _kept(visit, feed)
    if said is None:
        return _answer(feed, None, (), [])
    body = await asyncio.to_thread(zip_of, said)
    return _answer(feed, said, await asyncio.to_thread(checked, body, _today(visit, said)), [])


async def keep_corridors(visit: Visit[CorridorsWish, None]) -> CorridorsKept:
    """The timetable is made first: what cannot be made is not kept, and every part is kept together."""
    feed, said = _feed(visit), visit.body.list
    before = await _kept(visit, feed)
    if visit.body.version != ("" if before is None else version_of(before)):
        raise Conflict("somebody else changed these corridors meanwhile: read them again")
    others = {each.id.rpartition(":")[2]: each for each in await known_of(visit, TIMETABLE)}
    if before is None and feed in others:
        raise Conflict(f"{feed} is the name of a timetable that a source brings: choose another one")
    try:
        body = await asyncio.to_thread(zip_of, said)
    except NotMade as error:
        raise Unfit([Fault(f"list.{error.fault.field}", error.fault.reason)]) from None
    found = await asyncio.to_thread(checked, body, _today(visit, said))
    errors = [each for each in found if each.severity == "error"]
    if errors:
        reason = fill(TEXTS["corridor-errors"], count=len(errors), first=f"{errors[0].code} ({errors[0].reason})")
        raise Unfit([Fault("list", reason)])
    entities = await asyncio.to_thread(_entities, visit, feed, said, body)
    await _write(visit, feed, entities)
    await asyncio.to_thread(SHELF.put, feed, body)
    return _answer(feed, said, found, entities)


async def read_corridors(visit: Visit[CorridorTable, None]) -> CorridorsRead:
    return await asyncio.to_thread(read_table, visit.body.table)


async def template(_visit: Visit[None, None]) -> Raw:
    return Raw(TEMPLATE.encode("utf-8-sig"))


def version_of(said: CorridorList) -> str:
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:16]


def _feed(visit: Visit[Any, Any]) -> str:
    """The name of the timetable. Raises `BadField`."""
    feed = visit.params["feed"]
    if not feed.replace("-", "").isalnum() or not feed.isascii() or len(feed) > _NAME_LENGTH:
        raise BadField("feed", f"is no name of at most {_NAME_LENGTH} letters, digits and dashes")
    return feed


async def _kept(visit: Visit[Any, Any], feed: str) -> CorridorList | None:
    return corridors_kept(feed, await known_of(visit, CORRIDOR_LIST), await known_of(visit, CORRIDOR, MOST))


def _today(visit: Visit[Any, Any], said: CorridorList) -> str:
    return f"{day_of(visit.now, said.operator.time_zone).day:%Y%m%d}"


def _entities(visit: Visit[Any, Any], feed: str, said: CorridorList, body: bytes) -> list[dict[str, Any]]:
    """The corridors, and what the timetable made of them says: as if a source had brought it."""
    from pinisi.services.mobility.gtfs_source import reader

    taken = reader(feed)(Message(body=body, origin="corridors", received=visit.now))
    return [*corridor_entities(feed, said, format_instant(visit.now)), *(dict(each) for each in taken.entities)]


async def _write(visit: Visit[Any, Any], feed: str, entities: Sequence[dict[str, Any]]) -> None:
    """Together, with the end of those that the new list has no more."""
    there = {each["id"] for each in entities}
    known: list[Known] = []
    for type in (*MADE, CORRIDOR):
        known += await known_of(visit, type, MOST)
    gone = [each.id for each in known if feed_of(each.id) == feed and each.id not in there]
    changes = result_changes(entities, Mark("reported", "", visit.exercise), visit.table)
    ended = [EntityChange(id, delete(id)) for id in gone]
    await visit.store.apply(visit.tenant, [*changes, *ended], visit.principal)


def _answer(
    feed: str, said: CorridorList | None, found: "Sequence[Notice]", entities: Sequence[dict[str, Any]]
) -> CorridorsKept:
    counts = Counter(each.code for each in found)
    first = {each.code: each for each in reversed(found)}
    stops = {(stop.name, stop.lat, stop.lon) for each in (said.corridors if said else ()) for stop in each.stops}
    return CorridorsKept(
        feed=feed,
        version="" if said is None else version_of(said),
        list=said,
        timetable=None if said is None else f"urn:ngsi-ld:{TIMETABLE}:{feed}",
        lines=0 if said is None else len(said.corridors),
        stops=sum(each["type"] == "GtfsStop" for each in entities) or len(stops),
        errors=sum(each.severity == "error" for each in found),
        faults=tuple(
            FaultCount(code=code, severity=first[code].severity, count=count, first=first[code].reason)
            for code, count in sorted(counts.items())
        ),
    )


CORRIDOR_ENDPOINTS = (
    Endpoint(
        method="PUT",
        path="/corridor-lists/{feed}",
        title=TEXTS["corridors-keep"],
        permission="context.write",
        body=CorridorsWish,
        answer=CorridorsKept,
        handle=keep_corridors,
        seconds=60,
    ),
    Endpoint(
        method="GET",
        path="/corridor-lists/{feed}",
        title=TEXTS["corridors-kept"],
        permission="context.read",
        answer=CorridorsKept,
        handle=corridors,
        seconds=30,
    ),
    Endpoint(
        method="POST",
        path="/corridor-lists/{feed}/table",
        title=TEXTS["corridors-table"],
        permission="context.write",
        body=CorridorTable,
        answer=CorridorsRead,
        handle=read_corridors,
        seconds=30,
    ),
    Endpoint(
        method="GET",
        path="/corridor-template",
        title=TEXTS["corridors-template"],
        permission="context.read",
        answer=Raw,
        media="text/csv",
        handle=template,
    ),
)
