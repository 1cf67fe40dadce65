"""The profile of a city: who it is, how its map looks, which numbers stand first, and where its data lie."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from shapely.geometry import shape

from pinisi.city import alarm_rules, faults
from pinisi.city.alarm_rules import AlarmRule
from pinisi.city.areas import Area, check_tree, read_areas
from pinisi.city.drawn import FILE, Shapes, drawn_areas, read_shapes_file
from pinisi.city.errors import CityError
from pinisi.city.external import External, external_folder
from pinisi.city.facts import Selection
from pinisi.city.fault_rule import FaultRule
from pinisi.city.importing.fault_texts import NOT_FOR_RULES, catalogue
from pinisi.city.indicators import Indicator, read_indicators
from pinisi.city.models import Model, read_models
from pinisi.city.notices import NONE, Notices, read_notices
from pinisi.city.operations import DEFAULTS, Operations, read_operations
from pinisi.city.period import NotAPeriod, period_days
from pinisi.city.provenance import Source, read_sources
from pinisi.city.reading import read_toml
from pinisi.city.registers import Register, Table, read_registers, read_table
from pinisi.city.stages import Stages, read_stages
from pinisi.city.suppression import SuppressRule, unknown_rules
from pinisi.city.text import LANGUAGES, Text, strange_place

MOST_TILES = 7
HUES = 10
MOST_CLASSES = 5


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
    """A layer of map and list: entities of `type` (short name) that fit `where`, drawn alike.

    `moving`: its things move (buses, trucks), so the map draws their way and shows how old a position is.
    `drawing` `area`: its things are ground, filled by the class of their first column; `classes` lists the values that
    are filled, from the lightest to the darkest. Others are drawn as an outline. `drawing` `line`: its things are lines
    (roads, routes), the wider the later their class stands in `classes`; without classes all alike.
    """

    id: str
    title: Text
    shape: Literal["square", "circle", "diamond", "triangle", "cross", "ring", "hexagon"]
    hue: int
    visible: bool = True
    labels: Literal["always", "zoom", "never"] = "zoom"
    min_zoom: float = 9
    moving: bool = False
    drawing: Literal["symbol", "area", "line"] = "symbol"
    classes: tuple[int | str, ...] = ()
    service: str | None = None
    columns: tuple[Column, ...] = ()


class AreaSources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Source and period of the boundaries, and of the second codes where there are some."""

    source: str
    period: str
    codes_source: str | None = None
    codes_period: str | None = None


