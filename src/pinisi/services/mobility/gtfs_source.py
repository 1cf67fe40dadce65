"""A timetable that somebody puts into a folder: its agencies, routes and stops become entities.

The reader repairs nothing: `pinisi gtfs repair` does, and tells how. What has no place, no name or no identifier, and
what stands twice, waits among the rejected rows with the reason.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.profile import Profile
from pinisi.city.text import fill
from pinisi.runtime.about import About
from pinisi.runtime.source import Card, Message, Reading, Reject, Source, SourceKind, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_place, told_relation
from pinisi.services.mobility.models.transit import ROUTE_TYPES, TYPES, transit_id
from pinisi.services.mobility.transit.timetable_entity import rows_of, timetable_entity
from pinisi.services.mobility.transit.timetable_folder import TimetableFolder
from pinisi.vocabulary.instant import format_instant

TEXTS = texts_of("pinisi.services.mobility")
LONGEST = 500
_NEARLY = 0.00005
"""Degrees (five metres) by which a line may lie beside the shape it stands for."""
_YEAR = 365 * 86_400.0
_STOPS = {"": "GtfsStop", "0": "GtfsStop", "1": "GtfsStation"}

Cells = Mapping[str, str]
Entity = dict[str, Any]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`feed` names the timetable in ids: letters, digits, dashes. `path` is the folder its zip is put into, as for kind
    `folder`. `publisher`, `licence` and `url` stand on the source's card.
    """

    feed: str = "transit"
    path: str = "gtfs"
    publisher: str = ""
    licence: str = ""
    url: str = ""


class _Bad(ValueError):
    """Field and value of a row that cannot be taken."""


def reader(feed: str) -> Callable[[Message], Reading]:
    def read(message: Message) -> Reading:
        from pinisi.services.mobility.gtfs_zip import NoFeed

        try:
            rows = rows_of(message.body)
        except NoFeed as error:
            raise Unreadable(str(error)) from None
        if not {"stops.txt", "routes.txt"} & rows.keys():
            raise Unreadable("stops.txt and routes.txt: are not there, or empty: this is no timetable")
        taken = _Taken(feed, format_instant(message.received), rows).reading()
        timetable = timetable_entity(feed, format_instant(message.received), rows)
        return Reading(entities=[*taken.entities, timetable], rejects=taken.rejects, sound=taken.sound)

    return read


class _Taken:
    """One timetable on its way to entities."""

    def __init__(self, feed: str, at: str, rows: Mapping[str, Sequence[Cells]]) -> None:
        self._feed = feed
        self._at = at
        self._rows = rows
        self._agencies = {row.get("agency_id", "") for row in rows.get("agency.txt", ())}
        self._names = _served(rows)

    def reading(self) -> Reading:
        entities: list[Entity] = []
        rejects: list[Reject] = []
        sound: list[str] = []
        lines = _lines(self._rows)
        makers: tuple[tuple[str, Callable[[Cells], Entity | None]], ...] = (
            ("agency.txt", self._agency),
            ("routes.txt", lambda row: self._route(row, lines)),
            ("stops.txt", self._stop),
        )
        for file, make in makers:
            seen: set[str] = set()
            for number, row in enumerate(self._rows.get(file, ()), start=2):
                key = f"{file} {number}"
                try:
                    entity = make(row)
                    if entity is None:
                        continue
                    if entity["id"] in seen:
                        raise _Bad(f"{file[:-4]} id", entity["id"])
                    seen.add(entity["id"])
                    entities.append(entity)
                    sound.append(key)
                except _Bad as bad:
                    rejects.append(_reject(key, number, row, bad))
        return Reading(entities=entities, rejects=rejects, sound=sound)

    def _agency(self, row: Cells) -> Entity:
        entity = self._named("GtfsAgency", row.get("agency_id") or "agency", _text(row, "agency_name"))
        return entity | self._said(page=row.get("agency_url", ""))

    def _route(self, row: Cells, lines: Mapping[str, Any]) -> Entity:
        route = _text(row, "route_id")
        short = row.get("route_short_name", "").strip()
        name = row.get("route_long_name", "").strip() or short
        if not name:
            raise _Bad("route_long_name", "")
        kind = ROUTE_TYPES.get(row.get("route_type", "").strip(), "")
        entity = self._named("GtfsRoute", route, name[:LONGEST])
        entity |= self._said(shortName=short, routeType=kind, routeColor=row.get("route_color", ""))
        agency = row.get("agency_id", "")
        if agency in self._agencies:
            entity["operatedBy"] = told_relation(transit_id("GtfsAgency", self._feed, agency or "agency"), self._at)
        if route in lines:
            entity["location"] = told_place(lines[route], self._at)
        return entity

    def _stop(self, row: Cells) -> Entity | None:
        """None for entrances, nodes and boarding areas: they are parts of a station."""
        type = _STOPS.get(row.get("location_type", "").strip())
        if type is None:
            return None
        stop = _text(row, "stop_id")
        entity = self._named(type, stop, _text(row, "stop_name"))
        entity["location"] = told_place({"type": "Point", "coordinates": _point(row, "stop")}, self._at)
        entity |= self._said(code=row.get("stop_code", ""))
        routes = self._names.get(stop, [])
        if type == "GtfsStop" and "stop_times.txt" in self._rows:
            entity["routeCount"] = told(len(routes), self._at)
            entity |= self._said(servedBy=", ".join(routes)[:LONGEST])
        return entity

    def _named(self, type: str, own: str, name: str) -> Entity:
        return {"id": transit_id(type, self._feed, own), "type": type, "name": told(name, self._at)}

    def _said(self, **texts: str) -> Entity:
        """Attributes of texts that are there."""
        return {name: told(text.strip()[:LONGEST], self._at) for name, text in texts.items() if text.strip()}


