"""In which administrative areas an entity lies: what grants by area rest upon.

An area belongs to itself and to the areas that it is part of. Any other entity belongs to the smallest area that
contains a point of it (its location, or a point inside its line or polygon), and to that area's parents. An entity
without location, or outside all areas, belongs to none.
"""

from typing import Any

import msgspec
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION, PART_OF


class Area(msgspec.Struct, frozen=True):
    id: str
    code: str
    parent: str | None
    geometry: BaseGeometry | None


class Locator:
    """Finds the areas of entities, from the area entities of one tenant."""

    def __init__(self) -> None:
        self._areas: dict[str, Area] = {}
        self._tree: shapely.STRtree | None = None
        self._leaves: list[tuple[str, ...]] = []

    def __len__(self) -> int:
        return len(self._areas)

    def learn(self, id: str, entity: Entity | None) -> bool:
        """Take note of an area's new state (None: gone); whether other entities may lie elsewhere now."""
        known = self._areas.get(id)
        area = None if entity is None or ADMINISTRATIVE_AREA not in entity.types else _area(entity)
        if area == known:
            return False
        if area is None:
            del self._areas[id]
        else:
            self._areas[id] = area
        self._tree = None
        return True

    def areas_of(self, entity: Entity) -> tuple[str, ...]:
        """Codes of the areas, smallest first."""
        if ADMINISTRATIVE_AREA in entity.types:
            area = _area(entity)
            return () if area is None else self._chain(area)
        if not self._areas:
            return ()
        point = _point(_value(entity, LOCATION))
        return () if point is None else self.at(point)

    def at(self, point: BaseGeometry) -> tuple[str, ...]:
        """Codes of the areas at a point, smallest first."""
        if self._tree is None:
            self._build()
        assert self._tree is not None
        found = self._tree.query(point, predicate="intersects")
        return self._leaves[min(found)] if len(found) else ()

    def _build(self) -> None:
        parents = {area.parent for area in self._areas.values()}
        leaves = [area for area in self._areas.values() if area.geometry is not None and area.id not in parents]
        self._leaves = [self._chain(area) for area in leaves]
        geometries = [area.geometry for area in leaves]
        shapely.prepare(geometries)
        self._tree = shapely.STRtree(geometries)

    def _chain(self, area: Area) -> tuple[str, ...]:
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
        return shape(geojson)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None


def _point(geojson: Any) -> BaseGeometry | None:
    if isinstance(geojson, dict) and geojson.get("type") == "Point":
        lon, lat = geojson["coordinates"][:2]
        return shapely.Point(lon, lat)
    geometry = _shape(geojson)
    return None if geometry is None or geometry.is_empty else geometry.representative_point()
