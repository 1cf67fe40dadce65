"""The profile of a city: who it is, how its map looks, which numbers stand first, and where its data lie."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from pinisi.city import alarm_rules, faults, tiles
from pinisi.city.alarm_rules import AlarmRule
from pinisi.city.areas import Area, read_areas
from pinisi.city.errors import CityError
from pinisi.city.facts import Selection
from pinisi.city.faults import FaultRule
from pinisi.city.period import NotAPeriod, period_days
from pinisi.city.provenance import Source, read_sources
from pinisi.city.reading import read_toml
from pinisi.city.registers import Register, Table, read_registers, read_table
from pinisi.city.text import LANGUAGES, Text, strange_place
from pinisi.city.tiles import Tile

MOST_TILES = 7
HUES = 10
Item = TypeVar("Item", "Layer", Tile)


class Agency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department that works with the War Room."""

    id: str
    name: str


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """First view of the map: west, south, east, north in degrees, and how far one may zoom."""

    bounds: tuple[float, float, float, float]
    min_zoom: float = 9
    max_zoom: float = 18


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Terms of the city's data as a whole; each source card has its own."""

    name: str
    note: str


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of a layer's list: an attribute's name, its heading and unit."""

    key: str
    label: Text
    unit: str | None = None
    unit_text: Text | None = None


class Layer(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A layer of map and list: entities of `type` (short name) that fit `where`, drawn alike."""

    id: str
    title: Text
    shape: Literal["square", "circle", "diamond", "triangle", "cross", "ring", "hexagon"]
    hue: int
    visible: bool = True
    labels: Literal["always", "zoom", "never"] = "zoom"
    min_zoom: float = 9
    service: str | None = None
    columns: tuple[Column, ...] = ()


