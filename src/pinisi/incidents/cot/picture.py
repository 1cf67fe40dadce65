"""The city's picture as events: units, incidents that are open, the areas of warnings in force. It names nobody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec
import shapely

from pinisi.city.operations import Operations
from pinisi.city.text import Language
from pinisi.incidents.cap.force import ends_at
from pinisi.incidents.cap.geometry import rings_of
from pinisi.incidents.cap.model import Alert, Info
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cot.event import Event, Line
from pinisi.incidents.incident import EXERCISE, SEVERITY, TITLE, word_of
from pinisi.incidents.queue import Case
from pinisi.incidents.units.unit import LonLat, Unit
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.terms import LOCATION

UNIT_TYPE, INCIDENT_TYPE, AREA_TYPE = "a-f-G-E-V", "b-m-p-s-m", "u-d-f"
"""A friend's vehicle on the ground; a marked spot; a free-form drawing."""
TRACK_HOLDS = 10 * MINUTE
"""From its last position on a unit is shown so long; then a phone greys it."""
HOLDS = 10 * MINUTE
LONGEST_RING = 500
_SEVERITY = {"critical": 0xFFD32F2F, "high": 0xFFF57C00, "medium": 0xFFFBC02D}
_CALM = 0xFF1976D2
_ALERT = {"Extreme": 0xFFD32F2F, "Severe": 0xFFF57C00, "Moderate": 0xFFFBC02D}
_GLASS = 0x40FFFFFF
_AT_BASE = {"id": "di pos, tanpa pelacak", "en": "at its base, not tracked", "ja": "待機所（追跡なし）"}
_PRIORITY = {"id": "prioritas", "en": "priority", "ja": "優先度"}


def unit_event(unit: Unit, language: Language, now: Instant) -> Event:
    """Seen lately: relayed, from when it was seen; else where it is written down to stand."""
    lon, lat = unit.where
    tracked = unit.position is not None
    start = min(unit.seen_at, now) if tracked else now
    words = [unit.state] if tracked else [unit.state, _AT_BASE[language]]
    return Event(
        uid=unit.id,
        type=UNIT_TYPE,
        how="m-r" if tracked else "m-c",
        time=now,
        start=start,
        stale=start + TRACK_HOLDS,
        longitude=lon,
        latitude=lat,
        opex="e" if unit.exercise else "o",
        callsign=unit.name,
        remarks=" · ".join(words),
    )


def incident_event(case: Case, rules: Operations, language: Language, now: Instant) -> Event | None:
    """None for one that lies nowhere."""
    where = _point(word_of(case.entity, LOCATION))
    if where is None:
        return None
    category = rules.category(case.record.category)
    name = getattr(category.name, language) if category else ""
    priority = f"{_PRIORITY[language]} {case.record.priority}" if case.record.priority else ""
    title = word_of(case.entity, TITLE)
    return Event(
        uid=case.entity.id,
        type=INCIDENT_TYPE,
        how="m-r",
        time=now,
        start=min(case.record.raised_at, now),
        stale=now + HOLDS,
        longitude=where[0],
        latitude=where[1],
        opex="e" if word_of(case.entity, EXERCISE) is True else "o",
        callsign=_said(title, language),
        remarks=" · ".join(word for word in (name, priority, case.record.state) if word),
        colour=_SEVERITY.get(str(word_of(case.entity, SEVERITY)), _CALM),
    )


def alert_events(alert: Alert, language: Language, now: Instant) -> Iterator[Event]:
    """One event an outline, in the reader's language where the warning has it."""
    info = _info(alert.infos, language)
    if info is None:
        return
    colour = _ALERT.get(info.severity, _CALM)
    for number, ring in enumerate(rings_of(info.areas)):
        points = _thinned([(float(lon), float(lat)) for lon, lat in ring])
        middle = shapely.Polygon(points).representative_point()
        yield Event(
            uid=f"{alert.identifier}.{number + 1}",
            type=AREA_TYPE,
            how="m-r",
            time=now,
            start=instant_of(info.onset or info.effective or alert.sent) or now,
            stale=min(ends_at(alert), now + 24 * 60 * MINUTE),
            longitude=float(middle.x),
            latitude=float(middle.y),
            opex="o",
            callsign=info.headline or info.event,
            remarks=info.instruction or info.description,
            line=Line(tuple(points), colour, colour & _GLASS),
        )


def _said(title: Any, language: Language) -> str:
    if not isinstance(title, dict):
        return ""
    words = cast("Mapping[str, str]", title)
    return words.get(language) or next(iter(words.values()), "")


def _info(infos: Sequence[Info], language: Language) -> Info | None:
    spoken = [info for info in infos if info.language.lower().startswith(language)]
    return next(iter((*spoken, *infos)), None)


def _thinned(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A coast line of thousands of points is too much for a phone: it keeps every so many, and is closed."""
    step = max(1, -(-len(ring) // LONGEST_RING))
    return [*ring[:-1:step], ring[-1]] if step > 1 else ring


def _point(geometry: object) -> LonLat | None:
    """Where a symbol stands: on the thing itself, whatever its shape."""
    if not geometry:
        return None
    where = shapely.from_geojson(msgspec.json.encode(geometry)).representative_point()
    return None if where.is_empty else (float(where.x), float(where.y))
