"""`pinisi import-roads`: an OpenStreetMap extract or a road shapefile into entities and into the map."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from pinisi.city.ellipsoid import length_m
from pinisi.city.facts import Entity, Origin, source_id
from pinisi.city.period import NotAPeriod, period_end
from pinisi.city.profile import Profile, load_profile
from pinisi.city.provenance import Source, SourceFile, source_entities
from pinisi.city.roads.cleaning import Bounds
from pinisi.city.roads.entities import road_entity, road_id
from pinisi.city.roads.road import LeftOut, Road
from pinisi.city.roads.road_file import file_time, read_roads
from pinisi.city.roads.tiles import write_road_tiles
from pinisi.city.text import Text
from pinisi.commands.cities import find_city
from pinisi.commands.failure import CommandFailed
from pinisi.commands.road_destination import Destination, destination
from pinisi.runtime.intake import Taken
from pinisi.runtime.made_files import ROADS, tiles_folder
from pinisi.runtime.road_import import RoadBatch, Untaken
from pinisi.settings import Settings

BATCH = 500
AROUND = 0.05
"""Degrees (about 5 km) around the city whose roads are taken too, so that the map does not end at the border."""
FAULTS = frozenset({"no-length", "no-place", "unreadable", "same-line"})
"""What goes to the quarantine; a platform or a road of another city is no fault."""
EXAMPLES = 3
OSM = "OpenStreetMap contributors"
CREDIT = f"© {OSM}"
Item = TypeVar("Item")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for. `as_of` is a period (2012, 2026-11-01); None: what the file says."""

    file: Path
    city: str | None = None
    as_of: str | None = None
    bounds: Bounds | None = None
    source: str = "roads"
    title: str | None = None
    publisher: str | None = None
    licence: str | None = None
    url: str = ""
    remove_missing: bool = False


class _Found(msgspec.Struct):
    """What the file gave, as it is read."""

    roads: list[Road]
    left: list[LeftOut]


def import_roads(settings: Settings, wish: Wish) -> int:
    """Read, write, draw, and say what happened.

    Raises:
        CityError, CommandFailed, NeedsOsmium: see there.
    """
    profile = load_profile(find_city(wish.city or settings.city or "makassar"), settings.data_from)
    bounds = wish.bounds or city_bounds(profile)
    origin = origin_of(wish, profile)
    return asyncio.run(_import(settings, wish, profile, bounds, origin))


async def _import(settings: Settings, wish: Wish, profile: Profile, bounds: Bounds, origin: Origin) -> int:
    found = _Found([], [])
    taken: list[Taken] = []
    async with destination(settings, profile.id, os.environ.get("PINISI_TOKEN", "")) as there:
        # Asked first: a server that wants to know who asks says so before it is sent a megabyte.
        before = await there.known(source_id(wish.source))
        for batch in _batches(_noted(read_roads(wish.file, profile.id, bounds), found), wish, origin):
            taken.append(await there.take(batch))
            _progress(len(found.roads))
        if not found.roads:
            raise CommandFailed(_nothing(wish, bounds, found))
        # The card comes last: it counts the roads.
        card = card_of(wish, profile, len(found.roads), origin)
        await there.take(RoadBatch(source=wish.source, file=wish.file.name, entities=(card,)))
        tiles = draw(settings, profile.id, found.roads, credit_of(wish))
        _tell(wish, found, taken, tiles)
        await _missing(there, wish, before, found)
    return 0


def city_bounds(profile: Profile) -> Bounds:
    """The city's areas, else its first view, with some land around."""
    west, south, east, north = profile.extent
    return west - AROUND, south - AROUND, east + AROUND, north + AROUND


def origin_of(wish: Wish, profile: Profile) -> Origin:
    """Source, time and period of everything that the file says.

    Raises:
        CommandFailed: neither the file nor the command says when it was true.
    """
    if wish.as_of is not None:
        try:
            at = period_end(wish.as_of, profile.zone)
        except NotAPeriod as error:
            raise CommandFailed(f"--as-of: {error}") from None
        return Origin(source=wish.source, observed_at=at, period=wish.as_of)
    said = file_time(wish.file) if wish.file.is_file() else None
    if said is None and wish.file.is_file():
        raise CommandFailed(f"{wish.file} does not say when its roads were so: add --as-of, as in --as-of 2026-11")
    return Origin(source=wish.source, observed_at=said or "", period=(said or "")[:10])


