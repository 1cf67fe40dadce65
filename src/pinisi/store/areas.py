"""In which administrative areas an entity lies: what grants by area rest upon.

An area belongs to itself and to the areas that it is part of. Any other entity belongs to the smallest area that
contains a point of it (its location, or a point inside its line or polygon), and to that area's parents; on a border
the lower code wins. An entity without location, or outside all areas, belongs to none.
"""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.store.ground import Ground
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION, PART_OF

Codes = tuple[str, ...]
_UNREADABLE = (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError)


class Area(msgspec.Struct, frozen=True):
    id: str
    code: str
    parent: str | None
    geometry: BaseGeometry | None


class Locator:
    """Finds the areas of entities, from the area entities of one tenant."""

    def __init__(self) -> None:
        self._areas: dict[str, Area] = {}
        self._ground: Ground[Codes] | None = None

    def __len__(self) -> int:
        return len(self._areas)

    @property
    def known(self) -> frozenset[str]:
        """The ids of the areas that it knows."""
        return frozenset(self._areas)

    def learn(self, id: str, entity: Entity | None) -> bool:
        """Take note of an area's new state (None: gone); whether other entities may lie elsewhere now."""
        area = None if entity is None or ADMINISTRATIVE_AREA not in entity.types else _area(entity)
        if area == self._areas.get(id):
            return False
        if area is None:
            del self._areas[id]
        else:
            self._areas[id] = area
        self._ground = None
        return True

    def areas_of(self, entity: Entity) -> Codes:
        """Codes of the areas, smallest first."""
        if ADMINISTRATIVE_AREA in entity.types:
            area = _area(entity)
            return () if area is None else self._chain(area)
        if not self._areas:
            return ()
        point = _point(_value(entity, LOCATION))
        return () if point is None else self.at(*point)

    def at(self, lon: float, lat: float) -> Codes:
        """Codes of the areas at a point, smallest first."""
        if self._ground is None:
            self._ground = Ground(self._shapes(), ())
        return self._ground.at(lon, lat)

    def _shapes(self) -> Sequence[tuple[BaseGeometry, Codes]]:
        """The smallest areas (those with most parents) come first."""
        shapes = [(area.geometry, self._chain(area)) for area in self._areas.values() if area.geometry is not None]
        return sorted(shapes, key=lambda pair: (-len(pair[1]), pair[1]))

    def _chain(self, area: Area) -> Codes:
        codes = [area.code]
        seen = {area.id}
        while area.parent is not None and area.parent not in seen:
            parent = self._areas.get(area.parent)
            if parent is None:
                break
            seen.add(parent.id)
            codes.append(parent.code)
            area = parent
        return tuple(codes)


def _value(entity: Entity, attribute: str) -> Any:
    instances = entity.attributes.get(attribute)
    return instances[0].value if instances else None


def _area(entity: Entity) -> Area | None:
    code = _value(entity, CODE)
    if not isinstance(code, str):
        return None
    parent = _value(entity, PART_OF)
    return Area(entity.id, code, parent if isinstance(parent, str) else None, _shape(_value(entity, LOCATION)))


def _shape(geojson: Any) -> BaseGeometry | None:
    if geojson is None:
        return None
    try:
        geometry = shape(geojson)
    except _UNREADABLE:
        return None
    return None if geometry.is_empty else geometry


def _point(geojson: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a point of the geometry; None where there is none."""
    try:
        if cast(dict[str, Any], geojson)["type"] == "Point":
            lon, lat = geojson["coordinates"][:2]
            return float(lon), float(lat)
        geometry = _shape(geojson)
        if geometry is None:
            return None
        point = geometry.representative_point()
    except _UNREADABLE:
        return None
    return None if point.is_empty else (point.x, point.y)
