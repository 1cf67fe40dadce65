"""What a row that cannot be taken speaks of, as far as that can be known: who may see the row depends on it."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, cast

import msgspec
import shapely

from pinisi.city.facts import value_of
from pinisi.city.importing.cells import number_in
from pinisi.city.registers import Register
from pinisi.city.row_entity import RowFault, filled, types_in

Position = tuple[float, float]


class About(msgspec.Struct, frozen=True, omit_defaults=True):
    """`entity` is an id, `types` are names, `position` is longitude and latitude; each empty where it is not known."""

    entity: str = ""
    types: tuple[str, ...] = ()
    position: Position | None = None


NOBODY_KNOWS = About()


def about_document(document: Mapping[str, Any]) -> About:
    """Of an entity as it came, whatever is wrong with it."""
    id, told = document.get("id"), document.get("type")
    types = cast("list[Any]", told if isinstance(told, list) else [told])
    named = tuple([each for each in types if isinstance(each, str)][:16])
    return About(id[:500] if isinstance(id, str) else "", named, _in_geometry(value_of(document, "location")))


def about_row(register: Register, cells: Mapping[str, str], geometry: Mapping[str, Any] | None = None) -> About:
    """Of a row of a register, by the columns of its mapping."""
    try:
        id = filled(register.entity, cells)
    except RowFault:
        id = ""
    position = _in_cells(register, cells) if register.position else _in_geometry(geometry)
    return About(id, tuple(types_in(register, cells)), position)


def _in_cells(register: Register, cells: Mapping[str, str]) -> Position | None:
    lon, lat = (_degrees(cells.get(column, "")) for column in register.position or ("", ""))
    return None if lon is None or lat is None else (float(lon), float(lat))


def _degrees(cell: str) -> float | None:
    value = number_in(cell, ".")
    return number_in(cell, ",") if value is None else value


def _in_geometry(geometry: Any) -> Position | None:
    """A point of the geometry."""
    if not isinstance(geometry, Mapping):
        return None
    try:
        point = shapely.from_geojson(msgspec.json.encode(geometry)).representative_point()
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        return None
    return (point.x, point.y) if not point.is_empty and isfinite(point.x + point.y) else None
