"""All that a city folder knows, as entities in a fixed order: areas, source cards, registers, indicators.

An entity of a series stands there once for each of its times, oldest first.
"""

from collections.abc import Iterator
from typing import Any

from pinisi.city.areas import AreaIndex, area_entities
from pinisi.city.drawn import drawn_things
from pinisi.city.errors import CityError
from pinisi.city.facts import Entity, Origin, listing
from pinisi.city.fault_rule import Flag
from pinisi.city.faults import find_faults
from pinisi.city.indicator_entities import indicator_entities
from pinisi.city.offices import office_entities
from pinisi.city.period import period_end
from pinisi.city.profile import Profile
from pinisi.city.provenance import source_entities
from pinisi.city.roads.entities import road_entity
from pinisi.city.roads.road import Road
from pinisi.city.roads.road_file import read_roads
from pinisi.city.row_entity import register_entities


def city_entities(profile: Profile) -> Iterator[Entity]:
    """Entities in normalized NGSI-LD form with short names; the same folder gives the same entities each time.

    Faults of the registers stand in `dataQuality` (a JsonProperty) of the entity that has them.

    Raises:
        CityError: naming file, row and column of a value that cannot be read.
    """
    areas = list(_areas(profile))
    sources = [*source_entities(profile.sources, profile.zone), *office_entities(profile.agencies)]
    rows = _rows(profile, {entity["id"]: entity for entity in areas})
    indicators = indicator_entities(profile.indicators, profile.id, profile.agencies, profile.zone)
    drawn = list(drawn_things(profile.shapes, profile.drawings or profile.folder, profile.zone))
    everything = [*areas, *sources, *rows, *drawn, *indicators]
    flags = find_faults(profile.rules.faults, everything, AreaIndex(profile.areas))
    for entity in everything:
        if entity["id"] in flags:
            entity["dataQuality"] = listing([flag_json(flag) for flag in flags[entity["id"]]])
        yield entity
    yield from _roads(profile)


def _roads(profile: Profile) -> Iterator[Entity]:
    drawn = profile.shapes.roads
    if drawn is None:
        return
    origin = Origin(source=drawn.source, observed_at=period_end(drawn.period, profile.zone), period=drawn.period)
    yield from (road_entity(road, origin) for road in city_roads(profile))


def city_roads(profile: Profile) -> Iterator[Road]:
    """The roads that the city's own folder names; see `read_roads` for what is left out.

    Raises:
        CityError, NeedsOsmium: see there.
    """
    if profile.shapes.roads is not None:
        path = (profile.drawings or profile.folder) / profile.shapes.roads.file
        yield from (road for road in read_roads(path, profile.id, None) if isinstance(road, Road))


def flag_json(flag: Flag) -> dict[str, Any]:
    text = {"id": flag.text.id, "en": flag.text.en, "ja": flag.text.ja}
    return {"code": flag.code, "attribute": flag.attribute, "text": text}


def _areas(profile: Profile) -> Iterator[Entity]:
    named = profile.city.areas
    if not profile.areas:
        return
    if named is None:
        raise CityError(profile.folder / "city.toml", "areas", "areas.geojson has areas, but no source is named")
    drawn = Origin(source=named.source, observed_at=period_end(named.period, profile.zone), period=named.period)
    coded = None
    if named.codes_source is not None:
        period = named.codes_period or named.period
        coded = Origin(source=named.codes_source, observed_at=period_end(period, profile.zone), period=period)
    yield from area_entities(profile.areas, drawn, coded)


def _rows(profile: Profile, known: dict[str, Entity]) -> list[Entity]:
    """Entities of the registers; a register that extends adds its attributes to the `known` ones."""
    made: list[Entity] = []
    for table in profile.tables:
        told: set[str] = set()
        for entity in register_entities(table, profile.zone, profile.city.country, profile.city.name):
            there = None if table.register.series and entity["id"] in told else known.get(entity["id"])
            if table.register.extends and there is not None:
                there |= {name: value for name, value in entity.items() if name not in ("id", "type")}
            elif table.register.extends or there is not None:
                reason = "extends no entity" if there is None else "is an entity of another register or an area"
                raise CityError(table.path, entity["id"], reason)
            else:
                known[entity["id"]] = entity
                told.add(entity["id"])
                made.append(entity)
    return made