class AreaSources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Source and period of the boundaries, and of the second codes where there are some."""

    source: str
    period: str
    codes_source: str | None = None
    codes_period: str | None = None


class City(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`city.toml`."""

    id: str
    name: str
    title: Text
    country: str
    code: str
    time_zone: str
    time_zone_name: str
    languages: tuple[Literal["id", "en", "ja"], ...] = LANGUAGES
    view: View
    licence: Licence
    areas: AreaSources | None = None
    agencies: tuple[Agency, ...] = ()
    layers: tuple[Layer, ...] = ()
    tiles: tuple[Tile, ...] = ()


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rules.toml`: what is a fault of the registers, and what raises an alarm."""

    faults: tuple[FaultRule, ...] = ()
    alarms: tuple[AlarmRule, ...] = ()


class Profile(msgspec.Struct, frozen=True):
    """A city folder, read and checked."""

    folder: Path
    city: City
    sources: tuple[Source, ...]
    areas: tuple[Area, ...]
    tables: tuple[Table, ...]
    rules: Rules

    @property
    def id(self) -> str:
        return self.city.id

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.city.time_zone)

    @property
    def basemap(self) -> Path | None:
        """The vector tiles of the map, where the folder has some."""
        path = self.folder / "basemap.pmtiles"
        return path if path.is_file() else None


def load_profile(folder: Path) -> Profile:
    """Read and check a city folder.

    Raises:
        CityError: naming the file, the field or row, and what is wrong with it.
    """
    if not folder.is_dir():
        raise CityError(folder, "", "is no folder")
    city = read_toml(folder / "city.toml", City)
    check_city(folder / "city.toml", city)
    sources = read_sources(folder / "sources.toml")
    registers = read_registers(folder / "registers.toml")
    check_sources(folder, city, registers, {source.id for source in sources})
    rules = read_toml(folder / "rules.toml", Rules)
    check_templates(folder, city, rules)
    check_needs(folder, city, rules)
    return Profile(
        folder=folder,
        city=city,
        sources=sources,
        areas=tuple(read_areas(folder / "areas.geojson")),
        tables=tuple(read_table(register, folder) for register in registers),
        rules=rules,
    )


def check_city(path: Path, city: City) -> None:
    """What the types cannot say.

    Raises:
        CityError: for an unknown time zone, bounds off the Earth, too many tiles, or an id used twice.
    """
    try:
        ZoneInfo(city.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CityError(path, "time_zone", f"{city.time_zone!r} is no time zone") from None
    west, south, east, north = city.view.bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise CityError(path, "view.bounds", "is not west, south, east, north in degrees")
    if len(city.tiles) > MOST_TILES:
        raise CityError(path, "tiles", f"has {len(city.tiles)} entries; Now shows {MOST_TILES} at most")
    check_unique(path, "tiles", city.tiles)
    check_unique(path, "layers", city.layers)
    for number, layer in enumerate(city.layers):
        if not 0 <= layer.hue < HUES:
            raise CityError(path, f"layers[{number}].hue", f"{layer.hue} is not 0 to {HUES - 1}")


def check_unique(path: Path, field: str, items: tuple[Item, ...]) -> None:
    seen: set[str] = set()
    for number, item in enumerate(items):
        if item.id in seen:
            raise CityError(path, f"{field}[{number}].id", f"{item.id!r} occurs twice")
        seen.add(item.id)


def check_sources(folder: Path, city: City, registers: tuple[Register, ...], known: set[str]) -> None:
    """Every source that is named has a card, and every period is one.

    Raises:
        CityError: naming the field.
    """
    for path, field, source, period in _named_sources(folder, city, registers):
        if source not in known:
            raise CityError(path, f"{field}.source", f"{source!r} has no card in sources.toml")
        try:
            period_days(period)
        except NotAPeriod as error:
            raise CityError(path, f"{field}.period", str(error)) from None


def check_templates(folder: Path, city: City, rules: Rules) -> None:
    """Every text with places can be filled.

    Raises:
        CityError: naming the field.
    """
    for path, field, template, places in _templates(folder, city, rules):
        strange = strange_place(template, places)
        if strange is not None:
            raise CityError(path, field, strange)


TILE_NEEDS = {
    "attribute": ("entity", "attribute"),
    "per_day": ("entity", "attribute"),
    "count": ("select",),
    "sum": ("select", "attribute"),
}
FAULT_NEEDS = {
    "share-above": ("attribute",),
    "below": ("attribute",),
    "zero": ("attribute",),
    "less-than-sum": ("attribute", "members"),
}


def check_needs(folder: Path, city: City, rules: Rules) -> None:
    """Each kind of tile and rule has the fields that it works with.

    Raises:
        CityError: naming the field.
    """
    declared = [(folder / "city.toml", f"tiles[{n}]", tile, TILE_NEEDS[tile.kind]) for n, tile in enumerate(city.tiles)]
    declared += [
        (folder / "rules.toml", f"faults[{number}]", fault, FAULT_NEEDS.get(fault.kind, ()))
        for number, fault in enumerate(rules.faults)
    ]
    for path, field, item, needs in declared:
        for need in needs:
            if not getattr(item, need):
                raise CityError(path, f"{field}.{need}", f"is needed for the kind {item.kind!r}")


def _templates(folder: Path, city: City, rules: Rules) -> Iterator[tuple[Path, str, Text, frozenset[str]]]:
    for number, fault in enumerate(rules.faults):
        yield folder / "rules.toml", f"faults[{number}].text", fault.text, faults.PLACES[fault.kind]
    for number, alarm in enumerate(rules.alarms):
        yield folder / "rules.toml", f"alarms[{number}].title", alarm.title, alarm_rules.PLACES
    for number, tile in enumerate(city.tiles):
        for flag in tile.flags:
            yield folder / "city.toml", f"tiles[{number}].flags", flag.text, tiles.PLACES


def _named_sources(folder: Path, city: City, registers: tuple[Register, ...]) -> Iterator[tuple[Path, str, str, str]]:
    for number, register in enumerate(registers):
        yield folder / "registers.toml", f"registers[{number}]", register.source, register.period
        if register.as_of is not None:
            yield folder / "registers.toml", f"registers[{number}]", register.source, register.as_of
    if city.areas is not None:
        yield folder / "city.toml", "areas", city.areas.source, city.areas.period
        if city.areas.codes_source is not None:
            period = city.areas.codes_period or city.areas.period
            yield folder / "city.toml", "areas.codes", city.areas.codes_source, period
