"""Which timetable a call means, on which day, and what has to be said of it."""

import asyncio
import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.city.text import Text, fill
from pinisi.runtime.known import Known
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import BadField, Conflict, NotThere, Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.models.transit import LIVE_TYPES
from pinisi.services.mobility.transit.journey_answer import AskedTimetable
from pinisi.services.mobility.transit.live_trips import live_trips
from pinisi.services.mobility.transit.service_day import ServiceDay, day_of
from pinisi.services.mobility.transit.shelf import SHELF, NotOnShelf
from pinisi.services.mobility.transit.timetables import timetables_of
from pinisi.vocabulary.instant import SECOND, Instant, format_instant

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.transit.day_network import DayNetwork
    from pinisi.services.mobility.engine.transit.live_day import Applied

TEXTS = texts_of("pinisi.services.mobility")
MOST_ARRIVALS = 20_000


class Asked(msgspec.Struct, frozen=True):
    """A timetable around the day of a moment."""

    feed: str
    day: ServiceDay
    network: "DayNetwork"
    shown: AskedTimetable
    notes: tuple[Text, ...]


async def asked_timetable(visit: Visit[Any, Any], feed: str, moment: Instant, *, expired: bool) -> Asked | None:
    """The one named `feed`, or the only one; None where there is none at all.

    Raises:
        BadField: there are several, and none is named. NotThere: no such one. Conflict: its file is not here.
    """
    known = await timetables_of(visit)
    if not known and not feed:
        return None
    if not feed and len(known) > 1:
        raise BadField("timetable", f"has to name one of {', '.join(sorted(known)[:20])}")
    name = feed or next(iter(known))
    if name not in known:
        raise NotThere(f"there is no timetable {name[:80]}")
    said = known[name]
    arrivals = await known_of(visit, LIVE_TYPES[1], MOST_ARRIVALS)
    own = [each for each in arrivals if f":{name}:" in each.id]
    try:
        return await asyncio.to_thread(_asked, name, said, own, moment, expired)
    except NotOnShelf as error:
        raise Conflict(f"{name}: {error}") from None


def _asked(name: str, said: Known, arrivals: list[Known], moment: Instant, expired: bool) -> Asked:
    digest = said.text("timetableDigest") or ""
    timetable = SHELF.networks(digest).timetable
    day = day_of(moment, timetable.zone)
    updates = live_trips(arrivals, day)
    if updates:
        applied = SHELF.live(digest, day.day, updates, beyond=expired)
        network, live = applied.day, _live_note(applied, max(each.observed for each in updates))
    else:
        network, live = SHELF.on(digest, day.day, beyond=expired), ()
    begin, end = timetable.calendar.begin, timetable.calendar.end
    told = said.said("timetableDigest")
    shown = AskedTimetable(
        id=said.id,
        name=said.text("name") or name,
        zone=timetable.zone,
        begin=_day(begin),
        end=_day(end),
        since=format_instant(told.observed) if told else "",
        approximate=round(timetable.guessed_share * 100, 1),
        left_out=timetable.left_out,
    )
    return Asked(name, day, network, shown, (*_notes(shown, day, network, expired), *live))


def _live_note(applied: "Applied", newest: Instant) -> tuple[Text, ...]:
    return (
        fill(
            TEXTS["journeys-live"],
            at=format_instant(newest),
            late=applied.late,
            canceled=applied.canceled,
            added=applied.added,
            unknown=applied.unknown,
        ),
    )


def _day(written: str) -> str:
    """`20211231` as people read it."""
    return f"{written[:4]}-{written[4:6]}-{written[6:]}" if len(written) == 8 else written


def _notes(shown: AskedTimetable, day: ServiceDay, network: "DayNetwork", expired: bool) -> list[Text]:
    notes: list[Text] = []
    if shown.approximate:
        notes.append(fill(TEXTS["journeys-approximate"], share=shown.approximate))
    outside = not shown.begin <= day.day.isoformat() <= shown.end
    if outside:
        key = "journeys-over-taken" if expired else "journeys-over"
        notes.append(fill(TEXTS[key], begin=shown.begin, end=shown.end))
    elif not network.forwards.key.size:
        notes.append(fill(TEXTS["journeys-no-service"], day=day.day.isoformat()))
    if shown.left_out:
        notes.append(fill(TEXTS["journeys-left-out"], count=shown.left_out))
    return notes


def place_of(field: str, text: str) -> tuple[float, float]:
    """`119.41,-5.13`: longitude and latitude. Raises `BadField`."""
    words = text.split(",")
    try:
        lon, lat = (float(word) for word in words)
    except ValueError:
        raise BadField(field, "is no longitude,latitude (119.41,-5.13)") from None
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise BadField(field, "lies nowhere on Earth: longitude first, then latitude")
    return lon, lat


def moment_of(field: str, text: str) -> Instant:
    """A moment with its distance to UTC. Raises `BadField`."""
    try:
        told = datetime.datetime.fromisoformat(text)
        if told.tzinfo is None or not 1970 <= told.year <= 2200:
            raise ValueError(text)
        return round(told.timestamp()) * SECOND
    except (ValueError, OverflowError):
        raise BadField(field, "is no moment like 2026-11-26T07:00:00+08:00") from None
