"""Doubts about positions: shared, rounded, outside of what the register itself names, or drawn elsewhere."""

import math
from collections import defaultdict
from collections.abc import Sequence

from pinisi.city.areas import AreaIndex
from pinisi.city.facts import Entity, position_of, value_of
from pinisi.city.fault_rule import FaultRule, Filling, Found, address_part
from pinisi.city.text import distance_text

METRES_A_DEGREE = 111_320


def shared_position(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    for ids in _by_position(chosen).values():
        if len(ids) > 1:
            words: Filling = {"others": len(ids) - 1}
            yield from ((entity["id"], words) for entity in ids)


def _by_position(chosen: Sequence[Entity]) -> dict[tuple[float, float], list[Entity]]:
    groups: dict[tuple[float, float], list[Entity]] = defaultdict(list)
    for entity in chosen:
        if (position := position_of(entity)) is not None:
            groups[position].append(entity)
    return groups


def fill_in_position(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    """One position for entities that name different places (`by`: a part of the address)."""
    for ids in _by_position(chosen).values():
        if len(ids) < 2:
            continue
        named = [place for entity in ids if (place := address_part(entity, rule.by))]
        for entity in ids:
            own = address_part(entity, rule.by)
            elsewhere = [place for place in named if own and place != own]
            if elsewhere:
                yield entity["id"], {"others": len(elsewhere), "places": len(set(elsewhere))}


def coarse_position(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], _areas: AreaIndex) -> Found:
    """Both coordinates have `limit` decimals at most, though the register's others have more."""
    placed = [(entity, position) for entity in chosen if (position := position_of(entity)) is not None]
    coarse = [(entity, max(map(_decimals, position))) for entity, position in placed]
    fine = sum(digits > rule.limit for _, digits in coarse)
    if 2 * fine < len(coarse):
        return
    for entity, digits in coarse:
        if digits <= rule.limit:
            metres = METRES_A_DEGREE / 10**digits / 2 * math.sqrt(2)
            yield entity["id"], {"digits": digits, "distance": distance_text(metres)}


def _decimals(degrees: float) -> int:
    whole, _, part = repr(degrees).partition(".")
    return len(part.rstrip("0")) if "e" not in whole + part else 9


def outside_city(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """Further than `limit` metres from every area, of what says that it lies in the city."""
    for entity in chosen:
        position = position_of(entity)
        if position is None or not areas.is_city(address_part(entity, "addressLocality")) or areas.at(*position):
            continue
        nearest = areas.nearest(*position, "kelurahan")
        if nearest is not None and nearest[1] > rule.limit:
            yield entity["id"], {"distance": distance_text(nearest[1]), "area": nearest[0].name}


def outside_named(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """Inside the city, but further than `limit` metres from the kecamatan that the register itself names."""
    for entity in chosen:
        position = position_of(entity)
        written = address_part(entity, "district")
        if position is None or not written or not areas.is_city(address_part(entity, "addressLocality")):
            continue
        named = areas.named(written, "kecamatan")
        if named is None:
            continue
        metres = areas.distance(named.code, *position)
        found = [area for area in areas.at(*position) if area.level == "kecamatan" and area.code != named.code]
        if found and metres > rule.limit:
            yield entity["id"], {"named": named.name, "found": found[0].name, "distance": distance_text(metres)}


def displaced(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """An area that is drawn elsewhere than the city's own: overlaps by less than `limit` of the smaller of both."""
    for entity in chosen:
        location = value_of(entity, "location")
        if not isinstance(location, dict) or location.get("type") not in ("Polygon", "MultiPolygon"):  # pyright: ignore
            continue
        area = _area_of(entity, areas)
        if area is None:
            continue
        share, metres = areas.compared(area, location)  # pyright: ignore[reportUnknownArgumentType]
        if share < rule.limit:
            name = areas.areas[area].name
            yield entity["id"], {"name": name, "distance": distance_text(metres), "share": round(100 * share)}


def _area_of(entity: Entity, areas: AreaIndex) -> str | None:
    """The code of the area that an entity is: by its codes, else by its name within the kecamatan."""
    for attribute in ("code", "bpsCode"):
        code = areas.code_of(str(value_of(entity, attribute) or ""))
        if code is not None:
            return code
    name = value_of(entity, "name")
    if not isinstance(name, str) or not areas.is_city(address_part(entity, "addressLocality")):
        return None
    district = areas.named(address_part(entity, "district") or "", "kecamatan")
    found = areas.named(name, "kelurahan", within=district.code if district else None)
    return found.code if found else None


def codes_disagree(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """The layers of the two code systems overlap by less than `limit`."""
    for entity in chosen:
        area = areas.areas.get(str(value_of(entity, "code")))
        if area is not None and area.bps_overlap is not None and area.bps_overlap < rule.limit:
            yield entity["id"], {"share": round(100 * area.bps_overlap), "bps": area.bps or ""}