class City(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`city.toml`. `tiles`: ids of the indicators that stand on Now. `without`: ids of what services show
    (layers, tiles, report sections) and this city does not."""

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
    without: tuple[str, ...] = ()
    tiles: tuple[str, ...] = ()
    external: External | None = None


class CommandRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Actions, as `SERVICE.ACTION`, that need a second person here, or are only tried (`shadow`), never carried out."""

    two_persons: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rules.toml`: what is a fault of the registers, what becomes of a faulty row of an import, what raises an alarm,
    which commands need more than one person.

    `imports`: code of a fault -> what becomes of a row that has it, where the city wants it otherwise than usual.
    """

    imports: dict[str, Literal["quarantine", "accept-with-flag"]] = {}
    faults: tuple[FaultRule, ...] = ()
    alarms: tuple[AlarmRule, ...] = ()
    commands: CommandRules = CommandRules()
    suppress: tuple[SuppressRule, ...] = ()


class Profile(msgspec.Struct, frozen=True):
    """A city folder, read and checked."""

    folder: Path
    city: City
    sources: tuple[Source, ...]
    areas: tuple[Area, ...]
    tables: tuple[Table, ...]
    rules: Rules
    indicators: tuple[Indicator, ...] = ()
    shapes: Shapes = Shapes()
    drawings: Path | None = None
    """Where the files of `shapes` lie: the external folder, else the city's own."""
    models: tuple[Model, ...] = ()
    operations: Operations = DEFAULTS
    notices: Notices = NONE
    stages: Stages = Stages()
    service_tiles: tuple[Indicator, ...] = ()
    """Numbers that services show here, `group` is the service (set by `runtime/views.py`, as is `written`)."""
    written: frozenset[str] = frozenset()
    """The entity types, by short name, that are written here."""

    @property
    def numbers(self) -> tuple[Indicator, ...]:
        """The city's own indicators and the tiles of services."""
        return (*self.indicators, *self.service_tiles)

    @property
    def tiles(self) -> tuple[Indicator, ...]:
        """The numbers that stand on Now, in its order."""
        known = {indicator.id: indicator for indicator in self.numbers}
        return tuple(known[id] for id in self.city.tiles)

    @property
    def id(self) -> str:
        return self.city.id

    @property
    def agencies(self) -> dict[str, str]:
        """Id of an agency -> its name."""
        return {agency.id: agency.name for agency in self.city.agencies}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.city.time_zone)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all areas; the first view where there are none."""
        if not self.areas:
            return self.city.view.bounds
        west, south, east, north = zip(*(shape(area.geojson).bounds for area in self.areas), strict=True)
        return min(west), min(south), max(east), max(north)

    @property
    def basemap(self) -> Path | None:
        """The vector tiles of the map, where the folder has some."""
        path = self.folder / "basemap.pmtiles"
        return path if path.is_file() else None


def load_profile(folder: Path, data_from: Path | None = None, *, drawn: bool = True) -> Profile:
    """Read and check a city folder. `data_from` holds the files that the city reads from elsewhere.

    Without `drawn` the areas of `shapes.toml` are left out: to read them takes seconds in a large city.

    Raises:
        CityError: naming the file, the field or row, and what is wrong with it.
    """
    if not folder.is_dir():
        raise CityError(folder, "", "is no folder")
    city = read_toml(folder / "city.toml", City)
    check_city(folder / "city.toml", city)
    drawings = external_folder(folder, city.external, data_from) if city.external else folder
    shapes = read_shapes_file(folder)
    sources = read_sources(folder / "sources.toml")
    registers = read_registers(folder / "registers.toml")
    cards = {source.id for source in sources}
    check_sources(folder, city, registers, cards)
    check_shapes(folder, shapes, cards)
    rules = read_toml(folder / "rules.toml", Rules)
    check_templates(folder, rules)
    check_imports(folder / "rules.toml", rules)
    check_needs(folder, rules)
    check_suppression(folder, rules)
    tables = tuple(read_table(register, folder) for register in registers)
    check_rows(tables, cards)
    indicators = read_indicators(folder / "indicators.toml")
    check_indicators(folder, city, indicators, cards)
    operations = read_operations(folder)
    return Profile(
        folder=folder,
        city=city,
        sources=sources,
        areas=tuple(_areas(folder, shapes if drawn else Shapes(), drawings, left_out=not drawn)),
        tables=tables,
        rules=rules,
        indicators=indicators,
        shapes=shapes,
        drawings=drawings,
        models=read_models(folder / "models.toml"),
        operations=operations,
        notices=read_notices(folder, operations),
        stages=read_stages(folder),
    )


def _areas(folder: Path, shapes: Shapes, drawings: Path, *, left_out: bool) -> list[Area]:
    """Of `areas.geojson`, else of `shapes.toml`; both together have to be one tree."""
    drawn = drawn_areas(shapes, drawings)
    own = folder / "areas.geojson"
    if left_out and not own.is_file():
        return []
    areas = drawn if drawn and not own.is_file() else [*read_areas(own), *drawn]
    check_tree(folder / FILE if drawn else own, areas)
    return areas


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
    check_unique(path, "layers[{}].id", [layer.id for layer in city.layers])
    check_unique(path, "tiles[{}]", city.tiles)
    for number, layer in enumerate(city.layers):
        if not 0 <= layer.hue < HUES:
            raise CityError(path, f"layers[{number}].hue", f"{layer.hue} is not 0 to {HUES - 1}")
        if len(layer.classes) > MOST_CLASSES or (layer.classes and not layer.columns):
            raise CityError(path, f"layers[{number}].classes", f"are not up to {MOST_CLASSES} values of a first column")


def check_unique(path: Path, field: str, ids: Sequence[str]) -> None:
    """No id is there twice; `field` has a place for the number of the one that is."""
    for number, id in enumerate(ids):
        if id in ids[:number]:
            raise CityError(path, field.format(number), f"{id!r} occurs twice")


def check_indicators(folder: Path, city: City, indicators: Sequence[Indicator], cards: Collection[str]) -> None:
    """What indicators and Now name is there: agencies, source cards, periods, and the indicators themselves.

    Raises:
        CityError: naming the field.
    """
    known = {indicator.id for indicator in indicators}
    for number, id in enumerate(city.tiles):
        if id not in known:
            raise CityError(folder / "city.toml", f"tiles[{number}]", f"{id!r} is not among the indicators")
    agencies = {agency.id for agency in city.agencies}
    for number, indicator in enumerate(indicators):
        at = f"indicators[{number}]"
        if indicator.owner is not None and indicator.owner.agency not in agencies:
            reason = f"{indicator.owner.agency!r} is not among the agencies of city.toml"
            raise CityError(folder / "indicators.toml", f"{at}.owner.agency", reason)
        for name in ("owner", "baseline", "target"):
            claim = getattr(indicator, name)
            if claim is not None:
                _check_cited(folder / "indicators.toml", f"{at}.{name}", claim.source, claim.period, cards)


def check_sources(folder: Path, city: City, registers: tuple[Register, ...], known: set[str]) -> None:
    """Every source that is named has a card, and every period is one.

    Raises:
        CityError: naming the field.
    """
    for path, field, source, period in _named_sources(folder, city, registers):
        _check_cited(path, field, source, period, known)


def check_shapes(folder: Path, shapes: Shapes, known: Collection[str]) -> None:
    """Every source that is named has a card, every period is one, every pattern has one group.

    Raises:
        CityError: naming the field.
    """
    path = folder / FILE
    cited = [(f"things[{number}]", drawn) for number, drawn in enumerate(shapes.things)]
    for field, drawn in [*cited, *([("roads", shapes.roads)] if shapes.roads else [])]:
        _check_cited(path, field, drawn.source, drawn.period, known)
    for field, many in (("areas", shapes.areas), ("things", shapes.things)):
        for number, drawn in enumerate(many):
            for name, part in drawn.parts.items():
                _check_pattern(path, f"{field}[{number}].parts.{name}.pattern", part.pattern)


def _check_pattern(path: Path, field: str, pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise CityError(path, field, f"is no regular expression: {error}") from None
    if groups != 1:
        raise CityError(path, field, f"has {groups} groups instead of one")


def check_rows(tables: Sequence[Table], cards: Collection[str]) -> None:
    """Every source that a row names has a card.

    Raises:
        CityError: naming the row.
    """
    for table in tables:
        column = table.register.source_column
        for number, row in enumerate(table.rows if column else (), start=2):
            if column and row[column] and row[column] not in cards:
                raise CityError(table.path, f"row {number}, {column}", f"{row[column]!r} has no card in sources.toml")


def _check_cited(path: Path, field: str, source: str, period: str, known: Collection[str]) -> None:
    if source not in known:
        raise CityError(path, f"{field}.source", f"{source!r} has no card in sources.toml")
    try:
        period_days(period)
    except NotAPeriod as error:
        raise CityError(path, f"{field}.period", str(error)) from None


def check_imports(path: Path, rules: Rules) -> None:
    """Every fault that the city rules on exists, and can be ruled on.

    Raises:
        CityError: naming the fault.
    """
    known = {code for code, fault in catalogue().items() if fault.action in ("quarantine", "accept-with-flag")}
    known = (known | {fault.code for fault in rules.faults}) - NOT_FOR_RULES
    for code in rules.imports:
        if code not in known:
            reason = f"is no fault on which a city can rule: {', '.join(sorted(known))}"
            raise CityError(path, f"imports.{code}", reason)


def check_templates(folder: Path, rules: Rules) -> None:
    """Every text with places can be filled.

    Raises:
        CityError: naming the field.
    """
    for path, field, template, places in _templates(folder, rules):
        strange = strange_place(template, places)
        if strange is not None:
            raise CityError(path, field, strange)


FAULT_NEEDS = {
    "share-above": ("attribute",),
    "minority-unit": ("attribute",),
    "fill-in-position": ("by",),
    "below": ("attribute",),
    "zero": ("attribute",),
    "less-than-sum": ("attribute", "members"),
}


def check_needs(folder: Path, rules: Rules) -> None:
    """Each kind of rule has the fields that it works with.

    Raises:
        CityError: naming the field.
    """
    for number, fault in enumerate(rules.faults):
        for need in FAULT_NEEDS.get(fault.kind, ()):
            if not getattr(fault, need):
                reason = f"is needed for the kind {fault.kind!r}"
                raise CityError(folder / "rules.toml", f"faults[{number}].{need}", reason)


def check_suppression(folder: Path, rules: Rules) -> None:
    """What is suppressed is raised by some rule.

    Raises:
        CityError: naming the field.
    """
    for number, id in unknown_rules(rules.suppress, [alarm.id for alarm in rules.alarms]):
        raise CityError(folder / "rules.toml", f"suppress[{number}].rules", f"no alarm is called {id!r}")


def _templates(folder: Path, rules: Rules) -> Iterator[tuple[Path, str, Text, frozenset[str]]]:
    for number, fault in enumerate(rules.faults):
        yield folder / "rules.toml", f"faults[{number}].text", fault.text, faults.PLACES[fault.kind]
    for number, alarm in enumerate(rules.alarms):
        yield folder / "rules.toml", f"alarms[{number}].title", alarm.title, alarm_rules.PLACES


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