def card_of(wish: Wish, profile: Profile, count: int, origin: Origin) -> Entity:
    """The source card that the roads lead to."""
    whose = publisher_of(wish) or wish.file.name
    title = wish.title
    source = Source(
        id=wish.source,
        title=Text(title, title, title) if title else Text(f"Jalan ({whose})", f"Roads ({whose})", f"道路（{whose}）"),
        publisher=publisher_of(wish),
        year=origin.period[:4],
        licence=wish.licence or ("ODbL 1.0" if is_osm(wish) else "none stated"),
        licence_note=CREDIT if is_osm(wish) else "",
        url=wish.url or ("https://www.openstreetmap.org/copyright" if is_osm(wish) else ""),
        retrieved=datetime.now(UTC).date(),
        files=(SourceFile(name=wish.file.name, rows=count),),
        note=Text("", "", ""),
    )
    return source_entities((source,), profile.zone)[0]


def is_osm(wish: Wish) -> bool:
    """An extract is OpenStreetMap's; of a shapefile its publisher says so."""
    return wish.file.suffix != ".shp" if wish.publisher is None else "openstreetmap" in wish.publisher.casefold()


def publisher_of(wish: Wish) -> str:
    return wish.publisher or (OSM if is_osm(wish) else "")


def credit_of(wish: Wish) -> str:
    """What the map has to show beside these roads."""
    return CREDIT if is_osm(wish) else publisher_of(wish)


def draw(settings: Settings, tenant: str, roads: Sequence[Road], credit: str) -> Path:
    """Write the tiles into the data folder, where the server finds them at once."""
    folder = tiles_folder(settings.data, tenant)
    folder.mkdir(parents=True, exist_ok=True)
    write_road_tiles(roads, folder / ROADS, name=tenant, attribution=credit)
    return folder / ROADS


def _noted(roads: Iterator[Road | LeftOut], found: _Found) -> Iterator[Road | LeftOut]:
    for one in roads:
        if isinstance(one, Road):
            found.roads.append(one)
        else:
            found.left.append(one)
        yield one


def _batches(roads: Iterator[Road | LeftOut], wish: Wish, origin: Origin) -> Iterator[RoadBatch]:
    while some := list(islice(roads, BATCH)):
        entities = tuple(road_entity(one, origin) for one in some if isinstance(one, Road))
        faults = (one for one in some if isinstance(one, LeftOut) and one.code in FAULTS)
        untaken = tuple(Untaken(key=one.key, code=one.code, reason=one.reason) for one in faults)
        if entities or untaken:
            yield RoadBatch(source=wish.source, file=wish.file.name, entities=entities, untaken=untaken)


def _progress(count: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{count:,} roads", end="", file=sys.stderr, flush=True)


def _nothing(wish: Wish, bounds: Bounds, found: _Found) -> str:
    outside = [one for one in found.left if one.code == "outside"]
    west, south, east, north = bounds
    where = f"{west:.3f},{south:.3f},{east:.3f},{north:.3f}"
    if outside:
        return f"{wish.file}: no road touches {where}; the first of {len(outside):,} {outside[0].reason} (see --bounds)"
    return f"{wish.file}: there is no road in it"


def _tell(wish: Wish, found: _Found, taken: Sequence[Taken], tiles: Path) -> None:
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    kilometres = sum(length_m(road.line) for road in found.roads) / 1000
    print(f"{wish.file.name}: {len(found.roads):,} roads, {kilometres:,.1f} km; {len(found.left):,} lines left out")
    for code, count in Counter(one.code for one in found.left).most_common():
        some = [one for one in found.left if one.code == code][:EXAMPLES]
        print(f"  {count:,} {code}: " + "; ".join(f"{one.key} {one.reason}" for one in some))
    for attribute, count in Counter(name for road in found.roads for name, _ in road.doubts).most_common():
        print(f"  {count:,} roads are flagged: {attribute} cannot be read")
    new, known = sum(each.new for each in taken), sum(each.repeated for each in taken)
    print(f"{sum(each.entities for each in taken):,} entities: {new:,} values new, {known:,} known already")
    print(f"{tiles}: {tiles.stat().st_size / 1e6:.1f} MB of tiles")


async def _missing(there: Destination, wish: Wish, before: Sequence[str], found: _Found) -> None:
    """Roads of an earlier import of this source that the file does not have any more."""
    now = {road_id(road.key) for road in found.roads}
    missing = [id for id in before if id not in now]
    if not missing:
        return
    some = ", ".join(id.rpartition(":")[2] for id in missing[:EXAMPLES])
    if wish.remove_missing:
        print(f"{await there.remove(missing):,} roads that are no longer in the file were taken away: {some} ...")
    else:
        print(f"{len(missing):,} roads of an earlier import are not in this file: {some} ... (--remove-missing)")
