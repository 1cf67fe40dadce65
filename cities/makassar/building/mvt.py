"""Vector tiles (Mapbox Vector Tile specification 2.1), cut by halving squares so that each step clips little."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from building.pmtiles import Address, varint

EXTENT = 4096
BUFFER = 64 / EXTENT
POINT, POLYGON = 1, 3
MOVE_TO, LINE_TO, CLOSE = 1, 2, 7


@dataclass(frozen=True)
class Feature:
    """One feature: its words and its geometry on the unit square of Web Mercator (y from the north)."""

    properties: tuple[tuple[str, str], ...]
    geometry: BaseGeometry


def project(geometry: BaseGeometry) -> BaseGeometry:
    """Degrees -> unit square of Web Mercator."""

    def forward(points: np.ndarray) -> np.ndarray:
        latitude = np.radians(points[:, 1])
        y = 0.5 - np.log(np.tan(math.pi / 4 + latitude / 2)) / (2 * math.pi)
        return np.column_stack((points[:, 0] / 360 + 0.5, y))

    return shapely.transform(geometry, forward)


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
    zoom, x, y = address
    size = 1 / (1 << zoom)
    rim = BUFFER * size
    box = (x * size - rim, y * size - rim, (x + 1) * size + rim, (y + 1) * size + rim)
    west, south, east, north = feature.geometry.bounds
    if west >= box[0] and south >= box[1] and east <= box[2] and north <= box[3]:
        return feature
    if west > box[2] or east < box[0] or south > box[3] or north < box[1]:
        return None
    part = shapely.clip_by_rect(feature.geometry, *box)
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
    names = b"".join(field(3, key.encode()) for key in keys)
    words = b"".join(field(4, field(1, value.encode())) for value in values)
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


def zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def key_number(number: int, wire: int) -> bytes:
    return varint(number << 3 | wire)


def field(number: int, data: bytes) -> bytes:
    """A length-delimited field of a protocol buffer."""
    return key_number(number, 2) + varint(len(data)) + data


def packed(numbers: Iterable[int]) -> bytes:
    return b"".join(map(varint, numbers))
