"""Doubts about the area names that a register writes: misspelt, or of no area that there is."""

from collections.abc import Iterator, Sequence

from pinisi.city.areas import Area, AreaIndex, Level, plain
from pinisi.city.facts import Entity
from pinisi.city.fault_rule import FaultRule, Found, address_part

_LEVELS: tuple[tuple[str, Level], ...] = (("district", "kecamatan"), ("neighborhood", "kelurahan"))


def misspelt_area(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """An area is meant, but its name is written otherwise (Paccerakang, Paccerakkang)."""
    for entity, _level, written, area in _named(chosen, areas):
        if area is not None and plain(area.name) != plain(written):
            yield entity["id"], {"written": written[:80], "name": area.name}


def unknown_area(rule: FaultRule, chosen: Sequence[Entity], _all: Sequence[Entity], areas: AreaIndex) -> Found:
    """No area of that level has a name that is near enough."""
    for entity, level, written, area in _named(chosen, areas):
        if area is None:
            yield entity["id"], {"written": written[:80], "level": level}


def _named(chosen: Sequence[Entity], areas: AreaIndex) -> Iterator[tuple[Entity, Level, str, Area | None]]:
    """Each area name that an entity of this city writes, and the area that it most likely means."""
    for entity in chosen:
        if not areas.is_city(address_part(entity, "addressLocality")):
            continue
        for part, level in _LEVELS:
            written = address_part(entity, part)
            if written and plain(written):
                yield entity, level, written, areas.named(written, level)
