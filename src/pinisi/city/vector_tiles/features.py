"""Points and polygons as tiles (Vector Tile 2.1), cut by halving squares so that each step clips little."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from pinisi.city.vector_tiles.address import EXTENT, Address, box
from pinisi.city.vector_tiles.wire import Word, field, key_number, packed, varint, word, zigzag

POINT, POLYGON = 1, 3
MOVE_TO, LINE_TO, CLOSE = 1, 2, 7


@dataclass(frozen=True)
class Feature:
    """One feature: its words and its geometry on the unit square of Web Mercator (y from the north)."""

    properties: tuple[tuple[str, str], ...]
    geometry: BaseGeometry


def cut_tiles(layer: str, features: Sequence[Feature], first: int, last: int) -> Iterator[tuple[Address, bytes]]:
    """Tiles of one layer from zoom `first` to `last`, uncompressed."""
    yield from descend(layer, features, (0, 0, 0), first, last)


def descend(
    layer: str, features: Sequence[Feature], address: Address, first: int, last: int
) -> Iterator[tuple[Address, bytes]]:
    inside = [clipped for feature in features if (clipped := clip(feature, address)) is not None]
    if not inside:
        return
    zoom, x, y = address
    if zoom >= first and (data := encode(layer, inside, address)):
        yield address, data
    if zoom < last:
        for down in (0, 1):
            for right in (0, 1):
                yield from descend(layer, inside, (zoom + 1, 2 * x + right, 2 * y + down), first, last)


def clip(feature: Feature, address: Address) -> Feature | None:
    left, top, right, bottom = box(address)
    west, north, east, south = feature.geometry.bounds
    if west >= left and north >= top and east <= right and south <= bottom:
        return feature
    if west > right or east < left or north > bottom or south < top:
        return None
    part = shapely.clip_by_rect(feature.geometry, left, top, right, bottom)
    if part.is_empty:
        return None
    return Feature(feature.properties, part)


def encode(layer: str, features: Iterable[Feature], address: Address) -> bytes:
    """A tile with one layer; empty when nothing is large enough to be seen."""
    keys: dict[str, int] = {}
    values: dict[str, int] = {}
    encoded: list[bytes] = []
    for feature in features:
        kind, commands = geometry_commands(feature.geometry, address)
        if commands:
            tags = [
                number
                for key, value in feature.properties
                for number in (keys.setdefault(key, len(keys)), values.setdefault(value, len(values)))
            ]
            body = field(2, packed(tags)) if tags else b""
            encoded.append(field(2, body + key_number(3, 0) + varint(kind) + field(4, packed(commands))))
    if not encoded:
        return b""
    return tile_layer(layer, encoded, keys, values)


def tile_layer(layer: str, encoded: Iterable[bytes], keys: Iterable[str], values: Iterable[Word]) -> bytes:
    """One layer of a tile from its features, each a whole field."""
    names = b"".join(field(3, key.encode()) for key in keys)
    words = b"".join(field(4, word(value)) for value in values)
    size = key_number(5, 0) + varint(EXTENT)
    version = key_number(15, 0) + varint(2)
    return field(3, field(1, layer.encode()) + b"".join(encoded) + names + words + size + version)


def geometry_commands(geometry: BaseGeometry, address: Address) -> tuple[int, list[int]]:
    zoom, x, y = address
    scale = (1 << zoom) * EXTENT
    origin = np.array((x, y)) * EXTENT

    def grid(points: np.ndarray) -> np.ndarray:
        return np.rint(points * scale - origin).astype(int)

    if geometry.geom_type == "Point":
        column, row = grid(shapely.get_coordinates(geometry))[0].tolist()
        visible = 0 <= column < EXTENT and 0 <= row < EXTENT
        return POINT, [command(MOVE_TO, 1), zigzag(column), zigzag(row)] if visible else []
    commands: list[int] = []
    at = (0, 0)
    for part in shapely.get_parts(geometry):
        if part.geom_type != "Polygon":
            continue
        for number, ring in enumerate((part.exterior, *part.interiors)):
            points = tidy(grid(shapely.get_coordinates(ring)), clockwise=number == 0)
            if not points:
                if number == 0:
                    break
                continue
            at = draw_ring(points, at, commands)
    return POLYGON, commands


def tidy(points: np.ndarray, clockwise: bool) -> list[tuple[int, int]]:
    """An open ring without repeated points, wound as the specification wants; empty when it has no area left."""
    ring = [(int(column), int(row)) for column, row in points[:-1]]
    ring = [point for number, point in enumerate(ring) if point != ring[number - 1]]
    if len(ring) < 3:
        return []
    area = sum(ring[number - 1][0] * row - column * ring[number - 1][1] for number, (column, row) in enumerate(ring))
    if abs(area) < 4:
        return []
    return ring if (area > 0) == clockwise else ring[::-1]


def draw_ring(points: list[tuple[int, int]], at: tuple[int, int], commands: list[int]) -> tuple[int, int]:
    """Append a ring as steps from `at`; returns where the pen is."""
    for number, (column, row) in enumerate(points):
        if number == 0:
            commands.append(command(MOVE_TO, 1))
        elif number == 1:
            commands.append(command(LINE_TO, len(points) - 1))
        commands += (zigzag(column - at[0]), zigzag(row - at[1]))
        at = (column, row)
    commands.append(command(CLOSE, 1))
    return at


def command(name: int, count: int) -> int:
    return count << 3 | name
