"""Lines as tiles (Vector Tile 2.1), many at a time.

All lines of a tile that bear the same words become one feature of many lines: drawn alike, they need their words once.
Clipping, rounding and encoding act on all points of a tile at once.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from pinisi.city.vector_tiles.address import EXTENT, RIM, Address, box
from pinisi.city.vector_tiles.features import LINE_TO, MOVE_TO, command, tile_layer
from pinisi.city.vector_tiles.wire import Word, field, key_number, packed, varint, varints

Words = tuple[tuple[str, Word], ...]
Numbers = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]
LINE = 2


def cut_lines(
    layer: str, lines: Geometries, words: Sequence[Words], zoom: int, tolerance: float
) -> Iterator[tuple[Address, bytes]]:
    """Tiles of one zoom, uncompressed, in no order.

    Args:
        lines: LineStrings on the unit square of Web Mercator; nothing that is empty.
        words: what each line bears, as many as there are lines.
        tolerance: how far a drawn line may lie from the true one, in units of a tile (4,096 a side).
    """
    if not len(lines):
        return
    kinds = {kind: number for number, kind in enumerate(dict.fromkeys(words))}
    kind_of = np.array([kinds[kind] for kind in words])
    simple = shapely.simplify(lines, tolerance / (EXTENT << zoom), preserve_topology=False)
    named = list(kinds)
    for column, row, chosen in _in_tiles(shapely.bounds(simple), zoom):
        data = _encode(layer, simple[chosen], kind_of[chosen], named, (zoom, column, row))
        if data:
            yield (zoom, column, row), data


def _in_tiles(bounds: npt.NDArray[np.float64], zoom: int) -> Iterator[tuple[int, int, Numbers]]:
    """Column, row and the numbers of the lines whose bounds touch the tile with its rim."""
    last = (1 << zoom) - 1
    rim = RIM / EXTENT
    corners = bounds * (1 << zoom) + np.array([-rim, -rim, rim, rim])
    left, top, right, bottom = np.clip(np.floor(corners).astype(np.int64), 0, last).T
    across, down = right - left + 1, bottom - top + 1
    number = np.repeat(np.arange(len(bounds)), across * down)
    step = np.arange(len(number)) - np.repeat(np.cumsum(across * down) - across * down, across * down)
    column, row = left[number] + step % across[number], top[number] + step // across[number]
    key = row * (last + 1) + column
    order = np.argsort(key, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(key[order])) + 1, len(order))
    start = 0
    for end in ends.tolist():
        first = order[start]
        yield int(column[first]), int(row[first]), number[order[start:end]]
        start = end


def _encode(layer: str, lines: Geometries, kinds: Numbers, named: Sequence[Words], address: Address) -> bytes:
    points, part_of, kind_of = _on_grid(lines, kinds, address)
    if not len(points):
        return b""
    stream, ends = _commands(points, part_of, kind_of)
    keys: dict[str, int] = {}
    values: dict[tuple[type, Word], int] = {}
    encoded: list[bytes] = []
    start = 0
    for kind, end in ends:
        tags = [
            tag
            for key, value in named[kind]
            for tag in (keys.setdefault(key, len(keys)), values.setdefault((type(value), value), len(values)))
        ]
        body = field(2, packed(tags)) if tags else b""
        encoded.append(field(2, body + key_number(3, 0) + varint(LINE) + field(4, stream[start:end])))
        start = end
    return tile_layer(layer, encoded, keys, [value for _, value in values])


def _on_grid(lines: Geometries, kinds: Numbers, address: Address) -> tuple[Numbers, Numbers, Numbers]:
    """Points inside the tile and its rim in whole units, the part that each belongs to, and the kind of each part.

    Parts are in the order of their kinds and numbered from 0; each has two different points at least.
    """
    zoom, x, y = address
    clipped = _clip(lines, box(address))
    parts, owner = shapely.get_parts(clipped, return_index=True)
    order = np.argsort(kinds[owner], kind="stable")
    parts, part_kinds = parts[order], kinds[owner][order]
    coordinates, part_of = shapely.get_coordinates(parts, return_index=True)
    grid = np.rint(coordinates * (EXTENT << zoom) - np.array((x, y)) * EXTENT).astype(np.int64)
    moved = np.ones(len(grid), np.bool_)
    moved[1:] = (np.diff(part_of) != 0) | (np.diff(grid, axis=0) != 0).any(axis=1)
    grid, part_of = grid[moved], part_of[moved]
    lengths = np.bincount(part_of, minlength=len(parts))
    long = lengths > 1
    drawn = long[part_of]
    renumbered = np.cumsum(long) - 1
    return grid[drawn], renumbered[part_of[drawn]], part_kinds[long]


def _clip(lines: Geometries, within: tuple[float, float, float, float]) -> Geometries:
    left, top, right, bottom = within
    bounds = shapely.bounds(lines).T
    crossing = (bounds[0] < left) | (bounds[1] < top) | (bounds[2] > right) | (bounds[3] > bottom)
    if crossing.any():
        lines = lines.copy()
        lines[crossing] = shapely.clip_by_rect(lines[crossing], left, top, right, bottom)
    return lines


def _commands(points: Numbers, part_of: Numbers, kind_of: Numbers) -> tuple[bytes, list[tuple[int, int]]]:
    """The commands of all parts (Vector Tile 2.1, section 4.3), and for each kind where its bytes end.

    A part of n points is MoveTo(1), a step, LineTo(n - 1), n - 1 steps. The pen goes on from part to part of a kind
    and begins at the corner of the tile with the next kind.
    """
    lengths = np.bincount(part_of)
    starts = np.cumsum(lengths) - lengths
    fresh_kind = np.ones(len(kind_of), np.bool_)
    fresh_kind[1:] = np.diff(kind_of) != 0
    before = np.vstack((np.zeros((1, 2), np.int64), points[:-1]))
    before[starts[fresh_kind]] = 0
    steps = points - before
    zigzags = steps << 1 ^ steps >> 63
    at = 2 * np.arange(len(points)) + 2 * part_of + 2
    at[starts] -= 1
    stream = np.empty(2 * len(points) + 2 * len(lengths), np.int64)
    stream[at], stream[at + 1] = zigzags[:, 0], zigzags[:, 1]
    heads = 2 * starts + 2 * np.arange(len(lengths))
    stream[heads] = command(MOVE_TO, 1)
    stream[heads + 3] = (lengths - 1) << 3 | LINE_TO
    data, ends = varints(stream)
    part_ends = heads + 2 * lengths + 1
    last_of_kind = np.append(fresh_kind[1:], True)
    kinds = kind_of[last_of_kind].tolist()
    return data, list(zip(kinds, ends[part_ends[last_of_kind]].tolist(), strict=True))