def _text(row: Cells, field: str) -> str:
    text = row.get(field, "").strip()
    if not text:
        raise _Bad(field, "")
    return text[:LONGEST]


def _point(row: Cells, prefix: str) -> list[float]:
    """Longitude and latitude."""
    from pinisi.services.mobility.engine.gtfs.values import number_of

    place: list[float] = []
    for field, most in ((f"{prefix}_lon", 180), (f"{prefix}_lat", 90)):
        number = number_of(row.get(field, "").strip())
        if number is None or abs(number) > most:
            raise _Bad(field, row.get(field, ""))
        place.append(number)
    return place


def _served(rows: Mapping[str, Sequence[Cells]]) -> dict[str, list[str]]:
    """Stop -> the short names of the routes that stop there, sorted."""
    shown = {
        row.get("route_id", ""): row.get("route_short_name") or row.get("route_id", "")
        for row in rows.get("routes.txt", ())
    }
    route_of = {row.get("trip_id", ""): row.get("route_id", "") for row in rows.get("trips.txt", ())}
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows.get("stop_times.txt", ()):
        name = shown.get(route_of.get(row.get("trip_id", ""), ""))
        if name:
            found[row.get("stop_id", "").strip()].add(name)
    return {stop: sorted(names) for stop, names in found.items()}


def _lines(rows: Mapping[str, Sequence[Cells]]) -> dict[str, Any]:
    """Route -> the shapes of its trips as one MultiLineString."""
    shapes: dict[str, list[tuple[int, list[float]]]] = defaultdict(list)
    for row in rows.get("shapes.txt", ()):
        try:
            shapes[row.get("shape_id", "")].append((int(row.get("shape_pt_sequence", "")), _point(row, "shape_pt")))
        except ValueError:
            continue
    followed: dict[str, set[str]] = defaultdict(set)
    for row in rows.get("trips.txt", ()):
        followed[row.get("route_id", "").strip()].add(row.get("shape_id", ""))
    simple = {shape: _simplified([point for _, point in sorted(points)]) for shape, points in shapes.items()}
    found = {
        route: [simple[shape] for shape in sorted(names) if simple.get(shape)] for route, names in followed.items()
    }
    return {route: {"type": "MultiLineString", "coordinates": lines} for route, lines in found.items() if lines}


def _simplified(points: Sequence[Sequence[float]]) -> list[list[float]]:
    """The line without points that change nothing; empty where there are not two different ones."""
    from shapely import LineString

    if len({tuple(point) for point in points}) < 2:
        return []
    return [[round(lon, 6), round(lat, 6)] for lon, lat in LineString(points).simplify(_NEARLY).coords]


def _reject(key: str, number: int, row: Cells, bad: _Bad) -> Reject:
    field, value = bad.args
    reason = fill(TEXTS["bad-cell"], field=field, value=repr(value)[:60])
    raw = ",".join(row.values())[:LONGEST]
    return Reject(key=key, row=str(number), field=field, reason=reason, raw=raw, about=About(types=TYPES))


def make(options: Options, profile: Profile) -> Source:
    if not options.feed.replace("-", "").isalnum() or not options.feed.isascii():
        raise ValueError("feed: is no name of letters, digits and dashes")
    return Source(
        id="gtfs",
        title=TEXTS["gtfs"],
        card=Card(
            publisher=options.publisher or profile.city.name,
            licence=options.licence or "none stated",
            url=options.url,
            note=TEXTS["gtfs-note"],
        ),
        transport=TimetableFolder(options.path, options.feed),
        read=reader(options.feed),
        every=_YEAR,
        method="reported",
    )


GTFS = SourceKind(name="gtfs", title=TEXTS["gtfs"], options=Options, make=make, outside=False, writes=TYPES)
