"""Areas of a city as vector tiles: the map of a city whose folder brings none."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.areas import Area, Level
from pinisi.city.vector_tiles.address import Address, project
from pinisi.city.vector_tiles.archive import write_archive
from pinisi.city.vector_tiles.features import Feature, cut_tiles

FIRST_ZOOM, LAST_ZOOM = 8, 14
LEVELS: tuple[tuple[Level, int, int], ...] = (("kecamatan", 8, 9), ("kelurahan", 10, 12), ("rw", 13, 14))
"""A level, and the first zoom of its ground and of its names."""
COARSE = 1e-4
"""Degrees (about 11 m) by which ground may be drawn off: half a pixel at zoom 13."""
LABEL_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Layer:
    """Features of one kind: `target` names them in the tiles, from `first` to `last` zoom."""

    target: str
    first: int
    last: int
    geometries: Sequence[BaseGeometry]
    codes: Sequence[str] = ()
    names: Sequence[str] = ()


def write_area_tiles(areas: Sequence[Area], path: Path, *, name: str, credit: str, digest: str) -> None:
    """Write the archive; `path` is replaced as a whole. There is no layer `land`: nobody knows the coast.

    `digest` says from what it was made.

    Raises:
        OSError: it cannot be written.
    """
    layers = list(_layers(areas))
    metadata = {"name": name, "attribution": credit, "digest": digest, "vector_layers": described(layers)}
    bounds = shapely.total_bounds([geometry for layer in layers for geometry in layer.geometries])
    part = path.with_name(path.name + ".part")
    write_archive(joined(layers), metadata, tuple(bounds.tolist()), part)
    part.replace(path)


def drawable(areas: Sequence[Area]) -> bool:
    """Whether there is a level of which the map draws the ground."""
    return any(area.level == level for area in areas for level, _, _ in LEVELS)


def _layers(areas: Sequence[Area]) -> Iterator[Layer]:
    for level, first, label_first in LEVELS:
        chosen = [area for area in areas if area.level == level]
        if chosen:
            grounds = [shape(area.geojson) for area in chosen]
            drawn = shapely.coverage_simplify([multi(ground) for ground in grounds], COARSE)
            codes, names = [area.code for area in chosen], [area.name for area in chosen]
            yield Layer(level, first, LAST_ZOOM, [multi(ground) for ground in np.asarray(drawn).tolist()], codes, names)
            yield Layer(f"{level}_label", label_first, LAST_ZOOM, list(map(label_point, grounds)), codes, names)


def joined(layers: Sequence[Layer]) -> dict[Address, bytes]:
    """Tiles of several layers. A vector tile is a list of layers: joining the bytes joins the layers."""
    tiles: dict[Address, list[bytes]] = defaultdict(list)
    for layer in layers:
        for address, data in cut(layer):
            tiles[address].append(data)
    return {address: b"".join(parts) for address, parts in tiles.items()}


def cut(layer: Layer) -> Iterator[tuple[Address, bytes]]:
    """Tiles of one layer, uncompressed."""
    words = {"code": layer.codes, "name": layer.names}
    features = [
        Feature(tuple((key, values[number]) for key, values in words.items() if values), project(geometry))
        for number, geometry in enumerate(layer.geometries)
    ]
    return cut_tiles(layer.target, features, layer.first, layer.last)


def described(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """The `vector_layers` of an archive's metadata; a target that comes in several pieces is told once."""
    told: dict[str, dict[str, Any]] = {}
    for layer in layers:
        fields = {key: "String" for key, values in (("code", layer.codes), ("name", layer.names)) if values}
        known = told.setdefault(layer.target, {"id": layer.target, "minzoom": layer.first, "fields": fields})
        known["maxzoom"] = layer.last
    return list(told.values())


def multi(ground: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(parts_of(ground))


def parts_of(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(geometry, return_index=False) if isinstance(part, shapely.Polygon)]


def label_point(ground: BaseGeometry) -> BaseGeometry:
    """The middle of the largest circle inside the largest part: on the mainland where the area has some."""
    largest = max(parts_of(ground), key=lambda part: part.area)
    return shapely.Point(shapely.maximum_inscribed_circle(largest, LABEL_TOLERANCE).coords[0])
