"""What services show, as a city shows it: its own layers and tiles, and those of services whose sources it uses.

A service declares them as data (`runtime/view.py`). The city has the last word: its own layer or indicator of the same
id takes the place of a service's, `without` of `city.toml` leaves one out, and its own tiles come first on Now.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.formula import need_of
from pinisi.city.profile import MOST_TILES, Column, Layer, Profile
from pinisi.city.text import Text
from pinisi.runtime.live_file import Wanted, kind_of, read_live
from pinisi.runtime.manifest import Service
from pinisi.runtime.mapping.mapping import load_mapping_file
from pinisi.runtime.reaction import WHOLE_CITY, Reaction, Wake
from pinisi.runtime.services import Registry
from pinisi.runtime.source import SourceKind
from pinisi.runtime.view import Page, Panel, Section, Tile

UNITS = Layer(
    id="units",
    title=Text(id="Unit lapangan", en="Response units", ja="出動部隊"),
    type="Unit",
    shape="triangle",
    hue=4,
    columns=(
        Column(key="agency", label=Text(id="Instansi", en="Agency", ja="担当機関")),
        Column(key="unitState", label=Text(id="Keadaan", en="State", ja="状態")),
    ),
)
"""A layer of the house itself: units belong to no service."""


def with_views(profile: Profile, registry: Registry, kinds: Sequence[SourceKind[Any]]) -> Profile:
    """The profile with the layers and tiles that services add to it.

    Raises:
        CityError: `live.toml` cannot be read; names the field.
    """
    written = _written(profile, registry, kinds)
    tiles = _tiles(profile, registry, written)
    layers = (*profile.city.layers, *_layers(profile, registry, written), *_units(profile))
    shown = [tile.id for _, tile in tiles if tile.now][: max(0, MOST_TILES - len(profile.city.tiles))]
    return msgspec.structs.replace(
        profile,
        city=msgspec.structs.replace(profile.city, layers=layers, tiles=(*profile.city.tiles, *shown)),
        service_tiles=tuple(tile.indicator(service.name) for service, tile in tiles),
        written=written,
    )


def _layers(profile: Profile, registry: Registry, written: frozenset[str]) -> list[Layer]:
    taken = {layer.id for layer in profile.city.layers} | set(profile.city.without)
    added: list[Layer] = []
    for service in registry.services:
        for layer in registry.views(service):
            if isinstance(layer, Layer) and layer.type in written and layer.id not in taken:
                taken.add(layer.id)
                added.append(msgspec.structs.replace(layer, service=layer.service or service.name))
    return added


def _units(profile: Profile) -> tuple[Layer, ...]:
    """The units of a city that has agencies to send them."""
    taken = {layer.id for layer in profile.city.layers} | set(profile.city.without)
    return (UNITS,) if profile.operations.agencies and UNITS.id not in taken else ()


def _tiles(profile: Profile, registry: Registry, written: frozenset[str]) -> list[tuple[Service, Tile]]:
    """The tiles of services that count something which is written here; of two with one id the first."""
    taken = {indicator.id for indicator in profile.indicators} | set(profile.city.without)
    added: list[tuple[Service, Tile]] = []
    for service in registry.services:
        for tile in registry.views(service):
            if isinstance(tile, Tile) and tile.id not in taken and written.issuperset(need_of(tile.formula).types):
                taken.add(tile.id)
                added.append((service, tile))
    return added


def sections_of(profile: Profile, registry: Registry) -> list[tuple[Service, Section]]:
    """The report sections that services show here: of what is written here, and not left out."""
    tiles = {tile.id for tile in profile.service_tiles}
    return [
        (service, section)
        for service in registry.services
        for section in registry.views(service)
        if isinstance(section, Section)
        and section.id not in profile.city.without
        and tiles.issuperset(section.tiles)
        and profile.written.issuperset((*section.needs, *((section.type,) if section.type else ())))
    ]


def pages_of(profile: Profile, registry: Registry) -> list[tuple[Service, Page]]:
    """The pages of services that this city has the entities for, and has not left out."""
    return [
        (service, page)
        for service in registry.services
        for page in registry.views(service)
        if isinstance(page, Page)
        and page.id not in profile.city.without
        and (not page.needs or not profile.written.isdisjoint(page.needs))
    ]


def panel_of(registry: Registry, types: Sequence[str]) -> tuple[Service, Panel] | None:
    """What the page of an entity of these types (short names) shows first; of two panels the first service's."""
    for service in registry.services:
        for panel in registry.views(service):
            if isinstance(panel, Panel) and panel.type in types:
                return service, panel
    return None


def _written(profile: Profile, registry: Registry, kinds: Sequence[SourceKind[Any]]) -> frozenset[str]:
    """The entity types, by short name, that the city's sources write, whether they are on or not, that stand in its
    registers, that it shows itself, and that reactions and jobs make of them. Incidents are among what wakes reactions
    where the city sorts them by category.
    """
    wanted = read_live(profile.folder)
    found = [kind_of(each.kind, registry, kinds) for each in wanted]
    written = {type for kind in found if kind is not None for type in kind.writes}
    written |= {type for each in wanted for type in _mapped(profile.folder, each)}
    written |= {type for table in profile.tables for type in table.register.types}
    known = written | {layer.type for layer in profile.city.layers}
    known |= {"Incident"} if profile.operations.categories else set()
    reactions = [reaction for service in registry.services for reaction in service.reactions]
    made = written | _made(reactions, known)
    jobs = [job for service in registry.services for job in service.jobs if not known.isdisjoint(job.made_of)]
    return frozenset(made | {type for job in jobs for type in job.writes})


def _made(reactions: Sequence[Reaction], known: set[str]) -> set[str]:
    """What reactions make of what is known, and others of what those make."""
    made: set[str] = set()
    while True:
        woken = [each for each in reactions if any(_wakes(wake, known | made) for wake in each.wakes)]
        more = {writes.type for reaction in woken for writes in reaction.writes}
        if more <= made:
            return made
        made |= more


def _wakes(wake: Wake, known: set[str]) -> bool:
    """An incident may be about anything: that there are incidents brings nothing of the type of what they are about."""
    about = wake.subject not in (None, WHOLE_CITY)
    return wake.type in known and not (wake.type == "Incident" and about)


def _mapped(folder: Path, wanted: Wanted) -> set[str]:
    """The types that the mapping of a source writes; of one that cannot be read none (the source says why)."""
    name = wanted.options.get("mapping")
    if not isinstance(name, str):
        return set()
    try:
        return {type for mapping in load_mapping_file(folder, name).mappings for type in mapping.types}
    except ValueError:
        return set()
